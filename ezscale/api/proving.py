"""Forms with which people prove who they are: the second step, confirming, another password, another address."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from ezscale import wiring
from ezscale.accounts.changing import change_password, prove_new_email
from ezscale.accounts.mailed_links import count_guess
from ezscale.accounts.second_step import finish_with_code
from ezscale.accounts.signing_in import confirm_password
from ezscale.accounts.steps import StepOver
from ezscale.api.answers import (
    address_of,
    back_to,
    come_in,
    device_of,
    go_on,
    own_token,
    refused,
    set_session,
    step_of,
    visitor,
)
from ezscale.api.doors import Oneself, Public
from ezscale.kit.actor import ActorKind
from ezscale.kit.cookies import local_path
from ezscale.kit.errors import BusinessError

router = APIRouter(prefix="/api", include_in_schema=False)
Typed = Annotated[str, Form(max_length=500)]
Next = Annotated[str, Form(alias="next", max_length=2000)]


@router.post("/session/second-step", dependencies=[Public])
def second_step(request: Request, code: Typed = "", onwards: Next = "") -> RedirectResponse:
    """Come all the way in with a code of an app, or with a recovery code."""
    here = {"address": address_of(request), "device": device_of(request)}
    try:
        fresh = finish_with_code(visitor(request), wiring.vault(), step_of(request), code, **here)
    except StepOver as refusal:
        return back_to("/login/", refusal, {}, next=onwards)
    except BusinessError as refusal:
        return back_to("/second-step/", refusal, {}, next=onwards)
    return come_in(request, fresh, onwards)


@router.post("/session/confirm")
def confirm(request: Request, me: Oneself, password: Typed = "", onwards: Next = "") -> RedirectResponse:
    """Enter one's own password again, and go on to what needed it."""
    token, home = own_token(request), "/admin/" if me.kind is ActorKind.STAFF else "/account/"
    try:
        renewed = confirm_password(wiring.work_of(me), token, password, address=me.address)
    except BusinessError as refusal:
        return back_to("/confirm/", refusal, {}, next=onwards)
    answer = go_on(local_path(onwards, home))
    set_session(answer, renewed)
    return answer


@router.post("/password/change")
def new_password(request: Request, me: Oneself, password: Typed = "", old: Typed = "") -> RedirectResponse:
    """Another password; the person stays signed in here and nowhere else."""
    page = security_page(me.kind)
    try:
        renewed = change_password(wiring.work_of(me), password, old=old, token=own_token(request), address=me.address)
    except BusinessError as refusal:
        return refused(page, refusal)
    answer = go_on(f"{page}?sent=password")
    set_session(answer, renewed)
    return answer


@router.post("/email/change", dependencies=[Public])
def new_email(request: Request, token: Typed = "") -> RedirectResponse:
    """Prove a new address by a mailed link."""
    try:
        with visitor(request)() as work:
            count_guess(work, token, address_of(request))
        with visitor(request)() as work:
            prove_new_email(work, token)
    except BusinessError as refusal:
        return back_to("/change-email/", refusal, {})
    return go_on("/change-email/?sent=1")


def security_page(kind: ActorKind) -> str:
    """Where somebody sees and changes how they sign in."""
    return "/admin/security/" if kind is ActorKind.STAFF else "/account/security/"
