"""What follows from money: orders are built, stopped services run again; and what follows from none."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.dunning import is_owed, payment_is_on_its_way
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.subscriptions import items_of, let_expire, subscriptions_on
from ezscale.catalog.coupons import count_again, release_coupon
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.work import Work
from ezscale.models import Order, Service
from ezscale.models.order import OrderStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.ordering.events import OrderPaid
from ezscale.provisioning.jobs import request_build
from ezscale.provisioning.services import service_to_change, services_of_items
from ezscale.provisioning.stopping import NON_PAYMENT, lift_suspension, wish_suspension, wish_termination

LOOK_AGAIN = 300.0


def fulfil_paid_invoice(work: Work, invoice_id: UUID) -> None:
    """An invoice is paid: its order is complete, what waits is built, what stood still for it runs again."""
    order = work.session.exec(select(Order).where(Order.invoice_id == invoice_id).with_for_update()).first()
    if order is not None and order.status is not OrderStatus.PAID:
        order.pay(work.now)
        count_again(work, order.id)
        work.session.add(order)
        work.emit(OrderPaid(order.id, order.customer_id))
    for service in _services_on(work, invoice_id):
        request_build(work, service)
        lift_suspension(work, service, invoice_id)


def let_run_again(work: Work, invoice_id: UUID) -> None:
    """An invoice asks for nothing any more: what stood still for it runs again, unless it is on its way out."""
    if all(billed.status is SubscriptionStatus.ENDED for billed in subscriptions_on(work, invoice_id)):
        return
    for service in _services_on(work, invoice_id):
        lift_suspension(work, service, invoice_id)


def stop_unpaid(work: Work, invoice_id: UUID) -> None:
    """The grace of an unpaid invoice is used up: its services stand still, if that is still right.

    TemporaryFailure while money may be on its way: the answer comes first.
    """
    invoice = invoice_to_change(work, invoice_id)
    if not is_owed(work, invoice):
        return
    if payment_is_on_its_way(work, invoice_id):
        raise TemporaryFailure(f"{invoice.number} is being paid", retry_after=LOOK_AGAIN)
    for service in _services_on(work, invoice_id):
        wish_suspension(work, service, NON_PAYMENT, invoice_id)


def take_down(work: Work, subscription_id: UUID) -> None:
    """A subscription has ended: what it paid for is deleted."""
    item_ids = [item.id for item in items_of(work, subscription_id)]
    for service in services_of_items(work, item_ids):
        wish_termination(work, service_to_change(work, service.id))


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
    for order in expired:
        order.expire()
        release_coupon(work, order.id)
        work.session.add(order)
        for unpaid in let_expire(work, order.id):
            _let_services_expire(work, unpaid.id)
    return len(expired)


def _let_services_expire(work: Work, subscription_id: UUID) -> None:
    item_ids = [item.id for item in items_of(work, subscription_id)]
    for found in services_of_items(work, item_ids):
        service = service_to_change(work, found.id)
        service.expire()
        work.session.add(service)


def _services_on(work: Work, invoice_id: UUID) -> list[Service]:
    item_ids = [item.id for billed in subscriptions_on(work, invoice_id) for item in items_of(work, billed.id)]
    return [service_to_change(work, service.id) for service in services_of_items(work, item_ids)]
