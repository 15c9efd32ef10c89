"""What follows from money: orders are built, stopped services run again; and what follows from none."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.dunning import may_suspend
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.subscriptions import items_of, subscriptions_on
from ezscale.catalog.coupons import release_coupon
from ezscale.kit.work import Work
from ezscale.models import Invoice, Order, Service
from ezscale.models.order import OrderStatus
from ezscale.ordering.events import OrderPaid
from ezscale.provisioning.jobs import request_build
from ezscale.provisioning.services import service_to_change, services_of_items
from ezscale.provisioning.stopping import NON_PAYMENT, lift_suspension, wish_suspension, wish_termination


def fulfil_paid_invoice(work: Work, invoice_id: UUID) -> None:
    """An invoice is paid: its order is complete, what waits is built, what stood still for it runs again."""
    order = work.session.exec(select(Order).where(Order.invoice_id == invoice_id).with_for_update()).first()
    if order is not None and order.status is not OrderStatus.PAID:
        order.pay(work.now)
        work.session.add(order)
        work.emit(OrderPaid(order.id, order.customer_id))
    for service in _services_on(work, invoice_id):
        request_build(work, service)
        lift_suspension(work, service, invoice_id)


def stop_unpaid(work: Work, invoice_id: UUID) -> None:
    """The grace of an unpaid invoice is used up: its services stand still, if that is still right."""
    invoice = invoice_to_change(work, invoice_id)
    if not may_suspend(work, invoice):
        return
    for service in _services_on(work, invoice_id):
        wish_suspension(work, service, NON_PAYMENT, invoice_id)


def take_down(work: Work, subscription_id: UUID) -> None:
    """A subscription has ended: what it paid for is deleted."""
    item_ids = [item.id for item in items_of(work, subscription_id)]
    for service in services_of_items(work, item_ids):
        wish_termination(work, service_to_change(work, service.id))


def expire_orders(work: Work, limit: int = 200) -> int:
    """Orders that nobody paid in time give back what they held. Returns how many."""
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
    return len(expired)


def invoice_of_order(work: Work, order: Order) -> Invoice:
    """What an order asks to be paid."""
    return work.session.get_one(Invoice, order.invoice_id)


def _services_on(work: Work, invoice_id: UUID) -> list[Service]:
    item_ids = [item.id for billed in subscriptions_on(work, invoice_id) for item in items_of(work, billed.id)]
    return [service_to_change(work, service.id) for service in services_of_items(work, item_ids)]
