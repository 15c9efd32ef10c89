"""Giving back days that were paid and are not used: by credit notes on the invoices that they were paid on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.credit_notes import take_back
from ezscale.billing.lines import PricedLine, TaxPart, divided
from ezscale.billing.paid_days import PaidDays, as_house
from ezscale.billing.proration import given_back
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Invoice, InvoiceLine
from ezscale.models.invoice import InvoiceStatus, LineKind

Parts = dict[UUID, PricedLine]  # what is given back, by the line that was paid


def give_days_back(work: Work, given: Sequence[tuple[PaidDays, PricedLine]], reason: str) -> None:
    """What is paid and not used becomes the customer's credit. BusinessError when it was taken back otherwise."""
    waiting: dict[UUID, Parts] = {}
    for days, line in given:
        waiting.setdefault(days.invoice.id, {})[days.line.id] = line
    placed = _placed(work, waiting)
    for invoice_id in sorted(placed):  # always in the same order, so that two who do this never wait for each other
        take_back(as_house(work), invoice_id, placed[invoice_id], reason)


def _placed(work: Work, waiting: dict[UUID, Parts]) -> dict[UUID, Parts]:
    """On which invoice each is taken back, newest first.

    None takes back more than it asked for: what an invoice asked less, because it gave back what was paid before, is
    taken back where that was paid.
    """
    placed: dict[UUID, Parts] = {}
    while waiting:
        invoice = work.session.get_one(Invoice, max(waiting))
        parts = waiting.pop(invoice.id)
        left, wanted = invoice.total - invoice.credited, _gross(parts, invoice.currency)
        placed[invoice.id] = _first_of(parts, min(left, wanted))
        if wanted > left:
            for source, line in _before(work, invoice, wanted - left):
                waiting.setdefault(source.invoice_id, {})[source.id] = line
    return {invoice_id: parts for invoice_id, parts in placed.items() if parts}


def _before(work: Work, invoice: Invoice, missing: Money) -> Iterator[tuple[InvoiceLine, PricedLine]]:
    """The lines paid before that an invoice gave back, with as much of what it gave as is missing."""
    gave = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.kind == LineKind.UNUSED)
    for line in work.session.exec(gave.order_by(col(InvoiceLine.position))).all():
        back = given_back(invoice, line)
        part = min(missing, -back.gross)
        if part:
            yield _source(work, line), _cut(back, part)
        missing -= part
    if missing:
        raise BusinessError("What would be given back was credited already. Please write to us.")


def _source(work: Work, unused: InvoiceLine) -> InvoiceLine:
    paid = (
        select(InvoiceLine)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(
            InvoiceLine.item_id == unused.item_id,
            InvoiceLine.kind == LineKind.PERIOD,
            Invoice.status == InvoiceStatus.PAID,
            col(InvoiceLine.period_start) <= unused.period_start,
        )
    )
    return work.session.exec(paid.order_by(col(InvoiceLine.period_start).desc()).limit(1)).one()


def _first_of(parts: Mapping[UUID, PricedLine], room: Money) -> Parts:
    """These in their order, as far as there is room for them."""
    chosen: Parts = {}
    for line_id, line in parts.items():
        part = min(room, -line.gross)
        if part:
            chosen[line_id] = _cut(line, part)
        room -= part
    return chosen


def _cut(line: PricedLine, gross: Money) -> PricedLine:
    """So much of a line that gives back: of its net and each of its taxes in proportion, to the minor unit."""
    if gross == -line.gross:
        return line
    weights = [Fraction(-amount.minor) for amount in (line.net, *(part.amount for part in line.parts))]
    net, *taxes = divided(-gross, weights)
    parts = tuple(TaxPart(part.tax, amount) for part, amount in zip(line.parts, taxes, strict=True))
    return replace(line, net=net, parts=parts)


def _gross(parts: Mapping[UUID, PricedLine], currency: str) -> Money:
    return -total((line.gross for line in parts.values()), currency)
