"""Setup intents: keeping a card without charging it."""

import secrets

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe import payment_methods
from ezscale.sandbox.stripe.account import Account, merged_metadata
from ezscale.sandbox.stripe.cards import BY_LAST4, Authentication, decline
from ezscale.sandbox.stripe.errors import Declined


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A setup intent by id."""
    return account.find("setup_intent", id)


def make(account: Account, customer: str | None, description: str | None, metadata: object) -> Document:
    """A setup intent that waits for a card."""
    intent = account.make(
        "seti",
        customer=customer,
        description=description,
        metadata=merged_metadata({}, metadata or {}),
        status="requires_payment_method",
        usage="off_session",
        payment_method=None,
        payment_method_types=["card"],
        last_setup_error=None,
        next_action=None,
        _session=None,
    )
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(8)}"
    return account.save(intent)


def attempt(account: Account, intent: Document, method: Document, *, authenticated: bool = False) -> Document:
    """Ask the bank: the intent, succeeded or waiting for the holder's authentication; Declined when it says no."""
    if intent["customer"]:
        account.find("customer", intent["customer"], "customer")  # who may have been deleted meanwhile
    card = BY_LAST4[method["card"]["last4"]]
    intent |= {"payment_method": method["id"], "next_action": None, "last_setup_error": None}
    if card.declines_setup:
        raise refused(account, intent, method, decline(card.declines_setup))
    if card.authentication is not Authentication.NEVER and not authenticated:
        redirect = {"url": f"{account.public_url}/authenticate/{intent['id']}", "return_url": None}
        intent |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect}}
        return account.save(intent)
    intent["status"] = "succeeded"
    if intent["customer"]:
        payment_methods.keep(account, method, intent["customer"], set_up=True)
    account.emit("setup_intent.succeeded", intent)
    return account.save(intent)


def refused(account: Account, intent: Document, method: Document, error: Declined) -> Declined:
    """Put a refusal on record; the error to raise."""
    error.details |= {"payment_method": method}
    intent |= {"status": "requires_payment_method", "payment_method": None}
    intent |= {"last_setup_error": dict(error.details), "next_action": None}
    account.emit("setup_intent.setup_failed", intent)
    account.save(intent)
    error.details |= {"setup_intent": intent}
    return error
