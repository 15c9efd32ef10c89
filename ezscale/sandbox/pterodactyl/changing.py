"""What administrators can do with a server that is there: suspend it, install it anew, resize it, rename it."""

from typing import Any

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.pterodactyl.asking import one
from ezscale.sandbox.pterodactyl.bodies import Build, Details, Startup
from ezscale.sandbox.pterodactyl.house import Here, House, Refusal, conflict, invalid
from ezscale.sandbox.pterodactyl.rules import checked
from ezscale.sandbox.pterodactyl.stock import free_port
from ezscale.sandbox.pterodactyl.views import server_view
from ezscale.sandbox.pterodactyl.wings import begin_install, need_wings, server_now, stop_at_once
from ezscale.sandbox.store import Document

router = APIRouter(prefix="/servers/{server_id}", route_class=Alone)
databases = APIRouter(prefix="/servers/{server_id}/databases/{database_id}", route_class=Alone)

CONFLICT = "ConflictHttpException"


@router.post("/suspend", status_code=204)
def suspend(here: Here, request: Request, server_id: str) -> Response:
    """Stop a server and refuse its owner. Its status is overwritten; a second time nothing happens."""
    server = server_now(here, server_id)
    if server["status"] == "suspended":
        return Response(status_code=204)
    _need_in_place(here, server)
    stop_at_once(server)
    _change(here, server, status="suspended")
    here.done("servers suspended")
    note(request, f"server {server['id']} suspended")
    return Response(status_code=204)


@router.post("/unsuspend", status_code=204)
def unsuspend(here: Here, request: Request, server_id: str) -> Response:
    """Admit the owner again. The server stays off until somebody starts it."""
    server = server_now(here, server_id)
    if server["status"] != "suspended":
        return Response(status_code=204)
    _need_in_place(here, server)
    _change(here, server, status=None)
    here.done("servers unsuspended")
    note(request, f"server {server['id']} unsuspended")
    return Response(status_code=204)


@router.post("/reinstall", status_code=204)
def reinstall(here: Here, request: Request, server_id: str) -> Response:
    """Run the install script again, whatever state the server is in."""
    server = server_now(here, server_id)
    need_wings(here, server["node"])
    begin_install(here, server, word="reinstall", start=False)
    note(request, f"server {server['id']} is installed anew")
    return Response(status_code=204)


@router.patch("/details")
def change_details(here: Here, request: Request, server_id: str, body: Details) -> dict[str, Any]:
    """Another name or owner. An external id that is not sent is erased."""
    server = server_now(here, server_id)
    problems = []
    other = here.same("servers", "external_id", body.external_id) if body.external_id else None
    if other is not None and other["id"] != server["id"]:
        problems.append(invalid("external_id", "unique", "The external id has already been taken."))
    if here.store.get("users", str(body.user)) is None:
        problems.append(invalid("user", "exists", "The selected user is invalid."))
    if problems:
        raise Refusal(422, *problems)
    _change(here, server, **body.model_dump() | {"description": body.description or ""})
    note(request, f"server {server['id']} has other details")
    return one("server", server_view(here, server))


@router.patch("/build")
def change_build(here: Here, request: Request, server_id: str, body: Build) -> dict[str, Any]:
    """Another size; one that is below what is used is taken as well. A node that is away hears of it later."""
    server = server_now(here, server_id)
    added = [free_port(here, id, "add_allocations", server["node"]) for id in body.add_allocations]
    for port in added:
        here.keep("allocations", port | {"server_id": server["id"]})
    mine = {row["id"]: row for row in here.store.where("allocations", "server_id", server["id"])}
    if body.allocation not in mine:
        raise Refusal(422, invalid("allocation", "exists", "The requested default allocation is not assigned."))
    for id in body.remove_allocations:
        if id in mine and id != body.allocation:
            here.keep("allocations", mine[id] | {"server_id": None})
    changes: dict[str, Any] = {"allocation": body.allocation, "feature_limits": body.feature_limits.model_dump()}
    if body.limits is not None:
        threads = {} if "threads" in body.limits.model_fields_set else {"threads": server["limits"]["threads"]}
        changes["limits"] = body.limits.model_dump() | threads
    if body.oom_disabled is not None:
        changes["oom_disabled"] = body.oom_disabled
    _change(here, server, **changes)
    here.done("builds changed")
    note(request, f"server {server['id']} has another size")
    return one("server", server_view(here, server))


@router.patch("/startup")
def change_startup(here: Here, request: Request, server_id: str, body: Startup) -> dict[str, Any]:
    """Another egg, image or values. Nothing is installed by it."""
    server = server_now(here, server_id)
    egg = here.store.get("eggs", str(body.egg))
    if egg is None:
        raise Refusal(422, invalid("egg", "exists", "The selected egg is invalid."))
    environment, problems = checked(egg["variables"], body.environment)
    if problems:
        raise Refusal(422, *problems)
    values = body.model_dump(include={"startup", "image", "skip_scripts"})
    _change(here, server, egg=egg["id"], nest=egg["nest"], environment=environment, **values)
    here.done("startups changed")
    note(request, f"server {server['id']} has another startup")
    return one("server", server_view(here, server))


@databases.post("/reset-password", status_code=204)
def reset_database_password(here: Here, server_id: str, database_id: str) -> Response:
    """A new password for one of a server's databases."""
    server, database = server_now(here, server_id), here.find("databases", database_id)
    if database["server"] != server["id"]:
        here.find("databases", "another server's")
    here.done("database passwords reset")
    return Response(status_code=204)


def _need_in_place(here: House, server: Document) -> None:
    """409 while a server moves to another node; 504 when its own does not answer."""
    if server["transferring"]:
        raise conflict("Cannot toggle suspension status on a server that is currently being transferred.", CONFLICT)
    need_wings(here, server["node"])


def _change(here: House, server: Document, **values: Any) -> None:
    server |= values | {"updated_at": here.stamp()}
    here.keep("servers", server)
