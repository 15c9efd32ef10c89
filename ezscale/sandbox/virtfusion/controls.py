"""Switches that only the sandbox has, under /_sandbox: no caller of VirtFusion's API ever needs them."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from ezscale.sandbox.virtfusion.bodies import Age, FailingBuilds, HypervisorOrder, ServerOrder, SignIn, Switched
from ezscale.sandbox.virtfusion.house import Alone, Here, House, Refusal, clear_away
from ezscale.sandbox.virtfusion.running import administrator
from ezscale.sandbox.virtfusion.tasks import server_now

router = APIRouter(prefix="/_sandbox", route_class=Alone)


@router.post("/builds", status_code=204)
def fail_builds(here: Here, body: FailingBuilds) -> Response:
    """Let the next builds fail."""
    here.store.put("orders", "failing builds", {"left": body.fail})
    return Response(status_code=204)


@router.post("/hypervisors/{hypervisor_id}", status_code=204)
def change_hypervisor(here: Here, hypervisor_id: str, body: HypervisorOrder) -> Response:
    """Put a machine into maintenance, close it, or take its memory away."""
    hypervisor = here.find("hypervisors", hypervisor_id, "hypervisor not found")
    here.keep("hypervisors", hypervisor | body.model_dump(exclude_none=True))
    return Response(status_code=204)


@router.post("/servers/{server_id}", status_code=204)
def change_server(here: Here, server_id: str, body: ServerOrder) -> Response:
    """Start or stop the agent inside, or buy traffic."""
    here.keep("servers", server_now(here, server_id) | body.model_dump(exclude_none=True))
    return Response(status_code=204)


@router.post("/{kind}/{id}/switch", status_code=204)
def switch(here: Here, kind: Literal["packages", "groups"], id: str, body: Switched) -> Response:
    """Enable or disable a package or a place."""
    here.keep(kind, here.find(kind, id, f"{kind} not found") | {"enabled": body.enabled})
    return Response(status_code=204)


@router.post("/age", status_code=204)
def grow_older(here: Here, body: Age) -> Response:
    """Answer as an older build does."""
    if body.older:
        here.store.put("orders", "older build", {})
    else:
        here.store.delete("orders", "older build")
    return Response(status_code=204)


@router.post("/sign-in", status_code=204)
def sign_in(here: Here, body: SignIn) -> Response:
    """Try a password on a server itself: 204 when it lets us in, 403 when not."""
    server = server_now(here, body.server)
    is_up = server["power"] == "running" and not server["suspended"]
    if not is_up or (body.username, body.password) != (administrator(here, server), server["password"]):
        raise Refusal(403, {"msg": "permission denied"})
    return Response(status_code=204)


def what_was_done(here: House) -> dict[str, Any]:
    """What the panel holds and what it really did, without secrets."""
    with here.store.transaction():
        clear_away(here)
        servers = [server_now(here, server["id"]) for server in here.store.all("servers")]
        shown = ("id", "ownerId", "packageId", "hypervisorId", "name", "hostname", "state", "suspended", "power")
        left = (here.store.get("orders", "failing builds") or {"left": 0})["left"]
        return {
            "done": {count["deed"]: count["times"] for count in here.store.all("done")},
            "users": [
                {name: user[name] for name in ("id", "extRelationId", "relStr", "name", "email")}
                for user in here.store.all("users")
            ],
            "servers": [
                {name: server[name] for name in shown}
                | {"ipv4": [address["address"] for address in server["ipv4"]], "busy": server["taskId"] is not None}
                for server in servers
            ],
            "hypervisors": here.store.all("hypervisors"),
            "failing_builds": left,
        }
