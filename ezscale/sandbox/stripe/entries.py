"""Entries: every movement of what the account holds."""

from collections import Counter
from datetime import timedelta

from ezscale.sandbox.store import Document, Store
from ezscale.sandbox.stripe.account import Account

ENTRIES = {"charge": "charge", "refund": "refund", "dispute": "adjustment", "payout": "payout"}  # by what moves it
SETTLES_AFTER = int(timedelta(days=2).total_seconds())  # until then a charge cannot be paid out
CATEGORIES = {"adjustment": "dispute", "payout_cancel": "payout_reversal", "payout_failure": "payout_reversal"}


def balance_entry(account: Account, source: Document, amount: int, fee: int = 0, type: str = "") -> str:
    """Move the balance for a charge, a refund, a dispute or a payout; the id of the entry."""
    kind = type or ENTRIES[source["object"]]
    waits = SETTLES_AFTER if kind == "charge" else 0
    entry = move_balance(account, kind, source["currency"], amount, fee, source=source["id"], waits=waits)
    return str(entry["id"])


def move_balance(
    account: Account, kind: str, currency: str, amount: int, fee: int = 0, *, source: str | None = None, waits: int = 0
) -> Document:
    """An entry on the balance, which can be paid out after so many seconds; without a source Stripe has made it itself."""
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe fee",
        "type": "stripe_fee",
    }
    return account.make(
        "txn",
        amount=amount,
        available_on=account.time + waits,
        balance_type="payments",
        currency=currency,
        description=None,
        exchange_rate=None,
        fee=fee,
        fee_details=[details] if fee else [],
        net=amount - fee,
        reporting_category="fee" if kind == "stripe_fee" else CATEGORIES.get(kind, kind),
        source=source,
        status="pending" if waits else "available",
        type=kind,
    )


def settle(account: Account) -> None:
    """What was pending can be paid out from its day on."""
    for entry in account.store.where("balance_transaction", "status", "pending"):
        if entry["available_on"] <= account.time:
            account.save(entry | {"status": "available"})


def held(store: Store, state: str = "") -> Counter[str]:
    """What the account holds by currency: all of it, or what is available or pending."""
    sums = Counter[str]()
    for entry in store.where("balance_transaction", "status", state) if state else store.all("balance_transaction"):
        sums[entry["currency"]] += entry["net"]
    return sums
