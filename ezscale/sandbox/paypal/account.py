"""One business account at PayPal: its objects, their ids, its events."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ezscale.sandbox.paypal.errors import PayPalError
from ezscale.sandbox.store import Document, Store, public

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Account:
    """Everything an operation needs.

    Fields of an object that start with an underscore are the stand-in's own and never leave it.
    """

    store: Store
    now: Callable[[], datetime]
    public_url: str
    announce: Callable[[Document], None]

    @property
    def time(self) -> str:
        """Now, as PayPal writes it."""
        return written_time(self.now())

    def make(self, kind: str, id: str = "", **fields: Any) -> Document:
        """A new object, saved under a fresh id."""
        return self.save({"id": id or new_id(), "create_time": self.time, **fields, "_kind": kind})

    def save(self, doc: Document) -> Document:
        """Keep an object as it is now."""
        doc["update_time"] = self.time
        self.store.put(doc["_kind"], doc["id"], doc)
        return doc

    def find(self, kind: str, id: str) -> Document:
        """An object by its id; PayPal's error when there is none."""
        doc = self.store.get(kind, id)
        if doc is None:
            raise PayPalError(404, "INVALID_RESOURCE_ID", "No resource has this id.")
        return doc

    def emit(self, event_type: str, resource_type: str, resource: Document, summary: str = "") -> Document:
        """Put an event on record and announce it to the webhook endpoint."""
        id = f"WH-{new_id()}-{new_id()}"
        event = {
            "id": id,
            "event_version": "1.0",
            "create_time": self.time,
            "resource_type": resource_type,
            "resource_version": "2.0",
            "event_type": event_type,
            "summary": summary or event_type.replace(".", " ").capitalize(),
            "resource": public(resource),
            "links": [self.link("self", f"/v1/notifications/webhooks-events/{id}")],
        }
        self.store.put("event", id, event)
        self.announce(event)
        return event

    def link(self, rel: str, path: str, method: str = "GET") -> Document:
        """Where to go on."""
        return {"href": f"{self.public_url}{path}", "rel": rel, "method": method}


def new_id(prefix: str = "") -> str:
    """17 capitals and digits, as PayPal's own ids look."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(17))


def written_time(moment: datetime) -> str:
    """A moment as PayPal writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(text: str) -> datetime:
    """A moment that PayPal wrote."""
    return datetime.fromisoformat(text)
