"""Which tax a sale carries: EU VAT as Directive 2006/112/EC and Regulation 282/2011 have it for electronic services."""

from dataclasses import dataclass

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
class TaxDecision:
    """One tax on the whole sale. `rate` is in hundredths of a percent; `note` is printed on the invoice."""

    name: str
    rate: int
    country: str
    note: str = ""


NO_TAX = TaxDecision("", 0, "")


def decide_tax(seller_country: str, buyer_country: str, buyer_tax_id: str = "") -> TaxDecision:
    """The tax for a seller and a buyer: the seller's own, the buyer's (One Stop Shop), reverse charge, or none."""
    if seller_country == "GB":
        return TaxDecision("VAT 20%", UK_RATE, "GB") if buyer_country == "GB" else NO_TAX
    if seller_country not in STANDARD_RATES:
        return NO_TAX
    if buyer_country not in STANDARD_RATES:
        return TaxDecision("", 0, "", OUTSIDE)
    if buyer_country != seller_country and is_vat_id(buyer_tax_id, buyer_country):
        return TaxDecision("Reverse charge", 0, "", REVERSE_CHARGE)
    rate = STANDARD_RATES[buyer_country]
    return TaxDecision(f"VAT {rate // 100}{'.5' if rate % 100 else ''}%", rate, buyer_country)


def is_vat_id(typed: str, country: str) -> bool:
    """Whether it is a well-formed VAT id of that EU country (its checksum included)."""
    try:
        compact = vat.validate(typed)
    except ValidationError:
        return False
    return bool(compact.startswith("EL" if country == "GR" else country))
