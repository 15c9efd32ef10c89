"""What is owed, as a document that never changes once it has a number."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.dialects import mysql
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.kit.money import Money
from ezscale.models.base import Row, WrongState, maybe_moment, moment, require_status


class InvoiceStatus(StrEnum):
    """Where an invoice stands."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


class InvoiceOrigin(StrEnum):
    """What made an invoice necessary."""

    ORDER = "order"
    RENEWAL = "renewal"
    CHANGE = "change"
    MANUAL = "manual"
    LATE_FEE = "late_fee"
    USAGE = "usage"


class LineKind(StrEnum):
    """What a line asks for, or gives back."""

    PERIOD = "period"  # days of something that is billed again and again
    UNUSED = "unused"  # days that were paid and are given back, below zero
    SETUP = "setup"
    ONCE = "once"
    USAGE = "usage"
    LATE_FEE = "late_fee"
    MANUAL = "manual"


# A draft may be below nothing while it is written.
SETTLED = (
    "(total_minor >= 0 AND settled_minor >= 0 AND settled_minor <= total_minor)"
    " OR (total_minor < 0 AND (settled_minor = 0 OR settled_minor = total_minor))"
)


class Invoice(Row, table=True):
    """A draft has no number and may change; an issued one keeps everything but its status and what is settled.

    `billed_to` and `seller` are copies of both parties as they were when it was issued. `report_rate` is how much of
    `report_currency` one unit of its currency was worth on that day, as an exact decimal. None asks for less than nothing:
    what gives back is a credit note. `evidence` is what was known of the place of the buyer and of their tax id when the
    tax was decided. One that is issued with a
    `proforma_number` asks for money, too, and takes its number when the first money comes: until then it is no sale.
    `fee_for_id` is the overdue invoice that a late fee is asked for: each has one at most. `memo` is printed on it.
    """

    __table_args__ = (
        Index("ix_invoice_open", "status", "due_on", "id"),
        Index("ix_invoice_customer", "customer_id", "id"),
        CheckConstraint(SETTLED, name="settled"),
        CheckConstraint("credited_minor >= 0 AND (credited_minor <= total_minor OR total_minor < 0)", name="credited"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        InvoiceStatus.DRAFT: "it asks nobody for anything: whoever writes it issues it, and one of an order goes with that order",
        InvoiceStatus.OPEN: "it is owed, and each night of the dunning run looks at it for as long as it is",
        InvoiceStatus.PAID: "nothing is owed",
        InvoiceStatus.VOID: "it was called off",
        InvoiceStatus.UNCOLLECTIBLE: "nobody expects the money; it may still come",
    }

    number: str | None = Field(default=None, max_length=32, unique=True)
    customer_id: UUID = Field(foreign_key="customer.id")
    status: InvoiceStatus = Field(default=InvoiceStatus.DRAFT, sa_type=word(InvoiceStatus))
    currency: str = Field(max_length=3)
    net_minor: int = Field(default=0, sa_type=BigInteger)
    tax_minor: int = Field(default=0, sa_type=BigInteger)
    total_minor: int = Field(default=0, sa_type=BigInteger)
    settled_minor: int = Field(default=0, sa_type=BigInteger)
    credited_minor: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    origin: InvoiceOrigin = Field(
        default=InvoiceOrigin.RENEWAL, sa_type=word(InvoiceOrigin), sa_column_kwargs={"server_default": "renewal"}
    )
    issued_on: date | None = None
    due_on: date | None = None
    paid_at: datetime | None = maybe_moment()
    created_at: datetime = moment()
    delivered_at: datetime | None = maybe_moment()
    tax_country: str = Field(default="", max_length=2)
    tax_note: str = Field(default="", max_length=200)
    tax_inclusive: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    report_currency: str = Field(default="", max_length=3, sa_column_kwargs={"server_default": ""})
    report_rate: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": ""})
    memo: str = Field(default="", max_length=1000, sa_column_kwargs={"server_default": ""})
    proforma_number: str | None = Field(default=None, max_length=32, unique=True)
    fee_for_id: UUID | None = Field(default=None, foreign_key="invoice.id", unique=True)
    billed_to: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    seller: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    evidence: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))

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
    def credited(self) -> Money:
        """What credit notes have taken back of it."""
        return Money(self.credited_minor, self.currency)

    @property
    def open_amount(self) -> Money:
        """What is still to be paid."""
        return Money(max(self.total_minor - self.settled_minor - self.credited_minor, 0), self.currency)

    @property
    def is_proforma(self) -> bool:
        """It asks for money and is no sale yet: it has no number, and nothing is booked."""
        return self.number is None and self.proforma_number is not None

    @property
    def shown_number(self) -> str:
        """What people call it; empty for a draft."""
        return self.number or self.proforma_number or ""

    @property
    def is_credited(self) -> bool:
        """It is closed because credit notes took it back: nobody has paid."""
        return self.status is InvoiceStatus.PAID and bool(self.credited_minor) and not self.settled_minor

    def issue(self, number: str, issued_on: date, due_on: date) -> None:
        """From now on it is a document: it has a number and never changes."""
        self._require_issuable()
        self.status = InvoiceStatus.OPEN
        self.number, self.issued_on, self.due_on = number, issued_on, due_on

    def issue_proforma(self, proforma_number: str, issued_on: date, due_on: date) -> None:
        """It asks for money from now on and changes no more; its own number comes with the money."""
        self._require_issuable()
        self.status = InvoiceStatus.OPEN
        self.proforma_number, self.issued_on, self.due_on = proforma_number, issued_on, due_on

    def take_number(self, number: str, issued_on: date) -> None:
        """The first money is here: what was a proforma is an invoice of this day."""
        require_status("invoice", self.status, InvoiceStatus.OPEN)
        if not self.is_proforma:
            raise WrongState("This invoice has its number.")
        self.number, self.issued_on = number, issued_on

    def settle(self, amount: Money, now: datetime) -> None:
        """Book money on it; it is paid when nothing is left."""
        require_status("invoice", self.status, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
        self.settled_minor += (Money.zero(self.currency) + amount).minor
        if not self.open_amount:
            self.status = InvoiceStatus.PAID
            self.paid_at = now

    def unsettle(self, amount: Money) -> None:
        """Money that was booked on it never came; where something is left to pay, it is open again."""
        require_status("invoice", self.status, InvoiceStatus.OPEN, InvoiceStatus.PAID)
        self.settled_minor -= (Money.zero(self.currency) + amount).minor
        if self.open_amount:
            self.status, self.paid_at = InvoiceStatus.OPEN, None

    def credit(self, amount: Money, now: datetime) -> None:
        """A credit note takes back part of it; where nothing is left to pay, it is closed."""
        require_status("invoice", self.status, InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.PAID)
        self.credited_minor += (Money.zero(self.currency) + amount).minor
        if self.status is not InvoiceStatus.PAID and not self.open_amount:
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

    def expect_again(self) -> None:
        """We expect the money after all."""
        require_status("invoice", self.status, InvoiceStatus.UNCOLLECTIBLE)
        self.status = InvoiceStatus.OPEN

    def deliver(self, now: datetime) -> None:
        """It has been sent to the customer."""
        self.delivered_at = self.delivered_at or now

    def _require_issuable(self) -> None:
        require_status("invoice", self.status, InvoiceStatus.DRAFT)
        if self.total_minor < 0:
            raise WrongState("An invoice asks for nothing at least: what gives back is a credit note.")


class InvoiceLine(Row, table=True):
    """One position. `item_id` and `period_start` together are unique: nobody pays for the same days twice.

    `kind` stands between them: a rest of days may be given back on the day on which others begin.

    `taxes` are the taxes on it, each with its name, place, rate (parts of a million: 230000 is 23 %) and sum.
    `tax_name` and `tax_rate` say the same for reading: all names, and all rates together in hundredths of a percent.
    A line for a part of a period keeps which: `share` of `share_of` days (or seconds, for a seller who counts those).
    `untaxed` says that whoever wrote the line wants no tax on it, whatever the customer owes otherwise.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (UniqueConstraint("item_id", "period_start", "kind", name="uq_invoice_line_once"),)

    invoice_id: UUID = Field(foreign_key="invoice.id", index=True)
    position: int
    kind: LineKind = Field(
        default=LineKind.PERIOD, sa_type=word(LineKind), sa_column_kwargs={"server_default": "period"}
    )
    item_id: UUID | None = Field(default=None, foreign_key="subscription_item.id")
    description: str = Field(max_length=250)
    period_start: date | None = None
    period_end: date | None = None
    currency: str = Field(max_length=3)
    quantity: int = 1
    price_minor: int = Field(sa_type=BigInteger)
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    net_minor: int = Field(sa_type=BigInteger)
    tax_name: str = Field(default="", max_length=80)
    tax_rate: int = 0
    tax_minor: int = Field(sa_type=BigInteger)
    taxes: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    share: int | None = None
    share_of: int | None = None
    untaxed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    @property
    def price(self) -> Money:
        """For one, before discount and tax."""
        return Money(self.price_minor, self.currency)

    @property
    def tax_ppm(self) -> int:
        """All its rates together, in parts of a million."""
        return self.tax_rate * 100 if self.taxes is None else sum(tax["rate"] for tax in self.taxes)

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


class PrintedDocument(Row, table=True):
    """The PDF of a proforma or a credit note as it was first made, under its number."""

    __tablename__ = "printed_document"
    __unaudited__: ClassVar[str] = "it follows from what it prints"

    number: str = Field(max_length=32, unique=True)
    sha256: str = Field(max_length=64)
    content: bytes = Field(
        sa_column=Column(LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb"), nullable=False)
    )
    created_at: datetime = moment()
