"""Deleting what nobody pays for any more: planned when its subscription ends, checked once more when its day has come."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, exists, select

from ezscale.accounts.permissions import MANAGE_SERVICES
from ezscale.billing.dunning_rules import dunning_policy
from ezscale.billing.subscriptions import cancellation_of, items_of
from ezscale.company.runs import Tally, reported
from ezscale.kit.errors import BusinessError
from ezscale.kit.reasons import said_why
from ezscale.kit.work import OpenWork, Work
from ezscale.messaging.deletion_letters import is_told_of_deletion
from ezscale.models import Deletion, Invoice, InvoiceLine, PaymentAttempt, Service, Subscription, SubscriptionItem
from ezscale.models.deletion import BackupWord, DeletionStatus
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.provisioning.deletions import (
    LONGEST_REASON,
    Decided,
    begin_deletion,
    days_of_grace,
    deletion_to_change,
    plan_deletion,
    remind_of_deletion,
)
from ezscale.provisioning.services import service_to_change, services_of_items

RUN = "deletions"
BATCH = 200
TOMORROW = timedelta(days=1)


def take_down(work: Work, subscription_id: UUID) -> None:
    """A subscription has ended: what it paid for stands still, and is deleted after the days of grace."""
    ended = work.session.get_one(Subscription, subscription_id)
    days = days_of_grace(work, never_paid=_was_never_paid(work, subscription_id))
    for service in services_of_items(work, [item.id for item in items_of(work, subscription_id)]):
        plan_deletion(work, service_to_change(work, service.id), ended.ended_on or work.today, days)


def delete_what_is_due(open_work: OpenWork) -> Tally:
    """Remind whoever's service goes tomorrow, and delete those whose day has come. Running it again does nothing."""
    with reported(open_work, RUN) as tally:
        after: UUID | None = None
        while block := _near(open_work, after):
            for deletion_id in block:
                with tally.apart(str(deletion_id)):
                    with open_work() as work:
                        step = _take_step(work, deletion_id)
                    if step:
                        tally.count(step)
            after = block[-1]
    return tally


def delete_now(work: Work, service_id: UUID, reason: str, backup: BackupWord) -> None:
    """Delete without waiting for the day. Staff only, with a reason and a word on the backup; NotConfirmed without a
    fresh proof of who they are, BusinessError when money may be on its way."""
    work.actor.require(MANAGE_SERVICES)
    work.actor.require_confirmed()
    words = said_why(reason, "reason", LONGEST_REASON)
    service = service_to_change(work, service_id)
    deletion = deletion_to_change(work, service_id)
    if (against := what_stands_against(work, service)) is not None:
        raise BusinessError(f"{against} Please look again later.")
    begin_deletion(work, deletion, Decided(words, backup))
    work.record("deleted by hand", ("service", service.id), reason=words, backup=backup.value)


def what_stands_against(work: Work, service: Service) -> str | None:
    """Why a service cannot be deleted now though its day has come; None when nothing does."""
    item = work.session.get_one(SubscriptionItem, service.item_id)
    if work.session.get_one(Subscription, item.subscription_id).status is not SubscriptionStatus.ENDED:
        return "Its subscription goes on."
    if _money_is_on_its_way(work, item.subscription_id):
        return "A payment for it is on its way."
    return None


def _take_step(work: Work, deletion_id: UUID) -> str:
    """Say it is near, delete, or wait; in a word for the report."""
    service_id = work.session.get_one(Deletion, deletion_id).service_id
    service = service_to_change(work, service_id)
    deletion = work.session.get_one(Deletion, deletion_id, with_for_update=True, populate_existing=True)
    if deletion.status is not DeletionStatus.PLANNED or deletion.due_on > work.today + TOMORROW:
        return ""
    if deletion.reminded_on is None:
        remind_of_deletion(work, deletion)
        return "reminded"
    if deletion.due_on > work.today:
        return ""
    waits = dunning_policy(work).rests_on(work.today) or not is_told_of_deletion(work, deletion.id, deletion.due_on)
    if waits or what_stands_against(work, service) is not None:
        return "waited"
    begin_deletion(work, deletion)
    return "deleted"


def _near(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        near = select(Deletion.id).where(
            Deletion.status == DeletionStatus.PLANNED, Deletion.due_on <= work.today + TOMORROW
        )
        if after is not None:
            near = near.where(col(Deletion.id) > after)
        return list(work.session.exec(near.order_by(col(Deletion.id)).limit(BATCH)))


def _was_never_paid(work: Work, subscription_id: UUID) -> bool:
    """Whether it has ended because its invoice was written off, of which its customer was warned with a day."""
    written_off = select(
        exists().where(
            col(SubscriptionItem.subscription_id) == subscription_id,
            col(InvoiceLine.item_id) == col(SubscriptionItem.id),
            col(Invoice.id) == col(InvoiceLine.invoice_id),
            col(Invoice.status) == InvoiceStatus.UNCOLLECTIBLE,
        )
    )
    return cancellation_of(work, subscription_id) is None and work.session.exec(written_off).one()


def _money_is_on_its_way(work: Work, subscription_id: UUID) -> bool:
    under_way = select(
        exists().where(
            col(SubscriptionItem.subscription_id) == subscription_id,
            col(InvoiceLine.item_id) == col(SubscriptionItem.id),
            col(PaymentAttempt.live_for) == col(InvoiceLine.invoice_id),
        )
    )
    return work.session.exec(under_way).one()
