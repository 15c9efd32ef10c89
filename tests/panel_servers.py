"""Servers put onto VirtFusion's stand-in by hand: for comparing what it holds with what we have on record."""

from typing import Any

from ezscale.sandbox.store import Store


def put_server(store: Store, remote_id: str, owner: str, **changes: Any) -> None:
    """A running server of an account, of the size of package 2 (VPS 2)."""
    store.put("users", owner, _user(int(owner)))
    store.put("servers", remote_id, {**_server(int(remote_id), int(owner)), **changes})


def _user(number: int) -> dict[str, Any]:
    names = {"name": f"Owner {number}", "email": f"owner{number}@example.com", "relStr": f"R-{number}"}
    return {"id": number, "extRelationId": None, **names}


def _server(number: int, owner: int) -> dict[str, Any]:
    return {
        "id": number,
        "uuid": f"uuid-{number}",
        "ownerId": owner,
        "packageId": 2,
        "hypervisorId": 11,
        "name": "",
        "hostname": f"host{number}.example.com",
        "state": "complete",
        "commissionStatus": 3,
        "suspended": False,
        "built": "2026-01-01T00:00:00+00:00",
        "created": "2026-01-01T00:00:00+00:00",
        "updated": "2026-01-01T00:00:00+00:00",
        "resources": {"memory": 4096, "storage": 80, "traffic": 4000, "cpuCores": 2},
        "mac": "00:16:3E:00:00:01",
        "ipv4": [],
        "ipv6": [],
        "ipv6Enabled": False,
        "templateId": 1,
        "sealed": "",
        "password": None,
        "sshKeys": [],
        "power": "running",
        "vnc": False,
        "vncPassword": "",
        "vncToken": "",
        "taskId": None,
        "lastTaskAt": None,
        "pending": [],
    }
