"""What somebody can choose from when they sign up."""

from functools import cache

from babel import Locale
from pycountry import countries as known_countries


@cache
def countries() -> list[tuple[str, str]]:
    """Every country, as (code, name), by name."""
    names = Locale("en").territories
    return sorted(
        ((country.alpha_2, names.get(country.alpha_2, country.name)) for country in known_countries), key=lambda c: c[1]
    )


def country_name(code: str) -> str:
    """A country by its name; the code itself when nobody knows it."""
    return dict(countries()).get(code, code)
