"""What a position of an invoice costs: price, discount, tax."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any
from uuid import UUID

from ezscale.billing.tax import NOTHING, Tax, TaxDecision
from ezscale.kit.money import Money, total
from ezscale.models.invoice import LineKind

MILLION = 1_000_000  # tax rates are parts of a million


class Rounding(StrEnum):
    """Where tax is rounded: on each line, or once for each rate of an invoice and then spread over its lines."""

    LINE = "line"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class Position:
    """Something to be billed, before it is priced: `quantity` times `price`, less `discount`.

    An UNUSED position has a price below zero: it gives back. What is for a part of a period says which: `share` of
    `share_of` days, or seconds. `category` is the family of plans that it belongs to, for places where one has a rate of
    its own.
    """

    description: str
    price: Money
    discount: Money
    item_id: UUID | None = None
    period_start: date | None = None
    period_end: date | None = None
    kind: LineKind = LineKind.PERIOD
    quantity: int = 1
    share: int | None = None
    share_of: int | None = None
    category: str = ""

    @property
    def amount(self) -> Money:
        """What is asked for, before tax or with it, as the decision says."""
        return self.price * self.quantity - self.discount

    def of_item(self, item_id: UUID) -> "Position":
        """The same, for an item of a subscription."""
        return replace(self, item_id=item_id)


@dataclass(frozen=True, slots=True)
class TaxPart:
    """One of the taxes on a line."""

    tax: Tax
    amount: Money

    def to_plain(self) -> dict[str, Any]:
        """As a line keeps it."""
        return {"name": self.tax.name, "place": self.tax.place, "rate": self.tax.rate, "minor": self.amount.minor}


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A position with its taxes: `net` is after discount and without tax, `gross` what it adds to the total."""

    position: Position
    net: Money
    parts: tuple[TaxPart, ...]
    decision: TaxDecision

    @property
    def tax(self) -> Money:
        """All its taxes together."""
        return total((part.amount for part in self.parts), self.net.currency)

    @property
    def gross(self) -> Money:
        """Net and tax together."""
        return self.net + self.tax

    def of_item(self, item_id: UUID) -> "PricedLine":
        """The same line, tied to what it pays for."""
        return replace(self, position=self.position.of_item(item_id))


@dataclass(frozen=True, slots=True)
class Sums:
    """The feet of an invoice: net + tax = total."""

    net: Money
    tax: Money
    total: Money


def price_line(position: Position, decision: TaxDecision) -> PricedLine:
    """Tax is taken from what is left after the discount, or out of it, and rounded half-up, once for each tax.

    Where prices include tax, somebody who owes none pays what is left without the seller's own.
    """
    amount = position.amount
    if not decision.taxes:
        return PricedLine(position, amount - amount.share(_out_of(decision.deducted)), (), decision)
    parts = _parts(decision, amount)
    return PricedLine(position, amount - _total(parts) if decision.inclusive else amount, parts, decision)


def price_lines(
    positions: Sequence[Position],
    decision: TaxDecision | Sequence[TaxDecision],
    rounding: Rounding = Rounding.LINE,
) -> list[PricedLine]:
    """The lines of one invoice, whose taxes are rounded as the seller has decided.

    There may be a decision for each position: then each rate is rounded by itself.
    """
    decisions = [decision] * len(positions) if isinstance(decision, TaxDecision) else decision
    lines = [price_line(position, each) for position, each in zip(positions, decisions, strict=True)]
    return _rounded_once(lines) if rounding is Rounding.INVOICE and len(lines) > 1 else lines


def discount_on(price: Money, percent: int, fixed_minor: int) -> Money:
    """What a coupon takes off a price: a share and a sum, never more than the price."""
    off = price.share(Fraction(percent, 100)) + Money(fixed_minor, price.currency)
    return min(off, price, key=lambda amount: amount.minor)


def add_up(lines: Sequence[PricedLine], currency: str) -> Sums:
    """The sums of an invoice."""
    net, tax = total([line.net for line in lines], currency), total([line.tax for line in lines], currency)
    return Sums(net, tax, net + tax)


