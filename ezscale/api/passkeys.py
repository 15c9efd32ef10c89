"""Passkeys, as the script of our pages asks for them: first what to sign, then what was signed.

What is signed lies in a step that a cookie names, so that it counts once and in this browser only.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ezscale import wiring
from ezscale.accounts.passkey_proofs import (
    begin_passkey_confirmation,
    begin_passkey_sign_in,
    begin_passkey_step,
    confirm_with_passkey,
    finish_with_passkey,
    sign_in_with_passkey,
)
from ezscale.accounts.passkeys import Site, begin_registration, register_passkey
from ezscale.accounts.signing_in import SignedIn
from ezscale.api.answers import (
    address_of,
    begin,
    device_of,
    home_of,
    own_token,
    set_session,
    set_step,
    step_of,
    visitor,
)
from ezscale.api.cookies import delete_cookie
from ezscale.api.doors import Oneself, Public
from ezscale.api.proving import security_page
from ezscale.kit.actor import ActorKind
from ezscale.kit.cookies import STEP, local_path
from ezscale.kit.settings import settings

router = APIRouter(prefix="/api", include_in_schema=False)


class Signed(BaseModel):
    """What the browser's passkey has made of a challenge, and where the person was going."""

    credential: dict[str, Any]
    next: str = Field("", max_length=2000)
    name: str = Field("", max_length=200)


@router.post("/passkeys/sign-in/options", dependencies=[Public])
def sign_in_options(request: Request) -> JSONResponse:
    """What any passkey of ours in this browser must sign."""
    with visitor(request)() as work:
        step, options = begin_passkey_sign_in(work, site(request), address=address_of(request))
    return _with_step(options, step)


@router.post("/passkeys/sign-in", dependencies=[Public])
def sign_in(request: Request, signed: Signed) -> JSONResponse:
    """Come in with a passkey alone."""
    here = {"address": address_of(request), "device": device_of(request)}
    fresh = sign_in_with_passkey(visitor(request), site(request), step_of(request), signed.credential, **here)
    return _come_in(request, fresh, signed.next)


@router.post("/passkeys/second-step/options", dependencies=[Public])
def second_step_options(request: Request) -> JSONResponse:
    """What one of the passkeys of somebody half-way in must sign."""
    with visitor(request)() as work:
        return JSONResponse(begin_passkey_step(work, site(request), step_of(request)))


@router.post("/passkeys/second-step", dependencies=[Public])
def second_step(request: Request, signed: Signed) -> JSONResponse:
    """Come all the way in with a passkey."""
    here = {"address": address_of(request), "device": device_of(request)}
    fresh = finish_with_passkey(visitor(request), site(request), step_of(request), signed.credential, **here)
    return _come_in(request, fresh, signed.next)


@router.post("/passkeys/confirm/options")
def confirm_options(request: Request, me: Oneself) -> JSONResponse:
    """What must be signed to prove that it is still them."""
    with wiring.work_of(me)() as work:
        step, options = begin_passkey_confirmation(work, site(request))
    return _with_step(options, step)


@router.post("/passkeys/confirm")
def confirm(request: Request, me: Oneself, signed: Signed) -> JSONResponse:
    """Prove with a passkey that it is still them, and go on to what needed it."""
    renewed = confirm_with_passkey(
        wiring.work_of(me),
        site(request),
        step_of(request),
        signed.credential,
        token=own_token(request),
        address=me.address,
    )
    home = "/admin/" if me.kind is ActorKind.STAFF else "/account/"
    answer = JSONResponse({"next": local_path(signed.next, home)})
    set_session(answer, renewed)
    delete_cookie(answer, STEP)
    return answer


@router.post("/passkeys/register/options")
def register_options(request: Request, me: Oneself) -> JSONResponse:
    """What a browser needs to know to make a new passkey."""
    with wiring.work_of(me)() as work:
        step, options = begin_registration(work, site(request))
    return _with_step(options, step)


@router.post("/passkeys/register")
def register(request: Request, me: Oneself, signed: Signed) -> JSONResponse:
    """Keep a new passkey."""
    with wiring.work_of(me)() as work:
        register_passkey(
            work, site(request), step_of(request), signed.name, signed.credential, token=own_token(request)
        )
    answer = JSONResponse({"next": f"{security_page(me.kind)}?sent=passkey"})
    delete_cookie(answer, STEP)
    return answer


def site(request: Request) -> Site:
    """Where the browser is: one of our own names, since the edge answers to no other."""
    host = request.url.hostname or ""
    secure = settings().web_url.startswith("https:") and host not in ("localhost", "127.0.0.1", "::1")
    return Site(host, f"{'https' if secure else 'http'}://{request.headers.get('host', '')}")


def _come_in(request: Request, fresh: SignedIn, onwards: str) -> JSONResponse:
    answer = JSONResponse({"next": home_of(fresh, onwards)})
    begin(request, answer, fresh)
    return answer


def _with_step(options: dict[str, Any], step: str) -> JSONResponse:
    answer = JSONResponse(options)
    set_step(answer, step)
    return answer
