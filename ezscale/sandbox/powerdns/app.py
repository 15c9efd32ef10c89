"""The HTTP API of the PowerDNS Authoritative Server as far as zones and their records go.

POST /_sandbox/names  {"name": "fjord.example", "addresses": ["203.0.113.7"]}: where a name points to from now on;
                      "rcode": "SERVFAIL" lets looking it up fail
POST /_sandbox/zones  {"name": "113.0.203.in-addr.arpa.", "kind": "Native"}: one zone more
"""

import secrets
from collections.abc import Iterable, Mapping
from json import JSONDecodeError
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ezscale.sandbox.faults import Unreliable, remark
from ezscale.sandbox.powerdns.names import Names
from ezscale.sandbox.powerdns.rrsets import Change, what_is_wrong
from ezscale.sandbox.store import Store

BASE = "/api/v1/servers/localhost"
KEY = "powerdns-sandbox"  # opens a stand-in, and nothing else
OWN_NAMES = "pool.ezscale.example"
ZONES = (
    "2.0.192.in-addr.arpa.",
    "100.51.198.in-addr.arpa.",
    "113.0.203.in-addr.arpa.",
    "8.b.d.0.1.0.0.2.ip6.arpa.",
    f"{OWN_NAMES}.",
)


class PowerDnsStandIn:
    """A server with a key and some zones, and the rest of the DNS around it."""

    def __init__(self, store: Store, key: str = KEY, zones: Iterable[str] = ZONES) -> None:
        self._store, self._key = store, key
        self.names = Names(store)
        for name in zones:
            self.add_zone(name)
        routes = [
            Route(f"{BASE}/zones", self._list, methods=["GET"]),
            Route(f"{BASE}/zones/{{zone}}", self._show, methods=["GET"]),
            Route(f"{BASE}/zones/{{zone}}", self._change, methods=["PATCH"]),
            Route("/_sandbox/names", self._tell_name, methods=["POST"]),
            Route("/_sandbox/zones", self._tell_zone, methods=["POST"]),
        ]
        self.front = Unreliable(Starlette(routes=routes), store, _error, self._state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as an ASGI app."""
        await self.front(scope, receive, send)

    def add_zone(self, name: str, kind: str = "Native") -> None:
        """A zone that is there from now on; one that was there stays as it is."""
        if self._store.get("zone", name) is None:
            self._store.put("zone", name, {"name": name, "kind": kind, "serial": 1})

    def pointer(self, name: str) -> str | None:
        """What a name of a reverse zone answers with."""
        record = self._store.get("record", f"{name} PTR")
        return record["records"][0]["content"] if record else None

    async def _list(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        wanted = request.query_params.get("zone")
        zones = self._store.all("zone")
        return JSONResponse([_zone(zone) for zone in zones if wanted in (None, zone["name"])])

    async def _show(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        zone = self._store.get("zone", _canonical(request.path_params["zone"]))
        if zone is None:
            return JSONResponse(_error(404, "Not Found"), 404)
        records = [record for record in self._store.all("record") if record["zone"] == zone["name"]]
        rrsets = [{**record, "comments": []} for record in records]
        return JSONResponse({**_zone(zone), "rrsets": rrsets})

    async def _change(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        try:
            sent = await request.json()
        except (JSONDecodeError, UnicodeDecodeError):
            return JSONResponse(_error(400, "Your request was not valid JSON"), 400)
        zone = self._store.get("zone", _canonical(request.path_params["zone"]))
        if zone is None:
            return JSONResponse(_error(404, "Not Found"), 404)
        if wrong := what_is_wrong(sent, zone["name"]):
            return JSONResponse(_error(422, wrong), 422)
        with self._store.transaction():
            for rrset in sent["rrsets"]:
                self._carry_out(request.scope, rrset, zone["name"])
            self._store.put("zone", zone["name"], {**zone, "serial": zone["serial"] + 1})
        return Response(status_code=204)

    def _carry_out(self, scope: Scope, rrset: Mapping[str, Any], zone: str) -> None:
        key = f"{rrset['name']} {rrset['type']}"
        if rrset["changetype"] == Change.DELETE:
            self._store.delete("record", key)
            remark(scope, f"{key} deleted")
        else:
            kept = {name: rrset[name] for name in ("name", "type", "ttl", "records")}
            self._store.put("record", key, {**kept, "zone": zone})
            remark(scope, f"{key} is {rrset['records'][0]['content']}")
        self._store.put("done", rrset["changetype"], {"times": self._store.next_number(rrset["changetype"])})

    async def _tell_name(self, request: Request) -> Response:
        sent = await request.json()
        self.names.point(sent["name"], list(sent.get("addresses", ())), sent.get("rcode", "NOERROR"))
        return JSONResponse(sent, 201)

    async def _tell_zone(self, request: Request) -> Response:
        sent = await request.json()
        self.add_zone(sent["name"], sent.get("kind", "Native"))
        return JSONResponse(sent, 201)

    def _refusal(self, request: Request) -> Response | None:
        key = request.headers.get("x-api-key", "")
        if secrets.compare_digest(key.encode(), self._key.encode()):
            return None
        return PlainTextResponse("Unauthorized", 401)

    def _state(self) -> Mapping[str, Any]:
        done = {change: self._store.get("done", change) for change in Change}
        return {
            "zones": [zone["name"] for zone in self._store.all("zone")],
            "records": {each["name"]: each["records"][0]["content"] for each in self._store.all("record")},
            "done": {change.value.lower(): each["times"] if each else 0 for change, each in done.items()},
        }


def _canonical(zone_id: str) -> str:
    """The name behind an id; a dot at the end may be missing in an address."""
    return zone_id if zone_id.endswith(".") else f"{zone_id}."


def _zone(zone: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": zone["name"],
        "name": zone["name"],
        "type": "Zone",
        "url": f"{BASE}/zones/{zone['name']}",
        "kind": zone["kind"],
        "serial": zone["serial"],
        "notified_serial": 0,
        "masters": [],
        "account": "",
    }


def _error(_status: int, message: str) -> dict[str, Any]:
    return {"error": message}
