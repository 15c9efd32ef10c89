"""The panel's queue: what it works on, and what changes when it is finished."""

from datetime import datetime, timedelta
from typing import Any

from ezscale.sandbox.store import Document
from ezscale.sandbox.virtfusion.house import House, Refusal, conflict, locked

JOBS = {
    "build_server": "Build",
    "boot_server": "Boot",
    "shutdown_server": "Shutdown",
    "restart_server": "Restart",
    "poweroff_server": "PowerOff",
    "reset_password": "ResetPassword",
    "vnc": "Vnc",
}


def start(here: House, server: Document, action: str, changes: dict[str, Any], failed: str = "") -> int:
    """Begin work on a server: `changes` are made to it at the end, and `failed` says why it will not succeed."""
    is_build = action == "build_server"
    seconds = here.pace.build_seconds if is_build else here.pace.task_seconds
    task = {
        "id": here.number("queue", 5501),
        "serverId": server["id"],
        "hypervisorId": server["hypervisorId"],
        "action": action,
        "started": here.stamp(),
        "updated": here.stamp(),
        "finished": None,
        "failed": failed,
        "changes": changes,
        "due": (here.now() + timedelta(seconds=seconds)).isoformat(),
        "looks": here.pace.build_looks if is_build else here.pace.task_looks,
    }
    here.keep("queue", task)
    server["taskId"] = task["id"]
    here.keep("servers", server)
    return int(task["id"])


def server_now(here: House, server_id: int | str, *, look: bool = False) -> Document:
    """A server after all that is finished by now; 404 when it is not, or no longer, there."""
    server = here.find("servers", server_id, "server not found")
    return _caught_up(here, server, look=look)


def idle_server(here: House, server_id: int | str) -> Document:
    """A server that can be worked on; 423 while it is busy."""
    server = server_now(here, server_id)
    if server["taskId"]:
        raise locked("The server is locked by a pending task")
    return server


def free_server(here: House, server_id: int | str) -> Document:
    """A server that may be changed: idle, not suspended, on a machine that works."""
    server = idle_server(here, server_id)
    if server["suspended"]:
        raise locked("The server is suspended")
    if here.find("hypervisors", server["hypervisorId"], "hypervisor not found")["maintenance"]:
        raise Refusal(503, {"msg": "The hypervisor is in maintenance"})
    return server


def usable_server(here: House, server_id: int | str) -> Document:
    """A server whose owner may use it: free to be changed, and built."""
    server = free_server(here, server_id)
    if server["commissionStatus"] != 3:
        raise conflict("The server is not built")
    return server


def queue_item(here: House, queue_id: str) -> dict[str, Any]:
    """A task as GET /queue shows it."""
    task = here.find("queue", queue_id, "queue item not found")
    server = here.store.get("servers", str(task["serverId"]))
    if server and server["taskId"] == task["id"]:
        _caught_up(here, server, look=True)
        task = here.find("queue", queue_id, "queue item not found")
    done = task["finished"] is not None
    return {
        "id": task["id"],
        "jobId": str(task["id"] - 4000),
        "job": f"App\\Jobs\\Server\\KVM\\{JOBS[task['action']]}",
        "hypervisorId": task["hypervisorId"],
        "serverId": task["serverId"],
        "action": task["action"],
        "queue": "default",
        "started": task["started"],
        "updated": task["updated"],
        "finished": task["finished"],
        "failed": bool(done and task["failed"]),
        "progress": 100 if done else 50,
        "errors": {"exception": {"message": (task["failed"] or None) if done else None}},
    }


def _caught_up(here: House, server: Document, *, look: bool) -> Document:
    task = here.store.get("queue", str(server["taskId"])) if server["taskId"] else None
    if task is None:
        return server
    if look and task["looks"]:
        task["looks"] -= 1
        here.keep("queue", task)
    if task["looks"] or here.now() < datetime.fromisoformat(task["due"]):
        return server
    task["finished"] = task["updated"] = server["updated"] = server["lastTaskAt"] = here.stamp()
    here.keep("queue", task)
    server.update(task["changes"], taskId=None)
    if task["action"] == "build_server":
        _built(here, server, failed=task["failed"])
    here.tell(f"server.{task['action'].removesuffix('_server')}", server)
    return here.keep("servers", server)


def _built(here: House, server: Document, *, failed: str) -> None:
    here.done("builds failed" if failed else "builds completed")
    if failed:
        return
    server["built"] = here.stamp()
    for block in server["ipv6"] if server["ipv6Enabled"] else ():
        block["addresses"] = [{"id": block["id"], "address": f"{block['subnet']}1"}]
