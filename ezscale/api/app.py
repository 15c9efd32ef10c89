"""The API as one FastAPI app, which also carries the pages: Reflex is mounted behind it."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from ezscale.api import (
    consoles,
    documents,
    exports,
    health,
    impersonating,
    metrics,
    passkeys,
    people,
    privacy,
    proving,
    signing_in,
    statements,
)
from ezscale.api.doors import Public
from ezscale.api.problems import translate_errors
from ezscale.api.reference import page as reference
from ezscale.api.requests import EveryRequest
from ezscale.api.v1 import admin, credit, credit_notes, invoices, payments, services
from ezscale.api.webhooks import gateways, panels
from ezscale.kit.settings import settings

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ROUTERS = (
    *(services.router, invoices.router, credit_notes.router, credit.router, admin.router, payments.router),
    *(documents.router, statements.router, exports.router, privacy.router, consoles.router, reference.router),
    *(signing_in.router, proving.router, passkeys.router, people.router, impersonating.router),
    *(gateways.router, panels.router, health.router, metrics.router),
)


def create_api() -> FastAPI:
    """Every route that is not a page. Whatever else is mounted later comes behind them."""
    api = FastAPI(
        title=f"{settings().company_name} API",
        version="1",
        openapi_url=None,  # served by `reference`, through a declared door like everything else
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": settings().web_url}],
    )
    for router in ROUTERS:
        api.include_router(router)
    for prefix in ("/api", "/webhooks"):
        api.add_api_route(
            f"{prefix}/{{rest:path}}",
            nothing_here,
            methods=EVERY_METHOD,
            dependencies=[Public],
            include_in_schema=False,
        )
    api.add_middleware(EveryRequest)
    translate_errors(api)
    return api


async def nothing_here(request: Request) -> JSONResponse:
    """No page answers below /api and /webhooks: 405 where another method would do, 404 elsewhere."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.matches(request.scope)[0] is Match.PARTIAL:
            methods |= route.methods or set()
    if methods:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
    raise HTTPException(404)
