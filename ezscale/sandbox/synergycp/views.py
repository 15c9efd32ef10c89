"""How SynergyCP shows its rows, and the envelope that it puts everything into."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ezscale.sandbox.store import Document
from ezscale.sandbox.synergycp.house import House
from ezscale.sandbox.synergycp.stock import PART_NAMES

View = dict[str, Any]

BITS_A_SECOND = 80_000
UNITS = {"MB": 8 * 10**6, "GB": 8 * 10**9, "TB": 8 * 10**12, "PB": 8 * 10**15}


def said(data: Any, text: str = "", kind: str = "success") -> View:
    """An answer that says yes."""
    return {"error": False, "messages": [{"type": kind, "text": text}] if text else [], "data": data}


def denied(text: str, data: Mapping[str, Any] | None = None) -> View:
    """An answer that says no."""
    return {"error": True, "messages": [{"type": "danger", "text": text}], "data": dict(data or {})}


def client_view(client: Document) -> View:
    """A client."""
    return {name: client[name] for name in ("id", "email", "first", "last", "billing_id", "is_vip")}


def server_view(here: House, server: Document) -> View:
    """A machine, in a list or alone."""
    group = here.find("groups", server["groupId"], "group")
    parts = server["parts"]
    access = next((one for one in here.store.where("accesses", "serverId", server["id"]) if one["is_primary"]), None)
    entity = next(iter(here.store.where("entities", "serverId", server["id"])), None)
    return {
        "id": server["id"],
        "srv_id": f"SRV-{server['id']}",
        "nickname": server["nickname"],
        "cpu": {"name": PART_NAMES[parts["cpu"]]},
        "mem": int(PART_NAMES[parts["mem"]].split()[0]),
        "hdd_counts": [
            {"name": PART_NAMES[code], "count": parts["disks"].count(code)} for code in sorted(set(parts["disks"]))
        ],
        "group": {"id": group["id"], "name": group["name"]},
        "access": access_view(here, access) if access else None,
        "entity": entity_view(entity) if entity else None,
        "switch": {"port": {"power": server["port"], "speed": server["port_speed"]}},
        "billing": server["billing"],
        "usage": usage_view(here, server) if server["provisionedAt"] else None,
        "ipmi": {"ip": f"198.18.0.{server['id']}", "client": server["ipmi_user"]},
        "is_pxe_ready": server["is_pxe_ready"],
        "is_ipmi_ready": server["is_ipmi_ready"],
    }


def access_view(here: House, access: Document) -> View:
    """What a client may do with a machine."""
    client = here.find("clients", access["clientId"], "client")
    shown = ("id", "is_primary", "is_active", "suspension_reason", "pxe", "ipmi", "switch")
    return {name: access[name] for name in shown} | {"client": {"id": client["id"], "email": client["email"]}}


def entity_view(entity: Document) -> View:
    """A block of addresses. `address` is the first that a machine may use."""
    network = entity["full"]
    first, _, prefix = network.rpartition("/")
    numbers = first.split(".")
    host = ".".join((*numbers[:3], str(int(numbers[3]) + 2)))
    return {
        "id": entity["id"],
        "name": network,
        "full_ip": network,
        "address": host if prefix != "32" else first,
        "gateway": entity["gateway"],
        "subnet_mask": entity["subnet_mask"],
        "v6_address": f"{entity['v6']}/64",
        "v6_gateway": f"{entity['v6']}1",
        "group": {"id": entity["groupId"]},
        "server": {"id": entity["serverId"]} if entity["serverId"] else None,
        "billing_id": entity["billing_id"],
    }


def usage_view(here: House, server: Document) -> View:
    """What went over the wire in this cycle, in bits."""
    began = cycle_start(here, server)
    used = int((here.now() - began).total_seconds()) * (server["id"] % 7 + 1) * BITS_A_SECOND
    most = bits_of((server["billing"] or {}).get("max_bandwidth", ""))
    return {"used": used, "max": most, "percent": round(100 * used / most, 2) if most else None}


def cycle_start(here: House, server: Document) -> datetime:
    """When this cycle of thirty days began."""
    began = datetime.fromisoformat(server["provisionedAt"])
    return began + (here.now() - began) // timedelta(days=30) * timedelta(days=30)


def bits_of(text: str) -> int | None:
    """A limit of bandwidth in bits; None where there is none."""
    if not text:
        return None
    unit = text[-2:]
    return int(float(text[:-2]) * UNITS[unit])


def moment_view(moment: datetime) -> View:
    """A moment, as SynergyCP writes it."""
    return {"iso_8601": moment.isoformat(timespec="seconds"), "unix": int(moment.timestamp())}
