"""What can still be taken back of the lines of issued invoices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.lines import PricedLine
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from ezscale.models.invoice import InvoiceStatus, LineKind

NO_DOCUMENT = (InvoiceStatus.DRAFT, InvoiceStatus.VOID)  # what stands on these gives nothing back


@dataclass(frozen=True, slots=True)
class GaveBack:
    """What an invoice gave back of days that were paid on another one, as far as that was not taken back in its turn."""

    number: str
    net: Money
    taxes: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Remaining:
    """What can still be taken back of a line: its net and each of its taxes, as the notes before have left them."""

    line: InvoiceLine
    net: Money
    taxes: tuple[dict[str, Any], ...]
    gave_back: tuple["GaveBack", ...] = ()  # what of it is not left, because later invoices gave its days back

    @property
    def tax(self) -> Money:
        """All its taxes together."""
        return Money(sum(tax["minor"] for tax in self.taxes), self.net.currency)

    @property
    def gross(self) -> Money:
        """What the customer gets back for it."""
        return self.net + self.tax

    def part(self, net: Money) -> list[dict[str, Any]]:
        """The taxes to take back with so much of the net. The last part takes all that is left, to the minor unit."""
        if net == self.net:
            return list(self.taxes)
        taken = Fraction(self.line.net_minor - self.net.minor + net.minor, self.line.net_minor)
        parts = []
        for tax, whole in zip(self.taxes, taxes_of(self.line), strict=True):
            minor = Money(whole["minor"], net.currency).share(taken).minor - whole["minor"] + tax["minor"]
            parts.append({**tax, "minor": _between_nothing_and(tax["minor"], minor)})
        return parts

    def taxes_as_in(self, given: PricedLine) -> list[dict[str, Any]]:
        """The taxes that a line gives back, as a credit note keeps them. Invalid for more than is left of one."""
        back = [-part.amount.minor for part in given.parts]
        taxes = [{**tax, "minor": minor} for tax, minor in zip(self.taxes, back, strict=True)]
        if any(minor > tax["minor"] for tax, minor in zip(self.taxes, back, strict=True)):
            raise Invalid(f"Of {self.line.description}, {self.gross} can be taken back and no more.", field="parts")
        return taxes


def remaining(work: Work, invoices: Sequence[Invoice]) -> list[Remaining]:
    """What is left of every line of these invoices, in the order of their lines. Two queries."""
    known = {invoice.id: invoice for invoice in invoices}
    taken: dict[UUID, list[CreditNoteLine]] = {}
    before = (
        select(CreditNoteLine)
        .join(CreditNote, col(CreditNote.id) == CreditNoteLine.credit_note_id)
        .where(col(CreditNote.invoice_id).in_(known))
    )
    for note_line in work.session.exec(before):
        taken.setdefault(note_line.invoice_line_id, []).append(note_line)
    lines = select(InvoiceLine).where(col(InvoiceLine.invoice_id).in_(known))
    in_order = work.session.exec(lines.order_by(col(InvoiceLine.invoice_id), col(InvoiceLine.position)))
    return [_rest(line, taken.get(line.id, []), known[line.invoice_id]) for line in in_order]


def left_to_credit(work: Work, invoices: Sequence[Invoice]) -> list[Remaining]:
    """The same for a credit note that staff write: without the days that a later invoice gave back already.

    An invoice whose own days were given back elsewhere keeps what it gave back itself: that has been passed on with them.
    """
    rests = remaining(work, invoices)
    given = _given_back_elsewhere(work, [rest.line for rest in rests])
    passed_on = {rest.line.invoice_id for rest in rests if rest.line.id in given}
    return [
        _nothing_of(rest)
        if rest.line.kind is LineKind.UNUSED and rest.line.invoice_id in passed_on
        else _less(rest, given.get(rest.line.id, []))
        for rest in rests
    ]


def paid_as(unused: InvoiceLine, paid: Iterable[InvoiceLine]) -> InvoiceLine | None:
    """The line on which the days were paid that another one gives back: the last of its agreement that begins before."""
    before = [
        line
        for line in paid
        if line.item_id == unused.item_id
        and line.period_start is not None
        and unused.period_start is not None
        and line.period_start <= unused.period_start
    ]
    return max(before, key=lambda line: (line.period_start, line.id), default=None)


def taxes_of(line: InvoiceLine) -> list[dict[str, Any]]:
    """The taxes on a line, as it keeps them. Lines of the release before kept one tax for all."""
    if line.taxes is not None:
        return line.taxes
    return [{"name": line.tax_name, "place": "", "rate": line.tax_rate * 100, "minor": line.tax_minor}]


def _rest(line: InvoiceLine, taken: Sequence[CreditNoteLine], invoice: Invoice) -> Remaining:
    net = line.net - total((each.net for each in taken), line.currency)
    taxes = tuple(
        {
            **tax,
            "place": tax["place"] or invoice.tax_country,
            "minor": tax["minor"] - sum(each.taxes[place]["minor"] for each in taken),
        }
        for place, tax in enumerate(taxes_of(line))
    )
    return Remaining(line, net, taxes)


def _given_back_elsewhere(work: Work, lines: Sequence[InvoiceLine]) -> dict[UUID, list[GaveBack]]:
    """What later invoices gave back of these lines, by line."""
    item_ids = {line.item_id for line in lines if line.kind is LineKind.PERIOD and line.item_id is not None}
    if not item_ids:
        return {}
    standing = (
        select(Invoice, InvoiceLine)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(
            col(InvoiceLine.item_id).in_(item_ids),
            col(InvoiceLine.kind).in_((LineKind.PERIOD, LineKind.UNUSED)),
            col(Invoice.status).not_in(NO_DOCUMENT),
        )
        .order_by(col(InvoiceLine.id))
    )
    found = work.session.exec(standing).all()
    paid = [line for _, line in found if line.kind is LineKind.PERIOD]
    gave = {invoice.id: invoice for invoice, line in found if line.kind is LineKind.UNUSED}
    elsewhere: dict[UUID, list[GaveBack]] = {}
    for rest in remaining(work, list(gave.values())) if gave else []:
        source = paid_as(rest.line, paid) if rest.line.kind is LineKind.UNUSED else None
        if source is not None and rest.gross:
            number = gave[rest.line.invoice_id].shown_number
            elsewhere.setdefault(source.id, []).append(GaveBack(number, -rest.net, rest.taxes))
    return elsewhere


def _less(rest: Remaining, gave: Sequence[GaveBack]) -> Remaining:
    if not gave:
        return rest
    net = rest.net - total((each.net for each in gave), rest.net.currency)
    taxes = tuple(
        {**tax, "minor": max(tax["minor"] + sum(each.taxes[place]["minor"] for each in gave), 0)}
        for place, tax in enumerate(rest.taxes)
    )
    return replace(rest, net=max(net, Money.zero(net.currency)), taxes=taxes, gave_back=tuple(gave))


def _nothing_of(rest: Remaining) -> Remaining:
    return replace(rest, net=Money.zero(rest.net.currency), taxes=tuple({**tax, "minor": 0} for tax in rest.taxes))


def _between_nothing_and(most: int, minor: int) -> int:
    return min(max(minor, min(most, 0)), max(most, 0))
