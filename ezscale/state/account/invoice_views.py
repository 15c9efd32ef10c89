"""Invoices and orders in words, as the portal shows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from ezscale.billing.bank_rules import account_for
from ezscale.billing.checkout import PAYABLE
from ezscale.billing.small_sums import WAITS, from_before, to_charge
from ezscale.billing.upcoming import Upcoming
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import CreditEntry, CreditNote, Invoice, InvoiceLine, Order, Payment, RecordedPayment, Refund
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.models.payment_method import BRANDS
from ezscale.models.recorded_payment import PaidBy
from ezscale.state.reader import Reader
from ezscale.state.signing_in.choices import country_name

WAITING = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)


@dataclass
class InvoiceRow:
    """An invoice on one line."""

    id: str
    number: str
    issued_on: str
    due_on: str
    total: str
    status: str

    @classmethod
    def of(cls, invoice: Invoice, today: date, reader: Reader) -> Self:
        return cls(
            id=str(invoice.id),
            number=invoice.shown_number or "Draft",
            issued_on=reader.day(invoice.issued_on),
            due_on=reader.day(invoice.due_on),
            total=reader.money(invoice.total),
            status=status_of(invoice, today),
        )


@dataclass
class Due:
    """What is to be paid on an invoice, the `small_sums` from before included; or `waits` says why not now."""

    payable: bool = False
    to_pay: str = ""
    small_sums: str = ""
    waits: str = ""

    @classmethod
    def of(cls, work: Work, invoice: Invoice, reader: Reader) -> Self:
        """Nothing on one that asks for nothing."""
        if invoice.status not in PAYABLE:
            return cls()
        charged = to_charge(work, invoice)
        if not charged:
            return cls(to_pay=reader.money(invoice.open_amount), waits=WAITS)
        small = from_before(charged, invoice)
        return cls(payable=True, to_pay=reader.money(charged), small_sums=reader.money(small) if small else "")


@dataclass
class TransferView:
    """Where an invoice can be paid by bank transfer, and what to write on it; nothing where it cannot."""

    holder: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    reference: str = ""

    @classmethod
    def of(cls, work: Work, invoice: Invoice) -> Self:
        """Our account for its currency, while it waits for money."""
        account = account_for(work, invoice.currency) if invoice.status in WAITING else None
        if account is None:
            return cls()
        return cls(account.holder, account.iban, account.bic, account.bank, invoice.shown_number)


@dataclass
class UnpaidRow:
    """An invoice that waits for its money."""

    id: str
    number: str
    due_on: str
    status: str
    due: Due

    @classmethod
    def of(cls, work: Work, invoice: Invoice, reader: Reader) -> Self:
        return cls(
            id=str(invoice.id),
            number=invoice.shown_number,
            due_on=reader.day(invoice.due_on),
            status=status_of(invoice, work.today),
            due=Due.of(work, invoice, reader),
        )


@dataclass
class LineView:
    """One position of an invoice."""

    position: int
    text: str
    period: str
    price: str
    discount: str
    tax: str
    net: str
    why: str = ""
    quantity: int = 1

    @classmethod
    def of(cls, line: InvoiceLine, reader: Reader, why: str = "") -> Self:
        return cls(
            position=line.position,
            text=f"{line.description} × {line.quantity}" if line.quantity > 1 else line.description,
            period=period_of(line, reader),
            price=reader.money(line.price),
            discount=reader.money(Money(-line.discount_minor, line.currency)) if line.discount_minor else "",
            tax=line.tax_name or "none",
            net=reader.money(line.net),
            why=why,
            quantity=line.quantity,
        )


@dataclass
class PaymentRow:
    """Money that came."""

    id: str
    at: str
    way: str
    amount: str
    reference: str

    @classmethod
    def of(cls, payment: Payment, recorded: RecordedPayment | None, reader: Reader) -> Self:
        at = reader.day(recorded.came_on) if recorded else reader.moment(payment.received_at)
        reference = recorded.reference if recorded else payment.gateway_ref
        return cls(str(payment.id), at, way_of(payment), reader.money(payment.amount), reference)

    @classmethod
    def back(cls, refund: Refund, reader: Reader) -> Self:
        """Money that went back, or is on its way."""
        way = "On its way back to you" if refund.is_under_way else "Sent back to you"
        return cls(str(refund.id), reader.moment(refund.created_at), way, reader.money(-refund.amount), refund.reason)


@dataclass
class NoteRow:
    """A credit note on its invoice's page."""

    id: str
    number: str
    issued_on: str
    reason: str
    total: str
    kept: str

    @classmethod
    def of(cls, note: CreditNote, reader: Reader) -> Self:
        kept = reader.money(note.kept) if note.kept else ""
        return cls(str(note.id), note.number, reader.day(note.issued_on), note.reason, reader.money(note.total), kept)


