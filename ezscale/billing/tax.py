"""Which tax a sale carries: EU VAT as Directive 2006/112/EC and Regulation 282/2011 have it for electronic services."""

from dataclasses import dataclass
from decimal import Decimal

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

# Standard rates in hundredths of a percent.
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
REVERSE_CHARGE = "Reverse charge: VAT is owed by the recipient (Art. 196, Directive 2006/112/EC)."
OUTSIDE = "Outside the scope of EU VAT."


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

    With `inclusive` the prices hold the taxes already; `deducted` is then what somebody who owes none does not pay, in
    parts of a million of the net.
    """

    taxes: tuple[Tax, ...] = ()
    country: str = ""
    note: str = ""
    label: str = ""
    inclusive: bool = False
    deducted: int = 0

    @property
    def name(self) -> str:
        """All its taxes by name."""
        return " + ".join(tax.name for tax in self.taxes) or self.label

    @property
    def rate(self) -> int:
        """All its rates together, in parts of a million."""
        return sum(tax.rate for tax in self.taxes)


NO_TAX = TaxDecision()


def decide_tax(seller_country: str, buyer_country: str, buyer_tax_id: str = "") -> TaxDecision:
    """The tax for a seller and a buyer: the seller's own, the buyer's (One Stop Shop), reverse charge, or none."""
    if seller_country == "GB":
        return _vat("GB", UK_RATE) if buyer_country == "GB" else NO_TAX
    if seller_country not in STANDARD_RATES:
        return NO_TAX
    if buyer_country not in STANDARD_RATES:
        return TaxDecision(note=OUTSIDE)
    if buyer_country != seller_country and is_vat_id(buyer_tax_id, buyer_country):
        return TaxDecision(note=REVERSE_CHARGE, label="Reverse charge")
    return _vat(buyer_country, STANDARD_RATES[buyer_country])


def percent(rate: int) -> str:
    """A rate in parts of a million, as people write it: 23, 25.5, 9.975."""
    return f"{Decimal(rate).scaleb(-4).normalize():f}"


def is_vat_id(typed: str, country: str) -> bool:
    """Whether it is a well-formed VAT id of that EU country (its checksum included)."""
    try:
        compact = vat.validate(typed)
    except ValidationError:
        return False
    return bool(compact.startswith("EL" if country == "GR" else country))


def _vat(country: str, hundredths: int) -> TaxDecision:
    rate = hundredths * 100
    return TaxDecision((Tax(f"VAT {percent(rate)}%", country, rate),), country)
