"""The stand-in's house rules: its memory, its clock, how fast it works, how it refuses, and one call at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request

from ezscale.sandbox.store import Document, Store


@dataclass(frozen=True, slots=True)
class Pace:
    """How long work takes: at least so many seconds, and so many looks at it.

    `cached_seconds` is how old a usage may be that is shown; the calls are those of one key in a minute.
    """

    install_seconds: float = 0.0
    install_looks: int = 0
    power_seconds: float = 0.0
    power_looks: int = 0
    cached_seconds: float = 0.0
    application_calls: int = 240
    client_calls: int = 720


LIFELIKE = Pace(install_seconds=8, power_seconds=2, cached_seconds=20)
STEP_BY_STEP = Pace(install_looks=2, power_looks=1)
HOUSE = "ezscale.pterodactyl"  # where a request's scope names it


class Refusal(Exception):
    """An answer that says no, with one entry for each reason; nothing of the call remains."""

    def __init__(self, status: int, *errors: dict[str, Any]) -> None:
        super().__init__(f"{status} {errors}")
        self.status = status
        self.body = {"errors": list(errors)}


@dataclass(frozen=True, slots=True)
class House:
    """What every call of the stand-in works with. `url` is where the panel is reached from outside; `wings` where the daemons
    of all its nodes are, in place of their own names."""

    store: Store
    application_key: str
    client_key: str
    url: str
    pace: Pace
    clock: Callable[[], datetime]
    wings: str = ""

    def now(self) -> datetime:
        """The panel's time: the world's, and what the controls have moved it on."""
        moved = self.store.get("orders", "clock") or {"seconds": 0}
        return self.clock() + timedelta(seconds=moved["seconds"])

    def stamp(self) -> str:
        """Now, as Pterodactyl writes moments."""
        return self.now().isoformat(timespec="seconds")

    def number(self, kind: str, first: int) -> int:
        """The next id of a kind. Each kind starts elsewhere, so that no id passes for another kind's by accident."""
        return first + self.store.next_number(kind) - 1

    def find(self, kind: str, id: int | str) -> Document:
        """A document, or the 404 of the panel."""
        doc = self.store.get(kind, str(id))
        if doc is None:
            raise not_found()
        return doc

    def keep(self, kind: str, doc: Document) -> Document:
        """Store a document under its own id."""
        self.store.put(kind, str(doc["id"]), doc)
        return doc

    def same(self, kind: str, field: str, value: str) -> Document | None:
        """The document whose field says the same, in capitals or not: the panel's database does not tell them apart."""
        wanted = value.casefold()
        return next((doc for doc in self.store.all(kind) if str(doc[field] or "").casefold() == wanted), None)

    def done(self, deed: str) -> None:
        """Count something that really happened."""
        counted = self.store.get("done", deed) or {"deed": deed, "times": 0}
        self.store.put("done", deed, {"deed": deed, "times": counted["times"] + 1})


def fault(code: str, status: int, detail: str, **meta: str) -> dict[str, Any]:
    """One entry of the panel's list of errors. Its status is a text."""
    entry: dict[str, Any] = {"code": code, "status": str(status), "detail": detail}
    return entry | ({"meta": meta} if meta else {})


def not_found() -> Refusal:
    """404: no such record, or not one of the caller's."""
    return Refusal(404, fault("NotFoundHttpException", 404, "The requested resource could not be found on the server."))


def refused(detail: str, code: str = "DisplayException") -> Refusal:
    """400: a rule of the panel's forbids it."""
    return Refusal(400, fault(code, 400, detail))


def forbidden(detail: str, code: str = "AccessDeniedHttpException") -> Refusal:
    """403: this key may not."""
    return Refusal(403, fault(code, 403, detail))


def conflict(detail: str, code: str = "ServerStateConflictException") -> Refusal:
    """409: not in this state."""
    return Refusal(409, fault(code, 409, detail))


def wings_away() -> Refusal:
    """504: the daemon of the node does not answer."""
    detail = "There was an exception while attempting to communicate with the daemon resulting in a HTTP/E_CONN_REFUSED"
    return Refusal(504, fault("DaemonConnectionException", 504, detail))


def invalid(field: str, rule: str, detail: str) -> dict[str, Any]:
    """One entry about a field that cannot be used."""
    return fault("ValidationException", 422, detail, source_field=field, rule=rule)


def words(field: str) -> str:
    """A field as it is spoken of in a sentence."""
    return field.replace("_", " ")


def the_house(request: Request) -> House:
    """The house that a request has come to."""
    house: House = request.scope[HOUSE]
    return house


Here = Annotated[House, Depends(the_house)]
