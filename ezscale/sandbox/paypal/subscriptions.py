"""Subscriptions from before, which PayPal bills by itself: only to be found and ended."""

from ezscale.sandbox.paypal.account import Account, new_id
from ezscale.sandbox.paypal.errors import unprocessable
from ezscale.sandbox.paypal.queries import page_of, pages
from ezscale.sandbox.paypal.wallets import WALLETS, payer_of
from ezscale.sandbox.store import Document

USUAL_PAGE, LARGEST_PAGE = 10, 20


def make(account: Account, custom_id: str, price: Document, email: str = "") -> Document:
    """A subscription as an older system left it behind, of whoever has this e-mail address."""
    return account.make(
        "subscription",
        new_id("I-")[:14],
        status="ACTIVE",
        custom_id=custom_id,
        plan_id="P-1AB23456CD789012E",
        start_time=account.time,
        status_update_time=account.time,
        billing_info={"outstanding_balance": price | {"value": "0.0"}, "failed_payments_count": 0},
        subscriber=_subscriber(email),
        plan_overridden=False,
        _price=price,
    )


def bill(account: Account, subscription: Document) -> Document:
    """It takes its price, as it does each month: a sale, which only its webhook and the report tell of."""
    if subscription["status"] != "ACTIVE":
        raise unprocessable("SUBSCRIPTION_STATUS_INVALID")
    price = subscription["_price"]
    sale = account.make(
        "sale",
        state="completed",
        amount={"total": price["value"], "currency": price["currency_code"]},
        billing_agreement_id=subscription["id"],
    )
    account.emit("PAYMENT.SALE.COMPLETED", "sale", sale)
    return sale


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A subscription as it is now."""
    return account.find("subscription", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Subscriptions, page by page."""
    wanted = set(params["statuses"].split(",")) if "statuses" in params else None
    docs = [doc for doc in account.store.all("subscription") if wanted is None or doc["status"] in wanted]
    counted = pages(docs, params, USUAL_PAGE, LARGEST_PAGE)
    return {"subscriptions": page_of(docs, params, USUAL_PAGE, LARGEST_PAGE), **counted}


def cancel(account: Account, params: Document, id: str) -> Document:
    """End a subscription for good."""
    return _moved(account, id, ("ACTIVE", "SUSPENDED"), "CANCELLED", params["reason"])


def suspend(account: Account, params: Document, id: str) -> Document:
    """Pause an active subscription."""
    return _moved(account, id, ("ACTIVE",), "SUSPENDED", params["reason"])


def _subscriber(email: str) -> Document:
    """One of the wallets, or somebody else."""
    return next((payer_of(wallet) for wallet in WALLETS if wallet.email == email), {"email_address": email})


def _moved(account: Account, id: str, allowed: tuple[str, ...], status: str, reason: str) -> Document:
    subscription = account.find("subscription", id)
    if subscription["status"] not in allowed:
        raise unprocessable("SUBSCRIPTION_STATUS_INVALID")
    subscription |= {"status": status, "status_update_time": account.time, "status_change_note": reason}
    account.emit(f"BILLING.SUBSCRIPTION.{status}", "subscription", subscription)
    return account.save(subscription)
