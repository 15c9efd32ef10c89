"""Who may knock where. Every route declares exactly one door, as a dependency; the security walk reads it from there."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from ezscale import wiring
from ezscale.accounts.actors import actor_of
from ezscale.api import rates
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind
from ezscale.kit.cookies import SESSION, read_cookie, session_token
from ezscale.kit.errors import NotAllowed, NotSignedIn
from ezscale.kit.network_country import country_of
from ezscale.kit.rates import CHANGING, FORMS, OPEN, READING, network_of
from ezscale.kit.staff_door import came_by_staff_door


class Door(StrEnum):
    """What a caller has to show before a route does anything."""

    PUBLIC = "public"
    SESSION = "session"
    TOKEN = "token"  # noqa: S105  # the name of a door
    SIGNATURE = "signature"
    OPERATOR = "operator"


Keeper = TypeVar("Keeper", bound=Callable[..., Any])


def door(kind: Door) -> Callable[[Keeper], Keeper]:
    """Mark a dependency as the one that checks a door."""

    def mark(keeper: Keeper) -> Keeper:
        keeper.door = kind  # type: ignore[attr-defined]  # a note for whoever reads the routes
        return keeper

    return mark


@door(Door.PUBLIC)
async def open_to_all(request: Request) -> None:
    """Anybody may call: the answer holds nothing that belongs to someone."""
    await rates.count_visitor(request)


class SessionNeeded(NotSignedIn):
    """A browser came without a live session: it is shown the page to sign in, and then comes back."""


@door(Door.SESSION)
def person(request: Request) -> Actor:
    """Who is signed in in this browser; SessionNeeded when nobody is."""
    with wiring.database().reader(ANONYMOUS)() as work:
        actor = actor_of(work, session_token(request.headers.get("cookie", ""), request.url.path))
    if not actor.is_signed_in:
        rates.count(request, OPEN, FORMS, network_of(rates.address_of(request)))
        raise SessionNeeded
    rates.count(request, READING, CHANGING, str(actor.behind_id or actor.user_id))
    return let_in(request, actor, "web")


def let_in(request: Request, actor: Actor, by: str) -> Actor:
    """Somebody known, with the way they came. NotAllowed for staff who did not come by the staff's own door."""
    if actor.kind is ActorKind.STAFF and not came_by_staff_door(request.headers):
        raise NotAllowed("Staff work from the staff's side alone, and it is not open from here.")
    return actor.came_by(by, request.client.host if request.client else "", country_of(request.headers))


@door(Door.SESSION)
def oneself(request: Request) -> Actor:
    """Who is signed in in this browser, themselves: never the customer as whom a colleague acts."""
    with wiring.database().reader(ANONYMOUS)() as work:
        actor = actor_of(work, read_cookie(request.headers.get("cookie", ""), SESSION))
    if not actor.is_signed_in:
        rates.count(request, OPEN, FORMS, network_of(rates.address_of(request)))
        raise SessionNeeded
    rates.count(request, READING, CHANGING, str(actor.user_id))
    return let_in(request, actor, "web")


Public = Depends(open_to_all)
Oneself = Annotated[Actor, Depends(oneself)]
Person = Annotated[Actor, Depends(person)]
