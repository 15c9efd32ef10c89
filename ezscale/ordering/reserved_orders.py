"""Orders whose money is reserved and not taken: they wait for a person, and what that person says happens to the money."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from ezscale.billing.cases import close_by_itself, open_case
from ezscale.billing.checkout import asks_for
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.reserving import (
    ENDS_SOON,
    ending_before,
    release_reserved,
    reserved_for,
    reserved_to_decide,
    take_reserved,
)
from ezscale.company.rules import rules
from ezscale.kit.work import Work
from ezscale.models import Order, PaymentAttempt
from ezscale.models.order import UNPAID, OrderStatus
from ezscale.ordering.booking import ORDER_LASTS
from ezscale.ordering.deciding import open_holds
from ezscale.ordering.events import OrderReserved, OrderUnpaidAgain
from ezscale.ordering.fulfilling import take_back
from ezscale.ordering.looking_twice import OrderRules

ENDED = "reservation_over"  # a case


def heed_reserved(work: Work, invoice_id: UUID) -> None:
    """Money for an order is reserved: it waits for a person, or what they have said meanwhile is done with it.

    What nobody asks for any more is let go. Doing it again does nothing more.
    """
    order = _order_of(work, invoice_id)
    reserved = reserved_to_decide(work, invoice_id)
    if reserved is None or reserved.reserved_until is None or not reserved.is_undecided:
        return
    invoice = invoice_to_change(work, invoice_id)
    if order is None or order.status not in UNPAID or not asks_for(work, invoice, reserved.amount):
        release_reserved(work, reserved)
        return
    is_news = order.status is not OrderStatus.RESERVED
    if is_news:
        take_back(work, order)
        order.reserve(reserved.reserved_until)
        work.session.add(order)
        work.session.flush()
    if not open_holds(work, order.id):
        take_reserved(work, reserved)
    elif is_news:
        work.emit(OrderReserved(order.id, order.customer_id, reserved.id))


def ask_again(work: Work, invoice_id: UUID, attempt_id: UUID) -> None:
    """What was reserved for an order is gone and was not taken: it can be paid anew, and customer and staff hear of it.

    Of an order that was refused, or is paid by now, nobody does; nor where other money is reserved for it already.
    """
    order = _order_of(work, invoice_id)
    attempt = work.session.get_one(PaymentAttempt, attempt_id)
    close_by_itself(work, ENDS_SOON, attempt_id.hex, "The money is not reserved any more.")
    if order is None or order.status not in UNPAID or reserved_for(work, invoice_id) is not None:
        return
    if order.status is not OrderStatus.EXPIRED:
        order.ask_again(work.now + ORDER_LASTS)
        work.session.add(order)
    facts = {"order": order.number, "amount": str(attempt.amount), "why": attempt.decline_code.replace("_", " ")}
    open_case(work, ENDED, attempt_id.hex, order.customer_id, facts)
    work.emit(OrderUnpaidAgain(order.id, order.customer_id, attempt_id))


def warn_of_ending(work: Work) -> int:
    """Put before staff which reserved money is soon the customer's again, as long before as the rules say. How many."""
    soon = work.now + timedelta(days=rules(work, OrderRules).warn_days_before)
    ending = ending_before(work, soon)
    for attempt in ending:
        order = work.session.exec(select(Order).where(Order.invoice_id == attempt.invoice_id)).one()
        until = f"{attempt.reserved_until:%Y-%m-%d %H:%M} UTC"
        facts = {"order": order.number, "amount": str(attempt.amount), "reserved until": until}
        open_case(work, ENDS_SOON, attempt.id.hex, order.customer_id, facts)
    return len(ending)


def _order_of(work: Work, invoice_id: UUID) -> Order | None:
    found = select(Order).where(Order.invoice_id == invoice_id).with_for_update()
    return work.session.exec(found.execution_options(populate_existing=True)).first()
