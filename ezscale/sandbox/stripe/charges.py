"""Charges: every try at a card, and for those that succeeded the money on the balance."""

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.amounts import fee_of
from ezscale.sandbox.stripe.entries import balance_entry
from ezscale.sandbox.stripe.errors import Declined


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A charge by id."""
    return account.find("charge", id)


def make(account: Account, intent: Document, method: Document, failure: Declined | None = None) -> Document:
    """One try: paid, with its entry on the balance, unless the bank gave a failure."""
    details = failure.details if failure else {}
    charge = account.make(
        "ch",
        amount=intent["amount"],
        amount_captured=0 if failure else intent["amount"],
        amount_refunded=0,
        balance_transaction=None,
        captured=failure is None,
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
        payment_method_details={"type": "card", "card": method["card"]},
        refunded=False,
        status="failed" if failure else "succeeded",
    )
    if failure is None:
        charge["balance_transaction"] = balance_entry(account, charge, charge["amount"], fee_of(charge["amount"]))
    return account.save(charge)