@dataclass
class CreditRow:
    """A movement of account credit."""

    id: str
    day: str
    reason: str
    amount: str
    left: str
    until: str

    @classmethod
    def of(cls, entry: CreditEntry, reader: Reader) -> Self:
        return cls(
            id=str(entry.id),
            day=reader.day(entry.created_at),
            reason=entry.reason,
            amount=reader.money(entry.amount),
            left=reader.money(entry.left) if entry.left_minor else "",
            until=reader.day(entry.expires_on) if entry.left_minor else "",
        )


@dataclass
class InvoiceView:
    """An invoice as a document."""

    id: str = ""
    number: str = ""
    status: str = ""
    issued_on: str = ""
    due_on: str = ""
    paid_on: str = ""
    net: str = ""
    tax: str = ""
    total: str = ""
    settled: str = ""
    credited: str = ""
    due: Due = field(default_factory=Due)
    tax_note: str = ""
    memo: str = ""
    proforma: bool = False

    @classmethod
    def of(cls, work: Work, invoice: Invoice, reader: Reader) -> Self:
        return cls(
            id=str(invoice.id),
            number=invoice.shown_number or "Draft",
            status=status_of(invoice, work.today),
            issued_on=reader.day(invoice.issued_on),
            due_on=reader.day(invoice.due_on),
            paid_on=reader.moment(invoice.paid_at),
            net=reader.money(invoice.net),
            tax=reader.money(invoice.tax),
            total=reader.money(invoice.total),
            settled=reader.money(invoice.settled) if invoice.settled else "",
            credited=reader.money(-invoice.credited) if invoice.credited else "",
            due=Due.of(work, invoice, reader),
            tax_note=invoice.tax_note,
            memo=invoice.memo,
            proforma=invoice.is_proforma,
        )


@dataclass
class OrderRow:
    """An order that waits for its money, or whose money is reserved while somebody looks at it."""

    id: str
    number: str
    total: str
    until: str
    is_reserved: bool = False

    @classmethod
    def of(cls, order: Order, reader: Reader) -> Self:
        total, until = reader.money(order.total), reader.moment(order.expires_at)
        return cls(str(order.id), order.number, total, until, order.status is OrderStatus.RESERVED)


@dataclass
class ComingRow:
    """What will be billed next, and for which servers."""

    server: str
    text: str
    on: str
    total: str

    @classmethod
    def of(cls, coming: Upcoming, hostnames: Mapping[UUID, str], reader: Reader) -> Self:
        server = ", ".join(hostnames[item_id] for item_id in coming.item_ids if item_id in hostnames)
        return cls(server, coming.description, reader.day(coming.starts_on), reader.money(coming.total))


def status_of(invoice: Invoice, today: date) -> str:
    """Where an invoice stands; an open one whose day has passed is overdue, one that nobody paid is credited, not paid."""
    if invoice.is_credited:
        return "credited"
    if invoice.status is InvoiceStatus.OPEN and invoice.due_on is not None and invoice.due_on < today:
        return "overdue"
    return invoice.status.value


def way_of(payment: Payment) -> str:
    """By which way money came: Bank transfer, or the name of the gateway."""
    if payment.gateway in list(PaidBy):
        return PaidBy(payment.gateway).words
    return BRANDS.get(payment.gateway, payment.gateway.title())


def period_of(line: InvoiceLine, reader: Reader) -> str:
    """The days a position pays for, the last one included."""
    if line.period_start is None or line.period_end is None:
        return ""
    return f"{reader.day(line.period_start)} to {reader.day(line.period_end - timedelta(days=1))}"


def address_lines(party: dict[str, str]) -> list[str]:
    """A party of an invoice as it stands on an envelope."""
    town = " ".join(part for part in (party.get("postcode", ""), party.get("city", "")) if part)
    lines = [party.get("company", ""), party.get("name", ""), party.get("address", ""), town]
    tax_id = party.get("tax_id", "")
    lines += [country_name(party.get("country", "")), f"Tax id {tax_id}" if tax_id else ""]
    return [line for line in lines if line]
