"""Machines and whose they are: found, given to a client, suspended, taken back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.store import Document
from ezscale.sandbox.synergycp.asking import Paged, ServerFilter
from ezscale.sandbox.synergycp.bodies import ChangedAccess, ChangedServer, NewAccess, Provision
from ezscale.sandbox.synergycp.house import Here, House, refused
from ezscale.sandbox.synergycp.installs import begin, clear_installs
from ezscale.sandbox.synergycp.stock import by_billing_id, free_entities, is_available
from ezscale.sandbox.synergycp.views import access_view, said, server_view

router = APIRouter(route_class=Alone)


@router.get("/server")
def list_servers(here: Here, paged: Paged, wanted: Annotated[ServerFilter, Depends()]) -> dict[str, Any]:
    """Machines: those on the shelf with certain parts, the one with a number, or all that this key has sold."""
    servers = [server for server in here.store.all("servers") if wanted.takes(here.store, server)]
    return paged.page_of(here, [server_view(here, server) for server in servers])


@router.post("/server/provision")
def provision(here: Here, request: Request, body: Provision) -> dict[str, Any]:
    """Give a machine with its addresses to a client, and start its first installation."""
    server = here.store.get("servers", str(body.server_id))
    if server is None or not is_available(here.store, server):
        raise refused("The selected server_id is not available.")
    if here.store.get("clients", str(body.client_id)) is None:
        raise refused("The selected client_id is invalid.")
    if here.store.where("servers", "billing.id", body.billing.id):
        raise refused("The billing ID has already been taken.")
    profile = by_billing_id(here.store, "profiles", body.pxe_profile_billing)
    if profile is None:
        raise refused("The selected PXE profile is invalid.")
    speed = body.port_speed_billing
    if speed is not None and by_billing_id(here.store, "port_speeds", speed) is None:
        raise refused("The selected port speed is invalid.")
    free = free_entities(here.store, server["groupId"], body.ips_billing)
    if not free:
        return said([])  # nothing has matched
    here.keep("entities", free[0] | {"serverId": server["id"]})
    server |= {
        "nickname": body.nickname or None,
        "billing": body.billing.model_dump() | {"integration": {"id": 2}},
        "fields": body.server.fields,
        "port": "on",
        "port_speed": speed,
        "provisionedAt": here.now().isoformat(),
    }
    _let_in(here, server["id"], body.client_id, body.access.model_dump(), is_primary=True)
    begin(here, server, profile, body.password)
    here.done("servers provisioned")
    note(request, f"server {server['id']} provisioned for client {body.client_id} as {body.billing.id}")
    shown = {"id": server["id"], "nickname": server["nickname"], "billing": {"id": body.billing.id}}
    return said({"server": shown}, "Server provisioned.")


@router.get("/server/{server_id}")
def read_server(here: Here, server_id: int) -> dict[str, Any]:
    """One machine."""
    return said(server_view(here, here.find("servers", server_id, "server")))


@router.patch("/server/{server_id}")
def change_server(here: Here, request: Request, server_id: int, body: ChangedServer) -> dict[str, Any]:
    """Another name or limit; or `wiped`, which takes the machine back."""
    server = here.find("servers", server_id, "server")
    if (
        body.billing
        and body.billing.id
        and here.store.where("servers", "billing.id", body.billing.id)
        not in (
            [],
            [server],
        )
    ):
        raise refused("The billing ID has already been taken.")
    if body.wiped:
        _wipe(here, server, auto=body.auto)
        note(request, f"server {server_id} is back on the shelf")
        return said(server_view(here, here.find("servers", server_id, "server")), "Server wiped.")
    if "nickname" in body.model_fields_set:
        server["nickname"] = body.nickname
    if body.billing:
        known = server["billing"] or {"id": None, "max_bandwidth": "", "integration": {"id": 2}}
        server["billing"] = known | body.billing.model_dump(exclude_none=True)
    here.keep("servers", server)
    return said(server_view(here, server), "Server saved.")


@router.get("/server/{server_id}/access")
def list_accesses(here: Here, paged: Paged, server_id: int, is_primary: bool | None = None) -> dict[str, Any]:
    """Who may do something with a machine."""
    here.find("servers", server_id, "server")
    accesses = here.store.where("accesses", "serverId", server_id)
    rows = [access_view(here, access) for access in accesses if is_primary in (None, access["is_primary"])]
    return paged.page_of(here, rows, counted=True)


@router.post("/server/{server_id}/access")
def grant_access(here: Here, request: Request, server_id: int, body: NewAccess) -> dict[str, Any]:
    """Let one more client in, as a reseller does."""
    here.find("servers", server_id, "server")
    if here.store.get("clients", str(body.client.id)) is None:
        raise refused("The selected client is invalid.")
    accesses = here.store.where("accesses", "serverId", server_id)
    if body.client.id in [access["clientId"] for access in accesses]:
        raise refused("The client has access to this server already.")
    rights = body.model_dump(include={"pxe", "ipmi", "switch"})
    access = _let_in(here, server_id, body.client.id, rights, is_primary=not accesses)
    note(request, f"client {body.client.id} may use server {server_id}")
    return said(access_view(here, access), "Access granted.")


@router.patch("/server/{server_id}/access/{access_id}")
def change_access(here: Here, request: Request, server_id: int, access_id: int, body: ChangedAccess) -> dict[str, Any]:
    """Suspend a client on a machine, let them in again, or change what they may do."""
    server, access = here.find("servers", server_id, "server"), _access_of(here, server_id, access_id)
    changes = body.model_dump(include={"pxe", "ipmi", "switch"}, exclude_none=True)
    if body.is_active is not None and body.is_active is not access["is_active"]:
        if not body.is_active and body.auto:
            _spare_the_important(here, access)
        changes |= {
            "is_active": body.is_active,
            "suspension_reason": None if body.is_active else body.suspension_reason,
        }
        if access["is_primary"]:  # the machine itself goes on running
            user = server["ipmi_user"] if body.is_active else None
            here.keep("servers", server | {"port": "on" if body.is_active else "off", "ipmi_user": user})
        here.done("accesses resumed" if body.is_active else "accesses suspended")
        note(request, f"access {access_id} of server {server_id} {'resumed' if body.is_active else 'suspended'}")
    return said(access_view(here, here.keep("accesses", access | changes)), "Access saved.")


@router.delete("/server/{server_id}/access/{access_id}")
def unassign(here: Here, request: Request, server_id: int, access_id: int) -> dict[str, Any]:
    """Let a client in no more."""
    access = _access_of(here, server_id, access_id)
    here.store.delete("accesses", str(access["id"]))
    note(request, f"client {access['clientId']} may no longer use server {server_id}")
    return said([], "Access removed.")


def _wipe(here: House, server: Document, *, auto: bool) -> None:
    accesses = here.store.where("accesses", "serverId", server["id"])
    if auto:
        for access in accesses:
            _spare_the_important(here, access)
    if accesses:
        here.done("servers wiped")
    for access in accesses:
        here.store.delete("accesses", str(access["id"]))
    for entity in here.store.where("entities", "serverId", server["id"]):
        here.keep("entities", entity | {"serverId": None})
    clear_installs(here, server["id"])
    keeps = (here.store.get("orders", "wipes") or {"keep_numbers": False})["keep_numbers"]
    taken = (
        "nickname",
        "ipmi_user",
        "port_speed",
        "system",
        "password",
        "provisionedAt",
    )  # what is on the disks stays there
    here.keep(
        "servers",
        server
        | dict.fromkeys(taken)
        | {"power": "off", "port": "off", "billing": server["billing"] if keeps else None},
    )


def _spare_the_important(here: House, access: Document) -> None:
    """What a machine has decided is not done to a client who is marked as a very important one."""
    if here.find("clients", access["clientId"], "client")["is_vip"]:
        raise refused("The client is VIP: the request was ignored.", ignored=True)


def _access_of(here: House, server_id: int, access_id: int) -> Document:
    access = here.find("accesses", access_id, "access")
    if access["serverId"] != server_id:
        return here.find("accesses", "", "access")
    return access


def _let_in(here: House, server_id: int, client_id: int, rights: dict[str, bool], *, is_primary: bool) -> Document:
    access = {
        "id": here.number("accesses", 3301),
        "serverId": server_id,
        "clientId": client_id,
        "is_primary": is_primary,
        "is_active": True,
        "suspension_reason": None,
        **rights,
    }
    return here.keep("accesses", access)
