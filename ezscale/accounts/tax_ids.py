"""The tax ids of companies, as far as they can be checked by looking at them."""

import re
from collections.abc import Callable

from stdnum.ch import vat as swiss
from stdnum.eu import vat as european
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as british
from stdnum.no import mva as norwegian

from ezscale.accounts.signing_up import clean_line
from ezscale.kit.errors import Invalid

LONGEST = 30
PUNCTUATION = re.compile(r"[\s.\-/]")
NORTHERN_IRELAND = "XI"
EUROPEAN = {state.upper() for state in european.MEMBER_STATES} - {NORTHERN_IRELAND}


def clean_tax_id(typed: str, country: str) -> str:
    """A tax id in the one form we print, empty for none. Invalid, on `tax_id`, when the country has no such number.

    VAT ids of the EU, the United Kingdom, Switzerland and Norway are known by their checksums, with or without the
    letters they begin or end with. Whatever other countries call a tax id is printed as it was typed.
    """
    line = clean_line(typed, "tax_id", LONGEST)
    check = _check_of(country)
    if not line or check is None:
        return line
    try:
        return check(PUNCTUATION.sub("", line).upper())
    except ValidationError:
        raise Invalid("Your country has no such VAT id. Please check it, or leave it empty.", field="tax_id") from None


def _check_of(country: str) -> Callable[[str], str] | None:
    if country in EUROPEAN:
        prefix = "EL" if country == "GR" else country
        return lambda number: _european(number, prefix)
    return {"GB": _british, "CH": _swiss, "NO": _norwegian}.get(country)


def _european(number: str, prefix: str) -> str:
    """DE136695976. Greece writes EL, and is understood when it writes GR."""
    bare = number.removeprefix("GR") if prefix == "EL" else number
    return str(european.validate(prefix + bare.removeprefix(prefix)))


def _british(number: str) -> str:
    """GB980780684; XI at the beginning for Northern Ireland."""
    if number.startswith(NORTHERN_IRELAND):
        return str(european.validate(number))
    return f"GB{british.validate(number)}"


def _swiss(number: str) -> str:
    """CHE107787577MWST, with the ending in any of its languages."""
    return str(swiss.validate(number if number[-1:].isalpha() else f"{number}MWST"))


def _norwegian(number: str) -> str:
    """NO995525828MVA."""
    return f"NO{norwegian.validate(number if number.endswith('MVA') else f'{number}MVA')}"
