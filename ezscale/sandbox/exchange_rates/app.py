"""The daily file of the European Central Bank, with rates as they might be.

POST /_sandbox/rates  {"as_of": "2026-03-02", "rates": {"USD": "1.0850"}}: what is published from now on
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from json import JSONDecodeError
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.store import Store

DAILY = "/stats/eurofxref/eurofxref-daily.xml"
RATES = {
    "USD": "1.0832",
    "JPY": "162.45",
    "CZK": "24.913",
    "DKK": "7.4594",
    "GBP": "0.84210",
    "HUF": "398.63",
    "PLN": "4.2285",
    "SEK": "11.0930",
    "CHF": "0.9392",
    "NOK": "11.6400",
    "CAD": "1.5563",
}
SATURDAY = 5


class EcbStandIn:
    """The bank's web site, as far as it has this one file."""

    def __init__(self, store: Store, now: Callable[[], datetime] = world_now) -> None:
        self._store, self._now = store, now
        routes = [
            Route(DAILY, self._daily, methods=["GET"]),
            Route("/_sandbox/rates", self._publish, methods=["POST"]),
        ]
        self.front = Unreliable(Starlette(routes=routes), store, _error_body, self._state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as an ASGI app."""
        await self.front(scope, receive, send)

    async def _daily(self, _request: Request) -> Response:
        published = self._published()
        cubes = "".join(f"\t\t\t<Cube currency='{code}' rate='{rate}'/>\n" for code, rate in published["rates"].items())
        file = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
            'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
            "\t<gesmes:subject>Reference rates</gesmes:subject>\n"
            "\t<gesmes:Sender>\n\t\t<gesmes:name>European Central Bank</gesmes:name>\n\t</gesmes:Sender>\n"
            f"\t<Cube>\n\t\t<Cube time='{published['as_of']}'>\n{cubes}\t\t</Cube>\n\t</Cube>\n</gesmes:Envelope>"
        )
        return Response(file, media_type="text/xml")

    async def _publish(self, request: Request) -> Response:
        try:
            order = await request.json()
            date.fromisoformat(order["as_of"])
            rates = {str(code): str(rate) for code, rate in order["rates"].items()}
        except (JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
            return JSONResponse({"error": "Send a day and rates."}, 422)
        self._store.put("published", "now", {"as_of": order["as_of"], "rates": rates})
        return JSONResponse(order, 201)

    def _published(self) -> Mapping[str, Any]:
        return self._store.get("published", "now") or {
            "as_of": _working_day(self._now().date()).isoformat(),
            "rates": RATES,
        }

    def _state(self) -> Mapping[str, Any]:
        return self._published()


def _working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend: nothing is published on it."""
    return day - timedelta(days=max(day.weekday() - SATURDAY + 1, 0))


def _error_body(status: int, message: str) -> dict[str, Any]:
    return {"status": status, "error": message}
