"""Charges: every try at a card, and for those that succeeded the money on the balance."""

from datetime import timedelta

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.amounts import fee_of
from ezscale.sandbox.stripe.entries import balance_entry
from ezscale.sandbox.stripe.errors import Declined

AUTHORISATION_LASTS = int(timedelta(days=7).total_seconds())


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A charge by id."""
    return account.find("charge", id)


def make(account: Account, intent: Document, method: Document, failure: Declined | None = None) -> Document:
    """One try: paid, with its entry on the balance, unless the bank gave a failure or the intent only authorises."""
    is_taken = failure is None and intent["capture_method"] != "manual"
    card = dict(method["card"])
    if failure is None and not is_taken:
        card["capture_before"] = account.time + AUTHORISATION_LASTS
    details = failure.details if failure else {}
    charge = account.make(
        "ch",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        balance_transaction=None,
        captured=False,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_code=details.get("code"),
        failure_message=details.get("message"),
        metadata=intent["metadata"],
        paid=failure is None,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": "card", "card": card},
        refunded=False,
        status="failed" if failure else "succeeded",
    )
    return capture(account, charge, charge["amount"]) if is_taken else account.save(charge)


def capture(account: Account, charge: Document, amount: int) -> Document:
    """Take what the bank has agreed to, or part of it: the rest is the holder's again."""
    charge |= {"captured": True, "amount_captured": amount}
    charge["balance_transaction"] = balance_entry(account, charge, amount, fee_of(amount))
    return account.save(charge)


def release(account: Account, charge: Document) -> Document:
    """Nothing is taken: all of it is the holder's again."""
    return account.save(charge | {"amount_refunded": charge["amount"], "refunded": True})
