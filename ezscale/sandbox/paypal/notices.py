"""What happened, for those who missed the webhook, and whether a webhook was really PayPal's."""

import json
from collections.abc import Callable

from ezscale.sandbox.paypal.account import Account
from ezscale.sandbox.paypal.queries import page_of, pages
from ezscale.sandbox.paypal.signing import Signer
from ezscale.sandbox.store import Document
from ezscale.sandbox.webhooks import Webhooks

USUAL_PAGE, LARGEST_PAGE = 10, 300
Act = Callable[[Account, Document, str], Document]


def verification(signer: Signer) -> Act:
    """Says of the headers and the body of a webhook whether they are PayPal's own."""

    def verify(account: Account, params: Document, id: str = "") -> Document:
        claimed = params["webhook_event"]
        event = account.store.get("event", str(claimed.get("id", "")))
        is_ours = event is not None and event == claimed and signer.has_signed(params, json.dumps(event).encode())
        return {"verification_status": "SUCCESS" if is_ours else "FAILURE"}

    return verify


def resending(webhooks: Webhooks) -> Act:
    """Sends the webhook of an event once more."""

    def resend(account: Account, params: Document, id: str) -> Document:
        event = account.find("event", id)
        webhooks.resend(id)
        return event

    return resend


def retrieve(account: Account, params: Document, id: str) -> Document:
    """An event by id."""
    return account.find("event", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Events, newest first."""
    wanted = params.get("event_type")
    events = [event for event in account.store.all("event")[::-1] if wanted in (None, event["event_type"])]
    return {"events": page_of(events, params, USUAL_PAGE, LARGEST_PAGE), **pages(events, params, 10, LARGEST_PAGE)}
