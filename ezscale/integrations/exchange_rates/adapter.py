"""The European Central Bank as the feed of exchange rates."""

from datetime import date
from decimal import Decimal, InvalidOperation

from ezscale.company.ports import PublishedRates
from ezscale.integrations.exchange_rates.client import EcbClient
from ezscale.integrations.http import Http, open_http
from ezscale.kit.errors import TemporaryFailure

ECB = "https://www.ecb.europa.eu"


class EcbFeed:
    """What a euro is worth, on every working day."""

    name = "ECB"

    def __init__(self, client: EcbClient) -> None:
        self._client = client

    def latest(self) -> PublishedRates:
        """The rates of the newest day. A currency whose rate is no number is left out."""
        day, written = self._client.daily()
        try:
            as_of = date.fromisoformat(day)
        except ValueError as error:
            raise TemporaryFailure("The European Central Bank sent rates of no day") from error
        return PublishedRates("EUR", as_of, {code: rate for code, rate in written.items() if _is_rate(rate)})


def open_feed(url: str = "", *, http: Http | None = None) -> EcbFeed:
    """The feed, or a stand-in at another address."""
    return EcbFeed(EcbClient(http or open_http(url or ECB)))


def _is_rate(written: str) -> bool:
    try:
        rate = Decimal(written)
    except InvalidOperation:
        return False
    return rate.is_finite() and rate > 0
