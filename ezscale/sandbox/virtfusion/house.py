"""The stand-in's house rules: its memory, how fast it works, how it refuses, and one call at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from ezscale.kit.clock import world_now
from ezscale.sandbox import alone
from ezscale.sandbox.store import Document, Store


@dataclass(frozen=True, slots=True)
class Pace:
    """How long work takes: at least so many seconds, and so many looks at it."""

    build_seconds: float = 0.0
    build_looks: int = 0
    task_seconds: float = 0.0
    task_looks: int = 0


LIFELIKE = Pace(build_seconds=6, task_seconds=1.5)
STEP_BY_STEP = Pace(build_looks=2, task_looks=1)
HOUSE = "ezscale.house"  # where a request's scope names it


Tell = Callable[[str, Document], None]


def tell_nobody(_event: str, _server: Document) -> None:
    """Where the administrator has set up no hook."""


class Refusal(Exception):
    """An answer that says no; nothing of the call remains."""

    def __init__(self, status: int, body: Mapping[str, Any] | None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class House:
    """What every call of the stand-in works with."""

    store: Store
    token: str
    pace: Pace
    now: Callable[[], datetime]
    tell: Tell = tell_nobody

    def stamp(self) -> str:
        """Now, as VirtFusion writes moments."""
        return self.now().isoformat(timespec="seconds")

    def number(self, kind: str, first: int) -> int:
        """The next id of a kind. Each kind starts elsewhere, so that no id passes for another kind's by accident."""
        return first + self.store.next_number(kind) - 1

    def find(self, kind: str, id: int | str, missing: str) -> Document:
        """A document, or the 404 that names what is missing."""
        doc = self.store.get(kind, str(id))
        if doc is None:
            raise Refusal(404, {"msg": missing})
        return doc

    def keep(self, kind: str, doc: Document) -> Document:
        """Store a document under its own id."""
        self.store.put(kind, str(doc["id"]), doc)
        return doc

    def done(self, deed: str) -> None:
        """Count something that really happened."""
        counted = self.store.get("done", deed) or {"deed": deed, "times": 0}
        self.store.put("done", deed, {"deed": deed, "times": counted["times"] + 1})


def open_house(
    store: Store, token: str, pace: Pace, now: Callable[[], datetime] = world_now, tell: Tell = tell_nobody
) -> House:
    """A house on this memory."""
    return House(store, token, pace, now, tell)


def refused(*sentences: str) -> Refusal:
    """422 in the shape that names no field."""
    return Refusal(422, {"errors": list(sentences)})


def locked(reason: str) -> Refusal:
    """423: not now."""
    return Refusal(423, {"msg": reason})


def conflict(reason: str) -> Refusal:
    """409: not in this state."""
    return Refusal(409, {"msg": reason})


def the_house(request: Request) -> House:
    """The house that a request has come to."""
    house: House = request.scope[HOUSE]
    return house


Here = Annotated[House, Depends(the_house)]


class Alone(alone.Alone):
    """A call after which everything that is due is done."""

    @staticmethod
    def tidy(here: House) -> None:
        """Servers whose last minute has passed are gone."""
        clear_away(here)


def clear_away(here: House) -> None:
    """Delete the servers whose last minute has passed."""
    for deletion in here.store.all("deletions"):
        if here.now() >= datetime.fromisoformat(deletion["at"]):
            if (server := here.store.get("servers", str(deletion["id"]))) is not None:
                here.tell("server.delete", server)
            here.store.delete("servers", str(deletion["id"]))
            here.store.delete("deletions", str(deletion["id"]))
            here.done("servers deleted")
