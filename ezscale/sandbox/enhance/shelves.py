"""What can be looked up: plans, places, servers, how the panel is, and whom domains may be handed to."""

from typing import Any

from fastapi import APIRouter

from ezscale.sandbox.alone import Alone
from ezscale.sandbox.enhance.bodies import Uuid
from ezscale.sandbox.enhance.customers import is_master
from ezscale.sandbox.enhance.house import Here, ThePart, listed
from ezscale.sandbox.enhance.views import group_row, plan_view, server_row

router = APIRouter(route_class=Alone)
open_router = APIRouter(route_class=Alone)  # for everybody

NAME_SERVERS = ["ns1.hosting.example", "ns2.hosting.example"]


@open_router.get("/version")
def read_version(here: Here) -> str:
    """Which release this is."""
    return "12.3.0"


@open_router.get("/status")
def read_status(here: Here) -> str:
    """Whether the panel is up."""
    return "ready"


@open_router.get("/licence")
def read_licence(here: Here) -> dict[str, Any]:
    """Whether the panel is paid for."""
    return {"status": "active"}


@open_router.get("/branding")
def read_branding(here: Here, orgId: Uuid) -> dict[str, Any]:
    """How the company shows itself."""
    is_master(orgId)
    return {"nameServers": NAME_SERVERS}


@open_router.get("/orgs/{master_id}/plans")
def list_plans(
    here: Here,
    master_id: str,
    part: ThePart,
) -> dict[str, Any]:
    """What is sold."""
    is_master(master_id)
    return listed(here.store.all("plans"), part, lambda plan: plan_view(here, plan))


@router.get("/servers/groups")
def list_groups(here: Here, part: ThePart) -> dict[str, Any]:
    """The places."""
    return listed(here.store.all("groups"), part, lambda group: group_row(here, group))


@router.get("/servers")
def list_servers(here: Here, part: ThePart) -> dict[str, Any]:
    """The servers."""
    return listed(here.store.all("servers"), part, server_row)
