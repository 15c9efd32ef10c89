"""What a server uses now, and what it sent and received."""

from collections.abc import Iterable, Iterator
from typing import Any

from ezscale.integrations.virtfusion.client import Row, nonsense
from ezscale.integrations.virtfusion.reading import as_dict, decimal, moment, whole
from ezscale.provisioning.panel_skills import Filling, TrafficMonth, Usage

KILOBYTE = 1024
GIGABYTE = 1_000_000_000
# What there is and what of it is free, in libvirt's words and in those of a Windows guest; the most exact first.
MEMORY = (("memtotal", "memfree"), ("available", "usable"), ("available", "unused"), ("actual", "unused"))


def usage_of(row: Row) -> Usage | None:
    """What a server uses, from its full object with the remote state; None while it is not running or nobody answers."""
    remote = as_dict(row.get("remoteState"))
    if row.get("suspended") or remote.get("state") != "running":
        return None
    agent = as_dict(remote.get("agent"))
    return Usage(
        cpu_percent=decimal(remote.get("cpu")),
        memory=_memory(as_dict(remote.get("memory"))),
        disks=tuple(_disks(agent.get("fsinfo"))),
    )


def traffic_months(rows: Iterable[Row]) -> list[TrafficMonth]:
    """Months, the newest first, in bytes. What was bought in addition counts into the limit."""
    return sorted((_month(row) for row in rows), key=lambda month: month.start, reverse=True)


def _memory(memory: dict[str, Any]) -> Filling | None:
    for total_name, free_name in MEMORY:
        total, free = whole(memory.get(total_name)), whole(memory.get(free_name))
        if total is not None and free is not None:
            return Filling("memory", max(total - free, 0) * KILOBYTE, total * KILOBYTE)
    return None


def _disks(fsinfo: object) -> Iterator[Filling]:
    """The file systems that the guest agent tells of; those without sizes are not on a disk."""
    for one in fsinfo if isinstance(fsinfo, list) else ():
        used, total = whole(as_dict(one).get("used-bytes")), whole(as_dict(one).get("total-bytes"))
        if used is not None and total is not None:
            yield Filling(str(one.get("mountpoint") or one.get("name") or ""), used, total)


def _month(row: Row) -> TrafficMonth:
    start, end = moment(as_dict(row).get("start")), moment(as_dict(row).get("end"))
    received, sent = whole(as_dict(row).get("rx")), whole(as_dict(row).get("tx"))
    if start is None or end is None or received is None or sent is None:
        raise nonsense("GET", "a month of traffic")
    return TrafficMonth(start, end, received, sent, _limit(row))


def _limit(row: Row) -> int | None:
    limit = whole(row.get("limit"))
    if not limit:
        return None
    bought = sum(whole(as_dict(block).get("traffic")) or 0 for block in row.get("blocks") or ())
    return (limit + bought) * GIGABYTE
