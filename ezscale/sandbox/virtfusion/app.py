"""The stand-in as an app: who may enter, and what is said to those who ask wrongly."""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.store import Store
from ezscale.sandbox.virtfusion import controls, running, servers, shelves, users
from ezscale.sandbox.virtfusion.house import HOUSE, LIFELIKE, Here, House, Pace, Refusal, Tell, open_house, tell_nobody
from ezscale.sandbox.virtfusion.stock import stock_up

ROOMS = (users.router, servers.router, running.router, shelves.router)


def virtfusion_stand_in(
    store: Store,
    *,
    token: str,
    pace: Pace = LIFELIKE,
    now: Callable[[], datetime] = world_now,
    tell: Tell = tell_nobody,
) -> Unreliable:
    """VirtFusion's admin API v1 as an ASGI app, to be mounted at /api/v1 or used in process."""
    here = open_house(store, token, pace, now, tell)
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
    api = APIRouter(dependencies=[Depends(_admit), Depends(_known_query)])
    for room in ROOMS:
        api.include_router(room)
    app.include_router(api)
    app.include_router(controls.router)
    app.exception_handler(Refusal)(_refusal)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_not_served)
    return app


def panel_door(store: Store, now: Callable[[], datetime] = world_now) -> ASGIApp:
    """The page on the control host where a browser arrives with its one-time tokens."""
    here = House(store, "", LIFELIKE, now)

    async def serve(request: Request) -> Response:
        entry = users.redeem(here, request.query_params.get("1", ""), request.query_params.get("2", ""))
        if entry is None:
            return HTMLResponse(_page("This sign-in is not, or no longer, valid."), 403)
        what = f"server {entry['server']}" if entry["server"] else "the panel"
        return HTMLResponse(_page(f"Signed in to {what}."))

    app = FastAPI(openapi_url=None)
    app.add_route("/{rest:path}", serve)
    return app


async def _admit(request: Request, here: Here) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not secrets.compare_digest(token.encode(), here.token.encode()):
        raise Refusal(401, None)


async def _known_query(request: Request) -> None:
    """A query that no call of VirtFusion's takes is a mistake of ours, so it is refused."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise Refusal(422, {"errors": {name: [f"The {name} field is unknown."] for name in unknown}})


async def _refusal(_request: Request, error: Refusal) -> Response:
    return Response(status_code=error.status) if error.body is None else JSONResponse(error.body, error.status)


async def _invalid(_request: Request, error: RequestValidationError) -> Response:
    by_field: dict[str, list[str]] = {}
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"][1:]) or "body"
        by_field.setdefault(field, []).append(_sentence(field, problem))
    message = next(iter(by_field.values()))[0]
    return JSONResponse({"message": message, "errors": by_field}, 422)


def _sentence(field: str, problem: dict[str, Any]) -> str:
    match problem["type"]:
        case "missing":
            return f"The {field} field is required."
        case "extra_forbidden":
            return f"The {field} field is unknown."
    return f"The {field} field is invalid: {problem['msg']}"


async def _not_served(request: Request, error: HTTPException) -> Response:
    """As Laravel speaks of addresses it does not know; a missing record has a `msg` instead."""
    return JSONResponse({"message": f"The route {request.url.path} could not be found."}, error.status_code)


def _error_body(_status: int, message: str) -> dict[str, str]:
    return {"msg": message}


def _page(sentence: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>VirtFusion stand-in</title><main><h1>VirtFusion stand-in</h1><p>{sentence}</p></main></html>"
    )
