"""What VirtFusion's rows mean to us. Fields come and go between its builds, so nothing is taken for granted."""

from datetime import UTC, datetime
from typing import Any

from ezscale.integrations.virtfusion.client import Row
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
    remote = row.get("remoteState")
    return RemoteServer(
        remote_id=str(row["id"]),
        owner=str(row.get("ownerId") or (owner.get("id") if isinstance(owner, dict) else owner) or ""),
        state=_state(row),
        name=str(row.get("name") or ""),
        hostname=str(row.get("hostname") or ""),
        suspended=bool(row.get("suspended")),
        busy=bool(_dict(row.get("tasks")).get("active")),
        power=str(remote.get("state") or "") if isinstance(remote, dict) else "",
        ipv4=tuple(str(address["address"]) for address in interface.get("ipv4") or ()),
        ipv6=tuple(_ipv6(block) for block in interface.get("ipv6") or ()),
        sizes=_sizes(row),
        created_at=_moment(row.get("created")),
        detail=_detail(row),
    )


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
    interfaces = _dict(row.get("network")).get("interfaces") or ()
    return next((interface for interface in interfaces if interface.get("enabled", True)), {})


def _ipv6(block: Row) -> str:
    """The address when there is one yet, else the network that was set aside."""
    addresses = block.get("addresses")
    if addresses:
        first = addresses[0]
        return str(first["address"] if isinstance(first, dict) else first)
    return f"{block.get('subnet')}/{block.get('cidr')}"


def _detail(row: Row) -> dict[str, str]:
    """What staff may want to see: where it runs, and how big it is."""
    resources = _resources(row)
    hypervisor = _dict(row.get("hypervisor"))
    found = {
        "uuid": row.get("uuid"),
        "node": hypervisor.get("name"),
        "location": _dict(hypervisor.get("group")).get("name"),
        "cores": resources.get("cpuCores"),
        "memory_mb": resources.get("memory"),
        "disk_gb": resources.get("storage"),
        "traffic_gb": resources.get("traffic"),
        "template": _dict(row.get("settings")).get("osTemplateInstallId"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _sizes(row: Row) -> Sizes | None:
    """How big it is, for the comparison with what was sold; None from a build that does not tell all of it."""
    resources = _resources(row)
    names = ("cpuCores", "memory", "storage", "traffic")
    told = [size for name in names if isinstance(size := resources.get(name), int)]
    return Sizes(*told) if len(told) == len(names) else None


def _resources(row: Row) -> dict[str, Any]:
    return _dict(_dict(row.get("settings")).get("resources") or row.get("resources"))


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
