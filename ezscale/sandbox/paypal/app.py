"""The stand-in as one ASGI app."""

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ezscale.kit.clock import world_now
from ezscale.sandbox.faults import Unreliable
from ezscale.sandbox.paypal.account import Account
from ezscale.sandbox.paypal.asking import Counter, Operation
from ezscale.sandbox.paypal.controls import controls
from ezscale.sandbox.paypal.errors import error_body
from ezscale.sandbox.paypal.hosted import ApprovalPages
from ezscale.sandbox.paypal.operations import operations
from ezscale.sandbox.paypal.signing import Signer
from ezscale.sandbox.paypal.state import really_done
from ezscale.sandbox.paypal.tokens import Tokens
from ezscale.sandbox.stand_in import StandIn
from ezscale.sandbox.store import Store
from ezscale.sandbox.webhooks import Headers, Webhooks, poster, webhook_controls

Deliver = Callable[[bytes, Headers], object]


class PayPalStandIn(StandIn):
    """PayPal's HTTP, approval pages and webhooks as an ASGI app; tests may also reach its parts."""

    def __init__(self, account: Account, signer: Signer, webhooks: Webhooks, tokens: Tokens) -> None:
        self.account = account
        self.signer = signer
        counter = Counter(account, tokens)
        routes = [*ApprovalPages(account).routes, *webhook_controls(webhooks), *controls(account, signer)]
        routes.append(Route("/v1/oauth2/token", tokens.issue, methods=["POST"]))
        routes.append(Route("/v1/notifications/certs/{name}", self._certificate))
        routes += [_route(counter, operation) for operation in operations(signer, webhooks)]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _unrecognised})
        super().__init__(Unreliable(app, account.store, error_body, lambda: really_done(account.store)), webhooks)

    async def _certificate(self, _request: Request) -> Response:
        return PlainTextResponse(self.signer.chain)


def paypal_stand_in(
    store: Store,
    *,
    client: tuple[str, str],
    webhook_id: str,
    webhook_url: str = "",
    deliver: Deliver | None = None,
    now: Callable[[], datetime] = world_now,
    public_url: str = "http://paypal.test",
) -> PayPalStandIn:
    """A PayPal account in a store. `client` is its id and secret; `deliver` takes webhooks without HTTP."""
    hand_over = deliver or poster(webhook_url)
    webhooks = Webhooks(store, lambda body: hand_over(body, signer.headers(body)))
    account = Account(store, now, public_url.rstrip("/"), webhooks.announce)
    signer = Signer(account, webhook_id)
    return PayPalStandIn(account, signer, webhooks, Tokens(account, *client))


def _route(counter: Counter, operation: Operation) -> Route:
    async def endpoint(request: Request) -> Response:
        return await counter.serve(request, operation)

    return Route(operation.path, endpoint, methods=[operation.method])


async def _unrecognised(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return JSONResponse(error_body(status, ""), status)
