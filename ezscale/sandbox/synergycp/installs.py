"""Installations: they count up and vanish, and nobody says how they ended."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.store import Document
from ezscale.sandbox.synergycp.asking import Paged
from ezscale.sandbox.synergycp.bodies import CancelledInstall, NewInstall
from ezscale.sandbox.synergycp.house import Here, House, refused
from ezscale.sandbox.synergycp.stock import EDITIONS, by_billing_id
from ezscale.sandbox.synergycp.views import said

router = APIRouter(route_class=Alone)

MOST = 95  # percent that are shown before it vanishes
LINGERS = 0.6  # the part of the time after which the most is shown: the end of an installation takes long
BREAKS_OFF = 0.5  # how far a failing one comes
STEPS = ((0, "Waiting for the machine to boot"), (10, "Partitioning"), (30, "Installing packages"), (90, "Finishing"))


@router.get("/server/*/install")
def list_all(here: Here, paged: Paged) -> dict[str, Any]:
    """What is being installed on any machine."""
    rows = [install_view(here, install) for server in here.store.all("servers") for install in _under_way(here, server)]
    return paged.page_of(here, rows, counted=True)


@router.get("/server/{server_id}/install")
def list_of_server(here: Here, paged: Paged, server_id: int) -> dict[str, Any]:
    """What is being installed on a machine. Nothing: it is finished, or has failed."""
    server = here.find("servers", server_id, "server")
    rows = [install_view(here, install) for install in _under_way(here, server, look=True)]
    return paged.page_of(here, rows, counted=True)


@router.post("/server/{server_id}/install")
def install(here: Here, request: Request, server_id: int, body: NewInstall) -> dict[str, Any]:
    """Install a system, which wipes the disks without any question."""
    server = here.find("servers", server_id, "server")
    if body.pxe_profile_billing is not None:
        profile = by_billing_id(here.store, "profiles", body.pxe_profile_billing)
    else:
        profile = here.store.get("profiles", str(body.pxe_profile_id))
    if profile is None:
        raise refused("The selected PXE profile is invalid.")
    if body.edition_id is not None and body.edition_id not in [edition["id"] for edition in EDITIONS]:
        raise refused("The selected edition is invalid.")
    running = _under_way(here, server)
    if body.parent is not None and body.parent.id not in [one["id"] for one in running]:
        raise refused("The selected parent install is invalid.")
    after = body.parent.id if body.parent else running[-1]["id"] if running and body.queue else None
    if running and after is None:
        raise refused("An install is already in progress on this server.")
    begun = begin(here, server, profile, body.password, after=after)
    note(request, f"{profile['name']} is being installed on server {server['id']}")
    return said(install_view(here, begun), "Install started.")


@router.delete("/server/{server_id}/install/{install_id}")
def cancel(here: Here, request: Request, server_id: int, install_id: int, body: CancelledInstall) -> dict[str, Any]:
    """End an installation, and those that wait for it."""
    server = here.find("servers", server_id, "server")
    if install_id not in [one["id"] for one in _under_way(here, server)]:
        raise refused("The install is not in progress.")
    _end(here, install_id, finished=False)
    here.done("installs cancelled")
    if body.restart:
        here.done("power: reset")
    note(request, f"install {install_id} cancelled")
    return said([], "Install cancelled.")


def begin(here: House, server: Document, profile: Document, password: str, after: int | None = None) -> Document:
    """Start an installation, or let it wait for another one."""
    if not server["is_pxe_ready"]:
        raise refused("The server is not ready for PXE.")
    begun = {
        "id": here.number("installs", 9021),
        "serverId": server["id"],
        "profileId": profile["id"],
        "password": password,
        "after": after,
        "began": here.now().isoformat(),
        "looks": 0,
        "fails": _will_fail(here),
    }
    here.keep("servers", server | {"system": None, "password": None, "power": "on"})
    here.done("installs started")
    return here.keep("installs", begun)


def clear_installs(here: House, server_id: int) -> None:
    """Forget what is being installed on a machine."""
    for running in here.store.where("installs", "serverId", server_id):
        here.store.delete("installs", str(running["id"]))


def catch_up(here: House) -> None:
    """Let everything have come to its end that has by now."""
    for server in here.store.all("servers"):
        _under_way(here, server)


def install_view(here: House, running: Document) -> dict[str, Any]:
    """An installation that is under way."""
    percent = 0 if running["after"] else min(MOST, round(MOST * _progress(here, running) / LINGERS))
    step = [words for least, words in STEPS if least <= percent][-1]
    profile = here.find("profiles", running["profileId"], "profile")
    return {
        "id": running["id"],
        "percent": percent,
        "step_desc": "Queued" if running["after"] else step,
        "profile": {"name": profile["name"]},
        "server": {"id": running["serverId"]},
    }


def _under_way(here: House, server: Document, *, look: bool = False) -> list[Document]:
    for running in here.store.where("installs", "serverId", server["id"]):
        if running["after"] is None and look:
            running["looks"] += 1
            here.keep("installs", running)
        progress = _progress(here, running)
        if running["after"] is None and progress >= (BREAKS_OFF if running["fails"] else 1):
            _end(here, running["id"], finished=not running["fails"])
    return here.store.where("installs", "serverId", server["id"])


def _progress(here: House, running: Document) -> float:
    seconds = (here.now() - datetime.fromisoformat(running["began"])) / timedelta(seconds=1)
    by_time = min(seconds / here.pace.install_seconds, 1.0) if here.pace.install_seconds else 1.0
    by_looks = min(running["looks"] / here.pace.install_looks, 1.0) if here.pace.install_looks else 1.0
    return min(by_time, by_looks)


def _end(here: House, install_id: int, *, finished: bool) -> None:
    ended = here.find("installs", install_id, "install")
    server = here.find("servers", ended["serverId"], "server")
    here.store.delete("installs", str(install_id))
    if finished:
        here.keep("servers", server | {"system": ended["profileId"], "password": ended["password"]})
        here.done("installs completed")
    elif ended["fails"]:
        here.done("installs failed")
    for waiting in here.store.where("installs", "after", install_id):
        if finished:
            here.keep("installs", waiting | {"after": None, "began": here.now().isoformat()})
        else:
            _end(here, waiting["id"], finished=False)


def _will_fail(here: House) -> bool:
    order = here.store.get("orders", "failing builds")
    if not order or not order["left"]:
        return False
    here.store.put("orders", "failing builds", {"left": order["left"] - 1})
    return True
