"""What Pterodactyl's rows mean to us. Fields may differ between its releases, so nothing is taken for granted."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from ezscale.integrations.pterodactyl.client import Row, nonsense
from ezscale.provisioning.panel_skills import Filling, Usage
from ezscale.provisioning.ports import NOT_TOLD, PanelOwner, RemoteServer, RemoteState, Sizes

MEBIBYTE = 1024 * 1024
LONGEST_NAME = 191
LONGEST_ADDRESS = 60  # as much of an address as our records hold
POWER = {"offline": "shutoff", "stopped": "shutoff"}  # the words of our screens; others stay as they are
STATES = {
    "installing": RemoteState.BUILDING,
    "install_failed": RemoteState.FAILED,
    "reinstall_failed": RemoteState.FAILED,
}


def is_of(user: Row, owner: PanelOwner) -> bool:
    """Whether a user that was found by our reference is this very customer: capitals count, unlike in the search."""
    return user.get("external_id") == owner.ref


def remote_server(row: Row) -> RemoteServer:
    """A server, from the application API."""
    if not row.get("id"):
        raise nonsense("GET", "a server")
    status = row.get("status")
    host, port = _address(row)
    is_ipv6 = _is_ipv6(host)
    return RemoteServer(
        remote_id=str(row["id"]),
        owner=text(row.get("user")),
        state=STATES.get(text(status), RemoteState.READY),
        key=text(row.get("external_id")),
        name=text(row.get("name")),
        suspended=is_suspended(row),
        # A word that we do not know is something the panel is doing.
        busy=not (status is None or status == "suspended" or text(status).endswith("_failed")),
        ipv4=(host,) if host and not is_ipv6 else (),
        ipv6=(host,) if is_ipv6 else (),
        port=port,
        sizes=_sizes(as_dict(row.get("limits"))) if row.get("limits") else None,
        created_at=_moment(row.get("created_at")),
        installed=text(row.get("updated_at")),
        detail=_detail(row),
    )


def is_suspended(row: Row) -> bool:
    """Whether the panel keeps a server suspended."""
    return bool(row.get("suspended")) or row.get("status") == "suspended"


def power_word(stats: Row) -> str:
    """Whether a server is on, in our screens' words; empty when the panel does not say."""
    state = text(stats.get("current_state"))
    return POWER.get(state, state)


def usage_of(row: Row, stats: Row) -> Usage | None:
    """What a server uses, seen against its limits; None while it is off."""
    used, limits = as_dict(stats.get("resources")), as_dict(row.get("limits"))
    if power_word(stats) in ("", "shutoff"):
        return None
    cpu, threads = used.get("cpu_absolute"), number(limits.get("cpu"))
    disk = _filling("Disk", used.get("disk_bytes"), limits.get("disk"))
    up = number(used.get("uptime"))
    return Usage(
        cpu_percent=float(cpu) * 100 / threads if isinstance(cpu, int | float) and threads else None,
        memory=_filling("Memory", used.get("memory_bytes"), limits.get("memory")),
        disks=(disk,) if disk else (),
        up_for=timedelta(milliseconds=up) if up else None,
    )


def included(row: Row, name: str) -> list[Row]:
    """What was read along with a row: one or several others, none where the panel left it out."""
    item = as_dict(as_dict(row.get("relationships")).get(name))
    items = item["data"] if isinstance(item.get("data"), list) else [item]
    rows = (as_dict(each).get("attributes") for each in items)
    return [each for each in rows if isinstance(each, dict)]


def docker_image(egg: Row) -> str:
    """The image that an egg runs in: the first of those it offers."""
    images = as_dict(egg.get("docker_images"))
    return text(next(iter(images.values()), None) or egg.get("docker_image"))


def as_dict(value: object) -> dict[str, Any]:
    """An object of the panel's; PHP writes an empty one as a list."""
    return value if isinstance(value, dict) else {}


def number(value: object) -> int:
    """A whole number, 0 where there is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def text(value: object) -> str:
    """A value as text, empty where there is none."""
    return "" if value is None else str(value)


def _address(row: Row) -> tuple[str, int]:
    """Where players connect: the primary port, with the name that the panel shows for its address."""
    ports: Iterable[Row] = included(row, "allocations")
    primary = next((port for port in ports if port.get("id") == row.get("allocation")), {})
    alias, ip = text(primary.get("alias")), text(primary.get("ip"))
    return (alias if 0 < len(alias) <= LONGEST_ADDRESS else ip), number(primary.get("port"))


def _is_ipv6(host: str) -> bool:
    try:
        return ip_address(host).version == 6
    except ValueError:
        return False


def _sizes(limits: Row) -> Sizes:
    """Rounded up: what is not a whole core or GB must not pass for less, nor a part of one for no limit."""
    return Sizes(
        cpu_cores=-(-number(limits.get("cpu")) // 100),
        memory_mb=number(limits.get("memory")),
        disk_gb=-(-number(limits.get("disk")) // 1024),
        traffic_gb=NOT_TOLD,
    )


def _detail(row: Row) -> dict[str, str]:
    """What staff may want to see, and the names by which the client API and the panel's page know the server."""
    nodes, locations = included(row, "node"), included(row, "location")
    limits = as_dict(row.get("limits"))
    found = {
        "uuid": row.get("uuid"),
        "identifier": row.get("identifier"),
        "node": nodes[0].get("name") if nodes else row.get("node"),
        "location": (locations[0].get("long") or locations[0].get("short")) if locations else None,
        "image": f"{row['nest']}/{row['egg']}" if row.get("nest") and row.get("egg") else None,
        "cpu_percent": limits.get("cpu"),
        "memory_mb": limits.get("memory"),
        "disk_mb": limits.get("disk"),
        "status": row.get("status"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _filling(name: str, used: object, limit: object) -> Filling | None:
    if not isinstance(used, int | float):
        return None
    return Filling(name, int(used), number(limit) * MEBIBYTE or None)


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
