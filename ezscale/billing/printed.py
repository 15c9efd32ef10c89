"""What a document says, whichever kind it is: the one picture that the paper and the e-invoice are both drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from ezscale.billing.lines import MILLION
from ezscale.kit.money import Money
from ezscale.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine


class Kind(StrEnum):
    """Which document it is."""

    INVOICE = "invoice"
    PROFORMA = "proforma"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class TaxOnLine:
    """A tax by name, its rate in parts of a million, and its sum."""

    name: str
    rate: int
    amount: Money


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A position: `price` and `discount` hold the taxes where the document's prices do, `net` never."""

    description: str
    quantity: int
    price: Money
    discount: Money
    net: Money
    taxes: tuple[TaxOnLine, ...]
    label: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def last_day(self) -> date | None:
        """The last day that it is for."""
        return self.end - timedelta(days=1) if self.end else None


@dataclass(frozen=True, slots=True)
class TaxSum:
    """One tax of a document: what it is taken of, and what it comes to. Without a name it is what carries none."""

    name: str
    rate: int
    base: Money
    amount: Money


@dataclass(frozen=True, slots=True)
class Printed:
    """A document as it was issued. `named` is the invoice that a credit note takes back from."""

    kind: Kind
    number: str
    day: date
    due_on: date | None
    seller: Mapping[str, str]
    customer: Mapping[str, str]
    lines: tuple[PrintedLine, ...]
    net: Money
    tax: Money
    total: Money
    tax_note: str = ""
    with_tax: bool = False
    report_currency: str = ""
    report_rate: str = ""
    memo: str = ""
    named: tuple[str, date] | None = None

    @property
    def currency(self) -> str:
        """What all its sums are in."""
        return self.total.currency

    @property
    def waits_for_money(self) -> bool:
        """It is paid later than it is issued; an order's invoice is issued because it was paid."""
        later = self.due_on is not None and self.due_on > self.day
        return self.kind is Kind.PROFORMA or (self.kind is Kind.INVOICE and later)

    @property
    def supplied(self) -> tuple[date, date]:
        """The first and the last day it is for: its own day, where no line names any."""
        starts = [line.start for line in self.lines if line.start]
        ends = [line.last_day for line in self.lines if line.last_day]
        return (min(starts), max(ends)) if starts and ends else (self.day, self.day)

    @property
    def reported_tax(self) -> Money | None:
        """The tax in the seller's own currency, where the document is in another one."""
        if not self.report_rate or self.report_currency in ("", self.currency):
            return None
        return in_currency(self.tax, self.report_currency, self.report_rate)


def of_invoice(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Printed:
    """An issued invoice, or the proforma that it still is."""
    return Printed(
        kind=Kind.PROFORMA if invoice.is_proforma else Kind.INVOICE,
        number=invoice.shown_number,
        day=invoice.issued_on or invoice.created_at.date(),
        due_on=invoice.due_on,
        seller=invoice.seller,
        customer=invoice.billed_to,
        lines=tuple(map(_line, lines)),
        net=invoice.net,
        tax=invoice.tax,
        total=invoice.total,
        tax_note=invoice.tax_note,
        with_tax=invoice.tax_inclusive,
        report_currency=invoice.report_currency,
        report_rate=invoice.report_rate,
        memo=invoice.memo,
    )


def of_credit_note(note: CreditNote, lines: Sequence[CreditNoteLine], invoice: Invoice) -> Printed:
    """A credit note, which names its invoice and keeps to the rate of that day."""
    nothing = Money.zero(note.currency)
    return Printed(
        kind=Kind.CREDIT_NOTE,
        number=note.number,
        day=note.issued_on,
        due_on=None,
        seller=note.seller,
        customer=note.billed_to,
        lines=tuple(
            PrintedLine(line.description, 1, line.net, nothing, line.net, _taxes(line), line.tax_name) for line in lines
        ),
        net=note.net,
        tax=note.tax,
        total=note.total,
        tax_note=note.tax_note,
        report_currency=invoice.report_currency,
        report_rate=invoice.report_rate,
        memo=note.reason,
        named=(invoice.shown_number, invoice.issued_on or invoice.created_at.date()),
    )


def tax_sums(printed: Printed) -> list[TaxSum]:
    """Each tax once, in the order in which the lines name them, and last what carries none."""
    taxed: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
    free = 0
    for line in printed.lines:
        before = 0
        for tax in line.taxes:
            taxed.setdefault((tax.name, tax.rate), []).append((line.net.minor, before, tax.amount.minor))
            before += tax.amount.minor
        free += 0 if line.taxes else line.net.minor
    sums = [_tax_sum(name, rate, parts, printed.currency) for (name, rate), parts in taxed.items()]
    untaxed = TaxSum("", 0, Money(free, printed.currency), Money.zero(printed.currency))
    return [*sums, untaxed] if free else sums


def in_currency(amount: Money, currency: str, rate: str) -> Money:
    """An amount at a rate, rounded half-up once to that currency's digits."""
    exact = Fraction(amount.major) * Fraction(Decimal(rate)) / Fraction(Money(1, currency).major)
    return Money(1, currency).share(exact)


def _tax_sum(name: str, rate: int, parts: Sequence[tuple[int, int, int]], currency: str) -> TaxSum:
    """A tax of all its lines. It was taken of the net, or of the net with the taxes before it: whichever fits its sum."""
    net, before, amount = (sum(part[place] for part in parts) for place in range(3))
    base = min(net, net + before, key=lambda each: abs(each * rate - amount * MILLION))
    return TaxSum(name, rate, Money(base, currency), Money(amount, currency))


def _line(line: InvoiceLine) -> PrintedLine:
    return PrintedLine(
        description=line.description,
        quantity=line.quantity,
        price=line.price,
        discount=Money(line.discount_minor, line.currency),
        net=line.net,
        taxes=_taxes(line),
        label=line.tax_name,
        start=line.period_start,
        end=line.period_end,
    )


def _taxes(line: InvoiceLine | CreditNoteLine) -> tuple[TaxOnLine, ...]:
    """Lines of the release before kept one tax for all, and no list."""
    kept: Sequence[Mapping[str, Any]] = line.taxes or []
    if not kept and line.tax_minor:
        kept = [{"name": line.tax_name, "rate": line.tax_rate * 100, "minor": line.tax_minor}]
    return tuple(TaxOnLine(tax["name"], tax["rate"], Money(tax["minor"], line.currency)) for tax in kept)
