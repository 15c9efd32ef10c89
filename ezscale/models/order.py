"""What a customer asked for, with the prices as shown; what was offered to them; and what is held meanwhile."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class OrderStatus(StrEnum):
    """Where an order stands."""

    PLACED = "placed"
    RESERVED = "reserved"
    HELD = "held"
    PAID = "paid"
    EXPIRED = "expired"
    REJECTED = "rejected"


UNPAID = (OrderStatus.PLACED, OrderStatus.RESERVED, OrderStatus.EXPIRED)


class Order(Row, table=True):
    """A placed order: it becomes an invoice, and a subscription with a service for each of its items.

    `address` is where on the network it was placed from; `offer_id` the offer that it accepts, if it does.
    """

    __tablename__ = "customer_order"
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        OrderStatus.PAID: "what it asked for is built, which is checked of each service",
        OrderStatus.EXPIRED: "it holds nothing, and can still be paid",
        OrderStatus.REJECTED: "a person said no",
    }

    number: str = Field(max_length=24, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    placed_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    offer_id: UUID | None = Field(default=None, foreign_key="offer.id", unique=True)
    status: OrderStatus = Field(default=OrderStatus.PLACED, sa_type=word(OrderStatus), index=True)
    currency: str = Field(max_length=3)
    total_minor: int = Field(sa_type=BigInteger)
    coupon_code: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    invoice_id: UUID = Field(foreign_key="invoice.id", unique=True)
    placed_at: datetime = moment()
    expires_at: datetime = moment()
    paid_at: datetime | None = maybe_moment()

    @property
    def total(self) -> Money:
        """What was shown and is charged, tax included."""
        return Money(self.total_minor, self.currency)

    def pay(self, now: datetime) -> None:
        """The money is here. An expired order can still be paid: money is never turned away silently."""
        require_status("order", self.status, *UNPAID)
        self.status = OrderStatus.PAID
        self.paid_at = now

    def reserve(self, until: datetime) -> None:
        """Its money is reserved until then, and is taken once a person has said yes."""
        require_status("order", self.status, *UNPAID)
        self.status, self.expires_at = OrderStatus.RESERVED, until

    def ask_again(self, until: datetime) -> None:
        """What was reserved for it is gone, and was not taken: it can be paid anew until then."""
        require_status("order", self.status, OrderStatus.PLACED, OrderStatus.RESERVED)
        self.status, self.expires_at = OrderStatus.PLACED, until

    def hold(self, now: datetime) -> None:
        """The money is here, and a person has to say yes before anything is built."""
        require_status("order", self.status, *UNPAID)
        self.status = OrderStatus.HELD
        self.paid_at = now

    def approve(self) -> None:
        """A person said yes."""
        require_status("order", self.status, OrderStatus.HELD)
        self.status = OrderStatus.PAID

    def reject(self) -> None:
        """A person said no. What was paid goes back, and what was reserved is not taken."""
        require_status("order", self.status, OrderStatus.PLACED, OrderStatus.RESERVED, OrderStatus.HELD)
        self.status = OrderStatus.REJECTED

    def expire(self) -> None:
        """Nobody paid in time."""
        require_status("order", self.status, OrderStatus.PLACED)
        self.status = OrderStatus.EXPIRED


class OrderHold(Row, table=True):
    """Why an order waits for a person, from when to when, and what that person said."""

    __tablename__ = "order_hold"
    __table_args__ = (Index("ix_order_hold_order", "order_id", "id"),)

    order_id: UUID = Field(foreign_key="customer_order.id")
    reason: str = Field(max_length=250)
    held_by: str = Field(max_length=120)
    held_at: datetime = moment()
    ended_at: datetime | None = maybe_moment()
    ended_by: str = Field(default="", max_length=120)
    answer: str = Field(default="", max_length=500)

    def end(self, answer: str, by: str, now: datetime) -> None:
        """Somebody has decided."""
        if self.ended_at is None:
            self.answer, self.ended_by, self.ended_at = answer, by, now


class StockHold(Row, table=True):
    """How much of a plan an order keeps from others: while it is being paid, and for good once it is."""

    __tablename__ = "stock_hold"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    order_id: UUID = Field(foreign_key="customer_order.id", index=True)
    plan_id: UUID = Field(foreign_key="plan.id", index=True)
    quantity: int
    held_at: datetime = moment()
    used_at: datetime | None = maybe_moment()
    released_at: datetime | None = maybe_moment()

    def use(self, now: datetime) -> None:
        """It was paid for."""
        self.used_at = self.used_at or now

    def release(self, now: datetime) -> None:
        """Others may have it."""
        self.released_at = self.released_at or now

    def take_again(self) -> None:
        """It was paid for after all, and there was still enough."""
        self.released_at = None


class OfferStatus(StrEnum):
    """Where an offer stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Offer(Row, table=True):
    """What we offered to a customer, at prices of its own, which hold until a day. Accepted, it becomes an order.

    `items` are kept as they were offered: nothing in them follows the catalog. All amounts are before tax.
    """

    __table_args__ = (Index("ix_offer_due", "status", "valid_until"),)
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        OfferStatus.ACCEPTED: "it is an order now",
        OfferStatus.DECLINED: "the customer said no",
        OfferStatus.WITHDRAWN: "we said no",
        OfferStatus.EXPIRED: "nobody said anything",
    }

    number: str = Field(max_length=24, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    status: OfferStatus = Field(default=OfferStatus.OFFERED, sa_type=word(OfferStatus), index=True)
    currency: str = Field(max_length=3)
    words: str = Field(default="", max_length=1000)
    items: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_by: str = Field(max_length=120)
    made_at: datetime = moment()
    valid_until: datetime = moment()
    answered_at: datetime | None = maybe_moment()
    answered_by: str = Field(default="", max_length=120)
    answer: str = Field(default="", max_length=500)

    def accept(self, by: str, now: datetime) -> None:
        """The customer orders it."""
        self._answer(OfferStatus.ACCEPTED, by, now)

    def decline(self, why: str, by: str, now: datetime) -> None:
        """The customer does not want it."""
        self._answer(OfferStatus.DECLINED, by, now)
        self.answer = why

    def withdraw(self, by: str, now: datetime) -> None:
        """We do not offer it any more."""
        self._answer(OfferStatus.WITHDRAWN, by, now)

    def expire(self) -> None:
        """Nobody answered in time."""
        require_status("offer", self.status, OfferStatus.OFFERED)
        self.status = OfferStatus.EXPIRED

    def _answer(self, status: OfferStatus, by: str, now: datetime) -> None:
        require_status("offer", self.status, OfferStatus.OFFERED)
        self.status, self.answered_by, self.answered_at = status, by, now