def tax_on(taxes: tuple[Tax, ...]) -> Fraction:
    """All taxes on a net amount, as an exact part of it."""
    return sum(_weights(taxes), NOTHING)


def divided(amount: Money, weights: Sequence[Fraction]) -> list[Money]:
    """An amount in proportion to weights: the parts add up. What is given back is divided as it was when it was taken."""
    whole = sum(weights, NOTHING)
    if not whole:
        return [Money.zero(amount.currency)] * len(weights)
    if amount.minor < 0:
        return [-part for part in divided(-amount, weights)]
    return _to_the_last(amount, [amount.minor * weight / whole for weight in weights])


def taxes_by_place(lines: Sequence[PricedLine]) -> dict[str, Money]:
    """What each place is owed of the taxes on these lines."""
    owed: dict[str, Money] = {}
    for line in lines:
        for part in line.parts:
            before = owed.get(part.tax.place)
            owed[part.tax.place] = before + part.amount if before else part.amount
    return owed


def _parts(decision: TaxDecision, amount: Money) -> tuple[TaxPart, ...]:
    """The taxes on an amount, or within it: each is worked out exactly and rounded once."""
    weights = _weights(decision.taxes)
    if not decision.inclusive:
        amounts = [amount.share(weight) for weight in weights]
    else:
        whole = sum(weights, NOTHING)
        amounts = divided(amount.share(_out_of(whole)), weights)
    return tuple(TaxPart(tax, part) for tax, part in zip(decision.taxes, amounts, strict=True))


@cache
def _weights(taxes: tuple[Tax, ...]) -> tuple[Fraction, ...]:
    """How much of a net amount each tax is: a compound one counts what came before it."""
    weights: list[Fraction] = []
    for tax in taxes:
        base = 1 + sum(weights, NOTHING) if tax.compound else Fraction(1)
        weights.append(base * Fraction(tax.rate, MILLION))
    return tuple(weights)


@cache
def _out_of(part: Fraction) -> Fraction:
    """How much of an amount that includes a part of its net is that part."""
    return part / (1 + part)


def _rounded_once(lines: list[PricedLine]) -> list[PricedLine]:
    """The same lines, each tax rounded once over all the lines that carry it, and spread over them."""
    rounded = list(lines)
    for decision in dict.fromkeys(line.decision for line in lines if line.decision.taxes):
        places = [place for place, line in enumerate(lines) if line.decision == decision]
        amounts = [lines[place].position.amount for place in places]
        whole = _parts(decision, _sum(amounts))
        weights = _weights(decision.taxes)
        scale = 1 + sum(weights, NOTHING) if decision.inclusive else Fraction(1)
        spread = [
            _to_the_last(part.amount, [amount.minor * weight / scale for amount in amounts])
            for part, weight in zip(whole, weights, strict=True)
        ]
        for index, place in enumerate(places):
            parts = tuple(TaxPart(part.tax, spread[tax][index]) for tax, part in enumerate(whole))
            net = amounts[index] - _total(parts) if decision.inclusive else amounts[index]
            rounded[place] = PricedLine(lines[place].position, net, parts, decision)
    return rounded


def _to_the_last(amount: Money, exact: Sequence[Fraction]) -> list[Money]:
    """Whole parts as near as can be to what they are exactly, which add up to an amount: the largest rests are rounded up."""
    parts = [value.numerator // value.denominator for value in exact]
    missing = amount.minor - sum(parts)
    by_rest = sorted(range(len(exact)), key=lambda place: parts[place] - exact[place], reverse=missing < 0)
    for turn in range(abs(missing)):  # below nothing only where several taxes within a price were rounded before
        parts[by_rest[turn % len(parts)]] += 1 if missing > 0 else -1
    return [Money(part, amount.currency) for part in parts]


def _total(parts: Iterable[TaxPart]) -> Money:
    return _sum([part.amount for part in parts])


def _sum(amounts: Sequence[Money]) -> Money:
    return total(amounts, amounts[0].currency)
