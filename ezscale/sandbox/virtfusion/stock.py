"""What this panel has to give away: packages, systems, places, room and addresses."""

from ipaddress import IPv4Network
from typing import Any

from ezscale.sandbox.store import Document, Store
from ezscale.sandbox.virtfusion.house import House, refused

PACKAGES = {
    # id: cores, memory MB, disk GB, traffic GB
    1: (1, 2_048, 40, 2_000),
    2: (2, 4_096, 80, 4_000),
    3: (4, 8_192, 160, 8_000),
    4: (6, 16_384, 320, 16_000),
    5: (8, 32_768, 640, 32_000),
}

GROUPS = {1: ("Frankfurt", "fra"), 2: ("New York", "nyc"), 3: ("London", "lon")}

# The networks that are set aside for examples, one for each place.
NETWORKS = {1: "192.0.2.0/24", 2: "198.51.100.0/24", 3: "203.0.113.0/24"}

TEMPLATES = (
    {"id": 1, "name": "Debian", "version": "13", "variant": "Trixie", "type": "linux"},
    {"id": 2, "name": "Ubuntu", "version": "24.04 LTS", "variant": "Noble", "type": "linux"},
    {"id": 3, "name": "AlmaLinux", "version": "10", "variant": "", "type": "linux"},
    {"id": 4, "name": "Rocky Linux", "version": "10", "variant": "", "type": "linux"},
    {"id": 5, "name": "Windows Server", "version": "2025", "variant": "Standard", "type": "windows"},
    {"id": 6, "name": "Debian", "version": "12", "variant": "Bookworm", "type": "linux", "eol_date": "2028-06-30"},
    {"id": 7, "name": "Ubuntu", "version": "22.04 LTS", "variant": "Jammy", "type": "linux", "eol_date": "2027-04-21"},
)


def stock_up(store: Store) -> None:
    """Fill an empty panel."""
    with store.transaction():
        if store.get("packages", "1"):
            return
        for id, (cores, memory, disk, traffic) in PACKAGES.items():
            store.put("packages", str(id), _package(id, cores, memory, disk, traffic))
        for template in TEMPLATES:
            store.put("templates", str(template["id"]), _template(template))
        for id, (place, code) in GROUPS.items():
            store.put("groups", str(id), {"id": id, "name": place, "enabled": True, "default": id == 1})
            for place_in_rack in (1, 2):
                hypervisor = _hypervisor(10 * id + place_in_rack, id, f"hv-{code}-{place_in_rack}")
                store.put("hypervisors", str(hypervisor["id"]), hypervisor)


def hypervisors_of(here: House, group_id: int) -> list[Document]:
    """The machines of a place."""
    return here.store.where("hypervisors", "groupId", group_id)


def used(here: House, hypervisor_id: int) -> dict[str, int]:
    """What the servers on a machine take up."""
    servers = here.store.where("servers", "hypervisorId", hypervisor_id)
    sizes = ("memory", "cpuCores", "storage")
    return {"servers": len(servers)} | {size: sum(server["resources"][size] for server in servers) for size in sizes}


def place_with_room(here: House, group_id: int, needed: dict[str, int]) -> Document:
    """The first machine of a place that can take a server of this size; 422 when there is none."""
    for hypervisor in hypervisors_of(here, group_id):
        taken = used(here, hypervisor["id"])
        fits = all(taken[size] + needed[size] <= hypervisor[size] for size in ("memory", "cpuCores", "storage"))
        if hypervisor["enabled"] and not hypervisor["prohibit"] and not hypervisor["maintenance"] and fits:
            return hypervisor
    raise refused("No hypervisor in the group has enough free resources")


def free_ipv4(here: House, group_id: int) -> list[str]:
    """The addresses of a place that no server has. The first one is the gateway's."""
    taken = {address["address"] for server in here.store.all("servers") for address in server["ipv4"]}
    _gateway, *hosts = (str(host) for host in IPv4Network(NETWORKS[group_id]).hosts())
    return [host for host in hosts if host not in taken]


def take_ipv4(here: House, group_id: int, quantity: int, order: int = 1) -> list[dict[str, Any]]:
    """Addresses for a server; 422 when the place has run out of them."""
    free = free_ipv4(here, group_id)
    if len(free) < quantity:
        raise refused("Not enough free IPv4 addresses in the group")
    network = IPv4Network(NETWORKS[group_id])
    return [
        {
            "id": here.number("addresses", 801),
            "order": order + place,
            "enabled": True,
            "blockId": group_id,
            "address": address,
            "gateway": str(network[1]),
            "netmask": str(network.netmask),
            "resolver1": "9.9.9.9",
            "resolver2": "1.1.1.1",
            "rdns": None,
        }
        for place, address in enumerate(free[:quantity])
    ]


def take_ipv6(server_id: int, group_id: int) -> list[dict[str, Any]]:
    """A network of its own for a server. Its first address is there once the server was built."""
    subnet = f"2001:db8:{group_id}:{server_id:x}::"
    gateway = f"2001:db8:{group_id}::1"
    return [{"id": server_id, "subnet": subnet, "cidr": 64, "gateway": gateway, "addresses": []}]


def offered_templates(here: House) -> list[dict[str, Any]]:
    """The systems that can be installed, grouped by name."""
    families: dict[str, list[Document]] = {}
    for template in here.store.all("templates"):
        families.setdefault(template["name"], []).append(template)
    return [{"id": id, "name": name, "templates": rows} for id, (name, rows) in enumerate(families.items(), start=1)]


def is_windows(here: House, server: Document) -> bool:
    """Whether Windows is installed on a server."""
    template = here.store.get("templates", str(server["templateId"])) or {}
    return template.get("type") == "windows"


def _package(id: int, cores: int, memory: int, disk: int, traffic: int) -> Document:
    return {
        "id": id,
        "name": f"VPS {id}",
        "enabled": True,
        "memory": memory,
        "primaryStorage": disk,
        "traffic": traffic,
        "cpuCores": cores,
        "primaryNetworkSpeedIn": 125_000,
        "primaryNetworkSpeedOut": 125_000,
        "primaryStorageProfile": 0,
        "primaryNetworkProfile": 0,
    }


def _template(template: dict[str, Any]) -> Document:
    icon = template["name"].lower().replace(" ", "-")
    return {"arch": "x86_64", "icon": f"{icon}.png", "eol": False, "eol_date": None, **template}


def _hypervisor(id: int, group_id: int, name: str) -> Document:
    return {
        "id": id,
        "groupId": group_id,
        "name": name,
        "enabled": True,
        "prohibit": False,
        "maintenance": False,
        "commissioned": True,
        "memory": 1_048_576,
        "cpuCores": 512,
        "storage": 32_000,
    }
