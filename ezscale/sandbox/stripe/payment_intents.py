"""Payment intents: one movement of money each, however many tries it takes."""

import secrets

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe import charges, disputes, payment_methods
from ezscale.sandbox.stripe.account import Account, merged_metadata
from ezscale.sandbox.stripe.amounts import checked_amount, checked_currency
from ezscale.sandbox.stripe.cards import BY_LAST4, Authentication, Disputed, decline
from ezscale.sandbox.stripe.errors import Declined, StripeError, unexpected_state

WAITING = ("requires_payment_method", "requires_confirmation", "requires_action")
AUTHORISED = "requires_capture"


def create(account: Account, params: Document, id: str = "") -> Document:
    """Make an intent, and with `confirm` charge it at once."""
    if "off_session" in params and not params.get("confirm"):
        raise StripeError("`off_session` can only be set when `confirm` is true.", param="off_session")
    if "customer" in params:
        account.find("customer", params["customer"], "customer")
    intent = make(account, **{name: value for name, value in params.items() if name in MAKING})
    if "payment_method" in params:
        method = _usable(account, params["payment_method"], intent["customer"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if params.get("confirm"):
        return _confirmed(account, intent, params)
    return account.save(intent)


def confirm(account: Account, params: Document, id: str) -> Document:
    """Charge an intent that waits for it."""
    intent = current(account, account.find("payment_intent", id))
    if intent["status"] not in WAITING:
        message = f"This PaymentIntent could not be confirmed because its status is {intent['status']}."
        raise unexpected_state(message, intent)
    if "payment_method" in params:
        intent["payment_method"] = _usable(account, params["payment_method"], intent["customer"])["id"]
    return _confirmed(account, intent, params)


def cancel(account: Account, params: Document, id: str) -> Document:
    """End an intent that nobody has paid, or let go what its bank has agreed to."""
    intent = current(account, account.find("payment_intent", id))
    if intent["status"] not in (*WAITING, AUTHORISED):
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        raise unexpected_state(message, intent)
    return _canceled(account, intent, params.get("cancellation_reason"))


def capture(account: Account, params: Document, id: str) -> Document:
    """Take what a bank has agreed to, once: all of it, or `amount_to_capture`, and no more."""
    intent = current(account, account.find("payment_intent", id))
    if intent["status"] != AUTHORISED:
        message = (
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses may be captured: {AUTHORISED}."
        )
        raise unexpected_state(message, intent)
    amount: int = params["amount_to_capture"] if "amount_to_capture" in params else intent["amount_capturable"]
    if not 1 <= amount <= intent["amount_capturable"]:
        message = "The amount to capture must be at least 1 and at most the amount that was authorised."
        raise StripeError(message, code="amount_too_large", param="amount_to_capture")
    charge = account.find("charge", intent["latest_charge"])
    charges.capture(account, charge, amount)
    account.store.delete("authorisation", intent["id"])
    return _paid(account, intent, charge, amount)


def retrieve(account: Account, params: Document, id: str) -> Document:
    """An intent by id."""
    return current(account, account.find("payment_intent", id))


def index(account: Account, params: Document, id: str = "") -> Document:
    """Intents, newest first."""
    end_authorisations(account)
    return account.page_of("payment_intent", params, "/v1/payment_intents")


def end_authorisations(account: Account) -> None:
    """Whatever a bank had agreed to and nobody has taken in time is the holder's again."""
    for row in account.store.all("authorisation"):
        if row["ends_at"] <= account.time:
            current(account, account.find("payment_intent", row["id"]))


def current(account: Account, intent: Document) -> Document:
    """The intent, canceled if the time in which it could be captured is over."""
    agreed = account.store.get("authorisation", intent["id"])
    is_over = agreed is not None and agreed["ends_at"] <= account.time
    return _canceled(account, intent, "automatic") if is_over else intent


MAKING = frozenset(
    {
        "amount",
        "capture_method",
        "currency",
        "customer",
        "description",
        "metadata",
        "receipt_email",
        "setup_future_usage",
        "statement_descriptor_suffix",
    }
)


def make(account: Account, amount: int, currency: str, metadata: object = None, **fields: object) -> Document:
    """An intent that waits for a card."""
    empty = dict.fromkeys(MAKING - {"amount", "currency", "metadata"}) | {"capture_method": "automatic_async"}
    intent = account.make(
        "pi",
        **empty | fields,
        amount=checked_amount(amount),
        amount_capturable=0,
        amount_received=0,
        currency=checked_currency(currency),
        metadata=merged_metadata({}, metadata or {}),
        status="requires_payment_method",
        payment_method=None,
        payment_method_types=["card"],
        latest_charge=None,
        last_payment_error=None,
        next_action=None,
        canceled_at=None,
        cancellation_reason=None,
        _session=None,
    )
    intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(8)}"
    return account.save(intent)


def attempt(
    account: Account, intent: Document, method: Document, *, off_session: bool = False, authenticated: bool = False
) -> Document:
    """Ask the bank: the intent, succeeded or waiting for its payer's authentication; Declined when it says no."""
    if intent["customer"]:
        account.find("customer", intent["customer"], "customer")  # who may have been deleted meanwhile
    card = BY_LAST4[method["card"]["last4"]]
    intent |= {"payment_method": method["id"], "next_action": None, "last_payment_error": None}
    wants_payer = card.authentication is Authentication.ALWAYS or (
        card.authentication is Authentication.UNTIL_SET_UP and not method["_set_up"]
    )
    if wants_payer and not authenticated:
        if off_session:
            raise refused(account, intent, method, decline("authentication_required"))
        return _ask_payer(account, intent)
    if card.declines_charge:
        raise refused(account, intent, method, decline(card.declines_charge))
    charge = charges.make(account, intent, method)
    intent["latest_charge"] = charge["id"]
    if intent["setup_future_usage"] and intent["customer"] and method["customer"] is None:
        payment_methods.keep(account, method, intent["customer"], set_up=True)
    if intent["capture_method"] == "manual":
        return _authorised(account, intent, charge)
    return _paid(account, intent, charge, intent["amount"])


def refused(account: Account, intent: Document, method: Document, error: Declined) -> Declined:
    """Put a refusal on record; the error to raise."""
    charge = charges.make(account, intent, method, failure=error)
    details = error.details | {"charge": charge["id"], "payment_method": method}
    intent |= {"status": "requires_payment_method", "payment_method": None, "latest_charge": charge["id"]}
    intent |= {"last_payment_error": details, "next_action": None}
    account.emit("payment_intent.payment_failed", intent)
    account.save(intent)
    error.details = details | {"payment_intent": intent}
    return error


def _authorised(account: Account, intent: Document, charge: Document) -> Document:
    ends_at = charge["payment_method_details"]["card"]["capture_before"]
    account.store.put("authorisation", intent["id"], {"id": intent["id"], "ends_at": ends_at})
    intent |= {"status": AUTHORISED, "amount_capturable": intent["amount"]}
    account.emit("payment_intent.amount_capturable_updated", intent)
    return account.save(intent)


def _paid(account: Account, intent: Document, charge: Document, amount: int) -> Document:
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    account.emit("payment_intent.succeeded", intent)
    disputed = BY_LAST4[charge["payment_method_details"]["card"]["last4"]].disputed
    if disputed is not Disputed.NEVER:
        disputes.open_dispute(account, charge, inquiry=disputed is Disputed.INQUIRED)
    return account.save(intent)


def _canceled(account: Account, intent: Document, reason: str | None) -> Document:
    if intent["status"] == AUTHORISED:
        charges.release(account, account.find("charge", intent["latest_charge"]))
        account.store.delete("authorisation", intent["id"])
    intent |= {"status": "canceled", "amount_capturable": 0, "canceled_at": account.time, "next_action": None}
    intent["cancellation_reason"] = reason
    account.emit("payment_intent.canceled", intent)
    return account.save(intent)


def _confirmed(account: Account, intent: Document, params: Document) -> Document:
    off_session = bool(params.get("off_session"))
    if intent["payment_method"] is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise unexpected_state(message, intent)
    if not off_session and "return_url" not in params:
        raise StripeError(
            "This PaymentIntent accepts payment methods that may redirect: provide a `return_url`.", param="return_url"
        )
    intent["_return_url"] = params.get("return_url")
    method = account.find("payment_method", intent["payment_method"], "payment_method")
    return attempt(account, intent, method, off_session=off_session)


def _ask_payer(account: Account, intent: Document) -> Document:
    redirect = {"url": f"{account.public_url}/authenticate/{intent['id']}", "return_url": intent.get("_return_url")}
    intent |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect}}
    account.emit("payment_intent.requires_action", intent)
    return account.save(intent)


def _usable(account: Account, id: str, customer: str | None) -> Document:
    method = payment_methods.named(account, id)
    if method["_detached"]:
        raise StripeError(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or was "
            "detached from a Customer. It may not be used again.",
            param="payment_method",
        )
    if method["customer"] != customer and method["customer"] is not None:
        raise StripeError(
            f"The customer does not have a payment method with the ID {id}. "
            "The payment method must be attached to the customer.",
            code="resource_missing",
            param="payment_method",
        )
    return method
