"""What follows from money: orders are built, stopped services run again; and what follows from none."""

from uuid import UUID

import sqlalchemy
from sqlalchemy import BindParameter, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, or_, select

from ezscale.billing.cases import open_case
from ezscale.billing.disputes import stands_still_for
from ezscale.billing.dunning import is_owed, payment_is_on_its_way
from ezscale.billing.dunning_rules import dunning_policy
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.subscriptions import items_of, subscriptions_on
from ezscale.catalog.coupons import count_again, release_coupon
from ezscale.catalog.stock import release_stock, take_again, use_stock
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.work import Work
from ezscale.models import (
    InvoiceLine,
    Order,
    OrderHold,
    Plan,
    Service,
    Subscription,
    SubscriptionItem,
    Suspension,
)
from ezscale.models.order import UNPAID, OrderStatus
from ezscale.models.service import UNBUILT, SuspensionReason
from ezscale.models.subscription import SubscriptionStatus
from ezscale.ordering.deciding import THE_STOCK, let_nothing_wait, open_holds, turn_back
from ezscale.ordering.events import OrderHeld, OrderPaid
from ezscale.ordering.rooms import is_room_awaited
from ezscale.provisioning.events import ServiceWaitlisted
from ezscale.provisioning.jobs import request_build
from ezscale.provisioning.services import service_to_change, services_of_items
from ezscale.provisioning.stopping import (
    lift_dispute,
    lift_pause,
    lift_suspension,
    wish_suspension,
)

LOOK_AGAIN = 300.0
SOLD_OUT = "Sold out by the time it was paid"
SOLD_OUT_CASE = "sold_out"
BilledWith = aliased(SubscriptionItem)  # what belongs to the same subscription as what is billed


def fulfil_paid_invoice(work: Work, invoice_id: UUID) -> None:
    """An invoice is paid: its order is complete, what waits is built, what stood still for it runs again.

    What a person has to look at first is kept back; what was refused meanwhile gives its money back.
    """
    order = work.session.exec(select(Order).where(Order.invoice_id == invoice_id).with_for_update()).first()
    if order is not None and order.status is OrderStatus.REJECTED:
        turn_back(work, order, "The order was refused before it was paid")
        return
    if order is not None and order.status in UNPAID:
        _complete(work, order)
    for service in _services_on(work, invoice_id):
        _build(work, service)
        lift_suspension(work, service, invoice_id)


def is_awaited(work: Work, invoice_id: UUID) -> bool:
    """Whether anything waits for an invoice to be paid. Most are of services that run, and go on running."""
    return bool(work.session.connection().scalar(AWAITED, {"invoice_id": invoice_id}))


THIS_INVOICE: BindParameter[UUID] = bindparam("invoice_id")
AWAITED = sqlalchemy.select(
    or_(
        exists().where(col(Order.invoice_id) == THIS_INVOICE),
        exists().where(col(Suspension.invoice_id) == THIS_INVOICE, col(Suspension.lifted_at).is_(None)),
        exists().where(
            col(InvoiceLine.invoice_id) == THIS_INVOICE,
            col(SubscriptionItem.id) == col(InvoiceLine.item_id),
            col(BilledWith.subscription_id) == col(SubscriptionItem.subscription_id),
            col(Service.item_id) == col(BilledWith.id),
            col(Service.status).in_(UNBUILT),
        ),
    )
)


def _build(work: Work, service: Service) -> None:
    """It is built, or stands behind those who paid before and wait for the same room."""
    if service.status in UNBUILT and is_room_awaited(work, service):
        service.wait_for_stock()
        work.session.add(service)
        work.emit(ServiceWaitlisted(service.id, service.customer_id))
    else:
        request_build(work, service)


def _complete(work: Work, order: Order) -> None:
    """The order is paid. What it had given back is taken again; what is not there any more, it waits for."""
    missing = take_back(work, order)
    use_stock(work, order.id)
    if missing or open_holds(work, order.id):
        order.hold(work.now)
        _keep_back(work, order, {plan.id for plan in missing})
        work.emit(OrderHeld(order.id, order.customer_id))
    else:
        order.pay(work.now)
        work.emit(OrderPaid(order.id, order.customer_id))
    work.session.add(order)
    work.session.flush()


