"""What banks do of their own accord, on request.

POST /_sandbox/charges/<id>/dispute, …/inquire     the bank takes a payment back (?amount=… of it), or only asks about it
POST /_sandbox/disputes/<id>/won, …/lost           the bank decides
POST /_sandbox/disputes/<id>/escalate              an inquiry becomes a dispute
POST /_sandbox/payment_methods/<id>/renew          a kept card gets another date (?exp_year=…) or number (?last4=…), too
"""

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ezscale.sandbox.store import Document, public
from ezscale.sandbox.stripe import disputes, payment_methods
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.errors import StripeError


def bank_controls(account: Account) -> list[Route]:
    """The switches of this stand-in, beside those that every stand-in has."""

    async def do(request: Request) -> Response:
        path = request.path_params
        try:
            with account.store.transaction():
                subject = account.find(path["kind"].removesuffix("s"), path["id"])
                doc = _do(account, path["deed"], subject, request.query_params)
        except StripeError as error:
            return JSONResponse(error.body, error.status)
        return JSONResponse(public(doc))

    return [Route("/_sandbox/{kind}/{id}/{deed}", do, methods=["POST"])]


def _do(account: Account, deed: str, subject: Document, how: QueryParams) -> Document:
    match subject["object"], deed:
        case "charge", "dispute" | "inquire":
            amount = int(how.get("amount", 0)) or None
            return disputes.open_dispute(account, subject, amount, inquiry=deed == "inquire")
        case "dispute", "won" | "lost":
            return disputes.decide(account, subject, won=deed == "won")
        case "dispute", "escalate":
            return disputes.escalate(account, subject)
        case "payment_method", "renew":
            return payment_methods.renew(account, subject, int(how["exp_year"]), how.get("last4", ""))
        case _:
            raise StripeError("There is no such deed.", status=404)
