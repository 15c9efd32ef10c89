"""PowerDNS as whoever keeps the zones of our addresses."""

from ipaddress import ip_address
from typing import Any

from ezscale.integrations.http import Guard, Http, open_http
from ezscale.integrations.powerdns.client import PowerDnsClient
from ezscale.kit.errors import Rejected, TemporaryFailure

LIFE = 3600  # seconds for which others may remember a name
COPIES = ("slave", "secondary", "consumer")  # kinds of zones that are written elsewhere
KEY_TROUBLE = (401, 403)


class PowerDnsZones:
    """Writes the names of addresses. `own_names` is the domain of those that nobody has named; without it they have none."""

    def __init__(self, client: PowerDnsClient, own_names: str = "") -> None:
        self._client = client
        self._own_names = own_names.strip(".")

    def write(self, address: str, host: str) -> None:
        """Let an address answer with this name."""
        self._change(address, host)

    def reset(self, address: str) -> None:
        """Let an address answer with the house's own name for it, or with none."""
        self._change(address, own_name(address, self._own_names))

    def _change(self, address: str, host: str) -> None:
        pointer = f"{ip_address(address).reverse_pointer}."
        records = [{"content": f"{host}.", "disabled": False}]
        wanted: dict[str, Any] = {"changetype": "REPLACE", "ttl": LIFE, "records": records}
        try:
            self._client.change(
                self._zone_of(pointer, address),
                {"name": pointer, "type": "PTR", **(wanted if host else {"changetype": "DELETE"})},
            )
        except Rejected as refusal:
            if refusal.status in KEY_TROUBLE:  # ours to mend, and nothing that is wrong with the name
                raise TemporaryFailure(refusal.message) from refusal
            raise

    def _zone_of(self, pointer: str, address: str) -> str:
        """The id of the smallest zone that holds a name."""
        holding = [
            zone
            for zone in self._client.zones()
            if f".{pointer}".endswith(f".{str(zone.get('name')).lower()}")
            and str(zone.get("kind")).lower() not in COPIES
        ]
        if not holding:
            raise Rejected(f"We do not keep the reverse names of {address}.")
        return str(max(holding, key=lambda zone: len(str(zone["name"])))["id"])


def own_name(address: str, domain: str) -> str:
    """What the house calls an address: 203-0-113-7.pool.example. Nothing without a domain."""
    dashed = ip_address(address).exploded.replace(".", "-").replace(":", "-")
    return f"{dashed}.{domain}" if domain else ""


def open_zones(
    url: str, key: str, own_names: str = "", *, guard: Guard | None = None, http: Http | None = None
) -> PowerDnsZones:
    """The zones of a server that is reached at an address, with its API key."""
    http = http or open_http(url, guard=guard)
    http.headers["X-API-Key"] = key
    return PowerDnsZones(PowerDnsClient(http), own_names)
