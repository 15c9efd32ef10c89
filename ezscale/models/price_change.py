"""A change of price that holds for those who have subscribed already: announced, told to each, and brought into force."""

from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.money import Money
from ezscale.models.base import Row, WrongState, maybe_moment, moment


class PriceChange(Row, table=True):
    """Whoever pays the old price for a plan and cycle pays the new one, from the first period on or after a day.

    It may be withdrawn until it holds for the first of them, which is `applied_at`.
    """

    __tablename__ = "price_change"
    __table_args__ = (
        CheckConstraint("old_minor >= 0 AND new_minor >= 0", name="not_below_nothing"),
        Index("ix_price_change_offer", "plan_id", "currency", "months"),
    )

    plan_id: UUID = Field(foreign_key="plan.id")
    currency: str = Field(max_length=3)
    months: int
    old_minor: int = Field(sa_type=BigInteger)
    new_minor: int = Field(sa_type=BigInteger)
    effective_on: date = Field(index=True)
    notice_days: int
    announced_at: datetime = moment()
    announced_by: str = Field(max_length=120)
    withdrawn_at: datetime | None = maybe_moment()
    applied_at: datetime | None = maybe_moment()

    @property
    def old(self) -> Money:
        """What is paid for a cycle until then, before tax."""
        return Money(self.old_minor, self.currency)

    @property
    def new(self) -> Money:
        """What is paid for a cycle from then on, before tax."""
        return Money(self.new_minor, self.currency)

    def holds_from(self, told_on: date) -> date:
        """The day from which on it holds for somebody who is told on a day: they have the full notice."""
        return max(self.effective_on, told_on + timedelta(days=self.notice_days))

    def withdraw(self, now: datetime) -> None:
        """It will not happen. Not once somebody pays by it."""
        if self.applied_at is not None:
            raise WrongState("This change holds for some subscribers already. Announce another one instead.")
        self.withdrawn_at = self.withdrawn_at or now

    def apply(self, now: datetime) -> None:
        """It holds for somebody."""
        if self.withdrawn_at is not None:
            raise WrongState("This change was withdrawn.")
        self.applied_at = self.applied_at or now


class PriceNotice(Row, table=True):
    """A subscriber was told of a change of price for an item. No item changes its price without one.

    `from_day` is the change's day, or later when the notice went out late: everybody has as much time as was promised.
    """

    __tablename__ = "price_notice"
    __unaudited__: ClassVar[str] = "it follows from the announcement, which is told"
    __table_args__ = (
        UniqueConstraint("change_id", "item_id"),
        Index("ix_price_notice_open", "applied_at", "from_day"),
    )

    change_id: UUID = Field(foreign_key="price_change.id")
    item_id: UUID = Field(foreign_key="subscription_item.id", index=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    from_day: date
    told_at: datetime = moment()
    applied_at: datetime | None = maybe_moment()
