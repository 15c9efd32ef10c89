"""What banks, and Stripe itself, do of their own accord, on request.

POST /_sandbox/charges/<id>/dispute, …/inquire     the bank takes a payment back (?amount=… of it), or only asks about it
POST /_sandbox/disputes/<id>/won, …/lost           the bank decides
POST /_sandbox/disputes/<id>/escalate              an inquiry becomes a dispute
POST /_sandbox/payouts?currency=eur                what can be paid out goes to the bank (?amount=… of it)
POST /_sandbox/payouts/<id>/fail, …/cancel         it comes back, or is stopped before it has left
POST /_sandbox/fees?currency=eur&amount=200        Stripe keeps something for itself, for no payment
POST /_sandbox/payment_methods/<id>/renew          a kept card gets another date (?exp_year=…) or number (?last4=…), too
"""

from collections.abc import Callable

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ezscale.sandbox.store import Document, public
from ezscale.sandbox.stripe import disputes, payment_methods, payouts
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.entries import move_balance
from ezscale.sandbox.stripe.errors import StripeError


def bank_controls(account: Account) -> list[Route]:
    """The switches of this stand-in, beside those that every stand-in has."""

    def answer(deed: Callable[[], Document]) -> Response:
        try:
            with account.store.transaction():
                doc = deed()
        except StripeError as error:
            return JSONResponse(error.body, error.status)
        return JSONResponse(public(doc))

    async def do(request: Request) -> Response:
        path, how = request.path_params, request.query_params
        kind = path["kind"].removesuffix("s")
        return answer(lambda: _do(account, path["deed"], account.find(kind, path["id"]), how))

    async def pay_out(request: Request) -> Response:
        currency, amount = _currency(request), _amount(request)
        return answer(lambda: payouts.pay_out(account, currency, amount))

    async def keep_fee(request: Request) -> Response:
        currency, amount = _currency(request), _amount(request) or 0
        return answer(lambda: move_balance(account, "stripe_fee", currency, -amount))

    return [
        Route("/_sandbox/payouts", pay_out, methods=["POST"]),
        Route("/_sandbox/fees", keep_fee, methods=["POST"]),
        Route("/_sandbox/{kind}/{id}/{deed}", do, methods=["POST"]),
    ]


def _amount(request: Request) -> int | None:
    return int(request.query_params.get("amount", 0)) or None


def _currency(request: Request) -> str:
    return request.query_params.get("currency", "eur").lower()


def _do(account: Account, deed: str, subject: Document, how: QueryParams) -> Document:
    match subject["object"], deed:
        case "charge", "dispute" | "inquire":
            amount = int(how.get("amount", 0)) or None
            return disputes.open_dispute(account, subject, amount, inquiry=deed == "inquire")
        case "dispute", "won" | "lost":
            return disputes.decide(account, subject, won=deed == "won")
        case "dispute", "escalate":
            return disputes.escalate(account, subject)
        case "payout", "fail":
            return payouts.fail(account, subject)
        case "payout", "cancel":
            return payouts.cancel(account, subject)
        case "payment_method", "renew":
            return payment_methods.renew(account, subject, int(how["exp_year"]), how.get("last4", ""))
        case _:
            raise StripeError("There is no such deed.", status=404)
