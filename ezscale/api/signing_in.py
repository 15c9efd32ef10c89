"""Signing up, in and out, and the mailed links: forms that a browser posts, answered with a page to go to.

A form that cannot be used is sent back to its own page; a short-lived cookie tells that page what was wrong.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from ezscale import wiring
from ezscale.accounts.actors import actor_of
from ezscale.accounts.mailed_links import ask_for_reset, count_guess, reset_password, verify_email
from ezscale.accounts.signing_in import begin_session, sign_in
from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.api.answers import address_of, back_to, come_in, device_of, go_on, sign_out_here, visitor
from ezscale.api.cookies import delete_cookie, set_cookie
from ezscale.api.doors import Public
from ezscale.billing.referrals import come_by_link, is_welcome
from ezscale.company.currencies import offered_currencies
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.cookies import ACTING, SENT_BY, SENT_BY_LASTS, SESSION, local_path, read_cookie, session_token
from ezscale.kit.errors import BusinessError

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
    request: Request, email: Typed = "", password: Typed = "", onwards: Annotated[str, Form(alias="next")] = ""
) -> RedirectResponse:
    """Begin a session, and go on to where the person was going."""
    try:
        fresh = sign_in(visitor(request), email, password, address=address_of(request), device=device_of(request))
    except BusinessError as refusal:
        return back_to("/login/", refusal, {"email": email}, next=onwards)
    return come_in(request, fresh, onwards)


@router.get("/session")
def look(request: Request) -> dict[str, bool]:
    """Whether somebody is signed in in this browser: a page whose socket is older than its cookie asks."""
    token = session_token(request.headers.get("cookie", ""))
    with wiring.database().reader(ANONYMOUS)() as work:
        return {"signed_in": actor_of(work, token).is_signed_in}


@router.post("/session/end")
def log_out(request: Request) -> RedirectResponse:
    """End the session of this browser, and with a colleague's what they did as somebody else."""
    sign_out_here(request)
    answer = go_on("/")
    delete_cookie(answer, SESSION)
    delete_cookie(answer, ACTING)
    return answer


@router.post("/register")
def register(request: Request, typed: Annotated[Registration, Form()]) -> RedirectResponse:
    """Make an account and begin its first session, so that somebody who is about to buy goes on at once."""
    shown_again = typed.model_dump(exclude={"password", "next"})
    person = NewPerson(password=typed.password, **shown_again)
    try:
        with visitor(request)() as work:
            currencies = offered_currencies(work)
        user = sign_up(visitor(request), person, currencies, address_of(request))
    except BusinessError as refusal:
        return back_to("/register/", refusal, shown_again, next=typed.next)
    with visitor(request)() as work:
        come_by_link(work, user.id, read_cookie(request.headers.get("cookie", ""), SENT_BY))
        fresh = begin_session(work, user, address=address_of(request), device=device_of(request), how="signing up")
    answer = come_in(request, fresh, typed.next)
    delete_cookie(answer, SENT_BY)
    return answer


@router.get("/sent")
def sent(request: Request, code: str = "", next: str = "") -> RedirectResponse:  # noqa: A002  # as everywhere in addresses
    """Remember by whose link a visitor came, as long as there is something to be had for it, and go on to the page."""
    with wiring.database().reader(ANONYMOUS)() as work:
        token = session_token(request.headers.get("cookie", ""))
        counts = is_welcome(work, code) and not actor_of(work, token).is_signed_in
    answer = go_on(local_path(next[:2000], "/"))
    if counts:
        set_cookie(answer, SENT_BY, code.strip().upper(), SENT_BY_LASTS)
    return answer


@router.post("/password/forgotten")
def forgotten(request: Request, email: Typed = "") -> RedirectResponse:
    """Mail a link to set a new password, and say the same whether or not there is such an account."""
    try:
        ask_for_reset(visitor(request), email, address=address_of(request))
    except BusinessError as refusal:
        return back_to("/forgotten/", refusal, {"email": email})
    return go_on("/forgotten/?sent=1")


@router.post("/password/reset")
def reset(request: Request, token: Typed = "", password: Typed = "") -> RedirectResponse:
    """Set a new password by a mailed link; the person signs in with it next."""
    try:
        reset_password(visitor(request), token, password, address=address_of(request))
    except BusinessError as refusal:
        return back_to("/reset/", refusal, {}, token=token)
    return go_on("/login/?sent=1")


@router.post("/verify")
def verify(request: Request, token: Typed = "") -> RedirectResponse:
    """Prove an address by a mailed link."""
    try:
        with visitor(request)() as work:
            count_guess(work, token, address_of(request))
        with visitor(request)() as work:
            verify_email(work, token)
    except BusinessError as refusal:
        return back_to("/verify/", refusal, {})
    return go_on("/verify/?sent=1")
