"""The stand-in as an app: who may enter, and what is said to those who ask wrongly."""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.enhance import controls, customers, people, shelves, subscriptions, websites
from ezscale.sandbox.enhance.house import HOUSE, LIFELIKE, Here, Pace, Refusal, invalid, open_house
from ezscale.sandbox.enhance.stock import stock_up
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.store import Store

ROOMS = (shelves.router, people.router, customers.router, subscriptions.router, websites.router)
CODES = {401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "already_exists"}


def enhance_stand_in(
    store: Store,
    *,
    token: str,
    public_url: str = "",
    pace: Pace = LIFELIKE,
    now: Callable[[], datetime] = world_now,
) -> Unreliable:
    """Enhance's API as an ASGI app, to be mounted at /api or used in process.

    `public_url` is where a browser finds the panel, whose sign-ins arrive below it at /sso; else the host that is asked.
    """
    here = open_house(store, token, public_url, pace, now)
    stock_up(store)
    routes = _routes()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope[HOUSE] = here
        await routes(scope, receive, send)

    return Unreliable(serve, store, _error_body, lambda: controls.what_was_done(here))


@cache
def _routes() -> FastAPI:
    """The routes of every house: one set for a process, because they are slow to build."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    for_everybody = APIRouter(dependencies=[Depends(_known_query)])
    for_everybody.include_router(shelves.open_router)
    app.include_router(for_everybody)
    with_token = APIRouter(dependencies=[Depends(_admit), Depends(_known_query)])
    for room in ROOMS:
        with_token.include_router(room)
    app.include_router(with_token)
    app.include_router(controls.router)
    app.exception_handler(Refusal)(_refusal)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_not_served)
    return app


def panel_door(store: Store, now: Callable[[], datetime] = world_now) -> ASGIApp:
    """The page on the panel's host where a browser arrives with its one-time address, to be mounted at /sso."""
    here = open_house(store, "", world=now)

    async def serve(request: Request) -> Response:
        entry = people.redeem(here, request.path_params["token"])
        if entry is None:
            return HTMLResponse(_page("This sign-in is not, or no longer, valid."), 403)
        return HTMLResponse(_page(f"Signed in to {entry['what']} of {entry['org']}."))

    app = FastAPI(openapi_url=None)
    app.add_route("/{token}", serve)
    return app


async def _admit(request: Request, here: Here) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not secrets.compare_digest(token.encode(), here.token.encode()):
        raise Refusal(401, {"code": "unauthorized"})


async def _known_query(request: Request) -> None:
    """A query that no call of Enhance's takes is a mistake of ours, so it is refused."""
    unknown = sorted(set(request.query_params) - _query_names(request.scope["route"].dependant))
    if unknown:
        raise invalid(unknown[0], "This is not known here.")


def _query_names(dependant: Dependant) -> set[str]:
    names = {field.alias for field in dependant.query_params}
    return names.union(*(_query_names(part) for part in dependant.dependencies))


async def _refusal(_request: Request, error: Refusal) -> Response:
    return JSONResponse(error.body, error.status)


async def _invalid(_request: Request, error: RequestValidationError) -> Response:
    problem = error.errors()[0]
    field = ".".join(str(part) for part in problem["loc"][1:]) or "body"
    refusal = invalid(field, problem["msg"])
    return JSONResponse(refusal.body, refusal.status)


async def _not_served(_request: Request, error: HTTPException) -> Response:
    """An address that Enhance does not know has no word of its own; a missing record has a code."""
    return Response(status_code=error.status_code)


def _error_body(status: int, message: str) -> dict[str, str]:
    return {"code": CODES.get(status, "error"), "message": message}


def _page(sentence: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Enhance stand-in</title><main><h1>Enhance stand-in</h1><p>{sentence}</p></main></html>"
    )
