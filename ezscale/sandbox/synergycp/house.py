"""The stand-in's house rules: its memory, its clock, how fast it works, how it refuses, and one call at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request

from ezscale.sandbox.store import Document, Store


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an installation takes: at least so many seconds, and so many looks at it."""

    install_seconds: float = 0.0
    install_looks: int = 0


LIFELIKE = Pace(install_seconds=90)
STEP_BY_STEP = Pace(install_looks=3)
HOUSE = "ezscale.house"  # where a request's scope names it

OK = 200  # the status with which this panel also says no


class Refusal(Exception):
    """An answer that says no; nothing of the call remains."""

    def __init__(self, status: int, text: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text
        self.data = dict(data or {})


@dataclass(frozen=True, slots=True)
class House:
    """What every call of the stand-in works with."""

    store: Store
    key: str
    pace: Pace
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        """The panel's time: the clock's, and as far ahead of it as somebody has moved it on."""
        ahead = self.store.get("orders", "clock") or {"seconds": 0.0}
        return self.clock() + timedelta(seconds=ahead["seconds"])

    def number(self, kind: str, first: int) -> int:
        """The next id of a kind. Each kind starts elsewhere, so that no id passes for another kind's by accident."""
        return first + self.store.next_number(kind) - 1

    def find(self, kind: str, id: int | str, name: str) -> Document:
        """A document, or the 404 that names what is missing."""
        doc = self.store.get(kind, str(id))
        if doc is None:
            raise Refusal(404, f"The {name} was not found.")
        return doc

    def keep(self, kind: str, doc: Document) -> Document:
        """Store a document under its own id."""
        self.store.put(kind, str(doc["id"]), doc)
        return doc

    def done(self, deed: str) -> None:
        """Count something that really happened."""
        counted = self.store.get("done", deed) or {"deed": deed, "times": 0}
        self.store.put("done", deed, {"deed": deed, "times": counted["times"] + 1})


def refused(text: str, **data: Any) -> Refusal:
    """A refusal in business, which comes with the status of a success."""
    return Refusal(OK, text, data)


def invalid(text: str) -> Refusal:
    """What was sent cannot be understood."""
    return Refusal(400, text)


def the_house(request: Request) -> House:
    """The house that a request has come to."""
    house: House = request.scope[HOUSE]
    return house


Here = Annotated[House, Depends(the_house)]
