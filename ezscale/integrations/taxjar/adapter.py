"""TaxJar as whoever works out American sales taxes."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from ezscale.billing.tax_ports import CalculatedTax
from ezscale.integrations.http import Http, open_http
from ezscale.integrations.taxjar.client import TaxJarClient
from ezscale.kit.errors import TemporaryFailure

TAXJAR = "https://api.taxjar.com/v2"
DIGITAL = "31000"
ASKED_ABOUT = 100  # in dollars: the answer's rate does not depend on it


class TaxJarCalculator:
    """Knows what a place takes of a digital service, with all its districts."""

    name = "TaxJar"

    def __init__(self, client: TaxJarClient) -> None:
        self._client = client

    def rate_of(self, country: str, region: str, postcode: str, nexus: Sequence[str]) -> CalculatedTax:
        """The rate there, and whether we must collect it at all."""
        tax = self._client.taxes(
            {
                "to_country": country,
                "to_state": region,
                "to_zip": postcode,
                "amount": ASKED_ABOUT,
                "shipping": 0,
                "nexus_addresses": [{"country": country, "state": state} for state in nexus],
                "line_items": [{"id": "1", "quantity": 1, "unit_price": ASKED_ABOUT, "product_tax_code": DIGITAL}],
            }
        )
        if tax.get("has_nexus") is False:
            return CalculatedTax(0, collects=False)
        return CalculatedTax(_parts_of_a_million(tax.get("rate")), collects=True)


def open_calculator(token: str, url: str = "", *, http: Http | None = None) -> TaxJarCalculator | None:
    """TaxJar, or a stand-in at another address; None without a token."""
    return TaxJarCalculator(TaxJarClient(http or open_http(url or TAXJAR, token))) if token else None


def _parts_of_a_million(rate: object) -> int:
    """0.0975 as 97500; what is no rate was no answer."""
    try:
        exact = Decimal(str(rate)).scaleb(6).quantize(Decimal(1), ROUND_HALF_UP)
    except InvalidOperation:
        raise TemporaryFailure("TaxJar named no rate") from None
    if not 0 <= exact <= 1_000_000:
        raise TemporaryFailure("TaxJar named no rate that can be")
    return int(exact)
