"""Switches that only the sandbox has, under /_sandbox: no caller of Pterodactyl's APIs ever needs them."""

from typing import Any

from fastapi import APIRouter, Response

from ezscale.sandbox.alone import Alone
from ezscale.sandbox.pterodactyl.bodies import ClockOrder, FailingBuilds, NodeOrder, RightOrder, ServerOrder, SignIn
from ezscale.sandbox.pterodactyl.house import Here, House, forbidden
from ezscale.sandbox.pterodactyl.stock import allocated
from ezscale.sandbox.pterodactyl.wings import server_now

router = APIRouter(prefix="/_sandbox", route_class=Alone)


@router.post("/builds", status_code=204)
def fail_builds(here: Here, body: FailingBuilds) -> Response:
    """Let the next installations fail."""
    here.store.put("orders", "failing builds", {"left": body.fail})
    return Response(status_code=204)


@router.post("/nodes/{node_id}", status_code=204)
def change_node(here: Here, node_id: str, body: NodeOrder) -> Response:
    """Let a node's daemon go away, put the node into maintenance, hide it, or take its room away."""
    here.keep("nodes", here.find("nodes", node_id) | body.model_dump(exclude_none=True))
    return Response(status_code=204)


@router.post("/servers/{server_id}", status_code=204)
def change_server(here: Here, server_id: str, body: ServerOrder) -> Response:
    """Let a server move, restore a backup, fill its disk, or come into other hands."""
    changes: dict[str, Any] = body.model_dump(exclude_none=True)
    if database := changes.pop("database", None):
        here.keep("databases", {"id": here.number("databases", 901), "server": int(server_id), "database": database})
    if "status" in changes:
        changes["status"] = changes["status"] or None
    here.keep("servers", here.find("servers", server_id) | changes)
    return Response(status_code=204)


@router.post("/clock", status_code=204)
def move_clock(here: Here, body: ClockOrder) -> Response:
    """Move the panel's clock on."""
    moved = here.store.get("orders", "clock") or {"seconds": 0}
    here.store.put("orders", "clock", {"seconds": moved["seconds"] + body.seconds})
    return Response(status_code=204)


@router.post("/rights", status_code=204)
def change_rights(here: Here, body: RightOrder) -> Response:
    """Say what the application key may do with one kind of resource."""
    here.store.put("rights", body.resource, {"level": body.level})
    return Response(status_code=204)


@router.post("/sign-in", status_code=204)
def sign_in(here: Here, body: SignIn) -> Response:
    """Try a password on the panel: 204 when it lets us in, 403 when not."""
    user = here.same("users", "username", body.username)
    if user is None or not user["password"] or user["password"] != body.password:
        raise forbidden("These credentials do not match our records.", "DisplayException")
    return Response(status_code=204)


def what_was_done(here: House) -> dict[str, Any]:
    """What the panel holds and what it really did, without secrets."""
    with here.store.transaction():
        servers = [server_now(here, server["id"]) for server in here.store.all("servers")]
        ports = {row["id"]: row for row in here.store.all("allocations")}
        shown = ("id", "external_id", "identifier", "name", "user", "node", "egg", "status", "power", "limits")
        left = (here.store.get("orders", "failing builds") or {"left": 0})["left"]
        user_fields = ("id", "external_id", "username", "email", "root_admin")
        node_fields = ("id", "name", "public", "maintenance_mode", "down", "memory", "disk")
        return {
            "done": {count["deed"]: count["times"] for count in here.store.all("done")},
            "users": [{name: user[name] for name in user_fields} for user in here.store.all("users")],
            "servers": [
                {name: server[name] for name in shown}
                | {"address": "{ip}:{port}".format_map(ports[server["allocation"]])}
                for server in servers
            ],
            "nodes": [
                {name: node[name] for name in node_fields} | {"allocated": allocated(here, node["id"])}
                for node in here.store.all("nodes")
            ],
            "eggs": [{name: egg[name] for name in ("id", "nest", "name")} for egg in here.store.all("eggs")],
            "failing_builds": left,
        }
