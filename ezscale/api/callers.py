"""Programs that call with a token: who is behind it, and the work they may do."""

from collections.abc import Iterator
from typing import Annotated, Any

import structlog
from fastapi import BackgroundTasks, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ezscale import wiring
from ezscale.accounts.actors import actor_of_key
from ezscale.accounts.api_tokens import is_use_to_note, note_use
from ezscale.api import rates
from ezscale.api.doors import Door, door, let_in
from ezscale.kit.actor import ANONYMOUS, Actor, Permission
from ezscale.kit.errors import NotAllowed, NotSignedIn, TemporaryFailure
from ezscale.kit.ids import fingerprint
from ezscale.kit.work import OpenWork, Work

log = structlog.get_logger()
SHOWN = 12  # of a token, by which its owner recognises it

bearer = HTTPBearer(
    auto_error=False, scheme_name="API token", description="Made in the account under API tokens; starts with ezs_."
)


@door(Door.TOKEN)
def caller(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)], later: BackgroundTasks
) -> Actor:
    """Who is behind the token, as long as they do not ask too often. NotSignedIn without a token that works.

    That it was used is noted after the answer is on its way: nobody who only reads waits for a writer.
    """
    if given is None:
        raise NotSignedIn("Please send an API token: Authorization: Bearer ezs_…")
    address, key = rates.address_of(request), given.credentials[:SHOWN]
    rates.refuse_guesser(key, address)
    with wiring.database().reader(ANONYMOUS)() as work:
        actor = actor_of_key(work, given.credentials)
        is_news = is_use_to_note(work, given.credentials)
    if not actor.is_signed_in:
        rates.count_wrong_token(key, address)
        raise NotSignedIn("This API token does not exist, or it was revoked.")
    rates.remember_place(key, address)
    rates.count_call(request, fingerprint(given.credentials))
    if is_news:
        later.add_task(remember_use, given.credentials)
    return let_in(request, actor, "api")


def remember_use(text: str) -> None:
    """Note when a token was used last. It is no harm when that does not work just now: the next call notes it."""
    try:
        with wiring.automation("api tokens")() as work:
            note_use(work, text)
    except TemporaryFailure as failure:
        log.info("token_use_not_noted", reason=failure.message)


Caller = Annotated[Actor, Depends(caller)]


def scope(*any_of: Permission) -> dict[str, Any]:
    """What a route needs: one of these permissions, of which the reference names the first. Refused with its name."""

    def check(actor: Caller) -> None:
        if not any(actor.may(permission) for permission in any_of):
            raise NotAllowed(f"This needs the scope {any_of[0]}, which this token does not have, or has no more.")

    return {"dependencies": [Depends(check)], "openapi_extra": {"x-scope": any_of[0]}}


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


# Without scope="function" a transaction would end after the answer was sent: 200 for what may yet fail.
ApiReading = Annotated[Work, Depends(reading, scope="function")]
ApiWork = Annotated[Work, Depends(working, scope="function")]
ApiOpenWork = Annotated[OpenWork, Depends(opening)]
