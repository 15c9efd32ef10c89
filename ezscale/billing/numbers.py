"""The numbers of documents: a series for each kind and year, without a gap, in the order of their days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import SQLModel, col, select

from ezscale.billing import ledger
from ezscale.billing.earnings import earned_by_family
from ezscale.billing.events import InvoiceIssued
from ezscale.kit.database import table_of
from ezscale.kit.money import Money
from ezscale.kit.numbering import take_numbers
from ezscale.kit.work import Work
from ezscale.models import CreditNote, Invoice, InvoiceLine


@dataclass(frozen=True, slots=True)
class Series:
    """How documents of one kind are numbered. `dated` names the rows by whose days the numbers have to rise."""

    name: str
    prefix: str
    dated: type[SQLModel] | None = None

    def of(self, day: date) -> str:
        """The counter of a day: one for each year."""
        return f"{self.name}-{day.year}"

    def printed(self, day: date, number: int) -> str:
        """As people read it: INV-2026-000123."""
        return f"{self.prefix}-{day.year}-{number:06}"


INVOICES = Series("invoice", "INV", Invoice)
CREDIT_NOTES = Series("credit-note", "CN", CreditNote)
PROFORMAS = Series("proforma", "PF")  # their day becomes that of the invoice, so it says nothing about their order


@dataclass(frozen=True, slots=True)
class Taken:
    """Numbers that were taken together, and the day they are dated."""

    day: date
    numbers: list[str]


def take_document_numbers(work: Work, series: Series, count: int = 1) -> Taken:
    """The next numbers of a series. Take them last: whoever wants the same series waits for the commit.

    Who waited across midnight, or on a clock that was put back, finds a document of a later day before them: theirs is
    dated that day, too, so that days never fall where numbers rise.
    """
    first = take_numbers(work.session, series.of(work.today), count)
    day = max(work.today, _day_of(work, series, series.printed(work.today, first[0] - 1)))
    return Taken(day, [series.printed(work.today, number) for number in first])


def become_invoice(work: Work, invoice: Invoice) -> None:
    """The first money for a proforma is here: from now on it is an invoice of today, with its number, and is booked."""
    if not invoice.is_proforma:
        return
    taken = take_document_numbers(work, INVOICES)
    invoice.take_number(taken.numbers[0], taken.day)
    work.session.add(invoice)
    work.session.flush()
    book_invoice(work, invoice)
    work.emit(InvoiceIssued(invoice.id, invoice.customer_id))


def book_invoice(work: Work, invoice: Invoice) -> None:
    """The ledger's entry for an invoice that has just taken its number."""
    of_invoice = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(col(InvoiceLine.position))
    lines = work.session.exec(of_invoice).all()
    earned, taxes = earned_by_family(work, lines), _taxes_by_place(invoice, lines)
    sides = ledger.invoice_sides(invoice.customer_id, earned, taxes, invoice.total)
    ledger.book(work, "invoice", booking_of(invoice.id), sides)


def booking_of(invoice_id: UUID) -> str:
    """The name of the ledger's entry for an issued invoice."""
    return f"invoice:{invoice_id.hex}"


def booking_of_note(note_id: UUID) -> str:
    """The name of the ledger's entry for a credit note."""
    return f"credit-note:{note_id.hex}"


def _day_of(work: Work, series: Series, number: str) -> date:
    if series.dated is None:
        return work.today
    rows = table_of(series.dated).c
    found = work.session.execute(select(rows.issued_on).where(rows.number == number)).scalar()
    return found or work.today


def _taxes_by_place(invoice: Invoice, lines: Sequence[InvoiceLine]) -> dict[str, Money]:
    owed: dict[str, int] = {}
    for line in lines:
        for tax in line.taxes or []:
            owed[tax["place"]] = owed.get(tax["place"], 0) + tax["minor"]
    if invoice.tax_minor != sum(owed.values()):  # drafted by the release before, which kept one tax for all
        owed = {invoice.tax_country: invoice.tax_minor}
    return {place: Money(minor, invoice.currency) for place, minor in owed.items()}
