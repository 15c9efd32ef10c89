"""What can be done with a server that is there: switch it, suspend it, resize it, get into it."""

from secrets import token_urlsafe
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from ezscale.sandbox.alone import note
from ezscale.sandbox.store import Document
from ezscale.sandbox.virtfusion import bodies
from ezscale.sandbox.virtfusion.house import Alone, Here, House, conflict, refused
from ezscale.sandbox.virtfusion.stock import is_windows, offered_templates, take_ipv4
from ezscale.sandbox.virtfusion.tasks import free_server, idle_server, queue_item, server_now, start, usable_server
from ezscale.sandbox.virtfusion.traffic import traffic_view
from ezscale.sandbox.virtfusion.views import console_view

router = APIRouter(route_class=Alone)

POWER_AFTER = {"boot": "running", "restart": "running", "shutdown": "shutoff", "poweroff": "shutoff"}


@router.post("/servers/{server_id}/suspend", status_code=204)
def suspend(here: Here, request: Request, server_id: str) -> Response:
    """Switch a server off and refuse its owner."""
    server = idle_server(here, server_id)
    if server["suspended"]:
        raise conflict("The server is already suspended")
    _change(here, server, suspended=True, power="shutoff" if server["power"] else None)
    here.done("servers suspended")
    note(request, f"server {server['id']} suspended")
    return Response(status_code=204)


@router.post("/servers/{server_id}/unsuspend", status_code=204)
def unsuspend(here: Here, request: Request, server_id: str) -> Response:
    """Admit the owner again. The server stays off until somebody boots it."""
    server = idle_server(here, server_id)
    if not server["suspended"]:
        raise conflict("The server is not suspended")
    _change(here, server, suspended=False)
    here.done("servers unsuspended")
    note(request, f"server {server['id']} unsuspended")
    return Response(status_code=204)


@router.post("/servers/{server_id}/power/{button}")
def press(
    here: Here, request: Request, server_id: str, button: Literal["boot", "shutdown", "restart", "poweroff"]
) -> dict[str, Any]:
    """Press a power button."""
    server = usable_server(here, server_id)
    queue_id = start(here, server, f"{button}_server", {"power": POWER_AFTER[button]})
    here.done(f"power: {button}")
    note(request, f"server {server['id']}: {button}")
    return {"data": {"queueId": queue_id}}


@router.post("/servers/{server_id}/resetPassword")
def reset_password(here: Here, request: Request, server_id: str, body: bodies.ResetPassword) -> dict[str, Any]:
    """A new password, which works when its task is finished."""
    server = usable_server(here, server_id)
    if body.user != administrator(here, server):
        raise refused(f"The user {body.user} does not exist on this server")
    password = token_urlsafe(12)
    queue_id = start(here, server, "reset_password", {"password": password})
    here.done("passwords reset")
    if body.sendMail:
        here.done("mails sent")
    note(request, f"server {server['id']}: new password")
    return {"data": {"queueId": queue_id, "expectedPassword": password}}


@router.post("/servers/{server_id}/vnc")
def switch_console(here: Here, server_id: str, body: bodies.Vnc) -> dict[str, Any]:
    """Switch the console on or off, which is so when its task is finished. Each time it has another token."""
    server, is_on = usable_server(here, server_id), body.action == "enable"
    if is_on:
        server |= {"vncPassword": token_urlsafe(6), "vncToken": token_urlsafe(24)}
    queue_id = start(here, server, "vnc", {"vnc": is_on})
    return {"data": {"vnc": {**console_view(server), "enabled": is_on}, "queueId": queue_id}}


@router.put("/servers/{server_id}/package/{package_id}", response_model=None)
def change_package(
    here: Here, request: Request, server_id: str, package_id: str, body: bodies.PackageFlags | None = None
) -> dict[str, Any] | Response:
    """Another plan. A disk never shrinks. An older build says nothing about what it has left alone."""
    server, flags = free_server(here, server_id), body or bodies.PackageFlags()
    package = here.find("packages", package_id, "package not found")
    if not package["enabled"]:
        raise refused("Invalid or disabled package")
    resources, info = dict(server["resources"]), []
    if flags.cpu:
        resources["cpuCores"] = package["cpuCores"]
    if flags.memory:
        resources["memory"] = package["memory"]
    if flags.primaryNetworkTraffic:
        resources["traffic"] = package["traffic"]
    if flags.primaryDiskSize and package["primaryStorage"] < resources["storage"]:
        info.append("The primary disk was not changed: it cannot be made smaller")
    elif flags.primaryDiskSize:
        resources["storage"] = package["primaryStorage"]
    _change(here, server, packageId=package["id"], resources=resources)
    here.done("packages changed")
    note(request, f"server {server['id']} now has package {package['id']}")
    return Response(status_code=204) if here.store.get("orders", "older build") is not None else {"info": info}


