"""What was really done: the judge of every test about double charges."""

from collections import Counter
from typing import Any

from ezscale.sandbox.paypal.amounts import minor
from ezscale.sandbox.paypal.captures import TAKEN
from ezscale.sandbox.store import Store


def really_done(store: Store) -> dict[str, Any]:
    """Captures for each of our names (custom_id), sums for each currency, and what there is of everything."""
    names: dict[str, dict[str, Any]] = {}
    captured, refunded = Counter[str](), Counter[str]()
    for capture in store.all("capture"):
        if capture["status"] not in (*TAKEN, "REFUNDED"):
            continue
        currency, cents = capture["amount"]["currency_code"], minor(capture["amount"], "/amount")
        line = names.setdefault(
            capture.get("custom_id", ""),
            {"captures": 0, "captured": 0, "refunded": 0, "currency": currency},
        )
        line["captures"] += 1
        line["captured"] += cents
        line["refunded"] += capture["_refunded"]
        captured[currency] += cents
        refunded[currency] += capture["_refunded"]
    return {
        "names": names,
        "captured": dict(captured),
        "refunded": dict(refunded),
        "withdrawals": _by_status(store, "withdrawal"),
        "fees_kept": len(store.all("fee")),
        "declined": len(store.all("declined")),
        "refunds": len(store.all("refund")),
        "orders": _by_status(store, "order"),
        "captures": _by_status(store, "capture"),
        "wallets_kept": len(store.all("payment_token")),
        "subscriptions": _by_status(store, "subscription"),
        "disputes": _by_status(store, "dispute"),
        "tokens_issued": len(store.all("access_token")),
        "webhooks_owed": len(store.all("delivery")),
    }


def _by_status(store: Store, kind: str) -> dict[str, int]:
    return dict(Counter(doc["status"] for doc in store.all(kind)))
