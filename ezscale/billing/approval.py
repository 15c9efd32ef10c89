"""Whether what an invoice asks for still waits for a person's yes: until then a card's money is reserved, not taken."""

from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select

from ezscale.kit.work import Work
from ezscale.models import Order, OrderHold
from ezscale.models.order import OrderStatus


class Approval(StrEnum):
    """What people have said about an order. NOT_NEEDED: nothing stands against taking its money."""

    NOT_NEEDED = "not_needed"
    AWAITED = "awaited"
    REFUSED = "refused"


def approval_of(work: Work, invoice_id: UUID) -> Approval:
    """What stands against taking the money of an invoice; of one that is for no order, nothing does."""
    order = work.session.exec(select(Order).where(Order.invoice_id == invoice_id)).first()
    if order is None:
        return Approval.NOT_NEEDED
    if order.status is OrderStatus.REJECTED:
        return Approval.REFUSED
    open_ones = select(OrderHold.id).where(OrderHold.order_id == order.id, col(OrderHold.ended_at).is_(None))
    return Approval.AWAITED if work.session.exec(open_ones.limit(1)).first() is not None else Approval.NOT_NEEDED
