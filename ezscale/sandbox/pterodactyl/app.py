"""The stand-in as an app: who may enter and how often, and what is said to those who ask wrongly."""

import html
from collections.abc import Callable
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.pterodactyl import changing, controls, owners, servers, shelves, users
from ezscale.sandbox.pterodactyl.asking import Query
from ezscale.sandbox.pterodactyl.door import admit, may_use
from ezscale.sandbox.pterodactyl.house import (
    HOUSE,
    LIFELIKE,
    House,
    Pace,
    Refusal,
    fault,
    invalid,
    refused,
    the_house,
    words,
)
from ezscale.sandbox.pterodactyl.stock import stock_up
from ezscale.sandbox.store import Store

# Fixed names come before the ids that would swallow them; each room with the right that a key needs for it.
ROOMS = (
    ("users", users.router),
    ("servers", servers.router),
    ("servers", changing.router),
    ("server_databases", changing.databases),
    ("locations", shelves.locations),
    ("nodes", shelves.nodes),
    ("allocations", shelves.allocations),
    ("nests", shelves.nests),
    ("eggs", shelves.eggs),
)
RULES = {"missing": "required", "extra_forbidden": "prohibited", "int_type": "integer", "bool_type": "boolean"}


def pterodactyl_stand_in(
    store: Store,
    *,
    application_key: str,
    client_key: str,
    url: str = "http://panel.test",
    wings: str = "",
    pace: Pace = LIFELIKE,
    now: Callable[[], datetime] = world_now,
) -> Unreliable:
    """Pterodactyl as an ASGI app with both its APIs under /api, to be mounted where `url` says or used in process."""
    here = House(store, application_key, client_key, url.rstrip("/"), pace, now, wings)
    stock_up(here)
    routes = _routes()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope[HOUSE] = here
        await admit(here, routes, scope, receive, send)

    return Unreliable(serve, store, _error_body, lambda: controls.what_was_done(here))


@cache
def _routes() -> FastAPI:
    """The routes of every house: one set for a process, because they are slow to build."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    application = APIRouter(prefix="/api/application", dependencies=[Depends(_known_query)])
    for resource, room in ROOMS:
        application.include_router(room, dependencies=[Depends(may_use(resource))])
    app.include_router(application)
    app.include_router(owners.router, dependencies=[Depends(_known_query)])
    app.include_router(controls.router)
    app.add_route("/server/{identifier}", _page)
    app.exception_handler(Refusal)(_refusal)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_not_served)
    return app


async def _known_query(request: Request) -> None:
    """A query that a call does not take is a mistake of ours, so it is refused."""
    takes_some = any(isinstance(part.call, Query) for part in request.scope["route"].dependant.dependencies)
    if request.query_params and not takes_some:
        names = ", ".join(sorted(set(request.query_params)))
        raise refused(f"Requested parameter(s) `{names}` are not allowed.", "BadRequestHttpException")


async def _refusal(_request: Request, error: Refusal) -> Response:
    return JSONResponse(error.body, error.status)


async def _invalid(_request: Request, error: RequestValidationError) -> Response:
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return JSONResponse(
            {"errors": [fault("BadRequestHttpException", 400, "The JSON data could not be read.")]}, 400
        )
    return JSONResponse({"errors": [_sentence(problem) for problem in problems]}, 422)


def _sentence(problem: dict[str, Any]) -> dict[str, Any]:
    field = ".".join(str(part) for part in problem["loc"][1:]) or "body"
    rule = RULES.get(problem["type"], problem["type"])
    told = "field is required." if rule == "required" else f"may not be sent like this: {problem['msg']}."
    return invalid(field, rule, f"The {words(field)} {told}")


async def _not_served(request: Request, error: HTTPException) -> Response:
    if error.status_code == HTTPStatus.NOT_FOUND:
        told = f"The route {request.url.path} could not be found."
        return JSONResponse({"errors": [fault("NotFoundHttpException", 404, told)]}, 404)
    return JSONResponse({"errors": [fault("MethodNotAllowedHttpException", 405, "Not supported here.")]}, 405)


async def _page(request: Request) -> Response:
    """Where a customer lands: the panel asks for their own password before it shows a server."""
    found = the_house(request).store.where("servers", "identifier", request.path_params["identifier"])
    name = html.escape(found[0]["name"]) if found else ""
    sentence = f"Sign in with your panel password to reach {name}." if found else "There is no such server."
    title = "Pterodactyl stand-in"
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><main><h1>{title}</h1><p>{sentence}</p></main></html>",
        200 if found else 404,
    )


def _error_body(status: int, message: str) -> dict[str, Any]:
    code = "ThrottleRequestsException" if status == HTTPStatus.TOO_MANY_REQUESTS else "HttpException"
    return {"errors": [fault(code, status, message)]}
