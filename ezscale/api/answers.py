"""How a form that a browser posts is answered: with a page to go to, and with cookies that no script can read."""

from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from ezscale import wiring
from ezscale.accounts.impersonating import end_impersonation
from ezscale.accounts.signing_in import SESSION_LASTS, HalfWay, SignedIn, sign_out
from ezscale.accounts.steps import STEP_LASTS
from ezscale.api.cookies import delete_cookie, set_cookie
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.cookies import ACTING, ANSWER, ANSWER_LASTS, SESSION, STEP, FormAnswer, local_path, read_cookie
from ezscale.kit.errors import BusinessError, NotConfirmed, NotSignedIn
from ezscale.kit.work import OpenWork

SEE_OTHER = 303


def go_on(address: str) -> RedirectResponse:
    """Another page."""
    return RedirectResponse(address, SEE_OTHER)


def back_to(page: str, refusal: BusinessError, typed: dict[str, str], **query: str) -> RedirectResponse:
    """The page of a form, which shows again what was typed, and what is wrong with it."""
    kept = {name: value for name, value in query.items() if value}
    answer = go_on(f"{page}?{urlencode({'again': '1', **kept})}")
    set_cookie(answer, ANSWER, FormAnswer(refusal.message, refusal.field, typed).to_cookie(), ANSWER_LASTS)
    return answer


def refused(page: str, refusal: BusinessError) -> RedirectResponse:
    """The page of a form of somebody who is signed in; or the one where they prove who they are, and then come back."""
    if isinstance(refusal, NotSignedIn):
        return go_on(f"/login/?{urlencode({'next': page})}")
    if isinstance(refusal, NotConfirmed):
        return go_on(f"/confirm/?{urlencode({'next': page})}")
    return back_to(page, refusal, {})


def come_in(request: Request, fresh: SignedIn | HalfWay, address: str) -> RedirectResponse:
    """Where somebody goes whose password was right: on, or to the page that asks for their second factor."""
    if isinstance(fresh, SignedIn):
        answer = go_on(home_of(fresh, address))
        begin(request, answer, fresh)
        return answer
    onwards = f"?{urlencode({'next': address})}" if address else ""
    answer = go_on(f"/second-step/{onwards}")
    set_step(answer, fresh.token)
    return answer


def begin(request: Request, answer: Response, fresh: SignedIn) -> None:
    """Give this browser its session. Whoever was signed in here before is not any more."""
    sign_out_here(request)
    set_session(answer, fresh.token)
    delete_cookie(answer, ACTING)
    delete_cookie(answer, ANSWER)
    delete_cookie(answer, STEP)


def sign_out_here(request: Request) -> None:
    """Nobody is signed in in this browser any more, and a colleague's acting as somebody else is over."""
    with visitor(request)() as work:
        end_impersonation(work, read_cookie(request.headers.get("cookie", ""), ACTING))
        sign_out(work, own_token(request))


def home_of(fresh: SignedIn, address: str) -> str:
    """Where somebody was going, or where they are at home."""
    return local_path(address, "/admin/" if fresh.is_staff else "/account/")


def set_session(answer: Response, token: str) -> None:
    """The session of this browser."""
    set_cookie(answer, SESSION, token, int(SESSION_LASTS.total_seconds()))


def set_step(answer: Response, token: str) -> None:
    """What this browser is half-way through."""
    set_cookie(answer, STEP, token, int(STEP_LASTS.total_seconds()))


def visitor(request: Request) -> OpenWork:
    """Transactions of nobody yet."""
    return wiring.work_of(ANONYMOUS.came_by("web", address_of(request)))


def own_token(request: Request) -> str:
    """The secret of one's own session: never that of a customer as whom a colleague acts."""
    return read_cookie(request.headers.get("cookie", ""), SESSION)


def step_of(request: Request) -> str:
    """The secret of what this browser is half-way through."""
    return read_cookie(request.headers.get("cookie", ""), STEP)


def address_of(request: Request) -> str:
    """Where the request came from."""
    return request.client.host if request.client else ""


def device_of(request: Request) -> str:
    """What the browser says it is."""
    return request.headers.get("user-agent", "")
