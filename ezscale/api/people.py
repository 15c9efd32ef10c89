"""Joining a customer, and choosing for which one of several to act: forms that a browser posts, answered with a page."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from ezscale import wiring
from ezscale.accounts.invitations import accept_invitation, sign_up_invited
from ezscale.accounts.members import choose_customer
from ezscale.accounts.signing_in import begin_session
from ezscale.api.answers import address_of, back_to, come_in, device_of, go_on, visitor
from ezscale.api.doors import Person, Public
from ezscale.kit.cookies import session_token
from ezscale.kit.errors import BusinessError, NotFound

router = APIRouter(prefix="/api", include_in_schema=False)
Typed = Annotated[str, Form(max_length=500)]
HOME, INVITATION = "/account/", "/invitation/"


@router.post("/session/customer")
def act_for(request: Request, person: Person, customer: Typed = "") -> RedirectResponse:
    """Act for another customer that one belongs to. The portal is loaded anew, so that nothing of the last one stays."""
    with wiring.work_of(person)() as work:
        choose_customer(work, _token(request), _row_id(customer))
    return go_on(HOME)


@router.post("/invitation")
def accept(request: Request, person: Person, token: Typed = "") -> RedirectResponse:
    """Join whoever has invited the signed-in person."""
    try:
        with wiring.work_of(person)() as work:
            accept_invitation(work, token, _token(request))
    except BusinessError as refusal:
        return back_to(INVITATION, refusal, {}, token=token)
    return go_on(HOME)


@router.post("/invitation/account", dependencies=[Public])
def join(request: Request, token: Typed = "", name: Typed = "", password: Typed = "") -> RedirectResponse:
    """Make an account by the link of an invitation, join, and begin its first session."""
    try:
        user = sign_up_invited(visitor(request), token, name, password)
    except BusinessError as refusal:
        return back_to(INVITATION, refusal, {"name": name}, token=token)
    with visitor(request)() as work:
        fresh = begin_session(work, user, address=address_of(request), device=device_of(request), how="an invitation")
    return come_in(request, fresh, HOME)


def _token(request: Request) -> str:
    return session_token(request.headers.get("cookie", ""), request.url.path)


def _row_id(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError:
        raise NotFound from None
