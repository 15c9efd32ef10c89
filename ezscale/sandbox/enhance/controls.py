"""Switches that only the sandbox has, under /_sandbox: no caller of Enhance's API ever needs them."""

from typing import Any

from fastapi import APIRouter, Response

from ezscale.sandbox.alone import Alone
from ezscale.sandbox.enhance.bodies import ClockOrder, FailingBuilds, Quota, ServerOrder, SignIn
from ezscale.sandbox.enhance.house import Here, House, Refusal
from ezscale.sandbox.enhance.stock import MASTER

router = APIRouter(prefix="/_sandbox", route_class=Alone)


@router.post("/builds", status_code=204)
def fail_builds(here: Here, body: FailingBuilds) -> Response:
    """Let the next websites never be finished."""
    here.store.put("orders", "failing builds", {"left": body.fail})
    return Response(status_code=204)


@router.post("/servers/{server_id}", status_code=204)
def change_server(here: Here, server_id: str, body: ServerOrder) -> Response:
    """Let a server be down, or full."""
    here.keep("servers", here.find("servers", server_id, "server") | body.model_dump(exclude_none=True))
    return Response(status_code=204)


@router.post("/quota", status_code=204)
def set_quota(here: Here, body: Quota) -> Response:
    """Let our own account hold no more than so many subscriptions."""
    here.store.put("orders", "quota", body.model_dump())
    return Response(status_code=204)


@router.post("/clock", status_code=204)
def move_clock(here: Here, body: ClockOrder) -> Response:
    """Let the panel's clock go on."""
    here.store.put("orders", "clock", {"seconds": here.order("clock", "seconds") + body.seconds})
    return Response(status_code=204)


@router.post("/sign-in", status_code=204)
def sign_in(here: Here, body: SignIn) -> Response:
    """Try a password: 204 when it lets us in, 403 when not."""
    found = here.store.where("logins", "email", body.email.casefold())
    if not found or found[0]["password"] != body.password:
        raise Refusal(403, {"code": "unauthorized"})
    return Response(status_code=204)


def what_was_done(here: House) -> dict[str, Any]:
    """What the panel holds and what it really did, without secrets."""
    with here.store.transaction():
        return {
            "done": {count["deed"]: count["times"] for count in here.store.all("done")},
            "organisations": _shown(here.store.where("orgs", "parentId", MASTER), "id name status suspendedBy"),
            "logins": _shown(here.store.all("logins"), "id email name"),
            "members": _shown(here.store.all("members"), "id orgId loginId roles"),
            "subscriptions": _shown(
                here.store.all("subscriptions"), "id subscriberId planId friendlyName status suspendedBy"
            ),
            "websites": _shown(
                here.store.all("websites"), "id domain orgId subscriptionId phpVersion status suspendedBy"
            ),
            "servers": here.store.all("servers"),
            "failing_builds": here.order("failing builds", "left"),
            "quota": here.order("quota", "subscriptions", None),
            "clock_ahead_seconds": here.order("clock", "seconds"),
        }


def _shown(docs: list[dict[str, Any]], names: str) -> list[dict[str, Any]]:
    return [{name: doc[name] for name in names.split()} for doc in docs]
