"""What PayPal or a customer does without being asked by us, on request.

POST /_sandbox/orders/<id>/void                       PayPal gives up an order
POST /_sandbox/captures/<id>/complete, …/deny         a pending payment arrives, or does not
POST /_sandbox/captures/<id>/dispute                  the customer wants the money back
POST /_sandbox/disputes/<id>/for_buyer, …/for_seller  PayPal decides
POST /_sandbox/subscriptions                          {"custom_id": "…", "email": "…"}: one that an older system left
POST /_sandbox/subscriptions/<id>/bill                it takes its price
POST /_sandbox/withdrawals                            {"amount": {…}, "fee": "1.00"}: money goes to the bank
POST /_sandbox/withdrawals/<id>/arrive, …/come_back   the bank has it, or sends it back
POST /_sandbox/fees                                   {"amount": {…}}: PayPal keeps something for no payment
GET  /_sandbox/authority                              whose certificates to trust
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ezscale.sandbox.paypal import captures, disputes, orders, subscriptions, withdrawals
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
    ("withdrawals", "arrive"): withdrawals.arrive,
    ("withdrawals", "come_back"): withdrawals.come_back,
    ("subscriptions", "bill"): subscriptions.bill,
    ("disputes", "for_buyer"): lambda account, doc: disputes.resolve(account, doc, for_buyer=True),
    ("disputes", "for_seller"): lambda account, doc: disputes.resolve(account, doc, for_buyer=False),
}


def controls(account: Account, signer: Signer) -> list[Route]:
    """The switches of this stand-in, beside those that every stand-in has."""

    def answer(deed: Callable[[], Document], status: int = 200) -> Response:
        try:
            with account.store.transaction():
                doc = deed()
        except PayPalError as error:
            return JSONResponse(error.body, error.status)
        return JSONResponse(public(doc), status)

    async def do(request: Request) -> Response:
        kind, deed = request.path_params["kind"], request.path_params["deed"]
        act = DEEDS.get((kind, deed))
        if act is None:
            return JSONResponse({"error": "There is no such deed."}, 404)
        return answer(lambda: act(account, account.find(kind.removesuffix("s"), request.path_params["id"])))

    async def subscribe(request: Request) -> Response:
        order = await request.json()
        return JSONResponse(
            public(subscriptions.make(account, str(order["custom_id"]), PRICE, str(order.get("email", "")))), 201
        )

    async def withdraw(request: Request) -> Response:
        wish = await request.json()
        return answer(lambda: withdrawals.withdraw(account, wish["amount"], wish.get("fee", "")), 201)

    async def keep_fee(request: Request) -> Response:
        wish = await request.json()
        return answer(lambda: withdrawals.keep_fee(account, wish["amount"]), 201)

    async def authority(_request: Request) -> Response:
        return PlainTextResponse(signer.authority)

    return [
        Route("/_sandbox/subscriptions", subscribe, methods=["POST"]),
        Route("/_sandbox/withdrawals", withdraw, methods=["POST"]),
        Route("/_sandbox/fees", keep_fee, methods=["POST"]),
        Route("/_sandbox/authority", authority),
        Route("/_sandbox/{kind}/{id}/{deed}", do, methods=["POST"]),
    ]
