"""What this panel has to give away: plans, places, servers and their addresses."""

from typing import Any

from ezscale.sandbox.enhance.house import House, Refusal, invalid, out_of_quota
from ezscale.sandbox.store import Document, Store

MASTER = "0d6f1f5e-7a0e-4a5b-8a53-9a6a3ff0c001"
GIGABYTE = 1024**3
STOCKED_AT = "2024-01-01T00:00:00.000000Z"

PLANS = {
    # id: name, disk GB, websites, mailboxes, traffic GB (0 is without a limit)
    11: ("Web S", 10, 1, 10, 100),
    12: ("Web M", 25, 5, 25, 0),
    13: ("Web L", 50, 10, 50, 0),
    14: ("Web XL", 100, 50, 250, 0),
}
PHP_VERSIONS = ("php82", "php83", "php84")

GROUPS = {
    "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1001": ("Frankfurt", "fra", 80),
    "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1002": ("New York", "nyc", 90),
    "6a1e2f10-4f3b-4b7e-9a01-0c5d7e9f1003": ("London", "lon", 100),
}


def stock_up(store: Store) -> None:
    """Fill an empty panel."""
    with store.transaction():
        if store.get("orgs", MASTER):
            return
        store.put("orgs", MASTER, _organisation())
        for id, plan in PLANS.items():
            store.put("plans", str(id), _plan(id, *plan))
        for group_id, (place, code, first_address) in GROUPS.items():
            store.put("groups", group_id, {"id": group_id, "name": place, "createdAt": STOCKED_AT})
            for rack in (1, 2):
                server = _server(group_id, f"web-{code}-{rack}", rack, f"203.0.113.{first_address + rack - 1}")
                store.put("servers", server["id"], server)


def server_for(here: House, server_id: str | None, group_id: str | None) -> Document:
    """The server on which a website goes: the one that was named, or the first with room in a place."""
    if server_id is not None:
        servers = [server for server in here.store.all("servers") if server["id"] == server_id]
    elif group_id is not None:
        servers = here.store.where("servers", "groupId", group_id)
    else:
        servers = here.store.all("servers")
    if not servers:
        raise invalid("serverGroupId" if server_id is None else "appServerId", "No such server.")
    with_room = [server for server in servers if not server["full"]]
    if not with_room:
        raise out_of_quota("diskspace", 0, 0)
    up = [server for server in with_room if not server["down"]]
    if not up:
        raise Refusal(503, {"code": "unavailable", "detail": "server"})
    return up[0]


def _organisation() -> Document:
    return {
        "id": MASTER,
        "parentId": None,
        "name": "The hosting company",
        "status": "active",
        "suspendedBy": None,
        "locale": "en",
        "createdAt": STOCKED_AT,
    }


def _plan(id: int, name: str, disk: int, websites: int, mailboxes: int, traffic: int) -> Document:
    transfer: dict[str, Any] = {"name": "transfer"} | ({"total": traffic * GIGABYTE} if traffic else {})
    return {
        "id": id,
        "name": name,
        "orgId": MASTER,
        "planType": "shared",
        "resources": [
            {"name": "diskspace", "total": disk * GIGABYTE},
            transfer,
            {"name": "websites", "total": websites},
            {"name": "mailboxes", "total": mailboxes},
            {"name": "mysqlDbs", "total": websites},
        ],
        "allowances": [],
        "selections": [],
        "serverGroupIds": [],
        "allowServerGroupSelection": True,
        "createdAt": STOCKED_AT,
        "allowedPhpVersions": list(PHP_VERSIONS),
        "defaultPhpVersion": "php83",
        "redisAllowed": False,
    }


def _server(group_id: str, name: str, rack: int, address: str) -> Document:
    return {
        "id": f"7b{group_id[2:-4]}{rack}{group_id[-3:]}",
        "groupId": group_id,
        "friendlyName": name,
        "address": address,
        "full": False,
        "down": False,
        "createdAt": STOCKED_AT,
    }
