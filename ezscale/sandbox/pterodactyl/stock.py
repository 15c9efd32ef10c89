"""What this panel has to give away: places, nodes, room on them, and ports."""

from collections.abc import Iterable
from typing import Any

from ezscale.sandbox.pterodactyl.bodies import Deploy
from ezscale.sandbox.pterodactyl.games import eggs, nests
from ezscale.sandbox.pterodactyl.house import House, Refusal, invalid, refused
from ezscale.sandbox.store import Document

LOCATIONS = {1: ("fra", "Frankfurt"), 2: ("nyc", "New York"), 3: ("lon", "London")}

# The networks that are set aside for examples, one for each place.
NODES = {
    # id: location, name, address, whether it is open to automatic orders
    2: (1, "fra-1", "192.0.2.40", True),
    3: (1, "fra-2", "192.0.2.41", True),
    4: (2, "nyc-1", "198.51.100.40", True),
    5: (3, "lon-1", "203.0.113.40", True),
    6: (3, "lon-2", "203.0.113.41", False),
}
FIRST_PORT, PORTS = 25565, 30
FIRST_ALLOCATION = 301
ADMINISTRATOR = 1


def stock_up(here: House) -> None:
    """Fill an empty panel."""
    store, stamp = here.store, here.stamp()
    with store.transaction():
        if store.get("locations", "1"):
            return
        for id, (short, long) in LOCATIONS.items():
            place = {"id": id, "short": short, "long": long, "created_at": stamp, "updated_at": stamp}
            here.keep("locations", place)
        for id, (location, name, ip, public) in NODES.items():
            here.keep("nodes", _node(id, location, name, public, stamp))
            for port in range(FIRST_PORT, FIRST_PORT + PORTS):
                add_port(here, id, ip, None, port)
        for nest in nests(stamp):
            here.keep("nests", nest)
        for egg in eggs(stamp):
            here.keep("eggs", egg)
        here.keep("users", _administrator(stamp))


def add_port(here: House, node_id: int, ip: str, alias: str | None, port: int) -> None:
    """One more port on a node, belonging to no server."""
    id = here.number("allocations", FIRST_ALLOCATION)
    row = {"id": id, "node_id": node_id, "ip": ip, "alias": alias, "port": port, "notes": None, "server_id": None}
    here.keep("allocations", row)


def allocated(here: House, node_id: int) -> dict[str, int]:
    """What the servers on a node were promised, in MB."""
    servers = here.store.where("servers", "node", node_id)
    return {size: sum(server["limits"][size] for server in servers) for size in ("memory", "disk")}


def viable_nodes(here: House, memory: int, disk: int, location_ids: Iterable[int]) -> list[Document]:
    """The nodes on which so much fits, public ones alone; 400 when there is none."""
    places = set(location_ids)
    needed = {"memory": memory, "disk": disk}
    viable = [
        node
        for node in here.store.all("nodes")
        if node["public"] and (not places or node["location_id"] in places) and _fits(here, node, needed)
    ]
    if not viable:
        told = "No nodes satisfying the requirements specified for automatic deployment could be found."
        raise refused(told, "NoViableNodeException")
    return viable


def deployed(here: House, nodes: list[Document], deploy: Deploy) -> Document:
    """A free port on one of the nodes; 400 when there is none."""
    ports = _ports(deploy.port_range, "deploy.port_range")
    for node in nodes:
        rows = here.store.where("allocations", "node_id", node["id"])
        used = {row["ip"] for row in rows if row["server_id"]} if deploy.dedicated_ip else set()
        for row in rows:
            if not row["server_id"] and row["ip"] not in used and (not ports or row["port"] in ports):
                return row
    told = "No allocations satisfying the requirements for automatic deployment were found."
    raise refused(told, "NoViableAllocationException")


def free_port(here: House, id: int, field: str, node_id: int = 0) -> Document:
    """A port by its id; 422 when there is none, or it belongs to a server."""
    row = here.store.get("allocations", str(id))
    if row is None or row["server_id"] or (node_id and row["node_id"] != node_id):
        raise Refusal(422, invalid(field, "exists", f"The selected {field} is invalid."))
    return row


def open_ports(here: House, node_id: int, ip: str, alias: str | None, ports: list[str]) -> None:
    """More ports on a node; those that are there already stay as they are."""
    there = {row["port"] for row in here.store.where("allocations", "node_id", node_id) if row["ip"] == ip}
    for port in sorted(_ports(ports, "ports") - there):
        add_port(here, node_id, ip, alias, port)


def release_ports(here: House, server_id: int) -> None:
    """A server's ports are free again."""
    for row in here.store.where("allocations", "server_id", server_id):
        here.keep("allocations", row | {"server_id": None, "notes": None})


def _fits(here: House, node: Document, needed: dict[str, int]) -> bool:
    taken = allocated(here, node["id"])
    return all(
        node[f"{size}_overallocate"] == -1
        or taken[size] + needed[size] <= node[size] * (100 + node[f"{size}_overallocate"]) / 100
        for size in needed
    )


def _ports(ranges: list[str], field: str) -> set[int]:
    ports: set[int] = set()
    for text in ranges:
        first, _, last = text.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise Refusal(422, invalid(field, "regex", f"The {field} format is invalid."))
        ports |= set(range(int(first), int(last or first) + 1))
    return ports


def _node(id: int, location_id: int, name: str, public: bool, stamp: str) -> dict[str, Any]:
    return {
        "id": id,
        "uuid": f"30000000-0000-4000-8000-{id:012x}",
        "public": public,
        "name": name,
        "description": None,
        "location_id": location_id,
        "fqdn": f"{name}.example.test",
        "scheme": "https",
        "behind_proxy": False,
        "maintenance_mode": False,
        "memory": 131_072,
        "memory_overallocate": 0,
        "disk": 2_000_000,
        "disk_overallocate": 0,
        "upload_size": 100,
        "daemon_listen": 8080,
        "daemon_sftp": 2022,
        "daemon_base": "/var/lib/pterodactyl/volumes",
        "created_at": stamp,
        "updated_at": stamp,
        "down": False,
    }


def _administrator(stamp: str) -> Document:
    return {
        "id": ADMINISTRATOR,
        "external_id": None,
        "uuid": "40000000-0000-4000-8000-000000000001",
        "username": "admin",
        "email": "root@panel.example.test",
        "first_name": "Panel",
        "last_name": "Administrator",
        "language": "en",
        "root_admin": True,
        "2fa": True,
        "created_at": stamp,
        "updated_at": stamp,
        "password": None,
    }
