"""What SynergyCP's rows mean to us. Few of their fields are written down anywhere, so none is taken for granted."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from ezscale.integrations.synergycp.client import Row
from ezscale.integrations.synergycp.sales import Sale
from ezscale.kit.errors import Rejected
from ezscale.provisioning.panel_skills import TrafficMonth
from ezscale.provisioning.ports import PanelOwner, RemoteServer, RemoteState

BITS = 8  # in a byte


def is_of(client: Row, owner: PanelOwner) -> bool:
    """Whether a client that was found by our number is this very customer.

    The number has been compared by the panel; where the answer repeats it we compare again, else the address must fit.
    """
    shown = [client.get("billing_id"), client.get("api_user"), _dict(client.get("billing")).get("id")]
    numbers = [str(one) for one in shown if one not in (None, "")]
    if numbers:
        return owner.ref in numbers
    return has_address(client, owner)


def has_address(client: Row, owner: PanelOwner) -> bool:
    """Whether a client has the customer's e-mail address."""
    return str(client.get("email", "")).casefold() == owner.email.casefold()


def first_and_last(name: str) -> dict[str, str]:
    """A name as the panel wants it, in two parts of which none is empty."""
    first, _, last = name.strip().partition(" ")
    return {"first": first or "-", "last": last.strip() or "-"}


def owner_of(server: Row, accesses: Sequence[Row]) -> str:
    """The client whose machine it is; empty when it is nobody's. Rejected when it seems to be several ones'."""
    clients = {str(client["id"]) for access in accesses if (client := _dict(access.get("client"))).get("id")}
    if len(clients) > 1:
        raise Rejected(f"Server {server.get('id')} belongs to several clients: a person must look")
    if accesses and not clients:  # an access that does not say whose it is
        client = _dict(_dict(server.get("access")).get("client")) or _dict(server.get("client"))
        return str(client.get("id") or "")
    return next(iter(clients), "")


def accesses_in(server: Row) -> list[Row] | None:
    """The access that a machine's own row shows; None when it shows none, or not whose and whether it is suspended."""
    if "access" in server and server["access"] is None:
        return []
    access = _dict(server.get("access"))
    return [access] if "is_active" in access and _dict(access.get("client")).get("id") else None


def remote_server(
    server: Row, accesses: Sequence[Row], state: RemoteState, installs: Sequence[Row] = (), entities: Iterable[Row] = ()
) -> RemoteServer:
    """A machine, from its row, its owner's access, what is being installed, and its blocks of addresses."""
    sale, blocks = Sale.shown_by(server), list(entities)
    return RemoteServer(
        remote_id=sale.remote_id,
        owner=owner_of(server, accesses),
        state=state,
        key=sale.number,
        name=str(server.get("nickname") or ""),
        suspended=any(access.get("is_active") is False for access in accesses),
        busy=state is RemoteState.BUILDING,
        gone=not accesses,
        ipv4=tuple(address for block in blocks for address in _ipv4(block)),
        ipv6=tuple(address for block in blocks for address in _ipv6(block)),
        percent=percent_of(installs) if any("percent" in install for install in installs) else None,
        detail=_detail(server, installs),
    )


def percent_of(installs: Sequence[Row]) -> int:
    """How far the least finished of the installations is."""
    return min((_whole(install.get("percent")) or 0 for install in installs), default=0)


def traffic_months(rows: Iterable[Row]) -> list[TrafficMonth]:
    """Cycle by cycle, the newest first, from what each port counted in bits. The panel tells one sum for both ways.

    It is given as sent.
    """
    used: dict[datetime, int] = {}
    limits: dict[datetime, int] = {}
    for row in rows:
        start, bits = _moment(row.get("cycle_started_at")), _whole(row.get("used"))
        if start is None or bits is None:
            continue
        used[start] = used.get(start, 0) + bits // BITS
        limits[start] = max(limits.get(start, 0), (_whole(row.get("max")) or 0) // BITS)
    starts = sorted(used)
    ends = [*starts[1:], *(_a_month_after(start) for start in starts[-1:])]
    months = [
        TrafficMonth(start, end, received=0, sent=used[start], limit=limits[start] or None)
        for start, end in zip(starts, ends, strict=True)
    ]
    return months[::-1]


def code_of(row: Row) -> str:
    """Our own code on a part, a place, a profile or a speed; empty when it has none."""
    return str(row.get("billing_id") or _dict(row.get("billing")).get("id") or "")


def _ipv4(block: Row) -> Iterable[str]:
    """The first address that the machine may use, and the block it is of."""
    nested = _dict(block.get("v4"))
    text = str(block.get("full_ip") or nested.get("full") or block.get("name") or "")
    gateway = str(block.get("gateway") or nested.get("gateway") or "")
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return [str(block["address"])] if block.get("address") else []
    if network.version != 4:
        return []
    if network.num_addresses == 1:
        return [str(network.network_address)]
    hosts = (str(host) for host in network.hosts())
    first = str(block.get("address") or next((host for host in hosts if host != gateway), ""))
    return [first, str(network)] if first else [str(network)]


def _ipv6(block: Row) -> Iterable[str]:
    address = block.get("v6_address") or _dict(block.get("v6")).get("address")
    return [str(address)] if address else []


def _detail(server: Row, installs: Sequence[Row]) -> dict[str, str]:
    """What staff may want to see. The inner shape of memory and disks is not known, so they are only shown."""
    install = installs[0] if installs else {}
    disks = server.get("hdd_counts")
    found = {
        "machine": server.get("srv_id"),
        "location": _dict(server.get("group")).get("name"),
        "cpu": _dict(server.get("cpu")).get("name"),
        "memory": server.get("mem"),
        "disks": ", ".join(_disk(disk) for disk in disks) if isinstance(disks, list) else None,
        "bandwidth": _dict(server.get("billing")).get("max_bandwidth") or None,
        "percent": install.get("percent"),
        "step": install.get("step_desc"),
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


def _disk(disk: object) -> str:
    counted = _dict(disk)
    return f"{counted.get('count', 1)} x {counted['name']}" if "name" in counted else str(disk)


def _moment(value: object) -> datetime | None:
    """A moment from the panel's object, or from a text."""
    seconds = _dict(value).get("unix")
    if isinstance(seconds, int):
        return datetime.fromtimestamp(seconds, UTC)
    try:
        moment = datetime.fromisoformat(str(_dict(value).get("iso_8601") or value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _a_month_after(moment: datetime) -> datetime:
    years, month = divmod(moment.month, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _whole(value: object) -> int | None:
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
