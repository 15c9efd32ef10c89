"""Traffic by the month, counted from the day a server was made."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ezscale.sandbox.store import Document
from ezscale.sandbox.virtfusion.house import House


def traffic_view(here: House, server: Document) -> dict[str, Any]:
    """Months, newest first, in bytes."""
    months = [
        {
            "month": number,
            "start": f"{start:%Y-%m-%d %H:%M:%S}",
            "end": f"{end - timedelta(seconds=1):%Y-%m-%d %H:%M:%S}",
            **_bytes(server["id"], min(end, here.now()) - start),
            "limit": server["resources"]["traffic"],
            "blocks": _blocks(server) if end > here.now() else [],
        }
        for number, (start, end) in enumerate(_months(here, server), start=1)
    ]
    return {"monthly": months[::-1]}


def current_period(here: House, server: Document) -> dict[str, Any]:
    """The month that runs now, and how much may go over the wire in it."""
    start, end = list(_months(here, server))[-1]
    return {
        "start": f"{start:%Y-%m-%dT%H:%M:%S.%fZ}",
        "end": f"{end - timedelta(microseconds=1):%Y-%m-%dT%H:%M:%S.%fZ}",
        "limit": server["resources"]["traffic"],
    }


def _blocks(server: Document) -> list[dict[str, int]]:
    """What was bought in addition for this month."""
    extra = server.get("extraTraffic", 0)
    return [{"id": server["id"], "traffic": extra}] if extra else []


def _months(here: House, server: Document) -> Iterator[tuple[datetime, datetime]]:
    created, number = datetime.fromisoformat(server["created"]), 0
    while True:
        start, end = _months_after(created, number), _months_after(created, number + 1)
        yield start, end
        if end > here.now():
            return
        number += 1


def _months_after(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _bytes(server_id: int, passed: timedelta) -> dict[str, int]:
    """Every server has a rate of its own, so that no two graphs look alike."""
    seconds = max(int(passed.total_seconds()), 0)
    received, sent = seconds * (server_id % 97 + 3) * 900, seconds * (server_id % 53 + 1) * 400
    return {"rx": received, "tx": sent, "total": received + sent}
