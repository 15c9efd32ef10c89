"""Kept cards."""

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.cards import BY_LAST4, BY_NAME, TestCard, decline
from ezscale.sandbox.stripe.errors import StripeError


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A card by id."""
    return account.find("payment_method", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """The cards of a customer."""
    if "customer" not in params:
        raise StripeError("Missing required param: customer.", code="parameter_missing", param="customer")
    account.find("customer", params["customer"], "customer")
    return account.page_of("payment_method", params, "/v1/payment_methods")


def attach(account: Account, params: Document, id: str) -> Document:
    """Keep a card for a customer; the names of test cards (pm_card_visa, …) make a new one."""
    customer = account.find("customer", params["customer"], "customer")
    method = named(account, id)
    if method["_detached"] or method["customer"] not in (None, customer["id"]):
        raise StripeError("The payment method you provided has already been attached to a customer.")
    if code := BY_LAST4[method["card"]["last4"]].declines_setup:
        raise decline(code)
    return keep(account, method, customer["id"])


def detach(account: Account, params: Document, id: str) -> Document:
    """Forget a card for good: it can never be used again."""
    method = account.find("payment_method", id)
    if method["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise StripeError(message, param="payment_method")
    method |= {"customer": None, "_detached": True}
    account.emit("payment_method.detached", method)
    return account.save(method)


def renew(account: Account, method: Document, year: int, last4: str = "") -> Document:
    """The bank sends the holder a new card: another year on it, and perhaps another number, of a test card, too."""
    if method["customer"] is None:
        raise StripeError("Only the cards that are kept for somebody are renewed.", param="payment_method")
    if last4 and last4 not in BY_LAST4:
        raise StripeError("No test card ends in these digits.", param="last4")
    last4 = last4 or method["card"]["last4"]
    renewed = {"exp_year": year, "last4": last4, "fingerprint": f"fingerprint{last4}"}
    before = {name: method["card"][name] for name, value in renewed.items() if method["card"][name] != value}
    method["card"] |= renewed
    account.emit("payment_method.automatically_updated", method, {"card": before})
    return account.save(method)


def keep(account: Account, method: Document, customer: str, *, set_up: bool = False) -> Document:
    """Attach a card; `set_up` when its holder has agreed, authenticated if the bank wished, to later charges.

    Real test cards are all from the United States. Here a card is from where its holder lives, as most are.
    """
    address = account.find("customer", customer)["address"] or {}
    method["card"] |= {"country": address.get("country") or method["card"]["country"]}
    method |= {"customer": customer, "_set_up": method["_set_up"] or set_up}
    account.emit("payment_method.attached", method)
    return account.save(method)


def named(account: Account, id: str, param: str = "payment_method") -> Document:
    """A card by id, or a new one by the name of a test card."""
    if id in BY_NAME:
        return make(account, BY_NAME[id])
    return account.find("payment_method", id, param)


def make(account: Account, card: TestCard, month: int = 12, year: int = 2034, name: str | None = None) -> Document:
    """A card that belongs to nobody yet. Its number is not kept."""
    details = {
        "brand": card.brand,
        "country": "US",
        "exp_month": month,
        "exp_year": year,
        "fingerprint": f"fingerprint{card.last4}",  # the number's own: no two test cards share their last digits
        "funding": "credit",
        "last4": card.last4,
        "wallet": None,
    }
    return account.make(
        "pm",
        type="card",
        card=details,
        customer=None,
        metadata={},
        allow_redisplay="limited",
        billing_details={"name": name},
        _set_up=False,
        _detached=False,
    )
