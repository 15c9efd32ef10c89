"""The stand-in as one ASGI app."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Faults, Unreliable, own_path
from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe import checkout
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.asking import Counter, Operation
from ezscale.sandbox.stripe.errors import error_body
from ezscale.sandbox.stripe.hosted import HostedPages
from ezscale.sandbox.stripe.operations import OPERATIONS
from ezscale.sandbox.stripe.state import really_done
from ezscale.sandbox.stripe.webhooks import Deliver, Manner, Webhooks, deliver_forever, over_http


class StripeStandIn:
    """Stripe's HTTP, hosted pages and webhooks as an ASGI app; tests may also reach its parts."""

    def __init__(self, account: Account, api_key: str, webhooks: Webhooks) -> None:
        self.account = account
        self.webhooks = webhooks
        counter = Counter(account, api_key)
        routes = [*HostedPages(account).routes, *_controls(webhooks)]
        routes += [_route(counter, operation) for operation in OPERATIONS]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _unrecognised})
        self._app = Unreliable(app, account.store, error_body, lambda: really_done(account.store))

    @property
    def faults(self) -> Faults:
        """What the stand-in has been told to do wrong."""
        return self._app.faults

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Deliver webhooks in the background for as long as the block lasts."""
        task = asyncio.create_task(deliver_forever(self.webhooks, lambda: checkout.close_overdue(self.account)))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        await self._app(scope, receive, send)


def stripe_stand_in(
    store: Store,
    *,
    webhook_url: str,
    webhook_secret: str,
    api_key: str,
    deliver: Deliver | None = None,
    now: Callable[[], datetime] = world_now,
    public_url: str = "http://stripe.test",
) -> StripeStandIn:
    """A Stripe account in a store. `public_url` is how a browser reaches it; `deliver` takes webhooks without HTTP."""
    webhooks = Webhooks(store, webhook_secret, deliver or over_http(webhook_url))
    account = Account(store, now, public_url.rstrip("/"), webhooks.announce)
    return StripeStandIn(account, api_key, webhooks)


def _route(counter: Counter, operation: Operation) -> Route:
    async def endpoint(request: Request) -> Response:
        return await counter.serve(request, operation)

    return Route(operation.path, endpoint, methods=[operation.method])


def _controls(webhooks: Webhooks) -> list[Route]:
    """GET, POST /_sandbox/webhooks (how to deliver); POST …/flush (deliver all now); POST …/resend/<event>."""

    async def show(request: Request) -> Response:
        manner = webhooks.manner.model_dump()
        return JSONResponse({"manner": manner, "owed": webhooks.owed(), "log": webhooks.log()})

    async def behave(request: Request) -> Response:
        if request.headers.get("content-type") != "application/json":
            return JSONResponse({"error": "Send JSON."}, 415)
        try:
            webhooks.behave(Manner.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        return await show(request)

    async def flush(request: Request) -> Response:
        taken = await asyncio.to_thread(webhooks.deliver_due, all=True)
        return JSONResponse({"taken": taken})

    async def resend(request: Request) -> Response:
        webhooks.resend(request.path_params["event"])
        return Response(status_code=202)

    return [
        Route("/_sandbox/webhooks", show, methods=["GET"]),
        Route("/_sandbox/webhooks", behave, methods=["POST"]),
        Route("/_sandbox/webhooks/flush", flush, methods=["POST"]),
        Route("/_sandbox/webhooks/resend/{event}", resend, methods=["POST"]),
    ]


async def _unrecognised(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return JSONResponse(
        error_body(status, f"Unrecognized request URL ({request.method}: {own_path(request.scope)})."), status
    )
