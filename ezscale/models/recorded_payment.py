"""Payments that no gateway tells us of: who wrote them down, and why one was taken back."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from ezscale.models.base import Row, WrongState


class PaidBy(StrEnum):
    """How money comes that no gateway collects. A payment's `gateway` says it."""

    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"
    CHEQUE = "cheque"
    OTHER = "other"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.replace("_", " ").capitalize()


class RecordedPayment(Row, table=True):
    """What staff wrote down of a payment: its reference as they typed it, and the day on which it came.

    `form_key` is that of the form it was written in: sent twice, it is one payment.
    """

    __tablename__ = "recorded_payment"

    payment_id: UUID = Field(foreign_key="payment.id", unique=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    form_key: str = Field(max_length=80, unique=True)
    reference: str = Field(max_length=100)
    came_on: date
    recorded_by: str = Field(max_length=120)
    taken_back_by: str = Field(default="", max_length=120)
    taken_back_because: str = Field(default="", max_length=200)

    def take_back(self, by: str, reason: str) -> None:
        """It was a mistake: no such money came."""
        if self.taken_back_because:
            raise WrongState("This payment was taken back already.")
        self.taken_back_by, self.taken_back_because = by, reason
