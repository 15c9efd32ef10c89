"""The lines of a quote, as it keeps them: charged later exactly as they were shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from ezscale.billing.lines import Position, PricedLine, TaxPart
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.kit.money import Money
from ezscale.models.invoice import LineKind


def to_plain(line: PricedLine) -> dict[str, Any]:
    """A priced line in plain values."""
    position, decision = line.position, line.decision
    return {
        "item_id": str(position.item_id) if position.item_id else None,
        "kind": position.kind.value,
        "description": position.description,
        "currency": position.price.currency,
        "price": position.price.minor,
        "discount": position.discount.minor,
        "quantity": position.quantity,
        "start": position.period_start.isoformat() if position.period_start else None,
        "end": position.period_end.isoformat() if position.period_end else None,
        "share": position.share,
        "share_of": position.share_of,
        "net": line.net.minor,
        "taxes": [part.to_plain() for part in line.parts],
        "country": decision.country,
        "note": decision.note,
        "label": decision.label,
        "inclusive": decision.inclusive,
    }


def from_plain(plain: Mapping[str, Any]) -> PricedLine:
    """The same line again."""
    currency = plain["currency"]
    position = Position(
        description=plain["description"],
        price=Money(plain["price"], currency),
        discount=Money(plain["discount"], currency),
        item_id=UUID(plain["item_id"]) if plain["item_id"] else None,
        period_start=_day(plain["start"]),
        period_end=_day(plain["end"]),
        kind=LineKind(plain["kind"]),
        quantity=plain["quantity"],
        share=plain["share"],
        share_of=plain["share_of"],
    )
    taxes = tuple(Tax(tax["name"], tax["place"], tax["rate"]) for tax in plain["taxes"])
    parts = tuple(TaxPart(tax, Money(kept["minor"], currency)) for tax, kept in zip(taxes, plain["taxes"], strict=True))
    decision = TaxDecision(taxes, plain["country"], plain["note"], plain["label"], plain["inclusive"])
    return PricedLine(position, Money(plain["net"], currency), parts, decision)


def _day(plain: str | None) -> date | None:
    return date.fromisoformat(plain) if plain else None
