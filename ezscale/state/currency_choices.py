"""Currencies to choose from, by name."""

from collections.abc import Iterable

from babel.numbers import get_currency_name, get_currency_symbol

from ezscale.state.ordering.choices import Option

CURRENCY_NAMES = {"USD": "US dollars ($)", "EUR": "Euros (€)", "GBP": "Pounds sterling (£)"}


def currency_choices(codes: Iterable[str]) -> list[Option]:
    """Currencies by their names, with the sign that has its place on price tags."""
    return [Option(code, CURRENCY_NAMES.get(code) or _name(code)) for code in codes]


def _name(code: str) -> str:
    return f"{get_currency_name(code, locale='en')} ({get_currency_symbol(code, locale='en')})"
