"""Servers coming and going: create, read, list, delete."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.pterodactyl.asking import Asked, Query, one, page_of, resource
from ezscale.sandbox.pterodactyl.bodies import NewServer
from ezscale.sandbox.pterodactyl.house import Here, House, Refusal, invalid, not_found
from ezscale.sandbox.pterodactyl.rules import checked
from ezscale.sandbox.pterodactyl.stock import deployed, free_port, release_ports, viable_nodes
from ezscale.sandbox.pterodactyl.views import SERVER_INCLUDES, server_view
from ezscale.sandbox.pterodactyl.wings import begin_install, need_wings, server_now
from ezscale.sandbox.store import Document

router = APIRouter(prefix="/servers", route_class=Alone)

USUALLY_USED = 2048  # MB on the disk, once a game is installed
LIST = Query(
    includes=SERVER_INCLUDES,
    filters=("uuid", "uuidShort", "name", "description", "image", "external_id"),
    sorts=("id", "uuid"),
    is_list=True,
)
ONE = Query(includes=SERVER_INCLUDES)


@router.get("")
def list_servers(here: Here, asked: Annotated[Asked, Depends(LIST)]) -> dict[str, Any]:
    """Servers, page by page."""
    rows = [server_now(here, server["id"]) for server in here.store.all("servers")]
    return page_of(asked, "server", rows, lambda server: server_view(here, server, asked.includes))


@router.post("", status_code=201)
def create_server(here: Here, request: Request, body: NewServer) -> dict[str, Any]:
    """A server whose installation begins at once. The same external id again is refused."""
    egg = here.store.get("eggs", str(body.egg))
    environment, problems = checked(egg["variables"] if egg else (), body.environment)
    problems = [*_problems(here, body, egg), *problems]
    if egg is None or problems:
        raise Refusal(422, *problems)
    ports = _ports(here, body)
    need_wings(here, ports[0]["node_id"])
    server = _new_server(here, body, egg, environment, ports[0])
    for port in ports:
        here.keep("allocations", port | {"server_id": server["id"]})
    begin_install(here, server, word="install", start=body.start_on_completion)
    here.done("servers created")
    note(request, f"server {server['id']} created for user {body.user}")
    return one("server", server_view(here, server), resource(here, f"servers/{server['id']}"))


@router.get("/external/{external_id}")
def read_external(here: Here, external_id: str, asked: Annotated[Asked, Depends(ONE)]) -> dict[str, Any]:
    """A server by the caller's own id."""
    found = here.same("servers", "external_id", external_id)
    if found is None:
        raise not_found()
    return one("server", server_view(here, server_now(here, found["id"]), asked.includes))


@router.get("/{server_id}")
def read_server(here: Here, server_id: str, asked: Annotated[Asked, Depends(ONE)]) -> dict[str, Any]:
    """A server."""
    return one("server", server_view(here, server_now(here, server_id, look=True), asked.includes))


@router.delete("/{server_id}", status_code=204)
def delete_server(here: Here, request: Request, server_id: str) -> Response:
    """Delete a server with its files, which its node has to do."""
    server = here.find("servers", server_id)
    need_wings(here, server["node"])
    _delete(here, request, server)
    return Response(status_code=204)


@router.delete("/{server_id}/force", status_code=204)
def delete_hard(here: Here, request: Request, server_id: str) -> Response:
    """Forget a server, whatever its node says; its files may stay there."""
    server = here.find("servers", server_id)
    if here.find("nodes", server["node"])["down"]:
        here.done("files left behind")
    _delete(here, request, server)
    return Response(status_code=204)


def _problems(here: House, body: NewServer, egg: Document | None) -> list[dict[str, Any]]:
    problems = []
    if body.external_id and here.same("servers", "external_id", body.external_id):
        problems.append(invalid("external_id", "unique", "The external id has already been taken."))
    if here.store.get("users", str(body.user)) is None:
        problems.append(invalid("user", "exists", "The selected user is invalid."))
    if egg is None:
        problems.append(invalid("egg", "exists", "The selected egg is invalid."))
    return problems


def _ports(here: House, body: NewServer) -> list[Document]:
    """The server's ports, the primary one first."""
    if body.deploy is not None:
        nodes = viable_nodes(here, body.limits.memory, body.limits.disk, body.deploy.locations)
        return [deployed(here, nodes, body.deploy)]
    wanted = body.allocation
    if wanted is None:
        told = "The allocation.default field is required when deploy is not present."
        raise Refusal(422, invalid("allocation.default", "required_without", told))
    first = free_port(here, wanted.default, "allocation.default")
    more = [free_port(here, id, "allocation.additional", first["node_id"]) for id in wanted.additional or ()]
    return [first, *more]


def _new_server(
    here: House, body: NewServer, egg: Document, environment: dict[str, str], port: Document
) -> dict[str, Any]:
    uuid = str(uuid4())
    return {
        "id": here.number("servers", 71),
        "external_id": body.external_id,
        "uuid": uuid,
        "uuidShort": uuid[:8],
        "identifier": uuid[:8],
        "name": body.name,
        "description": body.description or "",
        "status": "installing",
        "limits": body.limits.model_dump(),
        "feature_limits": body.feature_limits.model_dump(),
        "user": body.user,
        "node": port["node_id"],
        "allocation": port["id"],
        "nest": egg["nest"],
        "egg": egg["id"],
        "startup": body.startup,
        "image": body.docker_image,
        "environment": environment,
        "skip_scripts": body.skip_scripts,
        "oom_disabled": body.oom_disabled,
        "created_at": here.stamp(),
        "updated_at": here.stamp(),
        "power": "offline",
        "switching": None,
        "started_at": here.stamp(),
        "disk_used": USUALLY_USED,
        "transferring": False,
        "install": None,
    }


def _delete(here: House, request: Request, server: Document) -> None:
    release_ports(here, server["id"])
    here.store.delete("servers", str(server["id"]))
    here.store.delete("stats", str(server["id"]))
    here.done("servers deleted")
    note(request, f"server {server['id']} deleted")
