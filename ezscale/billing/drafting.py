"""Invoices that staff write by hand: drafted, changed, thrown away, issued, copied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_INVOICES
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.invoicing import draft_invoice, invoice_to_change, issue_invoice, line_values
from ezscale.billing.lines import Position, PricedLine, add_up, price_line
from ezscale.billing.payments import settle_free
from ezscale.billing.pricing import price_for, tax_for
from ezscale.billing.tax import NOTHING
from ezscale.company.rules import rules
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, InvoiceLine
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind

MOST_LINES = 100
MOST_QUANTITY = 100_000
MOST = 10_000_000  # major units, for one line and for an invoice
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as staff write it. A price below zero takes something off, as long as the invoice still asks for more."""

    description: str
    price: Money
    quantity: int = 1
    discount: Money | None = None
    taxed: bool = True

    @property
    def amount(self) -> Money:
        """What it asks for, before tax or with it."""
        return self.price * self.quantity - (self.discount or Money.zero(self.price.currency))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an invoice shall say: its lines in their order, when it is due, and what is printed below them."""

    lines: Sequence[WantedLine] = ()
    due_on: date | None = None
    memo: str = ""


def draft_manual_invoice(work: Work, customer_id: UUID, wanted: Wanted) -> Invoice:
    """A new draft for a customer, in their currency. They do not see it until it is issued."""
    work.actor.require(MANAGE_INVOICES)
    customer = work.session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("We could not find this customer.")
    priced = _priced(work, customer, customer.currency, wanted)
    drafted = draft_invoice(work, customer, priced, customer.currency, tax_for(work, customer), InvoiceOrigin.MANUAL)
    drafted.due_on, drafted.memo = wanted.due_on, wanted.memo.strip()
    _mark_untaxed(work, drafted, wanted)
    work.record("invoice drafted")
    return drafted


def change_draft(work: Work, invoice_id: UUID, wanted: Wanted) -> Invoice:
    """The draft says this from now on. One that our own machinery has drafted keeps its lines: only its memo is ours."""
    draft = _draft(work, invoice_id)
    if draft.origin is not InvoiceOrigin.MANUAL:
        raise WrongState("This draft belongs to an order: its lines are what was ordered.")
    customer = work.session.get_one(Customer, draft.customer_id)
    priced = _priced(work, customer, draft.currency, wanted)
    _put_lines(work, draft, customer, priced)
    draft.due_on, draft.memo = wanted.due_on, wanted.memo.strip()
    _mark_untaxed(work, draft, wanted)
    work.session.add(draft)
    work.record("invoice draft changed")
    return draft


def change_memo(work: Work, invoice_id: UUID, memo: str) -> Invoice:
    """What is printed below the lines of a draft, whoever has drafted it."""
    draft = _draft(work, invoice_id)
    draft.memo = _memo(memo)
    work.session.add(draft)
    return draft


def delete_draft(work: Work, invoice_id: UUID) -> None:
    """Throw away a draft that staff have written; it has no number, so nothing is missed."""
    draft = _draft(work, invoice_id)
    if draft.origin is not InvoiceOrigin.MANUAL:
        raise WrongState("This draft belongs to an order: it goes when the order does.")
    for line in _lines_of(work, draft.id):
        work.session.delete(line)
    work.session.flush()
    work.session.delete(draft)
    work.record("invoice draft deleted")


def issue_draft(work: Work, invoice_id: UUID) -> Invoice:
    """Make a document of a draft: priced with the taxes of today, numbered, booked and mailed."""
    draft = _draft(work, invoice_id)
    if draft.origin is not InvoiceOrigin.MANUAL:
        raise WrongState("This draft belongs to an order: it is issued when it is paid.")
    decided, wanted = rules(work, InvoiceRules), wanted_of(work, draft)
    if not wanted.lines:
        raise Invalid("Write a line first.", field="lines")
    customer = work.session.get_one(Customer, draft.customer_id)
    due_on = draft.due_on or work.today + timedelta(days=decided.due_days)
    _require_due_day(work, due_on)
    _put_lines(work, draft, customer, _priced(work, customer, draft.currency, wanted))
    _mark_untaxed(work, draft, wanted)
    free = not draft.total
    issue_invoice(work, draft, due_on, as_proforma=decided.proforma and not free)
    if free:
        settle_free(work, draft)
    return draft


def copy_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """A new draft that says what an invoice says, at the customer's taxes of today. Its periods are not taken over."""
    work.actor.require(MANAGE_INVOICES)
    original = invoice_to_change(work, invoice_id)
    customer = work.session.get_one(Customer, original.customer_id)
    if customer.currency != original.currency:
        raise Invalid(f"This customer pays in {customer.currency} now.")
    wanted = wanted_of(work, original)
    return draft_manual_invoice(work, customer.id, replace(wanted, due_on=None))


