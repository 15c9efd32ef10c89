"""Drafts whose tax has changed before they were issued."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.cases import open_case
from ezscale.billing.lines import Position, PricedLine, price_lines
from ezscale.billing.pricing import taxes_of
from ezscale.billing.tax import TaxDecision
from ezscale.billing.tax_standing import Known
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, InvoiceLine, SubscriptionItem
from ezscale.models.invoice import InvoiceOrigin, LineKind

ORDERED_BEFORE = "tax_changed_since_order"


def follow_the_rates(work: Work, invoice: Invoice, who: Known, lines: Sequence[InvoiceLine]) -> None:
    """A draft of ours carries the tax of the day on which it is issued, on the lines that carry any.

    What gives back keeps the tax that was paid. An order was shown with its tax, agreed to, and often paid: it stays as it is, and a person hears of it.
    """
    taxed = [line for line in lines if line.taxes and line.kind is not LineKind.UNUSED]
    if not taxed:
        return
    taxes = taxes_of(work, [who])
    plans = _plans_of(work, taxed) if taxes.families else {}
    decisions = [
        taxes.of(who, line.period_start, taxes.category(plans.get(line.item_id) if line.item_id else None))
        for line in taxed
    ]
    if all(_is_same(line, decision) for line, decision in zip(taxed, decisions, strict=True)):
        return
    if invoice.origin is not InvoiceOrigin.MANUAL:
        facts = {"invoice_id": str(invoice.id), "charged": taxed[0].tax_name, "now": decisions[0].name or "no tax"}
        open_case(work, ORDERED_BEFORE, invoice.id.hex, invoice.customer_id, facts)
        return
    priced = price_lines([_position(line) for line in taxed], decisions, taxes.book.rules.rounding)
    for line, anew in zip(taxed, priced, strict=True):
        _write(line, anew)
        work.session.add(line)
    _add_up(invoice, lines, decisions[0])


def _plans_of(work: Work, lines: Sequence[InvoiceLine]) -> dict[UUID, UUID]:
    items = {line.item_id for line in lines if line.item_id}
    found = select(SubscriptionItem.id, SubscriptionItem.plan_id).where(col(SubscriptionItem.id).in_(items))
    return dict(work.session.exec(found).all())


def _is_same(line: InvoiceLine, decision: TaxDecision) -> bool:
    before = [(tax["place"], tax["rate"]) for tax in line.taxes or []]
    return before == [(tax.place, tax.rate) for tax in decision.taxes]


def _position(line: InvoiceLine) -> Position:
    return Position(
        line.description,
        line.price,
        Money(line.discount_minor, line.currency),
        line.item_id,
        line.period_start,
        line.period_end,
        line.kind,
        line.quantity,
    )


def _write(line: InvoiceLine, anew: PricedLine) -> None:
    line.net_minor, line.tax_minor = anew.net.minor, anew.tax.minor
    line.tax_name, line.tax_rate = anew.decision.name[:80], anew.decision.rate // 100
    line.taxes = [part.to_plain() for part in anew.parts]


def _add_up(invoice: Invoice, lines: Sequence[InvoiceLine], decision: TaxDecision) -> None:
    invoice.net_minor = sum(line.net_minor for line in lines)
    invoice.tax_minor = sum(line.tax_minor for line in lines)
    invoice.total_minor = invoice.net_minor + invoice.tax_minor
    invoice.tax_country, invoice.tax_note = decision.country, decision.note
    invoice.tax_inclusive = decision.inclusive
