"""What customers can put into their credit."""

from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from ezscale.company.rules import Rules, rules
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work

MOST = 1_000_000  # major units: beyond this it is a slip of the finger


class TopUpRules(Rules):
    """How much at once, and how much in all. In a currency that is not named nothing can be topped up."""

    topic: ClassVar[str] = "top_ups"
    title: ClassVar[str] = "Topping up credit"

    least: dict[str, int] = Field(
        default_factory=lambda: {"EUR": 1000, "GBP": 1000, "USD": 1000},
        title="Least at once",
        description="By currency. Customers who pay in another one cannot top up.",
    )
    most: dict[str, int] = Field(
        default_factory=lambda: {"EUR": 100_000, "GBP": 100_000, "USD": 100_000},
        title="Most at once",
        description="By currency.",
    )
    most_held: dict[str, int] = Field(
        default_factory=lambda: {"EUR": 200_000, "GBP": 200_000, "USD": 200_000},
        title="Most credit in all",
        description="By currency. Nobody can top up beyond it; what we give comes on top.",
    )

    @field_validator("least", "most", "most_held")
    @classmethod
    def _possible(cls, typed: dict[str, int]) -> dict[str, int]:
        if any(not 0 < minor <= Money.of(MOST, currency).minor for currency, minor in typed.items()):
            raise ValueError(f"More than nothing, and {MOST:,} at most.")
        return typed

    @model_validator(mode="after")
    def _in_order(self) -> "TopUpRules":
        """What is least is not more than what is most. Where it is, nobody could top up, and nobody would know why."""
        for currency, least in self.least.items():
            most = self.most.get(currency, least)
            if not least <= most <= self.most_held.get(currency, most):
                raise ValueError(f"In {currency} the least is more than the most.")
        return self


class Limits:
    """What can be topped up in one currency; `is_possible` is whether anything can."""

    def __init__(self, decided: TopUpRules, currency: str) -> None:
        self.least = Money(decided.least.get(currency, 0), currency)
        self.most = Money(decided.most.get(currency, 0), currency)
        self.most_held = Money(decided.most_held.get(currency, 0), currency)

    @property
    def is_possible(self) -> bool:
        """Whether the house takes top-ups in this currency."""
        return bool(self.least and self.most and self.most_held)

    def require(self, amount: Money, field: str = "amount") -> None:
        """Go on only with a sum that can be topped up at once. Invalid otherwise, beside its field."""
        if not self.is_possible:
            raise Invalid(f"Credit in {self.least.currency} cannot be topped up.", field=field)
        if amount.currency != self.least.currency:
            raise Invalid(f"Your account is in {self.least.currency}.", field=field)
        if not self.least <= amount <= self.most:
            raise Invalid(f"From {self.least} to {self.most}.", field=field)


def limits(work: Work, currency: str) -> Limits:
    """What can be topped up in a currency, as staff have decided."""
    return Limits(rules(work, TopUpRules), currency)
