"""What happened, for those who missed the webhook."""

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe import disputes, refunds
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.errors import StripeError

MOST_TYPES = 20


def retrieve(account: Account, params: Document, id: str) -> Document:
    """An event by id."""
    return account.find("event", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Events, newest first; of some types alone, where they are named."""
    refunds.settle_overdue(account)
    disputes.settle_overdue(account)
    types = params.pop("types", None)
    if types is None:
        return account.page_of("event", params, "/v1/events")
    if "type" in params or len(types) > MOST_TYPES:
        raise StripeError(f"You may pass `type` or up to {MOST_TYPES} `types`.", param="types")
    return account.page_of("event", params, "/v1/events", lambda doc: doc["type"] in types)
