"""Lists for spreadsheets: line after line, however long the list is. Amounts and dates are plain, for sums and sorting."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from uuid import UUID

from ezscale.accounts.customers import search_customers
from ezscale.billing.invoicing import invoices
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Invoice, Order
from ezscale.ordering.placing import orders
from ezscale.provisioning.services import ServiceOverview, services

BLOCK = 500
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # what a spreadsheet would calculate instead of showing it

Line = tuple[str, ...]
Block = list[tuple[UUID, Line]]


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a list is wanted: everything, or what a search or a status finds; read so many lines at a time."""

    words: str = ""
    status: str = ""
    block: int = BLOCK


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list: the names of its columns, and how a block of lines is read, newest first."""

    columns: Line
    read: Callable[[Work, Filter, UUID | None], Block]


def csv_of(open_work: OpenWork, name: str, wanted: Filter) -> Iterator[str]:
    """A whole list as CSV, in pieces. NotFound for an unknown list; permission is that of the list on the screen.

    NotConfirmed for somebody who has not proven a short while ago that it is still them: a file leaves the house.
    """
    if name not in SHEETS:
        raise NotFound("There is no such list.")
    head, before = [SHEETS[name].columns], None
    while True:
        with open_work() as work:
            work.actor.require_confirmed()
            block = SHEETS[name].read(work, wanted, before)
        yield sheet_text([*head, *(line for _, line in block)])
        if len(block) < wanted.block:
            return
        head, before = [], block[-1][0]


def sheet_text(lines: Sequence[Line]) -> str:
    """Lines as CSV, with nothing in them that a spreadsheet would calculate."""
    page = StringIO()
    csv.writer(page).writerows([_shown(cell) for cell in line] for line in lines)
    return page.getvalue()


def _shown(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _customers(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(customer: Customer) -> Line:
        place = (customer.address, customer.postcode, customer.city, customer.country)
        names = (customer.number, customer.name, customer.company, customer.email)
        return (*names, *place, customer.tax_id, customer.currency, _plain(customer.created_at))

    return [(row.id, line(row)) for row in search_customers(work, wanted.words, before, wanted.block)]


def _services(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(found: ServiceOverview) -> Line:
        service = found.service
        what = (service.number, service.hostname, found.plan.name, found.location.name, found.image.name)
        since = (_plain(service.created_at), _plain(service.active_since))
        whose = (found.customer.number, found.customer.name) if work.actor.services is None else ("", "")
        return (*what, service.status, service.ipv4, service.ipv6, *whose, *since)

    found = services(work, status=wanted.status, words=wanted.words, before=before, limit=wanted.block)
    return [(row.service.id, line(row)) for row in found]


def _invoices(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(invoice: Invoice) -> Line:
        sums = (invoice.net, invoice.tax, invoice.total, invoice.settled)
        who = (str(invoice.billed_to.get("number", "")), str(invoice.billed_to.get("name", "")))
        days = (_plain(invoice.issued_on), _plain(invoice.due_on), _plain(invoice.paid_at))
        return (invoice.number or "", *who, invoice.status, *days, invoice.currency, *map(_amount, sums))

    return [(row.id, line(row)) for row in invoices(work, status=wanted.status, before=before, limit=wanted.block)]


def _orders(work: Work, wanted: Filter, before: UUID | None) -> Block:
    def line(order: Order, customer: Customer) -> Line:
        days = (_plain(order.placed_at), _plain(order.paid_at))
        money = (order.currency, _amount(order.total), order.coupon_code)
        return (order.number, customer.number, customer.name, order.status, *days, *money)

    found = orders(work, status=wanted.status, before=before, limit=wanted.block)
    return [(order.id, line(order, customer)) for order, customer in found]


def _plain(moment: date | datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _amount(amount: Money) -> str:
    return str(amount.major)


PLACE = ("address", "postcode", "city", "country")
SHEETS = {
    "customers": Sheet(
        ("number", "name", "company", "email", *PLACE, "tax_id", "currency", "since"),
        _customers,
    ),
    "services": Sheet(
        (
            *("number", "hostname", "plan", "location", "system", "status", "ipv4", "ipv6"),
            *("customer_number", "customer", "ordered", "active_since"),
        ),
        _services,
    ),
    "invoices": Sheet(
        (
            *("number", "customer_number", "customer", "status", "issued", "due", "paid"),
            *("currency", "net", "tax", "total", "settled"),
        ),
        _invoices,
    ),
    "orders": Sheet(
        ("number", "customer_number", "customer", "status", "placed", "paid", "currency", "total", "coupon"),
        _orders,
    ),
}
