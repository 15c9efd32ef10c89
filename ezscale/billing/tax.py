"""Where a sale is taxed: EU VAT as Directive 2006/112/EC and Regulation 282/2011 have it for electronic services."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

# Standard rates in hundredths of a percent, as they were when this was delivered. The table has them from then on.
STANDARD_RATES = {
    "AT": 2000,
    "BE": 2100,
    "BG": 2000,
    "CY": 1900,
    "CZ": 2100,
    "DE": 1900,
    "DK": 2500,
    "EE": 2400,
    "ES": 2100,
    "FI": 2550,
    "FR": 2000,
    "GR": 2400,
    "HR": 2500,
    "HU": 2700,
    "IE": 2300,
    "IT": 2200,
    "LT": 2100,
    "LU": 1700,
    "LV": 2100,
    "MT": 1800,
    "NL": 2100,
    "PL": 2300,
    "PT": 2300,
    "RO": 2100,
    "SE": 2500,
    "SI": 2200,
    "SK": 2300,
}
UK_RATE = 2000
EU = frozenset(STANDARD_RATES)
WHOLE_EU = "EU"  # as a registration: the One Stop Shop of a seller from elsewhere
REVERSE_CHARGE = "Reverse charge: VAT is owed by the recipient (Art. 196, Directive 2006/112/EC)."
OUTSIDE = "Outside the scope of EU VAT."
NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax by the name it is printed with, and the place that it is owed to: a country, or a country and a region.

    `rate` is in parts of a million: 230000 is 23 %. A compound tax is also taken from the taxes before it.
    """

    name: str
    place: str
    rate: int
    compound: bool = False


@dataclass(frozen=True, slots=True)
class TaxDecision:
    """Which taxes a sale carries. `note` is printed on the invoice, `label` says it all in a word where there is none.

    With `inclusive` the prices hold the taxes already; `deducted` is then what somebody who owes none does not pay, as
    a part of the net. `source` is who worked it out, when it was not our own table.
    """

    taxes: tuple[Tax, ...] = ()
    country: str = ""
    note: str = ""
    label: str = ""
    inclusive: bool = False
    deducted: Fraction = NOTHING
    source: str = ""

    def __hash__(self) -> int:
        return hash((self.taxes, self.country))  # what tells most of them apart: bills are looked up by it

    @property
    def name(self) -> str:
        """All its taxes by name."""
        return " + ".join(tax.name for tax in self.taxes) or self.label

    @property
    def rate(self) -> int:
        """All its rates together, in parts of a million."""
        return sum(tax.rate for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class Supply:
    """The country whose tax a sale carries; none, and why, when it carries none."""

    country: str = ""
    note: str = ""
    label: str = ""


UNTAXED = Supply()
REVERSED = Supply(note=REVERSE_CHARGE, label="Reverse charge")
ABROAD = Supply(note=OUTSIDE)


def place_of_supply(
    seller: str,
    buyer: str,
    *,
    region: str = "",
    is_business: bool = False,
    one_stop_shop: bool = True,
    registered: Collection[str] = (),
) -> Supply:
    """Where a sale is taxed: at the seller's, at the buyer's, or nowhere.

    `is_business` is said of a buyer whose tax id was found valid. `registered` are the other places where the seller
    collects: countries, countries with a region, or the whole EU.
    """
    if buyer == seller:
        return Supply(seller)
    is_registered = buyer in registered or f"{buyer}-{region}" in registered
    if buyer in EU and (seller in EU or WHOLE_EU in registered):
        if is_business:
            return REVERSED
        return Supply(buyer if one_stop_shop or is_registered or seller not in EU else seller)
    if is_registered:
        return Supply(buyer)
    return ABROAD if seller in EU else UNTAXED


def named_tax(name: str, place: str, rate: int, *, compound: bool = False) -> Tax:
    """A tax as it is printed: its name and its rate."""
    return Tax(f"{name} {percent(rate)}%", place, rate, compound)


def percent(rate: int) -> str:
    """A rate in parts of a million, as people write it: 23, 25.5, 9.975."""
    return f"{Decimal(rate).scaleb(-4).normalize():f}"


def is_vat_id(typed: str, country: str) -> bool:
    """Whether it is a well-formed VAT id of that EU country (its checksum included)."""
    return bool(vat_id(typed, country))


def vat_id(typed: str, country: str) -> str:
    """A VAT id of that country in the form that the EU's register knows, Greece as EL; nothing when it is none.

    Of the United Kingdom only Northern Ireland is in there, as XI.
    """
    if not typed:
        return ""
    prefix = {"GR": "EL", "GB": "XI"}.get(country, country)
    if not (country in EU or prefix == "XI"):
        return ""
    try:
        compact = str(vat.validate(typed))
    except ValidationError:
        return ""
    if prefix == "EL" and compact.startswith("GR"):
        compact = f"EL{compact[2:]}"
    return compact if compact.startswith(prefix) else ""
