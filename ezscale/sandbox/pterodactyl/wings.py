"""The daemons on the nodes: installing, switching, measuring; and the panel that hears of it."""

from datetime import datetime, timedelta
from typing import Any

from ezscale.sandbox.pterodactyl.house import House, wings_away
from ezscale.sandbox.store import Document

ENDS = {"start": "running", "restart": "running", "stop": "offline", "kill": "offline"}
ON_THE_WAY = {"start": "starting", "restart": "starting", "stop": "stopping", "kill": "offline"}
MEBIBYTE = 1024 * 1024


def need_wings(here: House, node_id: int) -> None:
    """504 when the node's daemon does not answer."""
    if here.find("nodes", node_id)["down"]:
        raise wings_away()


def server_now(here: House, server_id: int | str, *, look: bool = False) -> Document:
    """A server after all that is finished by now; 404 when it is not there. A look brings an installation on."""
    return _caught_up(here, here.find("servers", server_id), look=look)


def begin_install(here: House, server: Document, *, word: str, start: bool) -> None:
    """Run the install script; the panel hears of its end."""
    server["status"], server["updated_at"] = "installing", here.stamp()
    server["power"], server["switching"] = "offline", None
    server["install"] = {
        "due": (here.now() + timedelta(seconds=here.pace.install_seconds)).isoformat(),
        "looks": here.pace.install_looks,
        "failed": f"{word}_failed" if _will_fail(here) else "",
        "start": start,
    }
    here.keep("servers", server)
    here.done(f"{word}s started")


def switch(here: House, server: Document, signal: str) -> None:
    """Send a signal to the process. One that changes nothing is taken as well."""
    if signal == "restart" or server["power"] not in (ON_THE_WAY[signal], ENDS[signal]):
        is_at_once = signal == "kill"
        server["power"] = ON_THE_WAY[signal]
        server["switching"] = None if is_at_once else _switching(here, ENDS[signal])
        server["started_at"] = here.stamp() if ENDS[signal] == "running" else server["started_at"]
        here.done(f"power: {signal}")
    here.keep("servers", server)


def stop_at_once(server: Document) -> None:
    """End the process without asking it."""
    server["power"], server["switching"] = "offline", None


def stats(here: House, server: Document) -> dict[str, Any]:
    """What a server uses, as old as the panel's cache may be."""
    kept = here.store.get("stats", str(server["id"]))
    if kept and here.now() < datetime.fromisoformat(kept["until"]):
        shown: dict[str, Any] = kept["stats"]
        return shown
    measured = figures(here, server)
    until = here.now() + timedelta(seconds=here.pace.cached_seconds)
    here.store.put("stats", str(server["id"]), {"until": until.isoformat(), "stats": measured})
    return measured


def figures(here: House, server: Document) -> dict[str, Any]:
    """What a server uses at this moment, as its node's daemon says."""
    need_wings(here, server["node"])
    server = _switched(here, server)
    is_on = server["power"] in ("running", "stopping")
    up = here.now() - datetime.fromisoformat(server["started_at"]) if is_on else timedelta()
    return {
        "current_state": server["power"],
        "is_suspended": server["status"] == "suspended",
        "resources": {
            "memory_bytes": (server["limits"]["memory"] or 1024) * MEBIBYTE * 3 // 10 if is_on else 0,
            "cpu_absolute": 37.4 if is_on else 0,
            "disk_bytes": server["disk_used"] * MEBIBYTE,
            "network_rx_bytes": 9_123_456 if is_on else 0,
            "network_tx_bytes": 1_234_567 if is_on else 0,
            "uptime": int(up.total_seconds() * 1000),
        },
    }


def _caught_up(here: House, server: Document, *, look: bool) -> Document:
    work = server["install"]
    if work is None or here.find("nodes", server["node"])["down"]:
        return server
    if look and work["looks"]:
        work["looks"] -= 1
        here.keep("servers", server)
    if work["looks"] or here.now() < datetime.fromisoformat(work["due"]):
        return server
    server["install"], server["updated_at"] = None, here.stamp()
    is_stopped = server["status"] == "suspended"
    if not is_stopped:
        server["status"] = work["failed"] or None
    if work["start"] and not work["failed"] and not is_stopped:
        server["power"], server["started_at"] = "running", here.stamp()
    here.done("installs failed" if work["failed"] else "installs finished")
    return here.keep("servers", server)


def _switching(here: House, end: str) -> dict[str, Any]:
    due = here.now() + timedelta(seconds=here.pace.power_seconds)
    return {"to": end, "due": due.isoformat(), "looks": here.pace.power_looks}


def _switched(here: House, server: Document) -> Document:
    work = server["switching"]
    if work is None:
        return server
    if work["looks"]:
        work["looks"] -= 1
    elif here.now() >= datetime.fromisoformat(work["due"]):
        server["power"], server["switching"] = work["to"], None
    return here.keep("servers", server)


def _will_fail(here: House) -> bool:
    order = here.store.get("orders", "failing builds")
    if not order or not order["left"]:
        return False
    here.store.put("orders", "failing builds", {"left": order["left"] - 1})
    return True
