"""Signing up, in and out, and the mailed links: forms that a browser posts, answered with a page to go to.

A form that cannot be used is sent back to its own page; a short-lived cookie tells that page what was wrong.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from ezscale import wiring
from ezscale.accounts.impersonating import end_impersonation
from ezscale.accounts.mailed_links import ask_for_reset, reset_password, verify_email
from ezscale.accounts.signing_in import SESSION_LASTS, SignedIn, begin_session, sign_in, sign_out
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.api.answers import SEE_OTHER, back_to, set_cookie
from ezscale.api.doors import Public
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.cookies import ACTING, ANSWER, SESSION, local_path, read_cookie
from ezscale.kit.errors import BusinessError
from ezscale.kit.work import OpenWork

router = APIRouter(prefix="/api", include_in_schema=False, dependencies=[Public])
Typed = Annotated[str, Form(max_length=500)]


class Registration(BaseModel):
    """What somebody types to get an account, and where they were going."""

    name: str = Field("", max_length=500)
    email: str = Field("", max_length=500)
    password: str = Field("", max_length=500)
    company: str = Field("", max_length=500)
    country: str = Field("", max_length=500)
    currency: str = Field("", max_length=500)
    next: str = Field("", max_length=2000)


@router.post("/session")
def log_in(
    request: Request, email: Typed = "", password: Typed = "", go_on: Annotated[str, Form(alias="next")] = ""
) -> RedirectResponse:
    """Begin a session, and go on to where the person was going."""
    try:
        fresh = sign_in(_visitor(request), email, password, address=_address(request), device=_device(request))
    except BusinessError as refusal:
        return back_to("/login/", refusal, {"email": email}, next=go_on)
    return _signed_in(request, fresh, go_on)


@router.post("/session/end")
def log_out(request: Request) -> RedirectResponse:
    """End the session of this browser, and with a colleague's what they did as somebody else."""
    _sign_out(request)
    answer = RedirectResponse("/", SEE_OTHER)
    answer.delete_cookie(SESSION, path="/")
    answer.delete_cookie(ACTING, path="/")
    return answer


@router.post("/register")
def register(request: Request, typed: Annotated[Registration, Form()]) -> RedirectResponse:
    """Make an account and begin its first session, so that somebody who is about to buy goes on at once."""
    shown_again = typed.model_dump(exclude={"password", "next"})
    person = NewPerson(password=typed.password, **shown_again)
    try:
        user = sign_up(_visitor(request), person, _address(request))
    except BusinessError as refusal:
        return back_to("/register/", refusal, shown_again, next=typed.next)
    with _visitor(request)() as work:
        fresh = begin_session(work, user, address=_address(request), device=_device(request))
    return _signed_in(request, fresh, typed.next)


@router.post("/password/forgotten")
def forgotten(request: Request, email: Typed = "") -> RedirectResponse:
    """Mail a link to set a new password, and say the same whether or not there is such an account."""
    try:
        ask_for_reset(_visitor(request), email, address=_address(request))
    except BusinessError as refusal:
        return back_to("/forgotten/", refusal, {"email": email})
    return RedirectResponse("/forgotten/?sent=1", SEE_OTHER)


@router.post("/password/reset")
def reset(request: Request, token: Typed = "", password: Typed = "") -> RedirectResponse:
    """Set a new password by a mailed link; the person signs in with it next."""
    try:
        reset_password(_visitor(request), token, password)
    except BusinessError as refusal:
        return back_to("/reset/", refusal, {}, token=token)
    return RedirectResponse("/login/?sent=1", SEE_OTHER)


@router.post("/verify")
def verify(request: Request, token: Typed = "") -> RedirectResponse:
    """Prove an address by a mailed link."""
    try:
        with _visitor(request)() as work:
            verify_email(work, token)
    except BusinessError as refusal:
        return back_to("/verify/", refusal, {})
    return RedirectResponse("/verify/?sent=1", SEE_OTHER)


def _signed_in(request: Request, fresh: SignedIn, go_on: str) -> RedirectResponse:
    _sign_out(request)  # whoever was signed in here before is not any more
    answer = RedirectResponse(local_path(go_on, "/admin/" if fresh.is_staff else "/account/"), SEE_OTHER)
    set_cookie(answer, SESSION, fresh.token, int(SESSION_LASTS.total_seconds()))
    answer.delete_cookie(ANSWER, path="/")
    answer.delete_cookie(ACTING, path="/")
    return answer


def _sign_out(request: Request) -> None:
    cookies = request.headers.get("cookie", "")
    with _visitor(request)() as work:
        end_impersonation(work, read_cookie(cookies, ACTING))
        sign_out(work, read_cookie(cookies, SESSION))


def _visitor(request: Request) -> OpenWork:
    return wiring.work_of(ANONYMOUS.came_by("web", _address(request)))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _device(request: Request) -> str:
    return request.headers.get("user-agent", "")
