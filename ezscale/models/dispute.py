"""Money that a customer's bank has taken back, or asks about."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class DisputeStatus(StrEnum):
    """Where a dispute stands."""

    WARNING = "warning"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


UNDECIDED = (DisputeStatus.WARNING, DisputeStatus.OPEN)
TAKEN = (DisputeStatus.OPEN, DisputeStatus.LOST)  # the bank has the money


class Dispute(Row, table=True):
    """What a bank says of one payment. In a warning it only asks; from then on it has the money until we win.

    `method_id` is the card that had paid, where we keep it. `owed_minor` is how much of what was lost its invoice asks
    for again; the rest is bad debt. `held_minor` is how much of the customer's credit came of the payment and is kept
    from them because of it. `fee_minor` is what the gateway has kept for it.
    """

    __table_args__ = (
        UniqueConstraint("gateway", "gateway_ref"),
        Index("ix_dispute_undecided", "status", "answer_by"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("owed_minor >= 0 AND owed_minor <= amount_minor", name="owed"),
        CheckConstraint("held_minor >= 0 AND held_minor <= amount_minor", name="held"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        DisputeStatus.WON: "the money is with us",
        DisputeStatus.LOST: "the money is gone",
    }

    payment_id: UUID = Field(foreign_key="payment.id", index=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    method_id: UUID | None = Field(default=None, foreign_key="payment_method.id", index=True)
    gateway: str = Field(max_length=20)
    gateway_ref: str = Field(max_length=120)
    status: DisputeStatus = Field(default=DisputeStatus.WARNING, sa_type=word(DisputeStatus))
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
    fee_minor: int = Field(default=0, sa_type=BigInteger)
    owed_minor: int = Field(default=0, sa_type=BigInteger)
    held_minor: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    reason: str = Field(default="", max_length=60)
    answer_by: datetime | None = maybe_moment()
    opened_at: datetime = moment()
    closed_at: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """What the bank took, or asks about."""
        return Money(self.amount_minor, self.currency)

    @property
    def fee(self) -> Money:
        """What the gateway has kept for its work."""
        return Money(self.fee_minor, self.currency)

    @property
    def owed(self) -> Money:
        """What the invoice asks for again."""
        return Money(self.owed_minor, self.currency)

    @property
    def held(self) -> Money:
        """What is kept from the customer's credit because of it."""
        return Money(self.held_minor, self.currency)

    @property
    def is_undecided(self) -> bool:
        """The bank has not decided yet."""
        return self.status in UNDECIDED

    def take(self, amount: Money, fee: Money) -> None:
        """The bank has taken the money, and the gateway its fee."""
        require_status("dispute", self.status, DisputeStatus.WARNING)
        self.status, self.amount_minor, self.fee_minor = DisputeStatus.OPEN, amount.minor, fee.minor

    def win(self, fee: Money, now: datetime) -> None:
        """The money is with us."""
        require_status("dispute", self.status, *UNDECIDED)
        self.status, self.fee_minor, self.closed_at = DisputeStatus.WON, fee.minor, now

    def lose(self, owed: Money, fee: Money, now: datetime) -> None:
        """The money is gone; `owed` of it is asked for again."""
        require_status("dispute", self.status, DisputeStatus.OPEN)
        self.status, self.fee_minor, self.closed_at = DisputeStatus.LOST, fee.minor, now
        self.owed_minor = owed.minor
