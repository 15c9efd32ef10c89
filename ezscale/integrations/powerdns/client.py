"""The HTTP API of the PowerDNS Authoritative Server, in its own words."""

from collections.abc import Mapping
from typing import Any

from ezscale.integrations.http import Http, ask
from ezscale.kit.errors import TemporaryFailure

SERVER = "/api/v1/servers/localhost"  # there is no other one behind an API


class PowerDnsClient:
    """The calls that we use."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def zones(self) -> list[Mapping[str, Any]]:
        """Every zone, without its records."""
        # Without this it looks every one up once more, to tell whether it is signed.
        found = ask(self._http, "GET", f"{SERVER}/zones", params={"dnssec": "false"})
        if not isinstance(found, list) or not all(isinstance(zone, dict) for zone in found):
            raise TemporaryFailure("PowerDNS answered something else than its zones")
        return found

    def change(self, zone_id: str, rrset: Mapping[str, Any]) -> None:
        """Replace or delete all records of a name and a type. Repeating does no harm."""
        ask(self._http, "PATCH", f"{SERVER}/zones/{zone_id}", json={"rrsets": [dict(rrset)]})