def take_back(work: Work, order: Order) -> list[Plan]:
    """An order takes again what it had given back. What is not there any more stands against it, and is returned."""
    missing = take_again(work, order.id)
    count_again(work, order.id)
    if missing:
        _report_missing(work, order, missing)
    return missing


def _report_missing(work: Work, order: Order, missing: list[Plan]) -> None:
    names = ", ".join(sorted(plan.name for plan in missing))
    work.session.add(
        OrderHold(order_id=order.id, reason=f"{SOLD_OUT}: {names}"[:250], held_by=THE_STOCK, held_at=work.now)
    )
    open_case(work, SOLD_OUT_CASE, order.number, order.customer_id, {"order": order.number, "plans": names})


def _keep_back(work: Work, order: Order, sold_out: set[UUID]) -> None:
    for service in _services_on(work, order.invoice_id):
        if service.plan_id in sold_out:
            service.wait_for_stock()
        else:
            service.hold()
        work.session.add(service)


def let_run_again(work: Work, invoice_id: UUID) -> None:
    """An invoice asks for nothing any more: what stood still for it runs again, unless it is on its way out."""
    if all(billed.status is SubscriptionStatus.ENDED for billed in subscriptions_on(work, invoice_id)):
        return
    for service in _services_on(work, invoice_id):
        lift_suspension(work, service, invoice_id)


def stop_unpaid(work: Work, invoice_id: UUID) -> None:
    """The grace of an unpaid invoice is used up: its services stand still, if that is still right.

    TemporaryFailure while money may be on its way: the answer comes first. And on a day on which nothing stops, when
    the run before it asked so late.
    """
    invoice = invoice_to_change(work, invoice_id)
    if not is_owed(work, invoice):
        return
    if dunning_policy(work).rests_on(work.today):
        raise TemporaryFailure("Nothing is suspended today", retry_after=LOOK_AGAIN)
    if payment_is_on_its_way(work, invoice_id):
        raise TemporaryFailure(f"{invoice.number} is being paid", retry_after=LOOK_AGAIN)
    for service in _services_on(work, invoice_id):
        wish_suspension(work, service, SuspensionReason.NON_PAYMENT, invoice_id)


def heed_disputes(work: Work, invoice_id: UUID) -> None:
    """A bank takes what was paid on an invoice, or decides about it: its services stand still, or run again."""
    stand = stands_still_for(work, invoice_id)
    for service in _services_on(work, invoice_id):
        if stand:
            wish_suspension(work, service, SuspensionReason.DISPUTED, invoice_id)
        else:
            lift_dispute(work, service, invoice_id)


def stand_still(work: Work, subscription_id: UUID) -> None:
    """A subscription is paused: what runs for it stands still, if that is still right."""
    if work.session.get_one(Subscription, subscription_id).status is SubscriptionStatus.PAUSED:
        for service in _services_of(work, subscription_id):
            wish_suspension(work, service, SuspensionReason.PAUSED)


def run_again(work: Work, subscription_id: UUID) -> None:
    """Its pause is over: what runs for it runs again, if that is still right."""
    if work.session.get_one(Subscription, subscription_id).status is not SubscriptionStatus.PAUSED:
        for service in _services_of(work, subscription_id):
            lift_pause(work, service)


def expire_orders(work: Work, limit: int = 200) -> int:
    """Orders that nobody paid in time give back what they held, and nothing waits for them. Returns how many."""
    late = (
        select(Order)
        .where(Order.status == OrderStatus.PLACED, Order.expires_at <= work.now)
        .order_by(col(Order.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    expired = work.session.exec(late).all()
    if not expired:
        return 0
    release_stock(work, [order.id for order in expired])  # before any coupon is locked, as placing does it, too
    for order in expired:
        order.expire()
        release_coupon(work, order.id)
        work.session.add(order)
        let_nothing_wait(work, order.id)
    return len(expired)


def _services_of(work: Work, subscription_id: UUID) -> list[Service]:
    item_ids = [item.id for item in items_of(work, subscription_id)]
    return [service_to_change(work, service.id) for service in services_of_items(work, item_ids)]


def _services_on(work: Work, invoice_id: UUID) -> list[Service]:
    item_ids = [item.id for billed in subscriptions_on(work, invoice_id) for item in items_of(work, billed.id)]
    return [service_to_change(work, service.id) for service in services_of_items(work, item_ids)]
