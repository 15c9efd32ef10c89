"""What the company has decided about tax."""

import re
from typing import ClassVar

from pycountry import countries, subdivisions
from pydantic import Field, field_validator

from ezscale.billing.lines import Rounding
from ezscale.billing.tax import WHOLE_EU
from ezscale.company.rules import Rules

SEPARATORS = re.compile(r"[\s,;]+")


class TaxRules(Rules):
    """Where tax is collected, how prices and sums are meant, and what a tax id must prove. The home is in the settings."""

    topic: ClassVar[str] = "tax"
    title: ClassVar[str] = "Tax"

    registrations: str = Field(
        default="",
        max_length=400,
        description="Other places where we are registered and collect: GB, US-CA; EU for the One Stop Shop of a seller "
        "from elsewhere.",
    )
    one_stop_shop: bool = Field(
        default=True,
        description="Consumers in other EU states pay their own state's rate. Off only while such sales stay below the "
        "yearly threshold: then they pay ours.",
    )
    prices_include_tax: bool = Field(default=False, description="The prices in the shop include tax.")
    deduct_tax: bool = Field(
        default=True,
        description="Where prices include tax, whoever owes none pays them without our own tax, instead of the full price.",
    )
    rounding: Rounding = Field(default=Rounding.LINE, description="Tax is rounded on each line, or once for each rate.")
    tax_late_fees: bool = Field(default=False, title="Late fees are taxed", description="Late fees carry tax.")
    trust_unchecked_ids: bool = Field(
        default=False,
        title="Trust tax ids before they are checked",
        description="A tax id counts before the register has answered. Off: tax is charged until it is known to be valid.",
    )
    valid_days: int = Field(
        default=30,
        ge=8,
        le=365,
        title="Days a checked tax id counts",
        description="For how many days the answer of the register counts.",
    )
    us_service: bool = Field(
        default=False,
        title="TaxJar for the United States",
        description="Ask TaxJar for the rates of the places in the United States where we are registered. It needs its "
        "token in the settings; while it does not answer, our own table is used and the invoice says so.",
    )

    @field_validator("registrations")
    @classmethod
    def _known_places(cls, typed: str) -> str:
        places = [place for place in SEPARATORS.split(typed.upper()) if place]
        for place in places:
            if place != WHOLE_EU and not (countries.get(alpha_2=place) or subdivisions.get(code=place)):  # type: ignore[no-untyped-call]
                raise ValueError(f"{place} is not a country or a region of ISO 3166, such as GB or US-CA")
        return ", ".join(dict.fromkeys(places))

    @property
    def places(self) -> frozenset[str]:
        """The places where we are registered."""
        return frozenset(SEPARATORS.split(self.registrations)) - {""}
