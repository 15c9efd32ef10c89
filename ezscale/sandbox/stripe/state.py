"""What was really done: the judge of every test about double charges."""

from collections import Counter
from typing import Any

from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe.entries import held


def really_done(store: Store) -> dict[str, Any]:
    """Captures for each invoice (by our metadata), sums for each currency, and what there is of everything."""
    invoices: dict[str, dict[str, Any]] = {}
    captured, refunded, released = Counter[str](), Counter[str](), Counter[str]()
    for charge in store.where("charge", "status", "succeeded"):
        if not charge["captured"]:  # agreed to by a bank, and not taken (yet)
            released[charge["currency"]] += charge["amount_refunded"]
            continue
        invoice = charge["metadata"].get("invoice_id", "")
        line = invoices.setdefault(
            invoice, {"captures": 0, "captured": 0, "refunded": 0, "currency": "", "intents": []}
        )
        line["captures"] += 1
        line["captured"] += charge["amount_captured"]
        line["refunded"] += charge["amount_refunded"]
        line["currency"] = charge["currency"]
        line["intents"].append(charge["payment_intent"])
        captured[charge["currency"]] += charge["amount_captured"]
        refunded[charge["currency"]] += charge["amount_refunded"]
    paid_out = Counter[str]()
    for payout in (payouts := store.all("payout")):
        paid_out[payout["currency"]] += 0 if payout["status"] in ("failed", "canceled") else payout["amount"]
    return {
        "invoices": invoices,
        "captured": dict(captured),
        "refunded": dict(refunded),
        "authorised": _authorised(store),
        "released": dict(+released),
        "declined": len(store.where("charge", "status", "failed")),
        "refunds": len(store.all("refund")),
        "disputes": dict(Counter(dispute["status"] for dispute in store.all("dispute"))),
        "balance": dict(held(store)),
        "payouts": dict(Counter(payout["status"] for payout in payouts)),
        "paid_out": dict(paid_out),
        "customers": len(store.all("customer")),
        "customers_deleted": len(store.all("deleted_customer")),
        "cards_kept": sum(method["customer"] is not None for method in store.all("payment_method")),
        "sessions": dict(Counter(session["status"] for session in store.all("checkout.session"))),
        "webhooks_owed": len(store.all("delivery")),
    }


def _authorised(store: Store) -> dict[str, int]:
    """What banks have agreed to and nobody has taken yet, by currency."""
    sums = Counter[str]()
    for intent in store.where("payment_intent", "status", "requires_capture"):
        sums[intent["currency"]] += intent["amount_capturable"]
    return dict(sums)
