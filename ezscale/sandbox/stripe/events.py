"""What happened, for those who missed the webhook."""

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account


def retrieve(account: Account, params: Document, id: str) -> Document:
    """An event by id."""
    return account.find("event", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Events, newest first."""
    return account.page_of("event", params, "/v1/events")
