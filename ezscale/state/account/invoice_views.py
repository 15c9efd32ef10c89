"""Invoices and orders in words, as the portal shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from ezscale.billing.upcoming import Upcoming
from ezscale.models import Invoice, InvoiceLine, Order, Payment
from ezscale.models.invoice import InvoiceStatus
from ezscale.state.account.service_views import cycle
from ezscale.state.reader import Reader

PAYABLE = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)


@dataclass
class InvoiceRow:
    """An invoice on one line."""

    id: str
    number: str
    issued_on: str
    due_on: str
    total: str
    to_pay: str
    status: str
    payable: bool

    @classmethod
    def of(cls, invoice: Invoice, today: date, reader: Reader) -> Self:
        return cls(
            id=str(invoice.id),
            number=invoice.number or "Draft",
            issued_on=reader.day(invoice.issued_on),
            due_on=reader.day(invoice.due_on),
            total=reader.money(invoice.total),
            to_pay=reader.money(invoice.open_amount),
            status=status_of(invoice, today),
            payable=invoice.status in PAYABLE,
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

    @classmethod
    def of(cls, line: InvoiceLine, reader: Reader) -> Self:
        period = f"{reader.day(line.period_start)} – {reader.day(line.period_end)}" if line.period_start else ""
        return cls(
            position=line.position,
            text=line.description,
            period=period,
            price=reader.money(line.price),
            discount=reader.money(line.net - line.price) if line.discount_minor else "",
            tax=line.tax_name or "none",
            net=reader.money(line.net),
        )


@dataclass
class PaymentRow:
    """Money that came."""

    id: str
    at: str
    amount: str
    reference: str

    @classmethod
    def of(cls, payment: Payment, reader: Reader) -> Self:
        return cls(
            str(payment.id), reader.moment(payment.received_at), reader.money(payment.amount), payment.gateway_ref
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
    to_pay: str = ""
    tax_note: str = ""
    payable: bool = False

    @classmethod
    def of(cls, invoice: Invoice, today: date, reader: Reader) -> Self:
        return cls(
            id=str(invoice.id),
            number=invoice.number or "Draft",
            status=status_of(invoice, today),
            issued_on=reader.day(invoice.issued_on),
            due_on=reader.day(invoice.due_on),
            paid_on=reader.moment(invoice.paid_at),
            net=reader.money(invoice.net),
            tax=reader.money(invoice.tax),
            total=reader.money(invoice.total),
            settled=reader.money(invoice.settled) if invoice.settled else "",
            to_pay=reader.money(invoice.open_amount),
            tax_note=invoice.tax_note,
            payable=invoice.status in PAYABLE,
        )


@dataclass
class OrderRow:
    """An order that waits for its money."""

    id: str
    number: str
    total: str
    until: str

    @classmethod
    def of(cls, order: Order, reader: Reader) -> Self:
        return cls(str(order.id), order.number, reader.money(order.total), reader.moment(order.expires_at))


@dataclass
class ComingRow:
    """What will be billed next."""

    text: str
    on: str
    total: str

    @classmethod
    def of(cls, coming: Upcoming, reader: Reader) -> Self:
        text = f"{coming.description.rpartition(', ')[0] or coming.description} ({cycle(coming.months)})"
        return cls(text, reader.day(coming.starts_on), reader.money(coming.total))


def status_of(invoice: Invoice, today: date) -> str:
    """Where an invoice stands; an open one whose day has passed is overdue."""
    if invoice.status is InvoiceStatus.OPEN and invoice.due_on is not None and invoice.due_on < today:
        return "overdue"
    return invoice.status.value


def address_lines(party: dict[str, str]) -> list[str]:
    """A party of an invoice as it stands on an envelope."""
    town = " ".join(part for part in (party.get("postcode", ""), party.get("city", "")) if part)
    lines = [party.get("company", ""), party.get("name", ""), party.get("address", ""), town, party.get("country", "")]
    tax_id = party.get("tax_id", "")
    return [line for line in (*lines, f"Tax id {tax_id}" if tax_id else "") if line]
