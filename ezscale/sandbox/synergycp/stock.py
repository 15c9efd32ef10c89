"""What this panel has: machines, the parts in them, places, blocks of addresses, and systems to install."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from ezscale.sandbox.store import Document, Store

PLACES = {
    # id: name, billing id, network (those that are set aside for examples)
    3: ("Frankfurt", "fra-1", "203.0.113.0/24"),
    4: ("New York", "nyc-1", "198.51.100.0/24"),
    5: ("London", "lon-1", "192.0.2.0/24"),
}

PARTS = (
    # kind, billing id, name
    ("cpu", "epyc-7443p", "EPYC 7443P"),
    ("cpu", "ryzen-5950x", "Ryzen 9 5950X"),
    ("cpu", "xeon-2388g", "Xeon E-2388G"),
    ("mem", "mem-64", "64 GB"),
    ("mem", "mem-128", "128 GB"),
    ("disk", "nvme-960", "960 GB NVMe"),
    ("disk", "ssd-480", "480 GB SSD"),
    ("add-on", "raid-card", "RAID controller"),
)
PART_NAMES = {code: name for _, code, name in PARTS}

MODELS = {
    # name: CPU, memory, disks, add-ons
    "large": ("epyc-7443p", "mem-128", ("nvme-960", "nvme-960"), ()),
    "small": ("ryzen-5950x", "mem-64", ("ssd-480", "ssd-480"), ()),
    "with RAID": ("xeon-2388g", "mem-64", ("ssd-480", "ssd-480"), ("raid-card",)),
}
RACKS = {
    3: ("large", "large", "large", "large", "small", "small"),
    4: ("large", "large", "small", "with RAID"),
    5: ("small", "with RAID"),
}

ADDRESS_SIZES = {"ip-29": (29, range(8)), "ip-27": (27, range(2, 8))}  # billing id: prefix, which blocks of a place

PORT_SPEEDS = {1: ("1g", "1 Gbit/s"), 2: ("10g", "10 Gbit/s")}

PROFILES = (
    # id, name, billing id, iso
    (11, "Debian 12", "debian-12", None),
    (12, "Debian 13", "debian-13", None),
    (13, "Ubuntu 24.04 LTS", "ubuntu-24.04", None),
    (14, "AlmaLinux 10", "almalinux-10", None),
    (15, "Windows Server 2025", "windows-2025", 81),
    (16, "Erase disks", "erase", None),
    (17, "Rescue (staff)", None, None),
)

EDITIONS = ({"id": 91, "name": "Standard", "is_enabled": True}, {"id": 92, "name": "Datacenter", "is_enabled": True})

FIRST_SERVER = 118


def stock_up(store: Store) -> None:
    """Fill an empty panel."""
    with store.transaction():
        if store.get("groups", "3"):
            return
        for id, (name, code, _) in PLACES.items():
            store.put("groups", str(id), {"id": id, "name": name, "billing_id": code})
        for number, (kind, code, name) in enumerate(PARTS, start=21):
            store.put("parts", str(number), {"id": number, "part_type": kind, "billing_id": code, "name": name})
        for id, (code, name) in PORT_SPEEDS.items():
            store.put("port_speeds", str(id), {"id": id, "billing_id": code, "name": name})
        for id, name, billing_id, iso in PROFILES:
            profile = {"id": id, "name": name, "billing_id": billing_id, "iso": {"id": iso} if iso else None}
            store.put("profiles", str(id), profile)
        store.put("integrations", "2", {"id": 2, "name": "EZSCALE"})
        blocks = (block for place in PLACES for block in _blocks(place))
        for id, block in enumerate(blocks, start=501):
            store.put("entities", str(id), {"id": id, **block})
        places = [(place, model) for place, models in RACKS.items() for model in models]
        for id, (place, model) in enumerate(places, start=FIRST_SERVER):
            store.put("servers", str(id), _server(id, place, model))


def has_parts(server: Document, wanted: dict[str, Any], *, exactly: bool) -> bool:
    """Whether a machine has what was asked for, or exactly that."""
    for name, many in (("disks", True), ("addons", True), ("cpu", False), ("mem", False)):
        asked = wanted[name]
        if not asked and not (many and exactly):
            continue
        if many and not _covers(server["parts"][name], asked, exactly=exactly):
            return False
        if not many and server["parts"][name] != asked:
            return False
    return True


def is_available(store: Store, server: Document) -> bool:
    """Whether a machine stands on the shelf: nobody's, and not held back."""
    return not server["held"] and not store.where("accesses", "serverId", server["id"])


def free_entities(store: Store, group_id: int, billing_id: str) -> list[Document]:
    """The blocks of a size that no machine of a place has."""
    blocks = store.where("entities", "groupId", group_id)
    return [block for block in blocks if block["billing_id"] == billing_id and block["serverId"] is None]


def by_billing_id(store: Store, kind: str, billing_id: str) -> Document | None:
    """The part, place, profile or speed with a billing id."""
    return next(iter(store.where(kind, "billing_id", billing_id)), None)


def _covers(there: Sequence[str], asked: Sequence[str], *, exactly: bool) -> bool:
    if exactly:
        return sorted(there) == sorted(asked)
    return all(there.count(code) >= asked.count(code) for code in asked)


def _blocks(place: int) -> list[Document]:
    network = IPv4Network(PLACES[place][2])
    blocks = []
    for billing_id, (prefix, chosen) in ADDRESS_SIZES.items():
        subnets = list(network.subnets(new_prefix=prefix))
        for number in chosen:
            subnet = subnets[number]
            blocks.append(
                {
                    "groupId": place,
                    "serverId": None,
                    "billing_id": billing_id,
                    "full": str(subnet),
                    "gateway": str(subnet[1]),
                    "subnet_mask": str(subnet.netmask),
                    "v6": f"2001:db8:{place}:{prefix}{number:02}::",
                }
            )
    return blocks


def _server(id: int, place: int, model: str) -> Document:
    cpu, memory, disks, addons = MODELS[model]
    return {
        "id": id,
        "groupId": place,
        "parts": {"cpu": cpu, "mem": memory, "disks": list(disks), "addons": list(addons)},
        "nickname": None,
        "billing": None,
        "held": False,
        "is_pxe_ready": True,
        "is_ipmi_ready": True,
        "power": "off",
        "port": "off",
        "port_speed": None,
        "system": None,
        "password": None,
        "ipmi_user": None,
        "fields": {},
        "provisionedAt": None,
    }
