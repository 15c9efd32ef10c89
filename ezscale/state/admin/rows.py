"""Services, invoices and orders as lines of a table, in words for whoever looks."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from ezscale.models import Customer, Invoice, Order
from ezscale.models.invoice import InvoiceStatus
from ezscale.provisioning.services import ServiceOverview
from ezscale.state.reader import Reader


@dataclass
class ServiceRow:
    """A service on one line."""

    id: str
    number: str
    hostname: str
    plan: str
    place: str
    ipv4: str
    status: str
    customer: str
    customer_id: str
    ordered: str

    @classmethod
    def of(cls, found: ServiceOverview, reader: Reader) -> Self:
        """A service with the names of what it consists of."""
        service = found.service
        return cls(
            id=str(service.id),
            number=service.number,
            hostname=service.hostname,
            plan=found.plan.name,
            place=found.location.name,
            ipv4=service.ipv4,
            status=service.status.value,
            customer=found.customer.company or found.customer.name,
            customer_id=str(found.customer.id),
            ordered=reader.day(service.created_at),
        )


@dataclass
class InvoiceRow:
    """An invoice on one line."""

    id: str
    number: str
    customer: str
    customer_id: str
    issued: str
    due: str
    total: str
    to_pay: str
    status: str

    @classmethod
    def of(cls, invoice: Invoice, today: date, reader: Reader) -> Self:
        """An invoice, under the name it was issued to."""
        billed_to = invoice.billed_to
        return cls(
            id=str(invoice.id),
            number=invoice.shown_number or "Draft",
            customer=str(billed_to.get("company") or billed_to.get("name") or ""),
            customer_id=str(invoice.customer_id),
            issued=reader.day(invoice.issued_on),
            due=reader.day(invoice.due_on),
            total=reader.money(invoice.total),
            to_pay=reader.money(invoice.open_amount) if invoice.status is InvoiceStatus.OPEN else "",
            status=standing(invoice, today),
        )


@dataclass
class OrderRow:
    """An order on one line."""

    id: str
    number: str
    customer: str
    customer_id: str
    invoice_id: str
    placed: str
    total: str
    coupon: str
    status: str

    @classmethod
    def of(cls, order: Order, customer: Customer, reader: Reader) -> Self:
        """An order with who placed it."""
        return cls(
            id=str(order.id),
            number=order.number,
            customer=customer.company or customer.name,
            customer_id=str(customer.id),
            invoice_id=str(order.invoice_id),
            placed=reader.moment(order.placed_at),
            total=reader.money(order.total),
            coupon=order.coupon_code,
            status=order.status.value,
        )


def standing(invoice: Invoice, today: date) -> str:
    """Where an invoice stands; an open one past its day is overdue, and one that nobody paid is credited, not paid."""
    if invoice.is_credited:
        return "credited"
    late = invoice.status is InvoiceStatus.OPEN and invoice.due_on is not None and invoice.due_on < today
    return "overdue" if late else invoice.status.value
