"""Servers coming and going: allocate, build, read, list, delete."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from os import urandom
from secrets import token_urlsafe
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Query, Request, Response

from ezscale.sandbox.alone import note
from ezscale.sandbox.store import Document
from ezscale.sandbox.virtfusion.bodies import Build, NewServer
from ezscale.sandbox.virtfusion.house import Alone, Here, House, refused
from ezscale.sandbox.virtfusion.stock import place_with_room, take_ipv4, take_ipv6
from ezscale.sandbox.virtfusion.tasks import free_server, idle_server, server_now, start
from ezscale.sandbox.virtfusion.views import View, page_of, row_of_user, server_view, simple_row

router = APIRouter(prefix="/servers", route_class=Alone)


@router.post("", status_code=201)
def allocate(here: Here, request: Request, body: NewServer, dryRun: bool = False) -> dict[str, Any]:
    """A server on a machine with room, with addresses, not yet built. The same order again is another server."""
    resources = _resources(here, body)
    owner = here.store.get("users", str(body.userId))
    group = here.store.get("groups", str(body.hypervisorId))
    if owner is None:
        raise refused("Invalid user")
    if group is None or not group["enabled"]:
        raise refused("Invalid or disabled hypervisor group")
    if any(ruleset != -1 for ruleset in body.firewallRulesets):
        raise refused("Invalid or disabled firewall ruleset")
    hypervisor = place_with_room(here, group["id"], resources)
    if dryRun:
        return {"data": {"hypervisorId": hypervisor["id"]}}
    server = _new_server(here, body, resources, hypervisor)
    here.keep("servers", server)
    here.done("servers allocated")
    note(request, f"server {server['id']} allocated for user {owner['id']}")
    return {"data": server_view(here, server)}


@router.post("/{server_id}/build")
def build(here: Here, request: Request, server_id: str, body: Build) -> dict[str, Any]:
    """Install a system, which wipes the disk. The only answer that shows the password."""
    server = free_server(here, server_id)
    template = here.store.get("templates", str(body.operatingSystemId))
    if template is None:
        raise refused("Invalid operating system")
    keys = [here.store.get("ssh_keys", str(id)) for id in body.sshKeys]
    if any(key is None or key["userId"] != server["ownerId"] for key in keys):
        raise refused("Invalid SSH key")
    password = token_urlsafe(12)
    server |= {
        "name": body.name or server["name"],
        "hostname": body.hostname or server["hostname"],
        "templateId": template["id"],
        "sealed": _sealed(),
        "sshKeys": body.sshKeys,
        "vnc": body.vnc,
        "ipv6Enabled": body.ipv6,
        "state": "queued",
        "commissionStatus": 1,
        "power": None,
        "updated": here.stamp(),
    }
    failed = _will_fail(here)
    succeeded = {"state": "complete", "commissionStatus": 3, "power": "running", "password": password}
    start(here, server, "build_server", {"state": "failed", "commissionStatus": 2} if failed else succeeded, failed)
    here.done("builds started")
    if body.email:
        here.done("mails sent")
    note(request, f"server {server['id']} is being built")
    view = server_view(here, server)
    view["settings"]["decryptedPassword"] = password
    return {"data": view}


@router.get("")
def list_servers(
    here: Here,
    request: Request,
    type: Literal["simple", "full"] = "simple",
    results: Annotated[int, Query(ge=1, le=200)] = 20,
    page: Annotated[int, Query(ge=1)] = 1,
    hypervisorId: int | None = None,
    hypervisors: Annotated[list[int] | None, Query(alias="hypervisorId[]")] = None,
) -> dict[str, Any]:
    """Every server, a page at a time."""
    wanted = {*(hypervisors or ()), *(() if hypervisorId is None else (hypervisorId,))}
    stored = [server for server in here.store.all("servers") if not wanted or server["hypervisorId"] in wanted]
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]

    def view(server: Document) -> View:
        now = server_now(here, server["id"])
        return server_view(here, now) if type == "full" else simple_row(now)

    return page_of(stored, page, results, str(request.url.replace(query="")).rstrip("?"), query, view)


@router.get("/user/{user_id}")
def list_servers_of_user(here: Here, user_id: str) -> dict[str, Any]:
    """A user's servers, all at once."""
    user = here.find("users", user_id, "user not found")
    servers = here.store.where("servers", "ownerId", user["id"])
    return {"data": [row_of_user(server_now(here, server["id"])) for server in servers]}


@router.get("/{server_id}")
def read_server(here: Here, server_id: str, remoteState: bool = False) -> dict[str, Any]:
    """One server."""
    server = server_now(here, server_id, look=True)
    return {"data": server_view(here, server, remote_state=remoteState)}


@router.delete("/{server_id}", status_code=204)
def delete_server(
    here: Here, request: Request, server_id: str, delay: Annotated[int, Query(ge=0, le=43_799)] = 5
) -> Response:
    """Delete a server, after so many minutes."""
    server = idle_server(here, server_id)
    at = here.now() + timedelta(minutes=delay)
    here.keep("deletions", {"id": server["id"], "at": at.isoformat()})
    note(request, f"server {server['id']} will be deleted in {delay} minutes")
    return Response(status_code=204)


def _resources(here: House, body: NewServer) -> dict[str, int]:
    package = here.store.get("packages", str(body.packageId))
    if package is None or not package["enabled"]:
        raise refused("Invalid or disabled package")
    usual: Mapping[str, int] = {
        "memory": package["memory"],
        "storage": package["primaryStorage"],
        "traffic": package["traffic"],
        "cpuCores": package["cpuCores"],
    }
    asked = body.model_dump(include=set(usual), exclude_none=True)
    return {**usual, **asked}


def _new_server(here: House, body: NewServer, resources: dict[str, int], hypervisor: Document) -> Document:
    id, group_id = here.number("servers", 7301), hypervisor["groupId"]
    return {
        "id": id,
        "uuid": str(uuid4()),
        "ownerId": body.userId,
        "packageId": body.packageId,
        "hypervisorId": hypervisor["id"],
        "name": "",
        "hostname": None,
        "state": "allocated",
        "commissionStatus": 0,
        "suspended": False,
        "built": None,
        "created": here.stamp(),
        "updated": here.stamp(),
        "resources": resources,
        "mac": f"00:16:3E:{id >> 16 & 255:02X}:{id >> 8 & 255:02X}:{id & 255:02X}",
        "ipv4": take_ipv4(here, group_id, body.ipv4),
        "ipv6": take_ipv6(id, group_id),
        "ipv6Enabled": False,
        "templateId": 0,
        "sealed": _sealed(),
        "password": None,
        "sshKeys": [],
        "power": None,
        "vnc": False,
        "vncPassword": token_urlsafe(6),
        "vncToken": token_urlsafe(24),
        "taskId": None,
        "lastTaskAt": None,
        "pending": [],
        "agent": True,
        "extraTraffic": 0,
    }


def _sealed() -> str:
    return b64encode(urandom(48)).decode()


def _will_fail(here: House) -> str:
    order = here.store.get("orders", "failing builds")
    if not order or not order["left"]:
        return ""
    here.store.put("orders", "failing builds", {"left": order["left"] - 1})
    return "The template could not be written to the disk"
