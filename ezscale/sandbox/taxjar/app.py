"""TaxJar v2 as far as a calculation goes.

POST /_sandbox/rates  {"state": "CA", "zip": "90002", "rate": 0.095}: what that place takes from now on
"""

import secrets
from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.store import Store

RATES = {"CA": 0.095, "NY": 0.08875, "TX": 0.0825, "WA": 0.1025, "OR": 0.0}
KNOWN = {
    *("from_country", "from_zip", "from_state", "from_city", "from_street"),
    *("to_country", "to_zip", "to_state", "to_city", "to_street"),
    *("amount", "shipping", "line_items", "nexus_addresses", "customer_id", "exemption_type"),
}
OF_A_LINE = {"id", "quantity", "product_tax_code", "unit_price", "discount", "sales_tax"}
REASONS = {400: "Bad Request", 401: "Unauthorized", 429: "Too Many Requests", 503: "Service Unavailable"}


class TaxJarStandIn:
    """An account with a token."""

    def __init__(self, store: Store, token: str) -> None:
        self._store, self._token = store, token
        routes = [
            Route("/taxes", self._taxes, methods=["POST"]),
            Route("/_sandbox/rates", self._tell_rate, methods=["POST"]),
        ]
        self.front = Unreliable(Starlette(routes=routes), store, _error_body, self._state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as an ASGI app."""
        await self.front(scope, receive, send)

    async def _taxes(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not secrets.compare_digest(token.encode(), self._token.encode()):
            return _refusal(401, "Not authorized for route 'POST /v2/taxes'")
        order = await _json(request)
        if wrong := _what_is_wrong(order):
            return _refusal(400, wrong)
        state, zip_code, amount = order["to_state"], order["to_zip"][:5], order["amount"]
        has_nexus = any(address.get("state") == state for address in order.get("nexus_addresses", ()))
        rate = self._rate(state, zip_code) if has_nexus else 0.0
        self._store.put(
            "calculation",
            str(self._store.next_number("calculation")),
            {"state": state, "zip": zip_code, "rate": rate, "has_nexus": has_nexus},
        )
        tax = {
            "order_total_amount": float(amount),
            "shipping": 0.0,
            "taxable_amount": float(amount) if has_nexus else 0.0,
            "amount_to_collect": round(amount * rate, 2),
            "rate": rate,
            "has_nexus": has_nexus,
            "freight_taxable": False,
            "tax_source": "destination" if has_nexus else None,
            "jurisdictions": {"country": "US", "state": state},
        }
        return JSONResponse({"tax": tax})

    def _rate(self, state: str, zip_code: str) -> float:
        told = self._store.get("rate", f"{state}-{zip_code}")
        return float(told["rate"]) if told else RATES.get(state, 0.06)

    async def _tell_rate(self, request: Request) -> Response:
        order = await _json(request)
        if set(order) != {"state", "zip", "rate"} or not isinstance(order["rate"], float):
            return JSONResponse({"error": "Send a state, a zip and a rate."}, 422)
        self._store.put("rate", f"{order['state']}-{order['zip']}", order)
        return JSONResponse(order, 201)

    def _state(self) -> Mapping[str, Any]:
        return {"calculations": self._store.all("calculation")}


def _what_is_wrong(order: dict[str, Any]) -> str:
    unknown = sorted(set(order) - KNOWN)
    if unknown:
        return f"{unknown[0]} is not a known parameter"
    for name in ("to_country", "to_zip", "to_state", "amount", "shipping"):
        if name not in order:
            return f"No {name}, required when to_country is US"
    if order["to_country"] != "US" or len(str(order["to_state"])) != 2:
        return "to_state must be a two-letter state of the US"
    if len(str(order["to_zip"])) < 5 or not str(order["to_zip"])[:5].isdecimal():
        return f"to_zip {order['to_zip']} is not used within to_state {order['to_state']}"
    if any(
        not isinstance(order[name], int | float) or isinstance(order[name], bool) for name in ("amount", "shipping")
    ):
        return "amount and shipping must be numbers"
    lines = order.get("line_items", [])
    return "" if all(isinstance(line, dict) and set(line) <= OF_A_LINE for line in lines) else "line_items are invalid"


async def _json(request: Request) -> dict[str, Any]:
    try:
        sent = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _refusal(status: int, detail: str) -> JSONResponse:
    return JSONResponse(_error_body(status, detail), status)


def _error_body(status: int, message: str) -> dict[str, Any]:
    return {"status": status, "error": REASONS.get(status, "Error"), "detail": message}
