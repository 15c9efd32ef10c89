"""What a position of an invoice costs: price, discount, tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from uuid import UUID

from ezscale.billing.tax import TaxDecision
from ezscale.kit.money import Money, total

WHOLE = 10_000  # tax rates are hundredths of a percent


@dataclass(frozen=True, slots=True)
class Position:
    """Something to be billed, before it is priced."""

    description: str
    price: Money
    discount: Money
    item_id: UUID | None = None
    period_start: date | None = None
    period_end: date | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A position with its tax: `net` is after discount, `gross` what it adds to the total."""

    position: Position
    net: Money
    tax: Money
    decision: TaxDecision

    @property
    def gross(self) -> Money:
        """Net and tax together."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Sums:
    """The feet of an invoice: net + tax = total."""

    net: Money
    tax: Money
    total: Money


def price_line(position: Position, decision: TaxDecision) -> PricedLine:
    """Tax is taken from what is left after the discount, rounded half-up, once for each line."""
    net = position.price - position.discount
    return PricedLine(position, net, net.share(_part(decision.rate)), decision)


def discount_on(price: Money, percent: int, fixed_minor: int) -> Money:
    """What a coupon takes off a price: a share and a sum, never more than the price."""
    off = price.share(Fraction(percent, 100)) + Money(fixed_minor, price.currency)
    return min(off, price, key=lambda amount: amount.minor)


def add_up(lines: Sequence[PricedLine], currency: str) -> Sums:
    """The sums of an invoice."""
    net, tax = (total((line.net for line in lines), currency), total((line.tax for line in lines), currency))
    return Sums(net, tax, net + tax)


@cache
def _part(rate: int) -> Fraction:
    return Fraction(rate, WHOLE)
