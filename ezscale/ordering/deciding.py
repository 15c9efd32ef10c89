"""Staff look at an order before it is built: they hold it, approve it, or reject it."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_ORDERS
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.paid_days import as_house
from ezscale.billing.reserving import release_reserved, reserved_to_decide, take_reserved
from ezscale.billing.subscriptions import end_subscription, items_of, let_expire
from ezscale.catalog.coupons import release_coupon
from ezscale.catalog.stock import release_stock, take_again, use_stock
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.reasons import said_why
from ezscale.kit.work import Work
from ezscale.models import Invoice, Order, OrderHold, Service, Subscription
from ezscale.models.base import WrongState
from ezscale.models.order import OrderStatus
from ezscale.models.service import KEPT_BACK
from ezscale.ordering.events import OrderApproved, OrderRejected
from ezscale.ordering.placing import services_of_order, visible_orders
from ezscale.provisioning.jobs import request_build
from ezscale.provisioning.services import service_to_change, services_of_items

LONGEST = 250
THE_STOCK = "the stock"  # who holds an order of which something was sold out when it was paid


def hold_order(work: Work, order_id: UUID, reason: str) -> Order:
    """An order that is not paid yet will wait for a person once it is: nothing is built before they say yes."""
    work.actor.require(MANAGE_ORDERS)
    order = order_to_change(work, order_id)
    words = said_why(reason, "reason", LONGEST, "Please say why, for your colleagues.")
    if order.status is not OrderStatus.PLACED:
        raise WrongState(f"This order is {order.status.value}: only one that is not paid yet can be held.")
    work.session.add(OrderHold(order_id=order.id, reason=words, held_by=work.actor.name, held_at=work.now))
    work.record("order held", ("customer_order", order.id))
    return order


def approve_order(work: Work, order_id: UUID, answer: str = "") -> Order:
    """Nothing stands against the order any more: if it is paid, it is built; if not, it is built once it is.

    Money that is reserved for it is taken now; the order goes on when it is here.
    Invalid while something it needs is still sold out.
    """
    work.actor.require(MANAGE_ORDERS)
    order = order_to_change(work, order_id)
    holds = open_holds(work, order.id)
    if not holds:
        raise WrongState("Nothing stands against this order.")
    reserved = reserved_to_decide(work, order.invoice_id)
    goes_on = order.status is OrderStatus.HELD or reserved is not None
    if goes_on and (missing := take_again(work, order.id, in_turn=True)):
        names = ", ".join(sorted(plan.name for plan in missing))
        raise Invalid(f"There is still not enough of {names}. Please raise its stock first.", field="reason")
    for hold in holds:
        hold.end(answer.strip()[:500] or "Approved", work.actor.name, work.now)
        work.session.add(hold)
    if order.status is OrderStatus.HELD:
        go_on(work, order)
    elif reserved is not None and reserved.reserved_until is not None and reserved.is_undecided:
        if order.status is not OrderStatus.RESERVED:  # they were faster than what follows from the reservation
            order.reserve(reserved.reserved_until)
            work.session.add(order)
        take_reserved(work, reserved)
    return order


def go_on(work: Work, order: Order) -> None:
    """Nothing stands against a paid order any more: what it asks for is built."""
    use_stock(work, order.id)
    order.approve()
    work.session.add(order)
    _build(work, order)
    work.emit(OrderApproved(order.id, order.customer_id))


def reject_order(work: Work, order_id: UUID, reason: str) -> Order:
    """Nothing is built: the order ends, gives back what it held, and what was paid becomes credit of the customer.

    Money that is only reserved is let go; WrongState once it is being taken. `reason` is what the customer reads.
    """
    work.actor.require(MANAGE_ORDERS)
    order = order_to_change(work, order_id)
    words = said_why(reason, "reason", LONGEST, "Please say why: the customer reads it.")
    was_paid = order.status is OrderStatus.HELD
    if (reserved := reserved_to_decide(work, order.invoice_id)) is not None:
        if reserved.is_being_taken:
            raise WrongState("This order was approved, and its money is being taken. Please look again in a minute.")
        release_reserved(work, reserved)
    order.reject()
    work.session.add(order)
    work.session.flush()
    holds = open_holds(work, order.id) or [
        OrderHold(order_id=order.id, reason="Looked at", held_by=work.actor.name, held_at=work.now)
    ]
    for hold in holds:
        hold.end(words, work.actor.name, work.now)
        work.session.add(hold)
    release_stock(work, [order.id])
    release_coupon(work, order.id)
    if was_paid:
        turn_back(work, order, words)
    else:
        let_nothing_wait(work, order.id)
    work.emit(OrderRejected(order.id, order.customer_id))
    return order


def turn_back(work: Work, order: Order, reason: str) -> None:
    """A refused order that is paid: its subscriptions end and its money goes back. Doing it again does nothing more."""
    for subscription in _subscriptions_of(work, order.id):
        end_subscription(work, subscription)
    give_back(work, invoice_to_change(work, order.invoice_id), f"Order {order.number}: {reason}")


def give_back(work: Work, invoice: Invoice, reason: str) -> None:
    """A credit note takes the whole invoice back, and what was paid on it becomes credit of the customer. Once."""
    if invoice.settled and invoice.credited != invoice.total:
        issue_credit_note(as_house(work), invoice.id, None, reason[:200])


def let_nothing_wait(work: Work, order_id: UUID) -> None:
    """What an unpaid order asked for is not about to start any more."""
    for unpaid in let_expire(work, order_id):
        item_ids = [item.id for item in items_of(work, unpaid.id)]
        for found in services_of_items(work, item_ids):
            service = service_to_change(work, found.id)
            service.expire()
            work.session.add(service)


def open_holds(work: Work, order_id: UUID) -> list[OrderHold]:
    """What stands against building an order."""
    return [hold for hold in holds_on(work, order_id) if hold.ended_at is None]


def holds_on(work: Work, order_id: UUID) -> list[OrderHold]:
    """Why an order waited for a person, and what they said, oldest first."""
    of_order = select(OrderHold).where(OrderHold.order_id == order_id)
    return list(work.session.exec(of_order.order_by(col(OrderHold.id))))


def order_to_change(work: Work, order_id: UUID) -> Order:
    """One order, locked until the transaction ends and read afresh."""
    locked = visible_orders(work.actor).where(Order.id == order_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this order.")
    return found


def _build(work: Work, order: Order) -> None:
    for found in services_of_order(work, order.id):
        service: Service = service_to_change(work, found.id)
        if service.status in KEPT_BACK:
            service.release()
            request_build(work, service)


def _subscriptions_of(work: Work, order_id: UUID) -> list[Subscription]:
    return list(work.session.exec(select(Subscription).where(Subscription.order_id == order_id).with_for_update()))
