"""What VirtFusion's rows mean to us. Fields come and go between its builds, so nothing is taken for granted."""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from ezscale.integrations.virtfusion.client import Row
from ezscale.integrations.virtfusion.names import parts_of_name
from ezscale.provisioning.ports import PanelOwner, RemoteServer, RemoteState, Sizes


def relation_of(ref: str) -> tuple[dict[str, int | str], dict[str, str]]:
    """How the panel keeps a reference of ours: the fields of a new user, and the query that finds one.

    A migrated customer is known by a number, which the panel keeps apart from text references.
    """
    if ref.isascii() and ref.isdecimal():
        return {"extRelationId": int(ref)}, {}
    return {"relStr": ref}, {"relStr": "true"}


def is_of(user: Row, owner: PanelOwner) -> bool:
    """Whether a user that was found by our reference is this very customer.

    Builds that do not repeat a text reference in their answer must at least show the same e-mail address.
    """
    shown = [str(user[name]) for name in ("relStr", "extRelationId") if user.get(name) is not None]
    if shown:
        return owner.ref in shown
    return str(user.get("email", "")).casefold() == owner.email.casefold()


def remote_server(row: Row) -> RemoteServer:
    """A server, from the full object or from a row of a list."""
    owner = row.get("owner")
    interface = _first_interface(row)
    shown, key = parts_of_name(str(row.get("name") or ""))
    return RemoteServer(
        remote_id=str(row["id"]),
        owner=str(row.get("ownerId") or (owner.get("id") if isinstance(owner, dict) else owner) or ""),
        state=_state(row),
        key=key,
        name=shown,
        hostname=str(row.get("hostname") or ""),
        suspended=bool(row.get("suspended")),
        busy=bool(as_dict(row.get("tasks")).get("active")),
        power=str(as_dict(row.get("remoteState")).get("state") or ""),
        ipv4=tuple(str(address["address"]) for address in interface.get("ipv4") or ()),
        ipv6=tuple(dict.fromkeys(one for block in interface.get("ipv6") or () for one in _ipv6(block))),
        sizes=_sizes(row),
        created_at=moment(row.get("created")),
        installed=str(row.get("built") or ""),
        detail=_detail(row),
    )


def templates_in(groups: Iterable[Row]) -> list[Row]:
    """The systems of all groups, without the groups."""
    return [template for group in groups for template in group.get("templates") or ()]


def installed_template(row: Row) -> int | None:
    """The number of the system that is on a server, or being installed."""
    return whole(as_dict(row.get("settings")).get("osTemplateInstallId"))


def is_being_built(row: Row) -> bool:
    """Whether an installation was accepted and is not finished."""
    return row.get("state") == "queued" or row.get("commissionStatus") == 1


def whole(value: object) -> int | None:
    """A whole number, which may come as a text or with a fraction; None when it is none."""
    number = decimal(value)
    return None if number is None else int(number)


def decimal(value: object) -> float | None:
    """A number, which may come as a text; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def is_on(value: object) -> bool:
    """A flag, which may come as true or as 1."""
    return value in (1, "1", "true")


def moment(text: object) -> datetime | None:
    """A moment in UTC; None when it is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def as_dict(value: object) -> dict[str, Any]:
    """An object; an empty one when something else is in its place."""
    return value if isinstance(value, dict) else {}


def _state(row: Row) -> RemoteState:
    """The state both of the panel's fields agree on; while they disagree it is still working."""
    commissioned = row.get("commissionStatus", row.get("commissioned"))
    word = row.get("state")
    if word == "failed" or commissioned == 2:
        return RemoteState.FAILED
    match word, commissioned:
        case ("complete", 3) | (None, 3):
            return RemoteState.READY
        case ("allocated", 0) | (None, 0):
            return RemoteState.RESERVED
    return RemoteState.BUILDING


def _first_interface(row: Row) -> dict[str, Any]:
    interfaces = as_dict(row.get("network")).get("interfaces") or ()
    return next((interface for interface in interfaces if interface.get("enabled", True)), {})


def _ipv6(block: Row) -> list[str]:
    """The first address when there is one yet, and the network that was set aside."""
    addresses, subnet = block.get("addresses"), block.get("subnet")
    first = addresses[0] if addresses else None
    single = first["address"] if isinstance(first, dict) else first
    return [str(single)] * bool(single) + [f"{subnet}/{block.get('cidr')}"] * bool(subnet)


def _resources(row: Row) -> dict[str, Any]:
    return as_dict(as_dict(row.get("settings")).get("resources") or row.get("resources"))


def _sizes(row: Row) -> Sizes | None:
    """How big it is; None in a row that does not tell all of it."""
    resources = _resources(row)
    cores, memory, disk, traffic = (whole(resources.get(name)) for name in ("cpuCores", "memory", "storage", "traffic"))
    if cores is None or memory is None or disk is None or traffic is None:
        return None
    return Sizes(cores, memory, disk, traffic)


def _detail(row: Row) -> dict[str, str]:
    """What staff may want to see: where it runs, and how big it is (for the comparison with what was sold)."""
    resources = _resources(row)
    hypervisor = as_dict(row.get("hypervisor"))
    found = {
        "uuid": row.get("uuid"),
        "node": hypervisor.get("name"),
        "location": as_dict(hypervisor.get("group")).get("name"),
        "cores": resources.get("cpuCores"),
        "memory_mb": resources.get("memory"),
        "disk_gb": resources.get("storage"),
        "traffic_gb": resources.get("traffic"),
        "template": as_dict(row.get("settings")).get("osTemplateInstallId"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}
