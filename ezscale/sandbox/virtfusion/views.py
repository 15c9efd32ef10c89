"""How VirtFusion shows its rows."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from ezscale.sandbox.store import Document
from ezscale.sandbox.virtfusion.house import House
from ezscale.sandbox.virtfusion.stock import is_windows
from ezscale.sandbox.virtfusion.traffic import current_period

View = dict[str, Any]

KILOBYTES_A_MEGABYTE = 1024
GUEST_DISK = 1_000_000_000


def user_view(user: Document, **more: Any) -> View:
    """A user; `password` comes as an extra where it is shown."""
    shown = ("id", "admin", "extRelationId", "relStr", "selfService", "name", "email", "timezone", "suspended")
    return {name: user[name] for name in (*shown, "twoFactorAuth", "created", "updated")} | more


def server_view(here: House, server: Document, *, remote_state: bool = False) -> View:
    """The full server object."""
    hypervisor = here.find("hypervisors", server["hypervisorId"], "hypervisor not found")
    group = here.find("groups", hypervisor["groupId"], "group not found")
    owner = here.find("users", server["ownerId"], "user not found")
    return {
        **_heading(server),
        "protected": False,
        "built": server["built"],
        "created": server["created"],
        "updated": server["updated"],
        "traffic": {"public": {"currentPeriod": current_period(here, server)}},
        "settings": {
            "osTemplateInstallId": server["templateId"],
            "encryptedPassword": server["sealed"],
            "resources": server["resources"],
        },
        "cpu": {"cores": server["resources"]["cpuCores"]},
        # The console says 0 and 1 here, and true and false where it is switched.
        "vnc": {**_console(server), "enabled": int(server["vnc"])},
        "network": _network(server),
        "hypervisor": {
            "id": hypervisor["id"],
            "name": hypervisor["name"],
            "maintenance": hypervisor["maintenance"],
            "group": {"name": group["name"]},
        },
        "owner": {name: owner[name] for name in ("id", "extRelationId", "relStr", "name", "email")},
        "sshKeys": server["sshKeys"],
        "tasks": {
            "active": server["taskId"] is not None,
            "lastOn": server["lastTaskAt"],
            "actions": {"pending": server["pending"]},
        },
        "remoteState": remote_state and not hypervisor["maintenance"] and _remote_state(here, server),
    }


def row_of_user(server: Document) -> View:
    """A server in its owner's list, which does not tell when it was made."""
    return {
        **_heading(server),
        "protected": False,
        "resources": server["resources"],
        "network": _network(server),
    }


def simple_row(server: Document) -> View:
    """A server in the short list."""
    return {
        "id": server["id"],
        "uuid": server["uuid"],
        "name": server["name"],
        "commissioned": server["commissionStatus"],
        "owner": server["ownerId"],
        "hypervisorId": server["hypervisorId"],
        "suspended": int(server["suspended"]),
        "protected": 0,
        "created": server["created"],
        "updated": server["updated"],
    }


def page_of(
    stored: Sequence[Document],
    page: int,
    results: int,
    address: str,
    query: list[tuple[str, str]],
    view: Callable[[Document], View] = dict,
) -> View:
    """One page in Laravel's paginator; only what stands on it is viewed."""
    total, last = len(stored), max(1, -(-len(stored) // results))
    shown = [view(document) for document in stored[(page - 1) * results : page * results]]

    def url(number: int) -> str | None:
        if not 1 <= number <= last:
            return None
        return f"{address}?{urlencode([*query, ('page', str(number))])}"

    numbered = [{"url": url(n), "label": str(n), "active": n == page} for n in range(1, last + 1)]
    return {
        "current_page": page,
        "data": shown,
        "first_page_url": url(1),
        "from": (page - 1) * results + 1 if shown else None,
        "last_page": last,
        "last_page_url": url(last),
        "links": [
            {"url": url(page - 1), "label": "&laquo; Previous", "active": False},
            *numbered,
            {"url": url(page + 1), "label": "Next &raquo;", "active": False},
        ],
        "next_page_url": url(page + 1),
        "path": address,
        "per_page": results,
        "prev_page_url": url(page - 1),
        "to": (page - 1) * results + len(shown) if shown else None,
        "total": total,
    }


def console_view(server: Document) -> View:
    """How to reach the console, while it is switched on."""
    return {
        **_console(server),
        "hostname": f"hv-{server['hypervisorId']}.virtfusion.example",
        "password": server["vncPassword"],
        "wss": {"token": server["vncToken"], "url": f"/vnc/?token={server['vncToken']}"},
        "enabled": server["vnc"],
    }


def _heading(server: Document) -> View:
    shown = ("id", "ownerId", "hypervisorId", "name", "hostname", "commissionStatus", "uuid", "state", "suspended")
    # A failed build does not always say so here; this one never does.
    return {name: server[name] for name in shown} | {"buildFailed": False}


def _console(server: Document) -> View:
    return {"ip": f"198.18.0.{server['hypervisorId']}", "port": 5900 + server["id"] % 100}


def _network(server: Document) -> View:
    interface = {
        "id": server["id"],
        "order": 1,
        "enabled": True,
        "name": "eth0",
        "type": "public",
        "mac": server["mac"],
        "ipv4": server["ipv4"],
        "ipv6": server["ipv6"],
    }
    return {"interfaces": [interface], "secondaryInterfaces": []}


def _remote_state(here: House, server: Document) -> View | bool:
    if server["power"] is None:
        return False
    if server["power"] != "running":
        return {"state": server["power"]}
    in_windows = is_windows(here, server)
    state = {
        "state": "running",
        "cpu": f"{server['id'] % 40 / 10 + 0.4:.1f}",
        "memory": _memory(server["resources"]["memory"] * KILOBYTES_A_MEGABYTE, in_windows=in_windows),
        "disk": {"vda": {"rd.bytes": "91231232", "wr.bytes": "451231232"}},
    }
    return state | ({"agent": _agent(server, in_windows=in_windows)} if server.get("agent", True) else {})


def _memory(kilobytes: int, *, in_windows: bool) -> dict[str, str]:
    """A guest's memory, in libvirt's words; Windows has its own."""
    seen, usable = kilobytes * 15 // 16, kilobytes * 3 // 4
    if in_windows:
        return {"memtotal": str(seen), "memfree": str(usable)}
    return {
        "actual": str(kilobytes),
        "unused": str(kilobytes * 5 // 8),
        "available": str(seen),
        "usable": str(usable),
        "rss": str(kilobytes * 7 // 10),
    }


def _agent(server: Document, *, in_windows: bool) -> View:
    """What the agent inside tells."""
    total = server["resources"]["storage"] * GUEST_DISK
    where = ("C:", "C:\\", "NTFS") if in_windows else ("vda1", "/", "ext4")
    sizes = {"used-bytes": total // 7, "total-bytes": total}
    return {"fsinfo": [dict(zip(("name", "mountpoint", "type"), where, strict=True)) | sizes], "osinfo": None}
