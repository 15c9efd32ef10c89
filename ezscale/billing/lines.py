"""What a position of an invoice costs: price, discount, tax."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any
from uuid import UUID

from ezscale.billing.tax import Tax, TaxDecision
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

    An UNUSED position has a price below zero: it gives back.
    """

    description: str
    price: Money
    discount: Money
    item_id: UUID | None = None
    period_start: date | None = None
    period_end: date | None = None
    kind: LineKind = LineKind.PERIOD
    quantity: int = 1

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
        return PricedLine(position, amount - amount.share(_within(decision.deducted)), (), decision)
    if decision.inclusive:
        weights = _weights(decision.taxes)
        whole = sum(weights, Fraction(0))
        tax = amount.share(whole / (1 + whole))
        amounts = tax.split([int(weight * MILLION**2) for weight in weights]) if whole else [tax]
        parts = [TaxPart(each, part) for each, part in zip(decision.taxes, amounts, strict=True)]
        return PricedLine(position, amount - tax, tuple(parts), decision)
    return PricedLine(position, amount, tuple(_added(amount, decision.taxes)), decision)


def price_lines(
    positions: Sequence[Position], decision: TaxDecision, rounding: Rounding = Rounding.LINE
) -> list[PricedLine]:
    """The lines of one invoice, whose taxes are rounded as the seller has decided."""
    lines = [price_line(position, decision) for position in positions]
    return _rounded_once(lines) if rounding is Rounding.INVOICE and len(lines) > 1 else lines


def discount_on(price: Money, percent: int, fixed_minor: int) -> Money:
    """What a coupon takes off a price: a share and a sum, never more than the price."""
    off = price.share(Fraction(percent, 100)) + Money(fixed_minor, price.currency)
    return min(off, price, key=lambda amount: amount.minor)


def add_up(lines: Sequence[PricedLine], currency: str) -> Sums:
    """The sums of an invoice."""
    net, tax = (total((line.net for line in lines), currency), total((line.tax for line in lines), currency))
    return Sums(net, tax, net + tax)


def taxes_by_place(lines: Sequence[PricedLine]) -> dict[str, Money]:
    """What each place is owed of the taxes on these lines."""
    owed: dict[str, Money] = {}
    for line in lines:
        for part in line.parts:
            before = owed.get(part.tax.place)
            owed[part.tax.place] = before + part.amount if before else part.amount
    return owed


def _added(net: Money, taxes: Sequence[Tax]) -> list[TaxPart]:
    """Taxes on top: each on the net, a compound one on what came before it, too."""
    parts: list[TaxPart] = []
    for tax in taxes:
        base = net + total((part.amount for part in parts), net.currency) if tax.compound else net
        parts.append(TaxPart(tax, base.share(_part(tax.rate))))
    return parts


@cache
def _weights(taxes: tuple[Tax, ...]) -> list[Fraction]:
    """How much of a net amount each tax is: a compound one counts what came before it."""
    weights: list[Fraction] = []
    for tax in taxes:
        base = 1 + sum(weights, Fraction(0)) if tax.compound else Fraction(1)
        weights.append(base * _part(tax.rate))
    return weights


def _rounded_once(lines: list[PricedLine]) -> list[PricedLine]:
    """The same lines, each tax rounded once over all of them and spread by largest remainder."""
    decision, currency = lines[0].decision, lines[0].net.currency
    whole = price_line(
        Position("", total((line.position.amount for line in lines), currency), Money.zero(currency)), decision
    )
    spread = [_spread(part.amount, [line.net.minor for line in lines]) for part in whole.parts]
    rounded = []
    for place, line in enumerate(lines):
        parts = tuple(TaxPart(part.tax, spread[index][place]) for index, part in enumerate(whole.parts))
        taxed = total((part.amount for part in parts), currency)
        net = line.position.amount - taxed if decision.inclusive and parts else line.net
        rounded.append(PricedLine(line.position, net, parts, decision))
    return rounded


def _spread(amount: Money, weights: Sequence[int]) -> list[Money]:
    """An amount over lines, of which some may give back: in proportion, and the parts add up."""
    whole = sum(weights)
    if not whole:
        return [Money.zero(amount.currency)] * (len(weights) - 1) + [amount] if weights else []
    if min(weights) >= 0:
        return amount.split(weights)
    parts = [amount.share(Fraction(weight, whole)) for weight in weights[:-1]]
    return [*parts, amount - total(parts, amount.currency)]


@cache
def _part(rate: int) -> Fraction:
    return Fraction(rate, MILLION)


@cache
def _within(rate: int) -> Fraction:
    """How much of an amount that includes a tax is that tax."""
    return Fraction(rate, MILLION + rate)
