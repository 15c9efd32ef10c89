"""What PayPal or a customer does without being asked by us, on request.

POST /_sandbox/orders/<id>/void                       PayPal gives up an order
POST /_sandbox/captures/<id>/complete, …/deny         a pending payment arrives, or does not
POST /_sandbox/captures/<id>/dispute                  the customer wants the money back
POST /_sandbox/disputes/<id>/for_buyer, …/for_seller  PayPal decides
POST /_sandbox/subscriptions                          {"custom_id": "…"}: one that an older system left behind
GET  /_sandbox/authority                              whose certificates to trust
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ezscale.sandbox.paypal import captures, disputes, orders, subscriptions
from ezscale.sandbox.paypal.account import Account
from ezscale.sandbox.paypal.errors import PayPalError
from ezscale.sandbox.paypal.signing import Signer
from ezscale.sandbox.store import Document, public

PRICE = {"currency_code": "EUR", "value": "10.00"}
DEEDS: dict[tuple[str, str], Callable[[Account, Document], Document]] = {
    ("orders", "void"): orders.void,
    ("captures", "complete"): captures.arrive,
    ("captures", "deny"): captures.deny,
    ("captures", "dispute"): lambda account, doc: disputes.make(account, doc, disputes.REASONS[0]),
    ("disputes", "for_buyer"): lambda account, doc: disputes.resolve(account, doc, for_buyer=True),
    ("disputes", "for_seller"): lambda account, doc: disputes.resolve(account, doc, for_buyer=False),
}


def controls(account: Account, signer: Signer) -> list[Route]:
    """The switches of this stand-in, beside those that every stand-in has."""

    async def do(request: Request) -> Response:
        kind, deed = request.path_params["kind"], request.path_params["deed"]
        act = DEEDS.get((kind, deed))
        if act is None:
            return JSONResponse({"error": "There is no such deed."}, 404)
        try:
            with account.store.transaction():
                doc = act(account, account.find(kind.removesuffix("s"), request.path_params["id"]))
        except PayPalError as error:
            return JSONResponse(error.body, error.status)
        return JSONResponse(public(doc))

    async def subscribe(request: Request) -> Response:
        order = await request.json()
        return JSONResponse(public(subscriptions.make(account, str(order["custom_id"]), PRICE)), 201)

    async def authority(_request: Request) -> Response:
        return PlainTextResponse(signer.authority)

    return [
        Route("/_sandbox/subscriptions", subscribe, methods=["POST"]),
        Route("/_sandbox/authority", authority),
        Route("/_sandbox/{kind}/{id}/{deed}", do, methods=["POST"]),
    ]
