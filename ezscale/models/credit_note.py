"""What is taken back of an invoice, as a document of its own that never changes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index
from sqlmodel import Field

from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment


class CreditNote(Row, table=True):
    """It names its invoice, repeats the tax it takes back, and keeps both parties as the invoice has them.

    `kept_minor` is the part that had been paid already and became the customer's credit; the rest lowered what was open.
    A note falls with its invoice: when that is voided, it takes back nothing any more.
    """

    __tablename__ = "credit_note"
    __table_args__ = (
        Index("ix_credit_note_customer", "customer_id", "id"),
        CheckConstraint("total_minor > 0 AND net_minor + tax_minor = total_minor", name="total"),
        CheckConstraint("kept_minor >= 0 AND kept_minor <= total_minor", name="kept"),
    )

    number: str = Field(max_length=32, unique=True)
    invoice_id: UUID = Field(foreign_key="invoice.id", index=True)
    customer_id: UUID = Field(foreign_key="customer.id")
    currency: str = Field(max_length=3)
    net_minor: int = Field(sa_type=BigInteger)
    tax_minor: int = Field(sa_type=BigInteger)
    total_minor: int = Field(sa_type=BigInteger)
    kept_minor: int = Field(default=0, sa_type=BigInteger)
    reason: str = Field(max_length=200)
    issued_on: date
    created_at: datetime = moment()
    delivered_at: datetime | None = maybe_moment()
    tax_note: str = Field(default="", max_length=200)
    billed_to: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    seller: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))

    @property
    def net(self) -> Money:
        """All lines, before tax."""
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        """All tax it takes back."""
        return Money(self.tax_minor, self.currency)

    @property
    def total(self) -> Money:
        """What it takes back, tax included."""
        return Money(self.total_minor, self.currency)

    @property
    def kept(self) -> Money:
        """What of it became the customer's credit."""
        return Money(self.kept_minor, self.currency)

    def deliver(self, now: datetime) -> None:
        """It has been sent to the customer."""
        self.delivered_at = self.delivered_at or now


class CreditNoteLine(Row, table=True):
    """What is taken back of one line of the invoice. `taxes` are as on that line, each with the sum taken back of it."""

    __tablename__ = "credit_note_line"

    credit_note_id: UUID = Field(foreign_key="credit_note.id", index=True)
    invoice_line_id: UUID = Field(foreign_key="invoice_line.id", index=True)
    position: int
    description: str = Field(max_length=250)
    currency: str = Field(max_length=3)
    net_minor: int = Field(sa_type=BigInteger)
    tax_name: str = Field(default="", max_length=80)
    tax_rate: int = 0
    tax_minor: int = Field(sa_type=BigInteger)
    taxes: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    @property
    def net(self) -> Money:
        """Before tax."""
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        """The tax on it."""
        return Money(self.tax_minor, self.currency)
