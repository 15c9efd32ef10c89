"""Who sent whom to us, and what they are thanked with."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class ReferralCode(Row, table=True):
    """The code in a customer's own link."""

    __tablename__ = "referral_code"

    customer_id: UUID = Field(foreign_key="customer.id", unique=True)
    code: str = Field(max_length=20, unique=True)
    created_at: datetime = moment()


class ReferralStatus(StrEnum):
    """Where a referral stands."""

    CAME = "came"
    WAITING = "waiting"
    CREDITED = "credited"
    REFUSED = "refused"


class Referral(Row, table=True):
    """A customer came by another one's link: once for each, since nobody is new twice.

    `invoice_id` is the first they paid for; `credit_on` the day from which it can no longer simply be given back.
    """

    __table_args__ = (
        Index("ix_referral_due", "status", "credit_on", "id"),
        Index("ix_referral_referrer", "referrer_id", "id"),
        CheckConstraint("reward_minor >= 0", name="reward"),
        CheckConstraint("referrer_id <> referred_id", name="oneself"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        ReferralStatus.CAME: "they may pay some day, or never",
        ReferralStatus.CREDITED: "it is credit",
        ReferralStatus.REFUSED: "the reason stands with it",
    }

    referrer_id: UUID = Field(foreign_key="customer.id")
    referred_id: UUID = Field(foreign_key="customer.id", unique=True)
    status: ReferralStatus = Field(default=ReferralStatus.CAME, sa_type=word(ReferralStatus))
    came_at: datetime = moment()
    invoice_id: UUID | None = Field(default=None, foreign_key="invoice.id", unique=True)
    paid_at: datetime | None = maybe_moment()
    credit_on: date | None = None
    currency: str = Field(default="", max_length=3)
    reward_minor: int = Field(default=0, sa_type=BigInteger)
    decided_at: datetime | None = maybe_moment()
    decided_by: str = Field(default="", max_length=120)
    reason: str = Field(default="", max_length=200)

    @property
    def reward(self) -> Money | None:
        """What the one who sent them was credited."""
        return Money(self.reward_minor, self.currency) if self.currency else None

    def wait(self, invoice_id: UUID, paid_at: datetime, credit_on: date) -> None:
        """They have paid: if that is still so on a later day, it earns a reward."""
        require_status("referral", self.status, ReferralStatus.CAME)
        self.status = ReferralStatus.WAITING
        self.invoice_id, self.paid_at, self.credit_on = invoice_id, paid_at, credit_on

    def credit(self, reward: Money, now: datetime) -> None:
        """The one who sent them has their reward."""
        require_status("referral", self.status, ReferralStatus.WAITING)
        self.status = ReferralStatus.CREDITED
        self.currency, self.reward_minor, self.decided_at = reward.currency, reward.minor, now

    def refuse(self, reason: str, by: str, now: datetime) -> None:
        """It earns nothing, and the reason stands with it."""
        require_status("referral", self.status, ReferralStatus.CAME, ReferralStatus.WAITING)
        self.status = ReferralStatus.REFUSED
        self.reason, self.decided_by, self.decided_at = reason, by, now
