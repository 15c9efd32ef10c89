"""Money on its way back to where it came from."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class RefundStatus(StrEnum):
    """Where a refund stands."""

    CREATED = "created"
    SENT = "sent"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNDER_WAY = (RefundStatus.CREATED, RefundStatus.SENT, RefundStatus.UNKNOWN)


class Refund(Row, table=True):
    """Written before the gateway is asked; `key` goes with every request about it, so that it is paid once.

    It pays out a sum of the customer's credit, `credit_entry_id`. A refund that somebody made at the gateway itself has
    none until it is known what it was for; `asked_by` is empty then.
    """

    __table_args__ = (
        UniqueConstraint("gateway", "gateway_ref"),
        Index("ix_refund_unsettled", "status", "created_at"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        RefundStatus.SUCCEEDED: "the customer has it",
        RefundStatus.FAILED: "it is credit again, and a case",
    }

    payment_id: UUID = Field(foreign_key="payment.id", index=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    credit_entry_id: UUID | None = Field(default=None, foreign_key="credit_entry.id", index=True)
    gateway: str = Field(max_length=20)
    gateway_ref: str | None = Field(default=None, max_length=120)
    key: str = Field(max_length=120, unique=True)
    status: RefundStatus = Field(default=RefundStatus.CREATED, sa_type=word(RefundStatus))
    currency: str = Field(max_length=3)
    amount_minor: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=200)
    asked_by: str = Field(default="", max_length=120)
    failure: str = Field(default="", max_length=120)
    created_at: datetime = moment()
    sent_at: datetime | None = maybe_moment()
    finished_at: datetime | None = maybe_moment()

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_under_way(self) -> bool:
        """The gateway has not said yet what became of it."""
        return self.status in UNDER_WAY

    @property
    def has_not_failed(self) -> bool:
        """It went back, or may still."""
        return self.status is not RefundStatus.FAILED

    @property
    def is_unexplained(self) -> bool:
        """It was made at the gateway itself, and nobody has said what for."""
        return self.status is RefundStatus.SUCCEEDED and self.credit_entry_id is None

    def send(self, now: datetime) -> None:
        """From here on the gateway may have acted."""
        require_status("refund", self.status, *UNDER_WAY)
        self.status = RefundStatus.SENT
        self.sent_at = self.sent_at or now

    def lose_sight(self) -> None:
        """The answer was lost: only the gateway knows."""
        require_status("refund", self.status, *UNDER_WAY)
        self.status = RefundStatus.UNKNOWN

    def succeed(self, now: datetime) -> None:
        """The customer has it back, or their bank soon will."""
        require_status("refund", self.status, *UNDER_WAY)
        self.status, self.finished_at = RefundStatus.SUCCEEDED, now

    def fail(self, why: str, now: datetime) -> None:
        """It did not reach them. A bank may send back what had succeeded before."""
        require_status("refund", self.status, *UNDER_WAY, RefundStatus.SUCCEEDED)
        self.status, self.failure, self.finished_at = RefundStatus.FAILED, why[:120], now

    def explain(self, credit_entry_id: UUID) -> None:
        """It is known now what it has paid out."""
        self.credit_entry_id = credit_entry_id
