"""The stand-in as an app: who may enter, and what is said to those who ask wrongly."""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.store import Store
from ezscale.sandbox.synergycp import clients, controls, installs, running, servers, shelves
from ezscale.sandbox.synergycp.clients import holder_of
from ezscale.sandbox.synergycp.house import HOUSE, LIFELIKE, Here, House, Pace, Refusal
from ezscale.sandbox.synergycp.stock import stock_up
from ezscale.sandbox.synergycp.views import denied

ROOMS = (clients.router, installs.router, servers.router, running.router, shelves.router)
NUMBERED = re.compile(r"\[\d+\]$")


def synergycp_stand_in(
    store: Store, *, key: str, pace: Pace = LIFELIKE, now: Callable[[], datetime] = world_now
) -> Unreliable:
    """SynergyCP's API as an ASGI app, to be mounted anywhere or used in process; `key` is an integration's."""
    here = House(store, key, pace, now)
    stock_up(store)
    routes = _routes()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope[HOUSE] = here
        scope["query_string"] = _as_php_reads_it(scope["query_string"])
        await routes(scope, receive, send)

    return Unreliable(serve, store, denied_with_status, lambda: controls.what_was_done(here))


@cache
def _routes() -> FastAPI:
    """The routes of every house: one set for a process, because they are slow to build."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    api = APIRouter(dependencies=[Depends(_admit), Depends(_known_query)])
    for room in ROOMS:
        api.include_router(room)
    app.include_router(api)
    app.include_router(controls.router)
    app.add_api_route("/auth/sso", sign_on, methods=["GET"], response_class=HTMLResponse)
    app.exception_handler(Refusal)(_refusal)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_not_served)
    return app


def denied_with_status(_status: int, message: str) -> dict[str, Any]:
    """How this vendor writes an error that the sandbox was told to give."""
    return denied(message)


async def sign_on(here: Here, key: str = "", view_type: str = "", view_id: str = "", embed: str = "") -> Response:
    """The page where a browser arrives with a client's key. An integration's key opens nothing here."""
    with here.store.transaction():
        holder = holder_of(here, key)
        accesses = here.store.where("accesses", "clientId", holder["id"]) if holder else []
    if holder is None:
        return HTMLResponse(_page("This key is not, or no longer, valid."), 403)
    if view_type != "server" or view_id not in [str(access["serverId"]) for access in accesses]:
        return HTMLResponse(_page("There is no such server here."), 404)
    return HTMLResponse(_page(f"{holder['first']} {holder['last']} is signed in to server {view_id}."))


def _as_php_reads_it(query: bytes) -> bytes:
    """The query with `a[0]=…&a[1]=…` as `a[]=…&a[]=…`: to PHP they are the same."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(NUMBERED.sub("[]", name), value) for name, value in pairs]).encode()


async def _admit(request: Request, here: Here) -> None:
    """An integration's key opens everything, a client's only the switches of the client's own machines."""
    key = request.query_params.get("key", "")
    if secrets.compare_digest(key.encode(), here.key.encode()):
        return
    with here.store.transaction():
        holder = holder_of(here, key) if key else None
    if holder is None:
        raise Refusal(401, "Invalid API key.")
    if "/control" not in request.scope["route"].path:
        raise Refusal(403, "This API key does not allow this.")
    request.scope["holder"] = holder


async def _known_query(request: Request) -> None:
    """A query that no call of SynergyCP's takes is a mistake of ours, so it is refused."""
    known = {"key", *_query_of(request.scope["route"].dependant)}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise Refusal(400, f"The {unknown[0]} parameter is unknown.")


def _query_of(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _query_of(inner)


async def _refusal(_request: Request, error: Refusal) -> Response:
    return JSONResponse(denied(error.text, error.data), error.status)


async def _invalid(_request: Request, error: RequestValidationError) -> Response:
    return JSONResponse(denied(_sentence(error.errors()[0])), 400)


def _sentence(problem: dict[str, Any]) -> str:
    field = ".".join(str(part) for part in problem["loc"][1:]) or "body"
    match problem["type"]:
        case "missing":
            return f"The {field} field is required."
        case "extra_forbidden":
            return f"The {field} field is unknown."
    return f"The {field} field is invalid: {problem['msg']}"


async def _not_served(request: Request, error: HTTPException) -> Response:
    """As Laravel speaks of addresses it does not know; a missing record is told in the panel's own envelope."""
    return JSONResponse({"message": f"The route {request.url.path} could not be found."}, error.status_code)


def _page(sentence: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>SynergyCP stand-in</title><main><h1>SynergyCP stand-in</h1><p>{escape(sentence)}</p></main></html>"
    )
