"""The stand-in as one ASGI app."""

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable, own_path
from ezscale.sandbox.stand_in import StandIn
from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe import checkout, disputes, payment_intents, payouts, refunds
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.asking import Counter, Operation
from ezscale.sandbox.stripe.controls import bank_controls
from ezscale.sandbox.stripe.errors import error_body
from ezscale.sandbox.stripe.hosted import HostedPages
from ezscale.sandbox.stripe.operations import OPERATIONS
from ezscale.sandbox.stripe.state import really_done
from ezscale.sandbox.stripe.webhooks import Deliver, over_http, signed_webhooks
from ezscale.sandbox.webhooks import Webhooks, webhook_controls


class StripeStandIn(StandIn):
    """Stripe's HTTP, hosted pages and webhooks as an ASGI app; tests may also reach its parts."""

    def __init__(self, account: Account, api_key: str, webhooks: Webhooks) -> None:
        self.account = account
        counter = Counter(account, api_key)
        routes = [*HostedPages(account).routes, *webhook_controls(webhooks), *bank_controls(account)]
        routes += [_route(counter, operation) for operation in OPERATIONS]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _unrecognised})
        unreliable = Unreliable(app, account.store, error_body, lambda: really_done(account.store))
        super().__init__(unreliable, webhooks, lambda: _settle_overdue(account))


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
    webhooks = signed_webhooks(store, webhook_secret, deliver or over_http(webhook_url))
    account = Account(store, now, public_url.rstrip("/"), webhooks.announce)
    return StripeStandIn(account, api_key, webhooks)


def _settle_overdue(account: Account) -> None:
    checkout.close_overdue(account)
    payment_intents.end_authorisations(account)
    refunds.settle_overdue(account)
    disputes.settle_overdue(account)
    payouts.settle_overdue(account)


def _route(counter: Counter, operation: Operation) -> Route:
    async def endpoint(request: Request) -> Response:
        return await counter.serve(request, operation)

    return Route(operation.path, endpoint, methods=[operation.method])


async def _unrecognised(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return JSONResponse(
        error_body(status, f"Unrecognized request URL ({request.method}: {own_path(request.scope)})."), status
    )
