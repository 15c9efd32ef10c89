"""Customers who want their money back and ask PayPal for it."""

from ezscale.sandbox.paypal import captures
from ezscale.sandbox.paypal.account import Account, new_id
from ezscale.sandbox.paypal.errors import unprocessable
from ezscale.sandbox.store import Document

REASONS = ("MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "UNAUTHORISED", "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED")


def make(account: Account, capture: Document, reason: str) -> Document:
    """A customer disputes a payment, which cannot be refunded by us from now on."""
    if capture["status"] not in captures.TAKEN or capture["_disputed"]:
        raise unprocessable("DISPUTE_NOT_POSSIBLE")
    account.save(capture | {"_disputed": True})
    id = new_id("PP-D-")[:12]
    dispute = account.make(
        "dispute",
        id,
        dispute_id=id,
        reason=reason,
        status="WAITING_FOR_SELLER_RESPONSE",
        dispute_amount=capture["amount"],
        dispute_life_cycle_stage="INQUIRY",
        disputed_transactions=[
            {"seller_transaction_id": capture["id"]}
            | {name: capture[name] for name in ("custom_id", "invoice_id") if name in capture}
        ],
        _capture=capture["id"],
    )
    account.emit("CUSTOMER.DISPUTE.CREATED", "dispute", dispute)
    return dispute


def resolve(account: Account, dispute: Document, *, for_buyer: bool) -> Document:
    """PayPal decides; for the buyer, it takes the money back."""
    if dispute["status"] == "RESOLVED":
        raise unprocessable("DISPUTE_NOT_POSSIBLE")
    outcome = "RESOLVED_BUYER_FAVOUR" if for_buyer else "RESOLVED_SELLER_FAVOUR"
    dispute |= {"status": "RESOLVED", "dispute_outcome": {"outcome_code": outcome}}
    account.save(dispute)
    capture = account.save(account.find("capture", dispute["_capture"]) | {"_disputed": False})
    if for_buyer:
        captures.reverse(account, capture)
    account.emit("CUSTOMER.DISPUTE.RESOLVED", "dispute", dispute)
    return dispute


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A dispute as it is now."""
    return account.find("dispute", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Disputes, newest first."""
    docs = account.store.all("dispute")[::-1]
    wanted = params.get("disputed_transaction_id")
    return {"items": [doc for doc in docs if wanted in (None, doc["_capture"])]}
