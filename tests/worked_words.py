"""What the worked examples are told with."""

from ezscale.billing.lines import Position
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.kit.money import Money

IRISH = TaxDecision((Tax("VAT 23%", "IE", 230_000),), "IE")


def euros(amount: str) -> Money:
    """An amount in EUR."""
    return Money.of(amount, "EUR")


def bare(description: str, price: Money) -> Position:
    """A position without discount."""
    return Position(description, price, Money.zero(price.currency))
