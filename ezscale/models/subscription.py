"""What is billed, again and again."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class SubscriptionStatus(StrEnum):
    """Where a subscription stands."""

    PENDING = "pending"
    EXPIRED = "expired"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    ENDED = "ended"


UNSTARTED = (SubscriptionStatus.PENDING, SubscriptionStatus.EXPIRED)


class Subscription(Row, table=True):
    """A promise to bill. `bill_from` is the first day that no invoice covers yet; `anchor_day` keeps the 31st."""

    __table_args__ = (Index("ix_subscription_due", "status", "bill_from", "id"),)

    number: str = Field(max_length=24, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    order_id: UUID | None = Field(default=None, foreign_key="customer_order.id", index=True)
    status: SubscriptionStatus = Field(default=SubscriptionStatus.PENDING, sa_type=word(SubscriptionStatus))
    currency: str = Field(max_length=3)
    months: int
    anchor_day: int = 1
    started_on: date | None = None
    bill_from: date | None = None
    ended_on: date | None = None
    created_at: datetime = moment()

    def start(self, today: date, paid_until: date) -> None:
        """The first cycle is paid, in time or late; the next invoice covers the days from `paid_until` on."""
        require_status("subscription", self.status, *UNSTARTED)
        self.status = SubscriptionStatus.ACTIVE
        self.started_on = today
        self.anchor_day = today.day
        self.bill_from = paid_until

    def expire(self) -> None:
        """Its order was not paid in time; it starts all the same if the money comes after all."""
        require_status("subscription", self.status, SubscriptionStatus.PENDING)
        self.status = SubscriptionStatus.EXPIRED

    def fall_behind(self) -> None:
        """An invoice is overdue."""
        require_status("subscription", self.status, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
        self.status = SubscriptionStatus.PAST_DUE

    def catch_up(self) -> None:
        """Nothing is overdue any more."""
        require_status("subscription", self.status, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
        self.status = SubscriptionStatus.ACTIVE

    def end(self, today: date) -> None:
        """Never billed again."""
        self.status = SubscriptionStatus.ENDED
        self.ended_on = self.ended_on or today


class SubscriptionItem(Row, table=True):
    """One thing within a subscription, at its own price: what was agreed, not what the catalog says today.

    A discount holds for `discount_cycles` more cycles, for ever when that is empty.
    """

    __tablename__ = "subscription_item"

    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    plan_id: UUID = Field(foreign_key="plan.id", index=True)
    description: str = Field(max_length=200)
    currency: str = Field(max_length=3)
    price_minor: int = Field(sa_type=BigInteger)
    discount_percent: int = 0
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    discount_cycles: int | None = None

    @property
    def price(self) -> Money:
        """For one cycle, before discount and tax."""
        return Money(self.price_minor, self.currency)


class Cancellation(Row, table=True):
    """A customer's wish to stop at a day; withdrawn when they change their mind."""

    subscription_id: UUID = Field(foreign_key="subscription.id", index=True)
    requested_at: datetime = moment()
    requested_by: str = Field(max_length=120)
    effective_on: date = Field(index=True)
    reason: str = Field(default="", max_length=500)
    withdrawn_at: datetime | None = maybe_moment()

    def withdraw(self, now: datetime) -> None:
        """They stay."""
        self.withdrawn_at = self.withdrawn_at or now
