"""Giving back days that were paid and are not used: by credit notes on the invoices that they were paid on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.credit_notes import take_back
from ezscale.billing.lines import PricedLine, TaxPart, divided
from ezscale.billing.paid_days import PAID, PaidDays, as_house
from ezscale.billing.proration import given_back
from ezscale.billing.remaining import Remaining, paid_as, remaining
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Invoice, InvoiceLine
from ezscale.models.invoice import LineKind

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
    """The lines paid before that an invoice gave back, with as much of what it gave as is missing.

    Of each as much as is left of it there: one that was passed back before leaves the rest to the others.
    """
    gave = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.kind == LineKind.UNUSED)
    for line in work.session.exec(gave.order_by(col(InvoiceLine.position))).all():
        source = _source(work, line)
        if source is None:
            continue
        back = _as_is_left(given_back(invoice, line), source)
        part = min(missing, -back.gross)
        if part:
            yield source.line, _cut(back, part)
        missing -= part
    if missing:
        raise BusinessError("What would be given back was credited already. Please write to us.")


def _source(work: Work, unused: InvoiceLine) -> Remaining | None:
    """What is left of the line on which the days were paid that another one gave back."""
    standing = (
        select(InvoiceLine)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(InvoiceLine.item_id == unused.item_id, InvoiceLine.kind == LineKind.PERIOD, PAID)
    )
    paid = paid_as(unused, work.session.exec(standing))
    if paid is None:
        return None
    rests = remaining(work, [work.session.get_one(Invoice, paid.invoice_id)])
    return next(rest for rest in rests if rest.line.id == paid.id)


def _as_is_left(back: PricedLine, source: Remaining) -> PricedLine:
    """What was given back, but of its net and of each of its taxes no more than is left where they were paid."""
    taxes = tuple(
        replace(part, amount=max(part.amount, -Money(left["minor"], part.amount.currency)))
        for part, left in zip(back.parts, source.taxes, strict=True)
    )
    return replace(back, net=max(back.net, -source.net), parts=taxes)


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
