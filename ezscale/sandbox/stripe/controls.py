"""What banks do of their own accord, on request.

POST /_sandbox/charges/<id>/dispute, …/inquire     the bank takes a payment back (?amount=… of it), or only asks about it
POST /_sandbox/disputes/<id>/won, …/lost           the bank decides
POST /_sandbox/disputes/<id>/escalate              an inquiry becomes a dispute
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ezscale.sandbox.store import Document, public
from ezscale.sandbox.stripe import disputes
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.errors import StripeError


def bank_controls(account: Account) -> list[Route]:
    """The switches of this stand-in, beside those that every stand-in has."""

    async def do(request: Request) -> Response:
        path = request.path_params
        amount = int(request.query_params.get("amount", 0)) or None
        try:
            with account.store.transaction():
                subject = account.find(path["kind"].removesuffix("s"), path["id"])
                doc = _do(account, path["deed"], subject, amount)
        except StripeError as error:
            return JSONResponse(error.body, error.status)
        return JSONResponse(public(doc))

    return [Route("/_sandbox/{kind}/{id}/{deed}", do, methods=["POST"])]


def _do(account: Account, deed: str, subject: Document, amount: int | None) -> Document:
    match subject["object"], deed:
        case "charge", "dispute" | "inquire":
            return disputes.open_dispute(account, subject, amount, inquiry=deed == "inquire")
        case "dispute", "won" | "lost":
            return disputes.decide(account, subject, won=deed == "won")
        case "dispute", "escalate":
            return disputes.escalate(account, subject)
        case _:
            raise StripeError("There is no such deed.", status=404)
