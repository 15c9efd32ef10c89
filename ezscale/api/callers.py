"""Programs that call with a token: who is behind it, and the work they may do."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ezscale import wiring
from ezscale.accounts.actors import actor_of_key
from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.api import rates
from ezscale.api.doors import Door, door, let_in
from ezscale.kit.actor import ANONYMOUS, Actor
from ezscale.kit.errors import NotSignedIn
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import OpenWork, Work

bearer = HTTPBearer(
    auto_error=False, scheme_name="API token", description="Made in the account under API tokens; starts with ezs_."
)


@door(Door.TOKEN)
def caller(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Actor:
    """Who is behind the token, as long as they do not ask too often. NotSignedIn without a token that works."""
    if given is None:
        raise NotSignedIn("Please send an API token: Authorization: Bearer ezs_…")
    address = request.client.host if request.client else ""
    rates.refuse_guesser(request, address)
    with wiring.database().reader(ANONYMOUS)() as work:
        actor = actor_of_key(work, given.credentials)
    if not actor.is_signed_in:
        rates.count_wrong_token(address)
        raise NotSignedIn("This API token does not exist, or it was revoked.")
    rates.count_call(request, fingerprint(given.credentials))
    return let_in(request, actor, "api")


Caller = Annotated[Actor, Depends(caller)]


def reading(actor: Caller) -> Iterator[Work]:
    """A transaction that only reads."""
    with wiring.database().reader(actor)() as work:
        yield work


def working(actor: Caller) -> Iterator[Work]:
    """A transaction that is committed before the client hears that it worked."""
    with wiring.work_of(actor)() as work:
        yield work


def opening(actor: Caller) -> OpenWork:
    """For use cases that talk to a vendor between their transactions."""
    return wiring.work_of(actor)


def staff_reading(actor: Caller) -> Iterator[Work]:
    """A transaction that only reads, for people who may see every customer."""
    actor.require(SEE_EVERYTHING)
    yield from reading(actor)


# Without scope="function" a transaction would end after the answer was sent: 200 for what may yet fail.
ApiReading = Annotated[Work, Depends(reading, scope="function")]
ApiWork = Annotated[Work, Depends(working, scope="function")]
ApiOpenWork = Annotated[OpenWork, Depends(opening)]
StaffReading = Annotated[Work, Depends(staff_reading, scope="function")]
