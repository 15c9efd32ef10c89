"""Codes that lower a price, and who has used them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, false
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment


class CouponKind(StrEnum):
    """What a coupon does to a price."""

    PERCENT = "percent"
    FIXED = "fixed"
    OVERRIDE = "override"
    FREE_SETUP = "free_setup"


class Coupon(Row, table=True):
    """A code that lowers a price: by a share, by a sum, to another price, or by the setup fee.

    `amounts` are minor units by currency: what comes off, or the price instead. `cycles` is for how many cycles, for
    ever when it is empty. `plans` (their slugs) and `months` say what it is for: everything when they are empty.
    `referred_only` are for those who came by somebody's link.
    """

    __table_args__ = (CheckConstraint("used >= 0", name="used"),)

    code: str = Field(max_length=40, unique=True)
    kind: CouponKind = Field(
        default=CouponKind.PERCENT, sa_type=word(CouponKind), sa_column_kwargs={"server_default": "percent"}
    )
    note: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    percent: int = 0
    amounts: dict[str, int] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    amount_minor: int = Field(default=0, sa_type=BigInteger)  # this and the next are what the release before reads
    currency: str = Field(default="", max_length=3)
    cycles: int | None = None
    plans: list[str] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    months: list[int] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    new_customers_only: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    referred_only: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    max_uses: int | None = None
    uses_each: int | None = None
    used: int = 0
    since: datetime = moment()
    until: datetime | None = maybe_moment()

    def amount(self, currency: str) -> Money | None:
        """What comes off in a currency, or the price instead; nothing where it says none."""
        minor = (self.amounts or {}).get(currency)
        return None if minor is None else Money(minor, currency)

    def covers(self, plan: str, months: int) -> bool:
        """Whether it is for a plan and a cycle; one that is not named is no hindrance."""
        return (not plan or not self.plans or plan in self.plans) and (
            not months or not self.months or months in self.months
        )

    def is_used_up(self) -> bool:
        """Nobody can use it any more, because enough have."""
        return self.max_uses is not None and self.used >= self.max_uses

    def end(self, now: datetime) -> None:
        """Nobody can use it any more; those who have keep what it gave them."""
        self.until = min(self.until, now) if self.until else now


class CouponUse(Row, table=True):
    """One order that counted against a coupon's limits; given back if the order is never paid."""

    __tablename__ = "coupon_use"
    __table_args__ = (Index("ix_coupon_use_customer", "customer_id", "coupon_id"),)

    coupon_id: UUID = Field(foreign_key="coupon.id", index=True)
    order_id: UUID = Field(foreign_key="customer_order.id", unique=True)
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id")
    used_at: datetime = moment()
    released_at: datetime | None = maybe_moment()
