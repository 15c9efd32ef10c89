"""Every way to say no over HTTP, in one place: a problem document (RFC 9457) with a status, a reason and a field."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from ezscale.api.doors import SessionNeeded
from ezscale.kit.errors import BusinessError, Kind, TemporaryFailure, TooMany

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of no: its status, its title, and what the reference says about it."""

    kind: str
    status: int
    title: str
    meaning: str


UNAVAILABLE, WRONG_METHOD, TOO_LARGE, OUR_FAULT = "unavailable", "wrong_method", "too_large", "our_fault"
REFUSALS = {
    refusal.kind: refusal
    for refusal in (
        Refusal(Kind.INVALID, 400, "Not usable", "A value is missing or cannot be used; field names it."),
        Refusal(Kind.NOT_SIGNED_IN, 401, "Not signed in", "The token is missing, unknown or revoked."),
        Refusal(Kind.DECLINED, 402, "Payment declined", "The bank has refused the payment."),
        Refusal(
            Kind.NOT_ALLOWED,
            403,
            "Not allowed",
            "Your role or your token does not include this; detail names the scope.",
        ),
        Refusal(Kind.NOT_CONFIRMED, 403, "Not confirmed", "This needs the person's own proof, in the browser."),
        Refusal(Kind.NOT_FOUND, 404, "Not found", "It does not exist, or it is not yours."),
        Refusal(WRONG_METHOD, 405, "Wrong method", "The header Allow names the methods that work here."),
        Refusal(Kind.CONFLICT, 409, "Not possible now", "The thing is in a state that does not allow this step."),
        Refusal(TOO_LARGE, 413, "Too large", "The body is larger than a megabyte."),
        Refusal(Kind.TOO_MANY, 429, "Too many requests", "Wait as long as the header Retry-After says."),
        Refusal(OUR_FAULT, 500, "Our fault", "It has been noted. Asking again may work."),
        Refusal(UNAVAILABLE, 503, "Unavailable", "Something we need does not answer. Ask again after Retry-After."),
    )
}
COME_BACK = 10  # seconds, when whoever failed does not say
UNSERVED = {400: Kind.INVALID, 404: Kind.NOT_FOUND, 405: WRONG_METHOD, 413: TOO_LARGE}
WORDS = {
    Kind.INVALID: "The request could not be read.",
    Kind.NOT_FOUND: "There is nothing at this address.",
    WRONG_METHOD: "This address does not know that method.",
    TOO_LARGE: "The request is too large.",
    UNAVAILABLE: "We cannot do this right now. Please try again shortly.",
    OUR_FAULT: "Something went wrong on our side. It has been noted; please try again later.",
}


class Problem(BaseModel, title="Problem"):
    """Why a request was refused."""

    type: str = Field(description="Where this kind of refusal is explained.", examples=["/api/docs#not_found"])
    title: str = Field(description="The kind of refusal, for people.", examples=["Not found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What is wrong, in a sentence.", examples=["We could not find this service."])
    field: str = Field(description="Which input is wrong; empty when none is.", examples=[""])
    request_id: str = Field(description="What to tell us when you ask about it.", examples=["0199f6a2c7d87e3b"])


def translate_errors(app: FastAPI) -> None:
    """Let every error that leaves an endpoint become a problem document."""
    app.exception_handler(BusinessError)(refused)
    app.exception_handler(TemporaryFailure)(failed_for_now)
    app.exception_handler(OperationalError)(failed_for_now)
    app.exception_handler(RequestValidationError)(not_understood)
    app.exception_handler(HTTPException)(not_served)


async def refused(request: Request, error: BusinessError) -> Response:
    """A refusal of the business; a browser is shown the page to sign in, or to confirm who it is."""
    is_browser = "text/html" in request.headers.get("accept", "")
    page = {Kind.NOT_CONFIRMED: "/confirm/"}.get(error.kind, "/login/" if isinstance(error, SessionNeeded) else "")
    if page and is_browser:
        here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        return RedirectResponse(f"{page}?{urlencode({'next': here})}", HTTPStatus.SEE_OTHER)
    headers = {"WWW-Authenticate": "Bearer"} if error.kind is Kind.NOT_SIGNED_IN else {}
    if isinstance(error, TooMany):
        headers = {"Retry-After": str(error.wait)}
        if is_browser:
            return PlainTextResponse(error.message, HTTPStatus.TOO_MANY_REQUESTS, headers)
    return problem(request, REFUSALS[error.kind], error.message, error.field, headers)


async def failed_for_now(request: Request, error: TemporaryFailure | OperationalError) -> Response:
    """Somebody else's computer, or the database, did not do its part this time."""
    log.warning("api_unavailable", path=request.url.path, reason=str(error))
    wait = ceil(getattr(error, "retry_after", None) or COME_BACK)
    return problem(request, REFUSALS[UNAVAILABLE], WORDS[UNAVAILABLE], headers={"Retry-After": str(wait)})


async def not_understood(request: Request, error: RequestValidationError) -> Response:
    """Input of the wrong form. Names the first thing that is wrong, and never repeats what was sent."""
    first = error.errors()[0]
    place = () if first["type"] == "json_invalid" else first["loc"][1:]  # there it is an offset in the text
    field = ".".join(map(str, place))
    return problem(request, REFUSALS[Kind.INVALID], f"{first['msg']}.", field)


async def not_served(request: Request, error: HTTPException) -> Response:
    """What the framework itself refuses: an unknown address, a wrong method, a body that is too large."""
    kind = UNSERVED.get(error.status_code, "")
    unknown = Refusal("", error.status_code, HTTPStatus(error.status_code).phrase, "")
    return problem(request, REFUSALS.get(kind, unknown), WORDS.get(kind, error.detail), headers=error.headers)


def too_large(request: Request) -> Response:
    """What we say about a body that nobody is going to read."""
    return problem(request, REFUSALS[TOO_LARGE], WORDS[TOO_LARGE])


def our_fault(request: Request) -> Response:
    """What we say about an error that nobody has thought of."""
    return problem(request, REFUSALS[OUR_FAULT], WORDS[OUR_FAULT])


def problem(
    request: Request, refusal: Refusal, detail: str, field: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem document as the answer."""
    document = Problem(
        type=f"/api/docs#{refusal.kind}" if refusal.kind else "about:blank",
        title=refusal.title,
        status=refusal.status,
        detail=detail,
        field=field,
        request_id=request.state.id,
    )
    return JSONResponse(document.model_dump(), refusal.status, headers, media_type="application/problem+json")
