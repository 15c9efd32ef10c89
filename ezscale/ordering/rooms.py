"""Paid services for which their panel has no room: whoever paid first is built first, as soon as there is some."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, exists, select

from ezscale.kit.work import OpenWork, Work
from ezscale.models import Order, ProvisioningJob, Service, Subscription, SubscriptionItem
from ezscale.models.order import OrderStatus
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.jobs import build_again, is_paid_for
from ezscale.provisioning.services import service_to_change


def is_room_awaited(work: Work, service: Service) -> bool:
    """Whether somebody who has paid waits for room for the very same: this plan, in this place."""
    same = (col(Service.plan_id) == service.plan_id, col(Service.location_id) == service.location_id)
    return any(each.id != service.id for each in _in_line(work, *same))


def look_for_room(open_work: OpenWork, beside: UUID | None = None) -> int:
    """Try to build the first of every line: if there is still no room, it waits on. How many were tried.

    Only where a service runs, or has run, if one is named. The next one is tried when the one before it runs, so that
    nobody is overtaken.
    """
    with open_work() as work:
        tried, first = set(), []
        for service in _in_line(work, *_there(work, beside)):
            wanted = (service.plan_id, service.location_id)
            if wanted not in tried and not _is_being_tried(work, service):
                first.append(service.id)
            tried.add(wanted)
    for service_id in first:
        with open_work() as work:
            _try(work, service_id)
    return len(first)


def _try(work: Work, service_id: UUID) -> None:
    service = service_to_change(work, service_id)
    if service.status is ServiceStatus.WAITLISTED and is_paid_for(work, service):
        build_again(work, service)


def _there(work: Work, beside: UUID | None) -> Sequence[ColumnElement[bool]]:
    if beside is None:
        return ()
    other = work.session.get_one(Service, beside)
    return (col(Service.panel) == other.panel, col(Service.location_id) == other.location_id)


def _in_line(work: Work, *which: ColumnElement[bool]) -> Sequence[Service]:
    """Those that wait for room, first paid first."""
    paid = (
        select(Service)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .join(Order, col(Order.id) == Subscription.order_id)
        .where(Service.status == ServiceStatus.WAITLISTED, Order.status == OrderStatus.PAID, *which)
        .order_by(col(Order.paid_at), col(Service.id))
    )
    return work.session.exec(paid).all()


def _is_being_tried(work: Work, service: Service) -> bool:
    """Whether one of the same is being built just now, of which we shall hear whether there is room."""
    under_way = exists().where(
        col(ProvisioningJob.live_for) == col(Service.id), col(ProvisioningJob.action) == JobAction.CREATE
    )
    same = select(Service.id).where(
        Service.plan_id == service.plan_id, Service.location_id == service.location_id, under_way
    )
    return work.session.exec(same.limit(1)).first() is not None
