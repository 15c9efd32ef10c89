"""Joining a customer, and choosing for which one of several to act: forms that a browser posts, answered with a page."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from ezscale import wiring
from ezscale.accounts.invitations import accept_invitation, sign_up_invited
from ezscale.accounts.members import choose_customer
from ezscale.accounts.signing_in import SESSION_LASTS, begin_session, sign_out
from ezscale.api.doors import Person, Public
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.cookies import ANSWER, ANSWER_LASTS, SESSION, FormAnswer, session_token
from ezscale.kit.errors import BusinessError, NotFound
from ezscale.kit.settings import settings

router = APIRouter(prefix="/api", include_in_schema=False)
Typed = Annotated[str, Form(max_length=500)]
SEE_OTHER = 303
HOME = "/account/"


@router.post("/session/customer")
def act_for(request: Request, person: Person, customer: Typed = "") -> RedirectResponse:
    """Act for another customer that one belongs to. The portal is loaded anew, so that nothing of the last one stays."""
    with wiring.work_of(person)() as work:
        choose_customer(work, _token(request), _row_id(customer))
    return RedirectResponse(HOME, SEE_OTHER)


@router.post("/invitation")
def accept(request: Request, person: Person, token: Typed = "") -> RedirectResponse:
    """Join whoever has invited the signed-in person."""
    try:
        with wiring.work_of(person)() as work:
            accept_invitation(work, token, _token(request))
    except BusinessError as refusal:
        return _back_to_invitation(refusal, token)
    return RedirectResponse(HOME, SEE_OTHER)


@router.post("/invitation/account", dependencies=[Public])
def join(request: Request, token: Typed = "", name: Typed = "", password: Typed = "") -> RedirectResponse:
    """Make an account by the link of an invitation, join, and begin its first session."""
    address = request.client.host if request.client else ""
    visitor = wiring.work_of(ANONYMOUS.came_by("web", address))
    try:
        user = sign_up_invited(visitor, token, name, password)
    except BusinessError as refusal:
        return _back_to_invitation(refusal, token, name=name)
    with visitor() as work:
        sign_out(work, _token(request))  # whoever was signed in here before is not any more
        fresh = begin_session(work, user, address=address, device=request.headers.get("user-agent", ""))
    answer = RedirectResponse(HOME, SEE_OTHER)
    _set_cookie(answer, SESSION, fresh.token, int(SESSION_LASTS.total_seconds()))
    answer.delete_cookie(ANSWER, path="/")
    return answer


def _back_to_invitation(refusal: BusinessError, token: str, **typed: str) -> RedirectResponse:
    answer = RedirectResponse(f"/invitation/?{urlencode({'again': '1', 'token': token})}", SEE_OTHER)
    _set_cookie(answer, ANSWER, FormAnswer(refusal.message, refusal.field, typed).to_cookie(), ANSWER_LASTS)
    return answer


def _set_cookie(answer: RedirectResponse, name: str, value: str, seconds: int) -> None:
    secure = settings().web_url.startswith("https:")
    answer.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)


def _token(request: Request) -> str:
    return session_token(request.headers.get("cookie", ""), request.url.path)


def _row_id(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError:
        raise NotFound from None