@router.put("/servers/{server_id}/modify/memory", status_code=201)
def change_memory(here: Here, server_id: str, body: bodies.Memory) -> Response:
    """Another memory size."""
    return _resize(here, server_id, memory=body.memory)


@router.put("/servers/{server_id}/modify/cpuCores", status_code=201)
def change_cores(here: Here, server_id: str, body: bodies.Cores) -> Response:
    """Another number of cores."""
    return _resize(here, server_id, cpuCores=body.cores)


@router.put("/servers/{server_id}/modify/traffic", status_code=201)
def change_traffic(here: Here, server_id: str, body: bodies.Traffic) -> Response:
    """Another monthly limit; 0 is none."""
    return _resize(here, server_id, traffic=body.traffic)


@router.put("/servers/{server_id}/modify/cpuThrottle", status_code=201)
def throttle(here: Here, server_id: str, body: bodies.Throttle) -> Response:
    """Slow the processor down by so many percent."""
    _change(here, idle_server(here, server_id), cpuThrottle=body.percent)
    return Response(status_code=201)


@router.put("/servers/{server_id}/modify/name", status_code=201)
def rename(here: Here, server_id: str, body: bodies.Name) -> Response:
    """Another name in the panel."""
    _change(here, server_now(here, server_id), name=body.name)
    return Response(status_code=201)


@router.put("/servers/{server_id}/owner/{user_id}", status_code=201)
def change_owner(here: Here, request: Request, server_id: str, user_id: str) -> Response:
    """Give a server to another user."""
    server, owner = idle_server(here, server_id), here.find("users", user_id, "user not found")
    _change(here, server, ownerId=owner["id"])
    note(request, f"server {server['id']} now belongs to user {owner['id']}")
    return Response(status_code=201)


@router.post("/servers/{server_id}/ipv4Qty")
def add_ipv4(here: Here, server_id: str, body: bodies.MoreAddresses) -> dict[str, Any]:
    """More addresses."""
    server = idle_server(here, server_id)
    group_id = here.find("hypervisors", server["hypervisorId"], "hypervisor not found")["groupId"]
    added = take_ipv4(here, group_id, body.quantity, order=len(server["ipv4"]) + 1)
    _change(here, server, ipv4=[*server["ipv4"], *added])
    return {"data": [address["address"] for address in added]}


@router.delete("/servers/{server_id}/ipv4", status_code=204)
def remove_ipv4(here: Here, server_id: str, body: bodies.FewerAddresses) -> Response:
    """Fewer addresses."""
    server = idle_server(here, server_id)
    if not set(body.ip) <= {address["address"] for address in server["ipv4"]}:
        raise refused("The server does not have this IPv4 address")
    _change(here, server, ipv4=[address for address in server["ipv4"] if address["address"] not in body.ip])
    return Response(status_code=204)


@router.get("/servers/{server_id}/traffic")
def read_traffic(here: Here, server_id: str) -> dict[str, Any]:
    """What went over the wire, month by month."""
    return {"data": traffic_view(here, server_now(here, server_id))}


@router.get("/servers/{server_id}/templates")
def templates_for_server(here: Here, server_id: str) -> dict[str, Any]:
    """The systems that this server can be built with."""
    server_now(here, server_id)
    return {"data": offered_templates(here)}


@router.get("/queue/{queue_id}")
def read_queue(here: Here, queue_id: str) -> dict[str, Any]:
    """How far a task is."""
    return {"data": queue_item(here, queue_id)}


def administrator(here: House, server: Document) -> str:
    """The name of the account that may do everything on a server."""
    return "Administrator" if is_windows(here, server) else "root"


def _resize(here: House, server_id: str, **sizes: int) -> Response:
    server = idle_server(here, server_id)
    _change(here, server, resources={**server["resources"], **sizes})
    return Response(status_code=201)


def _change(here: House, server: Document, **values: Any) -> None:
    here.keep("servers", server | values | {"updated": here.stamp()})
