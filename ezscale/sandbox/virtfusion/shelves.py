"""What can be looked up: plans, systems, places, free room, and keys."""

from typing import Any

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.store import Document
from ezscale.sandbox.virtfusion.bodies import NewKey
from ezscale.sandbox.virtfusion.house import Alone, Here, House, refused
from ezscale.sandbox.virtfusion.stock import free_ipv4, hypervisors_of, offered_templates, used
from ezscale.sandbox.virtfusion.views import page_of

router = APIRouter(route_class=Alone)


@router.get("/connect")
def connect(here: Here) -> dict[str, Any]:
    """Whether the token works."""
    return {"data": {"connected": True}}


@router.get("/packages")
def list_packages(here: Here) -> dict[str, Any]:
    """All plans."""
    return {"data": here.store.all("packages")}


@router.get("/packages/{package_id}")
def read_package(here: Here, package_id: str) -> dict[str, Any]:
    """One plan."""
    return {"data": here.find("packages", package_id, "package not found")}


@router.get("/media/templates/fromServerPackageSpec/{package_id}")
def templates_for_package(here: Here, package_id: str) -> dict[str, Any]:
    """The systems that a plan can be built with."""
    here.find("packages", package_id, "package not found")
    return {"data": offered_templates(here)}


@router.get("/compute/hypervisors/groups")
def list_groups(here: Here, request: Request, page: int = 1, results: int = 20) -> dict[str, Any]:
    """The places."""
    return _paged(request, here.store.all("groups"), page, results)


@router.get("/compute/hypervisors/groups/{group_id}/resources")
def read_resources(here: Here, request: Request, group_id: str, page: int = 1, results: int = 20) -> dict[str, Any]:
    """The free room of a place, machine by machine. The IPv4 figure is the place's, repeated on each row."""
    group = here.find("groups", group_id, "group not found")
    free = len(free_ipv4(here, group["id"]))
    rows = [_resources(here, hypervisor, free) for hypervisor in hypervisors_of(here, group["id"])]
    return _paged(request, rows, page, results)


@router.post("/ssh_keys", status_code=201)
def add_key(here: Here, body: NewKey) -> dict[str, Any]:
    """Keep a user's public key."""
    if here.store.get("users", str(body.userId)) is None:
        raise refused("Invalid user")
    key = {"id": here.number("ssh_keys", 61), **body.model_dump(), "enabled": True, "created": here.stamp()}
    return {"data": here.keep("ssh_keys", key)}


@router.get("/ssh_keys/user/{user_id}")
def list_keys(here: Here, user_id: str) -> dict[str, Any]:
    """A user's keys."""
    user = here.find("users", user_id, "user not found")
    return {"data": here.store.where("ssh_keys", "userId", user["id"])}


@router.delete("/ssh_keys/{key_id}", status_code=204)
def delete_key(here: Here, key_id: str) -> Response:
    """Forget a key."""
    here.find("ssh_keys", key_id, "ssh key not found")
    here.store.delete("ssh_keys", key_id)
    return Response(status_code=204)


def _paged(request: Request, rows: list[dict[str, Any]], page: int, results: int) -> dict[str, Any]:
    return page_of(rows, page, results, str(request.url.replace(query="")).rstrip("?"), [("results", str(results))])


def _resources(here: House, hypervisor: Document, free_addresses: int) -> dict[str, Any]:
    taken = used(here, hypervisor["id"])
    shown = ("id", "name", "enabled", "prohibit", "commissioned")
    return {
        "hypervisor": {name: hypervisor[name] for name in shown} | {"accept": False},
        "resources": {
            # No limit is set on their number, which makes the free ones a negative figure.
            "servers": {
                "units": "#",
                "max": 0,
                "allocated": taken["servers"],
                "free": -taken["servers"],
                "percent": None,
            },
            "memory": _room("MB", hypervisor["memory"], taken["memory"]),
            "cpuCores": _room("#", hypervisor["cpuCores"], taken["cpuCores"]),
            "localStorage": {"enabled": 1, "name": "Local", "storageType": 0}
            | _room("GB", hypervisor["storage"], taken["storage"]),
            "otherStorage": [],
            "network": {"total": {"ipv4": {"free": free_addresses}}},
        },
    }


def _room(units: str, most: int, taken: int) -> dict[str, Any]:
    percent = round(100 * taken / most, 1) if most else None
    return {"units": units, "max": most, "allocated": taken, "free": most - taken, "percent": percent}
