"""Currencies to choose from, by name."""

from collections.abc import Iterable

from babel.numbers import get_currency_name, get_currency_symbol

from ezscale.kit.money import circulating
from ezscale.state.ordering.choices import Option

CURRENCY_NAMES = {"USD": "US dollars ($)", "EUR": "Euros (€)", "GBP": "Pounds sterling (£)"}
CURRENCY_SIGNS = {  # of those that have one
    code: sign for code in sorted(circulating()) if (sign := get_currency_symbol(code, locale="en")) != code
}


def currency_choices(codes: Iterable[str]) -> list[Option]:
    """Currencies by their names, with the sign that has its place on price tags."""
    return [Option(code, CURRENCY_NAMES.get(code) or _name(code)) for code in codes]


def _name(code: str) -> str:
    return f"{get_currency_name(code, locale='en')} ({get_currency_symbol(code, locale='en')})"
