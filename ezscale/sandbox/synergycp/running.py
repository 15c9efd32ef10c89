"""What can be done with a machine that a client has: its switches, its ports, what went over the wire."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request

from ezscale.sandbox.alone import Alone, note
from ezscale.sandbox.store import Document
from ezscale.sandbox.synergycp.asking import Paged
from ezscale.sandbox.synergycp.bodies import ChangedPort, Command, PortCommand
from ezscale.sandbox.synergycp.house import Here, House, Refusal, refused
from ezscale.sandbox.synergycp.views import BITS_A_SECOND, cycle_start, moment_view, said, usage_view

router = APIRouter(route_class=Alone)

POWER_AFTER = {"on": "on", "reset": "on", "off": "off", "soft": "off"}
CONTROLS_OF_A_SERVER = 10  # ids are set aside for each machine
SAMPLE = timedelta(minutes=5)
MOST_SAMPLES = 288


@router.get("/server/{server_id}/control")
def list_controls(here: Here, request: Request, paged: Paged, server_id: int) -> dict[str, Any]:
    """What a machine can be switched with."""
    server = _open_to(here, request, server_id)
    return paged.page_of(here, _controls(server), counted=True)


@router.post("/server/{server_id}/control/{control_id}/command")
def command(here: Here, request: Request, server_id: int, control_id: int, body: Command) -> dict[str, Any]:
    """Press a switch."""
    server = _open_to(here, request, server_id)
    if request.scope.get("holder") is None and (here.store.get("orders", "controls") or {}).get("clients_only"):
        raise Refusal(403, "This API key does not allow this.")
    control = next((one for one in _controls(server) if one["id"] == control_id), None)
    if control is None:
        raise Refusal(404, "The control was not found.")
    order = next(iter(body.model_dump(exclude_none=True)))
    if not server["is_ipmi_ready"]:
        raise refused("The server's management board does not answer.")
    if control["type"] == "pdu" and body.power not in ("on", "off", "reset"):
        raise refused("This control does not know the command.")
    if body.power is not None:
        here.keep("servers", server | {"power": POWER_AFTER[body.power]})
    if body.add_user or body.delete_user:
        user = {"username": f"client{server_id}", "password": f"ipmi-{server_id}"} if body.add_user else None
        here.keep("servers", server | {"ipmi_user": user})
    deed = f"power: {body.power}" if body.power else f"control: {order}"
    here.done(deed)
    note(request, f"server {server_id}: {deed}")
    return said([], "Command sent.")


@router.get("/server/{server_id}/ipmi")
def read_ipmi(here: Here, server_id: int) -> dict[str, Any]:
    """What the management board said last, as older panels tell it."""
    server = here.find("servers", server_id, "server")
    user = server["ipmi_user"] or {"username": None, "password": None}
    return said(
        {
            "power_status_desc": f"Chassis Power is {server['power']}",
            "client_user": user["username"],
            "client_pass": user["password"],
            "checked_at": moment_view(here.now()),
        }
    )


@router.get("/server/{server_id}/port")
def list_ports(here: Here, paged: Paged, server_id: int) -> dict[str, Any]:
    """The ports of the switch that a machine is plugged into."""
    server = here.find("servers", server_id, "server")
    row = {"id": _port(server), "name": f"Eth1/{server_id}", "power": server["port"], "speed": server["port_speed"]}
    return paged.page_of(here, [row], counted=True)


@router.patch("/server/{server_id}/port/{port_id}")
def change_port(here: Here, server_id: int, port_id: int, body: ChangedPort) -> dict[str, Any]:
    """Plug the cable in or out, as older panels do."""
    server = _with_port(here, server_id, port_id)
    here.keep("servers", server | {"port": body.power})
    return said([], "Port saved.")


@router.post("/server/{server_id}/port/{port_id}/command")
def command_port(here: Here, server_id: int, port_id: int, body: PortCommand) -> dict[str, Any]:
    """Plug the cable in or out."""
    server = _with_port(here, server_id, port_id)
    here.keep("servers", server | {"port": body.command.removeprefix("power-")})
    return said([], "Command sent.")


@router.get("/server/{server_id}/port/{port_id}/bandwidth")
def read_bandwidth(here: Here, server_id: int, port_id: int, start: int, end: int) -> dict[str, Any]:
    """Samples between two moments (seconds), in bits a second: moment, in, out."""
    server = _with_port(here, server_id, port_id)
    first = datetime.fromisoformat(server["provisionedAt"]).timestamp() if server["provisionedAt"] else float(end)
    step = max(SAMPLE.total_seconds(), (end - start) / MOST_SAMPLES)
    count = max(int((end - start) / step), 0)
    moments = [start + round(number * step) for number in range(count)]
    rate = (server_id % 7 + 1) * BITS_A_SECOND
    data = [[moment, rate // 3, rate - rate // 3] if moment >= first else [moment, 0, 0] for moment in moments]
    return said(
        {
            "status": "ok",
            "data": data,
            "stats": {"in": {"average": rate // 3}, "out": {"average": rate - rate // 3}},
            "min_time": int(first),
            "max_time": int(here.now().timestamp()),
            "from_time": start,
            "to_time": end,
        }
    )


@router.get("/server/{server_id}/port/{port_id}/bandwidth/usage")
def read_usage(here: Here, paged: Paged, server_id: int, port_id: int) -> dict[str, Any]:
    """What went over the wire in this cycle, in bits."""
    server = _with_port(here, server_id, port_id)
    rows = []
    if server["provisionedAt"]:
        began = moment_view(cycle_start(here, server))
        rows.append({"id": port_id, **usage_view(here, server), "cycle_started_at": began})
    return paged.page_of(here, rows, counted=True)


def _open_to(here: House, request: Request, server_id: int) -> Document:
    """A machine that the holder of this key may switch: a client only their own, and not while it is suspended."""
    server = here.find("servers", server_id, "server")
    holder = request.scope.get("holder")
    if holder is None:
        return server
    accesses = here.store.where("accesses", "serverId", server_id)
    own = next((access for access in accesses if access["clientId"] == holder["id"]), None)
    if own is None:
        raise Refusal(404, "The server was not found.")
    if not own["is_active"]:
        raise refused("Your access to this server is suspended.")
    return server


def _controls(server: Document) -> list[dict[str, Any]]:
    first = server["id"] * CONTROLS_OF_A_SERVER
    return [
        {"id": first + 1, "type": "pdu", "name": f"PDU outlet {server['id']}"},
        {"id": first + 2, "type": "ipmi", "name": f"BMC of SRV-{server['id']}"},
    ]


def _port(server: Document) -> int:
    return int(server["id"]) + 6000


def _with_port(here: House, server_id: int, port_id: int) -> Document:
    server = here.find("servers", server_id, "server")
    if port_id != _port(server):
        raise Refusal(404, "The port was not found.")
    return server
