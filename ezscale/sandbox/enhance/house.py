"""The stand-in's house rules: its memory, its clock, how fast it works, how it refuses, and one call at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import Depends, Query, Request

from ezscale.kit.clock import world_now
from ezscale.sandbox.store import Document, Store


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the installation of a website takes: at least so many seconds, and so many looks at it."""

    build_seconds: float = 0.0
    build_looks: int = 0


LIFELIKE = Pace(build_seconds=4)
STEP_BY_STEP = Pace(build_looks=1)
HOUSE = "ezscale.enhance.house"  # where a request's scope names it
MOST_ROWS = 100  # on one page, whatever a caller asks for


class Refusal(Exception):
    """An answer that says no; nothing of the call remains."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class House:
    """What every call of the stand-in works with. `public_url` is where the panel's own pages are."""

    store: Store
    token: str
    public_url: str
    pace: Pace
    world: Callable[[], datetime]

    def now(self) -> datetime:
        """The panel's time: the world's, and as much further as it was told to go."""
        return self.world() + timedelta(seconds=self.order("clock", "seconds"))

    def stamp(self) -> str:
        """Now, as Enhance writes moments."""
        return f"{self.now():%Y-%m-%dT%H:%M:%S.%fZ}"

    def find(self, kind: str, id: int | str, name: str) -> Document:
        """A document, or the 404 that names what is missing."""
        doc = self.store.get(kind, str(id))
        if doc is None:
            raise not_found(name)
        return doc

    def keep(self, kind: str, doc: Document) -> Document:
        """Store a document under its own id."""
        self.store.put(kind, str(doc["id"]), doc)
        return doc

    def done(self, deed: str) -> None:
        """Count something that really happened."""
        counted = self.store.get("done", deed) or {"deed": deed, "times": 0}
        self.store.put("done", deed, {"deed": deed, "times": counted["times"] + 1})

    def order(self, kind: str, field: str, usual: Any = 0) -> Any:
        """What a control has ordered."""
        return (self.store.get("orders", kind) or {}).get(field, usual)


def new_id() -> str:
    """An id as almost everything here has one."""
    return str(uuid4())


def not_found(name: str) -> Refusal:
    """404: no such record."""
    return Refusal(404, {"code": "not_found", "detail": name})


def already_there(name: str) -> Refusal:
    """409: another one has it."""
    return Refusal(409, {"code": "already_exists", "detail": name})


def invalid(field: str, message: str) -> Refusal:
    """400: what was sent makes no sense."""
    return Refusal(400, {"code": "invalid_input", "detail": field, "message": message})


def suspended(name: str) -> Refusal:
    """403: nothing new where something is suspended."""
    return Refusal(403, {"code": "suspended", "detail": name})


def out_of_quota(resource: str, total: int, usage: int) -> Refusal:
    """409 in the shape of its own, without a code."""
    short = {"kind": "resourceOutOfQuota", "resourceName": resource, "total": total, "usage": usage, "requested": 1}
    return Refusal(409, {"resources": [short], "conflicts": []})


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is wanted, and in which order."""

    offset: int
    limit: int
    sort_by: str | None
    descending: bool


def part_of_list(
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1)] = 10,
    sortBy: str | None = None,
    sortOrder: Literal["asc", "desc"] = "asc",
) -> Part:
    """The query that every list takes."""
    return Part(offset, limit, sortBy, sortOrder == "desc")


def listed(rows: Sequence[Document], part: Part, view: Callable[[Document], Any] = dict) -> dict[str, Any]:
    """A part of a list, and how long all of it is."""
    if (field := part.sort_by) is not None:
        if any(field not in row for row in rows):
            raise invalid("sortBy", "Nothing is sorted by this.")
        rows = sorted(rows, key=lambda row: str(row[field]), reverse=part.descending)
    shown = rows[part.offset : part.offset + min(part.limit, MOST_ROWS)]
    return {"items": [view(row) for row in shown], "total": len(rows)}


def the_house(request: Request) -> House:
    """The house that a request has come to."""
    house: House = request.scope[HOUSE]
    return house


Here = Annotated[House, Depends(the_house)]
ThePart = Annotated[Part, Depends(part_of_list)]


def open_house(
    store: Store, token: str, public_url: str = "", pace: Pace = LIFELIKE, world: Callable[[], datetime] = world_now
) -> House:
    """A house on this memory."""
    return House(store, token, public_url.rstrip("/"), pace, world)
