"""Switches that only the sandbox has, under /_sandbox: no caller of SynergyCP's API ever needs them."""

from typing import Any

from fastapi import APIRouter, Response

from ezscale.sandbox.alone import Alone
from ezscale.sandbox.synergycp.bodies import (
    ClientOrder,
    ClockOrder,
    ControlOrder,
    FailingInstalls,
    ServerOrder,
    SignIn,
    WipeOrder,
)
from ezscale.sandbox.synergycp.house import Here, House, Refusal
from ezscale.sandbox.synergycp.installs import catch_up, install_view
from ezscale.sandbox.synergycp.stock import is_available

router = APIRouter(prefix="/_sandbox", route_class=Alone)


@router.post("/builds", status_code=204)
def fail_installs(here: Here, body: FailingInstalls) -> Response:
    """Let the next installations break off."""
    here.store.put("orders", "failing builds", {"left": body.fail})
    return Response(status_code=204)


@router.post("/servers/{server_id}", status_code=204)
def change_server(here: Here, server_id: int, body: ServerOrder) -> Response:
    """Take a machine off the shelf, or break its network boot or its management board."""
    server = here.find("servers", server_id, "server")
    here.keep("servers", server | body.model_dump(exclude_none=True))
    return Response(status_code=204)


@router.post("/clients/{client_id}", status_code=204)
def change_client(here: Here, client_id: int, body: ClientOrder) -> Response:
    """Mark a client as a very important one, to whom no machine may do anything."""
    here.keep("clients", here.find("clients", client_id, "client") | {"is_vip": body.vip})
    return Response(status_code=204)


@router.post("/clock", status_code=204)
def move_clock(here: Here, body: ClockOrder) -> Response:
    """Let time pass here."""
    ahead = here.store.get("orders", "clock") or {"seconds": 0.0}
    here.store.put("orders", "clock", {"seconds": ahead["seconds"] + body.seconds})
    return Response(status_code=204)


@router.post("/controls", status_code=204)
def reserve_controls(here: Here, body: ControlOrder) -> Response:
    """Let only a client's own key switch a machine, as some panels may do."""
    here.store.put("orders", "controls", body.model_dump())
    return Response(status_code=204)


@router.post("/wipes", status_code=204)
def keep_numbers(here: Here, body: WipeOrder) -> Response:
    """Let machines keep their numbers on the shelf, as some panels may do."""
    here.store.put("orders", "wipes", body.model_dump())
    return Response(status_code=204)


@router.post("/sign-in", status_code=204)
def sign_in(here: Here, body: SignIn) -> Response:
    """Try a password on a machine itself: 204 when it lets us in, 403 when not."""
    catch_up(here)
    server = here.find("servers", body.server, "server")
    is_up = server["power"] == "on" and server["port"] == "on" and server["password"] is not None
    if not is_up or (body.username, body.password) != ("root", server["password"]):
        raise Refusal(403, "Permission denied.")
    return Response(status_code=204)


def what_was_done(here: House) -> dict[str, Any]:
    """What the panel holds and what it really did, without secrets."""
    with here.store.transaction():
        catch_up(here)
        accesses = here.store.all("accesses")
        return {
            "done": {count["deed"]: count["times"] for count in here.store.all("done")},
            "clients": [
                {name: client[name] for name in ("id", "billing_id", "first", "last", "email", "is_vip")}
                for client in here.store.all("clients")
            ],
            "servers": [
                {name: server[name] for name in ("id", "nickname", "power", "port", "system")}
                | {
                    "number": (server["billing"] or {}).get("id"),
                    "place": here.find("groups", server["groupId"], "group")["name"],
                    "parts": server["parts"],
                    "is_available": is_available(here.store, server),
                    "addresses": [entity["full"] for entity in here.store.where("entities", "serverId", server["id"])],
                    "accesses": [access for access in accesses if access["serverId"] == server["id"]],
                    "installs": [
                        install_view(here, running)
                        for running in here.store.where("installs", "serverId", server["id"])
                    ],
                }
                for server in here.store.all("servers")
            ],
            "failing_builds": (here.store.get("orders", "failing builds") or {"left": 0})["left"],
        }
