"""Which orders a person should look at before anything is built for them."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field
from sqlalchemy import func
from sqlmodel import col, select

from ezscale.company.rules import Rules, rules
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Customer, Order
from ezscale.ordering.quoting import Quote

NEEDS_APPROVAL = "What was ordered needs approval"
LARGE_FIRST_ORDER = "A first order of a large amount"
MANY_ORDERS = "Many orders of a new customer within a day"


class OrderRules(Rules):
    """Which orders wait for a person once they are paid, beside those of plans that need approval. Off by default."""

    topic: ClassVar[str] = "orders"
    title: ClassVar[str] = "Orders"

    hold_first_above: int = Field(
        0,
        ge=0,
        le=1_000_000,
        title="Hold first orders from",
        description="Hold a customer's first order from this amount on, in whole units of its currency. 0 holds none.",
    )
    hold_beyond: int = Field(
        0,
        ge=0,
        le=1000,
        title="Orders a day that are not held",
        description="Hold what a new customer orders beyond so many orders within 24 hours. 0 holds none.",
    )
    new_for_days: int = Field(
        30,
        ge=1,
        le=3650,
        title="Days for which a customer is new",
        description="For how many days after signing up a customer counts as new.",
    )
    warn_days_before: int = Field(
        1,
        ge=1,
        le=6,
        title="Warn before reserved money ends",
        description=(
            "So many days before a card's reservation ends, an order that still waits is put before staff as a case."
        ),
    )


def reasons_to_hold(work: Work, customer: Customer, offer: Quote) -> list[str]:
    """Why a person should look at an order before it is built; nothing for most."""
    house, reasons = rules(work, OrderRules), []
    if offer.needs_approval:
        reasons.append(NEEDS_APPROVAL)
    total = offer.sums.total
    if house.hold_first_above and total.minor >= Money.of(house.hold_first_above, total.currency).minor:
        reasons += [] if _orders_of(work, customer, paid=True) else [LARGE_FIRST_ORDER]
    if house.hold_beyond and customer.created_at > work.now - timedelta(days=house.new_for_days):
        reasons += [MANY_ORDERS] if _orders_of(work, customer, paid=False) >= house.hold_beyond else []
    return reasons


def _orders_of(work: Work, customer: Customer, *, paid: bool) -> int:
    """How many orders they have paid, or how many they have placed within a day."""
    theirs = select(func.count(col(Order.id))).where(Order.customer_id == customer.id)
    counted = col(Order.paid_at).is_not(None) if paid else col(Order.placed_at) > work.now - timedelta(days=1)
    return work.session.exec(theirs.where(counted)).one()
