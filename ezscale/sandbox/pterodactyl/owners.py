"""The client API: what an owner, or a root administrator in an owner's place, can do with servers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.pterodactyl.asking import MOST_ON_A_PAGE, Asked, Query, one, page_of
from ezscale.sandbox.pterodactyl.bodies import Command, Power
from ezscale.sandbox.pterodactyl.console import token_for
from ezscale.sandbox.pterodactyl.house import Here, House, Refusal, conflict, fault, not_found
from ezscale.sandbox.pterodactyl.stock import ADMINISTRATOR
from ezscale.sandbox.pterodactyl.views import client_view
from ezscale.sandbox.pterodactyl.wings import begin_install, need_wings, server_now, stats, switch
from ezscale.sandbox.store import Document

router = APIRouter(prefix="/api/client", route_class=Alone)

LIST = Query(
    includes=("egg", "subusers"),
    filters=("uuid", "name", "description", "external_id"),
    more=("type",),
    is_list=True,
    most=MOST_ON_A_PAGE,
)
ONE = Query(includes=("egg", "subusers"))


@router.get("")
def list_servers(here: Here, asked: Annotated[Asked, Depends(LIST)]) -> dict[str, Any]:
    """The key owner's own servers; everybody's for a root administrator who asks for all."""
    stored = here.store.all("servers")
    if asked.value("type") not in ("admin", "admin-all"):
        stored = [server for server in stored if server["user"] == ADMINISTRATOR]
    rows = [server_now(here, server["id"]) for server in stored]
    return page_of(asked, "server", rows, lambda server: client_view(here, server))


@router.get("/servers/{server}")
def read_server(here: Here, server: str, asked: Annotated[Asked, Depends(ONE)]) -> dict[str, Any]:
    """A server, also while it is installed or suspended."""
    return one("server", client_view(here, _by_name(here, server)))


@router.get("/servers/{server}/resources")
def read_usage(here: Here, server: str) -> dict[str, Any]:
    """What a server uses now; 409 while nobody may use it."""
    return one("stats", stats(here, _usable(here, server)))


@router.post("/servers/{server}/power", status_code=204)
def press(here: Here, request: Request, server: str, body: Power) -> Response:
    """Send a signal to a server's process."""
    row = _usable(here, server)
    need_wings(here, row["node"])
    switch(here, row, body.signal)
    note(request, f"server {row['id']}: {body.signal}")
    return Response(status_code=204)


@router.post("/servers/{server}/command", status_code=204)
def command(here: Here, request: Request, server: str, body: Command) -> Response:
    """Type a line into a server's console; 502 when it is off."""
    row = _usable(here, server)
    need_wings(here, row["node"])
    if row["power"] != "running":
        raise Refusal(502, fault("HttpException", 502, "Server must be online in order to send commands."))
    here.done("commands sent")
    note(request, f"server {row['id']}: a command")
    return Response(status_code=204)


@router.get("/servers/{server}/websocket")
def console(here: Here, server: str) -> dict[str, Any]:
    """A way into a server's console, good for ten minutes."""
    row = _usable(here, server)
    node = here.find("nodes", row["node"])
    daemon = here.wings or f"wss://{node['fqdn']}:{node['daemon_listen']}"
    return {"data": {"token": token_for(here, row), "socket": f"{daemon}/api/servers/{row['uuid']}/ws"}}


@router.post("/servers/{server}/settings/reinstall", status_code=202)
def reinstall(here: Here, request: Request, server: str) -> Response:
    """Run the install script again."""
    row = _usable(here, server)
    need_wings(here, row["node"])
    begin_install(here, row, word="reinstall", start=False)
    note(request, f"server {row['id']} is installed anew by its owner")
    return Response(status_code=202)


def _by_name(here: House, name: str) -> Document:
    """A server by its uuid or its short name."""
    for field in ("identifier", "uuid"):
        if found := here.store.where("servers", field, name):
            return server_now(here, found[0]["id"])
    raise not_found()


def _usable(here: House, name: str) -> Document:
    server = _by_name(here, name)
    node = here.find("nodes", server["node"])
    if server["status"] == "suspended":
        raise conflict("This server is currently suspended and the functionality requested is unavailable.")
    if node["maintenance_mode"]:
        raise conflict("The node of this server is currently under maintenance and it cannot be used.")
    if server["status"] in ("installing", "install_failed", "reinstall_failed"):
        raise conflict("This server has not yet completed its installation process, please try again later.")
    if server["status"] == "restoring_backup":
        raise conflict("This server is currently restoring from a backup, please try again later.")
    if server["transferring"]:
        raise conflict("This server is currently being transferred to a new machine, please try again later.")
    return server
