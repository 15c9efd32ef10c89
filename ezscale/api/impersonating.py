"""Acting as a customer's person: begun in the staff's panel, taken over on the customers' side, ended from anywhere.

The two may be on hosts of their own, and a cookie counts on one alone; so the browser is handed over by a link that works
once, within a minute.
"""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from ezscale import wiring
from ezscale.accounts.actors import actor_of
from ezscale.accounts.impersonating import LASTS, begin_impersonation, end_impersonation, take_over
from ezscale.api.answers import SEE_OTHER, back_to
from ezscale.api.cookies import delete_cookie, set_cookie
from ezscale.api.doors import Person, Public
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.cookies import ACTING, read_cookie, session_token
from ezscale.kit.errors import BusinessError, NotConfirmed, NotFound
from ezscale.kit.settings import settings

router = APIRouter(prefix="/api/impersonation", include_in_schema=False)
Typed = Annotated[str, Form(max_length=2000)]
FILE = "/admin/customer/"


@router.post("")
def begin(
    request: Request, actor: Person, customer: Typed = "", user: Typed = "", why: Typed = "", may_write: Typed = ""
) -> RedirectResponse:
    """Begin to act as somebody, and go to where the browser becomes them."""
    own = session_token(request.headers.get("cookie", ""), request.url.path)
    try:
        with wiring.work_of(actor)() as work:
            secret = begin_impersonation(work, own, known_id(customer), known_id(user), why, may_write=bool(may_write))
    except NotConfirmed:
        here = f"{FILE}?{urlencode({'id': customer})}"
        return RedirectResponse(f"/confirm/?{urlencode({'next': here})}", SEE_OTHER)
    except BusinessError as refusal:
        return back_to(FILE, as_field(refusal), {"user": user, "why": why}, id=customer)
    side = settings().web_url if settings().admin_host else ""
    return RedirectResponse(f"{side}/api/impersonation/take?{urlencode({'token': secret})}", SEE_OTHER)


@router.get("/take", dependencies=[Public])
def take(request: Request, token: str = "") -> RedirectResponse:
    """The browser that brings a fresh link becomes the person; with any other it stays who it is."""
    address = request.client.host if request.client else ""
    try:
        with wiring.work_of(ANONYMOUS.came_by("web", address))() as work:
            session = take_over(work, token, address=address, device=request.headers.get("user-agent", ""))
    except BusinessError:
        return RedirectResponse("/", SEE_OTHER)
    answer = RedirectResponse("/account/", SEE_OTHER)
    set_cookie(answer, ACTING, session, int(LASTS.total_seconds()))
    return answer


@router.post("/end", dependencies=[Public])
def end(request: Request) -> RedirectResponse:
    """The browser is the colleague's own again, back at the customer's file."""
    acting = read_cookie(request.headers.get("cookie", ""), ACTING)
    address = request.client.host if request.client else ""
    with wiring.database().reader(ANONYMOUS)() as work:
        actor = actor_of(work, acting)
    with wiring.work_of(actor.came_by("web", address))() as work:
        customer_id = end_impersonation(work, acting)
    side = settings().staff_url if settings().admin_host else ""
    answer = RedirectResponse(f"{side}{FILE}?{urlencode({'id': customer_id})}" if customer_id else "/", SEE_OTHER)
    delete_cookie(answer, ACTING)
    return answer


def as_field(refusal: BusinessError) -> BusinessError:
    """A refusal of the reason, under the name that the form gives it."""
    if refusal.field == "reason":
        refusal.field = "why"
    return refusal


def known_id(sent: str) -> UUID:
    """An id that was sent. NotFound when it cannot be one."""
    try:
        return UUID(sent)
    except ValueError:
        raise NotFound from None