def wanted_of(work: Work, invoice: Invoice) -> Wanted:
    """What an invoice says, as somebody could have written it."""
    lines = [
        WantedLine(
            line.description,
            line.price,
            line.quantity,
            Money(line.discount_minor, line.currency),
            not line.untaxed,
        )
        for line in _lines_of(work, invoice.id)
    ]
    return Wanted(lines, invoice.due_on, invoice.memo)


def _draft(work: Work, invoice_id: UUID) -> Invoice:
    work.actor.require(MANAGE_INVOICES)
    draft = invoice_to_change(work, invoice_id)
    if draft.status is not InvoiceStatus.DRAFT:
        raise WrongState("This invoice has been issued and never changes. Correct it with a credit note.")
    return draft


def _lines_of(work: Work, invoice_id: UUID) -> list[InvoiceLine]:
    of_invoice = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    return list(work.session.exec(of_invoice.order_by(col(InvoiceLine.position))))


def _priced(work: Work, customer: Customer, currency: str, wanted: Wanted) -> list[PricedLine]:
    """Lines with their taxes, those that shall carry none apart."""
    _require_sound(work, currency, wanted)
    positions = [_position(line, currency) for line in wanted.lines]
    taxed = iter(price_for(work, customer, [p for p, line in zip(positions, wanted.lines, strict=True) if line.taxed]))
    bare = replace(tax_for(work, customer), taxes=(), label="", deducted=NOTHING)
    priced = [
        next(taxed) if line.taxed else price_line(position, bare)
        for position, line in zip(positions, wanted.lines, strict=True)
    ]
    sums = add_up(priced, currency)
    if sums.total.minor < 0 or sums.net.minor < 0:
        raise Invalid("The lines come to less than nothing: give credit instead.", field="lines")
    if sums.total > Money.of(MOST, currency):
        raise Invalid(f"An invoice asks for {MOST:,} {currency} at most.", field="lines")
    return priced


def _require_sound(work: Work, currency: str, wanted: Wanted) -> None:
    if len(wanted.lines) > MOST_LINES:
        raise Invalid(f"An invoice has {MOST_LINES} lines at most.", field="lines")
    for place, line in enumerate(wanted.lines):
        if problem := _problem_with(line, currency):
            where, words = problem
            raise Invalid(words, field=f"{where}_{place}")
    if wanted.due_on is not None:
        _require_due_day(work, wanted.due_on)
    _memo(wanted.memo)


def _problem_with(line: WantedLine, currency: str) -> tuple[str, str] | None:
    off = line.discount or Money.zero(line.price.currency)
    if not line.description.strip() or len(line.description.strip()) > 250:
        return "description", "Say what it is, in 250 letters at most."
    if line.price.currency != currency or off.currency != currency:
        return "price", f"This customer pays in {currency}."
    if not 1 <= line.quantity <= MOST_QUANTITY:
        return "quantity", f"From 1 to {MOST_QUANTITY:,}."
    if abs(line.price.minor) * line.quantity > Money.of(MOST, currency).minor:
        return "price", f"A line asks for {MOST:,} {currency} at most."
    if not 0 <= off.minor <= max(line.price.minor * line.quantity, 0):
        return "discount", "From nothing to all of the line."
    return None


def _require_due_day(work: Work, due_on: date) -> None:
    if not work.today <= due_on <= work.today + LONGEST:
        raise Invalid("It can be due from today on, and within a year.", field="due_on")


def _memo(typed: str) -> str:
    if len(typed.strip()) > 1000:
        raise Invalid("1000 letters at most.", field="memo")
    return typed.strip()


def _position(line: WantedLine, currency: str) -> Position:
    off = line.discount or Money.zero(currency)
    return Position(line.description.strip(), line.price, off, kind=LineKind.MANUAL, quantity=line.quantity)


def _put_lines(work: Work, draft: Invoice, customer: Customer, priced: Sequence[PricedLine]) -> None:
    """The draft has these lines and no others, and its feet follow."""
    for line in _lines_of(work, draft.id):
        work.session.delete(line)
    work.session.flush()
    sums, tax = add_up(priced, draft.currency), tax_for(work, customer)
    draft.net_minor, draft.tax_minor, draft.total_minor = sums.net.minor, sums.tax.minor, sums.total.minor
    draft.tax_country, draft.tax_note, draft.tax_inclusive = tax.country, tax.note, tax.inclusive
    work.session.add(draft)
    work.session.add_all(
        InvoiceLine(invoice_id=draft.id, **line_values(place, line)) for place, line in enumerate(priced, start=1)
    )


def _mark_untaxed(work: Work, draft: Invoice, wanted: Wanted) -> None:
    work.session.flush()
    for line, said in zip(_lines_of(work, draft.id), wanted.lines, strict=True):
        line.untaxed = not said.taxed
        work.session.add(line)
