"""What a subscription uses. The figures are made up, and grow with its websites and with time."""

from datetime import datetime, timedelta
from typing import Any

from ezscale.sandbox.enhance.house import House
from ezscale.sandbox.store import Document

BYTES_A_SECOND = 2_500


def usage_of(here: House, subscription: Document, plan: Document) -> list[dict[str, Any]]:
    """Each resource of a plan: how much there is, unless it is without a limit, and how much is used."""
    sites = live_websites(here, subscription["id"])
    used = {
        "diskspace": sum(site["size"] for site in sites),
        "transfer": transferred(here, subscription),
        "websites": len(sites),
        "mailboxes": 3 * len(sites),
        "mysqlDbs": len(sites),
    }
    return [{**resource, "usage": used[resource["name"]]} for resource in plan["resources"]]


def live_websites(here: House, subscription_id: int) -> list[Document]:
    """The websites of a subscription that are not deleted."""
    sites = here.store.where("websites", "subscriptionId", subscription_id)
    return [site for site in sites if site["status"] != "deleted"]


def transferred(here: House, subscription: Document) -> int:
    """Bytes since the month began, or since the subscription did."""
    now, began = here.now(), datetime.fromisoformat(subscription["createdAt"])
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    seconds = int((now - max(month, began)).total_seconds())
    return max(seconds, 0) * BYTES_A_SECOND * (1 + int(subscription["id"]) % 7)


def metrics_of(here: House, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """A website's traffic, day by day."""
    days = min(max((min(end, here.now()) - start).days, 0), 400)
    return [
        {
            "datetime": f"{start + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}",
            "bytesReceived": 1_000_000 + day * 1_000,
            "bytesSent": 9_000_000 + day * 9_000,
            "uniqueHits": 40 + day % 7,
            "botHits": 25,
            "totalHits": 120 + day % 7,
        }
        for day in range(days)
    ]
