"""VIES as far as a trader can ask it: every number with a right checksum is registered, unless it was told otherwise.

POST /_sandbox/numbers  {"number": "DE136695976", "registered": false}
POST /_sandbox/states   {"country": "DE", "error": "MS_UNAVAILABLE"}: what that state says instead; empty ends it
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from json import JSONDecodeError
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from stdnum.eu import vat

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable, remark
from ezscale.sandbox.store import Store

STATES = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV"),
    *("MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI"),
)
HIDE_NAMES = ("DE", "ES")
REQUESTER = ("requesterMemberStateCode", "requesterNumber")
TRADER = ("traderName", "traderStreet", "traderPostalCode", "traderCity", "traderCompanyType")
FIELDS = {"countryCode", "vatNumber", *REQUESTER, *TRADER}
NO_ANSWERS = (
    *("MS_UNAVAILABLE", "MS_MAX_CONCURRENT_REQ", "GLOBAL_MAX_CONCURRENT_REQ", "SERVICE_UNAVAILABLE", "TIMEOUT"),
    "INVALID_INPUT",
)


class ViesStandIn:
    """The register. It forgets nothing that it was told."""

    def __init__(self, store: Store, now: Callable[[], datetime] = world_now) -> None:
        self._store, self._now = store, now
        routes = [
            Route("/check-vat-number", self._check, methods=["POST"]),
            Route("/_sandbox/numbers", self._tell_number, methods=["POST"]),
            Route("/_sandbox/states", self._tell_state, methods=["POST"]),
        ]
        self.front = Unreliable(Starlette(routes=routes), store, _error_body, self._state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as an ASGI app."""
        await self.front(scope, receive, send)

    async def _check(self, request: Request) -> Response:
        asked = await _json(request)
        if not _is_well_asked(asked):
            remark(request.scope, "wrongly asked")
            return JSONResponse(_no_answer("INVALID_INPUT"), 400)
        country, number = asked["countryCode"], asked["vatNumber"]
        state = self._store.get("state", country)
        if state is not None and state["error"]:
            remark(request.scope, state["error"])
            return JSONResponse(_no_answer(state["error"]))
        is_valid = self._is_registered(f"{country}{number}")
        identifier = f"WAPIAAAA{self._store.next_number('request'):08}" if REQUESTER[0] in asked else ""
        shown = "---" if country in HIDE_NAMES or not is_valid else f"TRADER {number} LTD"
        answer = {
            "countryCode": country,
            "vatNumber": number,
            "requestDate": f"{self._now():%Y-%m-%dT%H:%M:%S.000Z}",
            "valid": is_valid,
            "requestIdentifier": identifier,
            "name": shown,
            "address": "---",
            **{f"{name}Match": "NOT_PROCESSED" for name in TRADER},
        }
        self._store.put("answer", str(self._store.next_number("answer")), answer)
        return JSONResponse(answer)

    def _is_registered(self, number: str) -> bool:
        told = self._store.get("number", number)
        return bool(told["registered"]) if told is not None else bool(vat.is_valid(number))

    async def _tell_number(self, request: Request) -> Response:
        order = await _json(request)
        if set(order) != {"number", "registered"} or not isinstance(order["registered"], bool):
            return JSONResponse({"error": "Send a number, and whether it is registered."}, 422)
        self._store.put("number", str(order["number"]), order)
        return JSONResponse(order, 201)

    async def _tell_state(self, request: Request) -> Response:
        order = await _json(request)
        known = order.get("country") in STATES and order.get("error") in (*NO_ANSWERS, "")
        if set(order) != {"country", "error"} or not known:
            return JSONResponse({"error": f"Send a country and one of {', '.join(NO_ANSWERS)}."}, 422)
        self._store.put("state", order["country"], order)
        return JSONResponse(order, 201)

    def _state(self) -> Mapping[str, Any]:
        return {"answers": self._store.all("answer")}


def _is_well_asked(asked: dict[str, Any]) -> bool:
    """Known fields alone, all of them text; a number without the letters of its country; a requester whole or not at all."""
    if not {"countryCode", "vatNumber"} <= set(asked) <= FIELDS or not all(
        isinstance(each, str) for each in asked.values()
    ):
        return False
    country, number = asked["countryCode"], asked["vatNumber"]
    whole = {name in asked and bool(asked[name]) for name in REQUESTER}
    is_number = number.isascii() and number.isalnum() and 2 <= len(number) <= 12 and number == number.upper()
    of_states = country in STATES and asked.get(REQUESTER[0], country) in STATES
    return of_states and is_number and not number.startswith(country) and len(whole) == 1


async def _json(request: Request) -> dict[str, Any]:
    try:
        sent = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _no_answer(error: str) -> dict[str, Any]:
    return {"actionSucceed": False, "errorWrappers": [{"error": error}]}


def _error_body(_status: int, _message: str) -> dict[str, Any]:
    return _no_answer("SERVICE_UNAVAILABLE")
