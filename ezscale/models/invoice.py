"""What is owed, as a document that never changes once it has a number."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects import mysql
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, maybe_moment, moment, require_status


class InvoiceStatus(StrEnum):
    """Where an invoice stands."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


class Invoice(Row, table=True):
    """A draft has no number and may change; an issued one keeps everything but its status and what is settled.

    `billed_to` and `seller` are copies of both parties as they were when it was issued.
    """

    __table_args__ = (
        Index("ix_invoice_open", "status", "due_on", "id"),
        Index("ix_invoice_customer", "customer_id", "id"),
        CheckConstraint("settled_minor >= 0 AND settled_minor <= total_minor", name="settled"),
    )

    number: str | None = Field(default=None, max_length=32, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id")
    status: InvoiceStatus = Field(default=InvoiceStatus.DRAFT, sa_type=word(InvoiceStatus))
    currency: str = Field(max_length=3)
    net_minor: int = Field(default=0, sa_type=BigInteger)
    tax_minor: int = Field(default=0, sa_type=BigInteger)
    total_minor: int = Field(default=0, sa_type=BigInteger)
    settled_minor: int = Field(default=0, sa_type=BigInteger)
    issued_on: date | None = None
    due_on: date | None = None
    paid_at: datetime | None = maybe_moment()
    created_at: datetime = moment()
    delivered_at: datetime | None = maybe_moment()
    tax_country: str = Field(default="", max_length=2)
    tax_note: str = Field(default="", max_length=200)
    billed_to: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    seller: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))

    @property
    def net(self) -> Money:
        """All lines after discounts, before tax."""
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        """All tax on it."""
        return Money(self.tax_minor, self.currency)

    @property
    def total(self) -> Money:
        """What it asks for, tax included."""
        return Money(self.total_minor, self.currency)

    @property
    def settled(self) -> Money:
        """What has been paid on it."""
        return Money(self.settled_minor, self.currency)

    @property
    def open_amount(self) -> Money:
        """What is still to be paid."""
        return self.total - self.settled

    def issue(self, number: str, issued_on: date, due_on: date) -> None:
        """From now on it is a document: it has a number and never changes."""
        require_status("invoice", self.status, InvoiceStatus.DRAFT)
        self.status = InvoiceStatus.OPEN
        self.number, self.issued_on, self.due_on = number, issued_on, due_on

    def settle(self, amount: Money, now: datetime) -> None:
        """Book money on it; it is paid when nothing is left."""
        require_status("invoice", self.status, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
        self.settled_minor += (Money.zero(self.currency) + amount).minor
        if not self.open_amount:
            self.status = InvoiceStatus.PAID
            self.paid_at = now

    def void(self) -> None:
        """It asks for nothing any more, and keeps its number. A paid one is refunded instead."""
        require_status("invoice", self.status, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
        self.status = InvoiceStatus.VOID

    def write_off(self) -> None:
        """We no longer expect the money."""
        require_status("invoice", self.status, InvoiceStatus.OPEN)
        self.status = InvoiceStatus.UNCOLLECTIBLE

    def deliver(self, now: datetime) -> None:
        """It has been sent to the customer."""
        self.delivered_at = self.delivered_at or now


class InvoiceLine(Row, table=True):
    """One position. `item_id` and `period_start` together are unique: nobody pays for the same days twice.

    `tax_rate` is in hundredths of a percent: 2300 is 23 %.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (UniqueConstraint("item_id", "period_start", name="uq_invoice_line_period"),)

    invoice_id: UUID = Field(foreign_key="invoice.id", index=True)
    position: int
    item_id: UUID | None = Field(default=None, foreign_key="subscription_item.id")
    description: str = Field(max_length=250)
    period_start: date | None = None
    period_end: date | None = None
    currency: str = Field(max_length=3)
    quantity: int = 1
    price_minor: int = Field(sa_type=BigInteger)
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    net_minor: int = Field(sa_type=BigInteger)
    tax_name: str = Field(default="", max_length=40)
    tax_rate: int = 0
    tax_minor: int = Field(sa_type=BigInteger)

    @property
    def price(self) -> Money:
        """For one, before discount and tax."""
        return Money(self.price_minor, self.currency)

    @property
    def net(self) -> Money:
        """After discount, before tax."""
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        """The tax on it."""
        return Money(self.tax_minor, self.currency)


class InvoiceDocument(Row, table=True):
    """The PDF as it was first made, so that it never looks different later."""

    __tablename__ = "invoice_document"
    __unaudited__: ClassVar[str] = "it follows from its invoice"

    invoice_id: UUID = Field(foreign_key="invoice.id", unique=True)
    sha256: str = Field(max_length=64)
    content: bytes = Field(
        sa_column=Column(LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb"), nullable=False)
    )
    created_at: datetime = moment()
