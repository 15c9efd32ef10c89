"""Amounts of money: whole minor units and a currency, never a float."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Self

from babel import Locale
from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision
from pycountry import currencies

# ISO 4217. What locales show of a currency in shops is something else: they know no para and no fils of the dinar.
WITHOUT_DECIMALS = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
        *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
WITH_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
WITH_FOUR = frozenset({"CLF", "UYW"})


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum: converting is a decision, not arithmetic."""


@cache
def digits(currency: str) -> int:
    """How many decimal places a currency has: 2 for EUR, 0 for JPY, 3 for KWD. ValueError for an unknown code."""
    if currencies.get(alpha_3=currency) is None:
        raise ValueError(f"{currency!r} is not a currency of ISO 4217")
    if currency in WITHOUT_DECIMALS:
        return 0
    return 3 if currency in WITH_THREE else 4 if currency in WITH_FOUR else 2


@cache
def circulating() -> frozenset[str]:
    """The currencies of ISO 4217 that are legal tender somewhere today: neither gold nor units of account."""
    today = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _, until, is_tender in uses
        if is_tender and until is None
    }
    return frozenset(code for code in today if currencies.get(alpha_3=code))


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, as invoices round."""
    return _quotient(value.numerator, value.denominator)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (cents) of one currency."""

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Self:
        """From major units, as a person writes them; more decimals than the currency has are refused."""
        scaled = Decimal(amount).scaleb(digits(currency))
        if scaled != scaled.to_integral_value(ROUND_HALF_UP):
            raise ValueError(f"{amount} has more decimals than {currency} has")
        return cls(int(scaled), currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact: 1050 minor EUR is 10.50."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def share(self, part: Fraction) -> "Money":
        """A part of it, rounded half-up once."""
        return Money(_quotient(self.minor * part.numerator, part.denominator), self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Parts in proportion to the weights that add up exactly (largest remainder)."""
        total = sum(weights)
        if total <= 0:
            raise ValueError("weights must add up to more than nothing")
        exact = [Fraction(self.minor * weight, total) for weight in weights]
        parts = [value.numerator // value.denominator for value in exact]
        by_remainder = sorted(range(len(exact)), key=lambda place: parts[place] - exact[place])
        for place in by_remainder[: self.minor - sum(parts)]:
            parts[place] += 1
        return [Money(part, self.currency) for part in parts]

    def format(self, locale: str = "en_US") -> str:
        """As a reader of that locale writes it: $10.50, 10,50 €."""
        if digits(self.currency) == get_currency_precision(self.currency):
            return format_currency(self.major, self.currency, locale=locale)
        style = copy(Locale.parse(locale).currency_formats["standard"])
        style.frac_prec = (digits(self.currency),) * 2
        return str(style.apply(self.major, locale, currency=self.currency, currency_digits=False))

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} in one sum")
        return other.minor


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum, zero of that currency when there are none."""
    minor = 0
    for amount in amounts:
        if amount.currency != currency:
            raise CurrencyMismatch(f"{currency} and {amount.currency} in one sum")
        minor += amount.minor
    return Money(minor, currency)


def _quotient(numerator: int, denominator: int) -> int:
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded
