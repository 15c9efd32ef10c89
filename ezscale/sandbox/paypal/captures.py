"""Money that was taken, and given back."""

from datetime import timedelta

from ezscale.sandbox.paypal.account import Account, new_id, read_time
from ezscale.sandbox.paypal.amounts import fee_of, minor, written
from ezscale.sandbox.paypal.errors import unprocessable
from ezscale.sandbox.paypal.wallets import BY_NAME
from ezscale.sandbox.store import Document

REFUNDABLE_FOR = timedelta(days=180)
TAKEN = ("COMPLETED", "PARTIALLY_REFUNDED")
SAID = ("invoice_id", "custom_id", "note_to_payer")


def make(account: Account, order: Document, amount: Document, names: Document) -> Document:
    """Take an order's money: completed, or pending where the customer's bank takes its time."""
    waits_for = BY_NAME[order["_wallet"]].waits_for
    capture = account.make(
        "capture",
        status="PENDING",
        amount=amount,
        final_capture=True,
        seller_protection={"status": "ELIGIBLE"},
        supplementary_data={"related_ids": {"order_id": order["id"]}},
        _refunded=0,
        _disputed=False,
        **names,
    )
    own = f"/v2/payments/captures/{capture['id']}"
    capture["links"] = [account.link("self", own), account.link("refund", f"{own}/refund", "POST")]
    if not waits_for:
        return _completed(account, capture)
    capture["status_details"] = {"reason": waits_for}
    account.emit("PAYMENT.CAPTURE.PENDING", "capture", capture)
    return account.save(capture)


def arrive(account: Account, capture: Document) -> Document:
    """A pending payment comes in."""
    _require_pending(capture)
    return _completed(account, capture)


def deny(account: Account, capture: Document) -> Document:
    """A pending payment does not come in after all."""
    _require_pending(capture)
    capture["status"] = "DECLINED"
    account.emit("PAYMENT.CAPTURE.DENIED", "capture", capture)
    return account.save(capture)


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A capture as it is now."""
    return account.find("capture", id)


def retrieve_refund(account: Account, params: Document, id: str) -> Document:
    """A refund as it is now."""
    return account.find("refund", id)


def refund(account: Account, params: Document, id: str) -> Document:
    """Give back all that is left of a capture, or a part of it; never more."""
    capture = account.find("capture", id)
    cents = _refundable(account, capture, params.get("amount"))
    refuse_known_invoice_id(account, params.get("invoice_id"), "refund")
    return _given_back(account, capture, cents, {name: params[name] for name in SAID if name in params}, "REFUNDED")


def reverse(account: Account, capture: Document) -> Document:
    """PayPal itself gives the customer all that is left, against our will."""
    left: int = minor(capture["amount"], "/amount") - capture["_refunded"]
    return _given_back(account, capture, left, {}, "REVERSED")


def refuse_known_invoice_id(account: Account, invoice_id: str | None, kind: str = "capture") -> None:
    """PayPal takes each of our invoice ids once."""
    if invoice_id and any(
        doc["status"] not in ("DECLINED", "FAILED") for doc in account.store.where(kind, "invoice_id", invoice_id)
    ):
        raise unprocessable("DUPLICATE_INVOICE_ID", field="/invoice_id")


def _require_pending(capture: Document) -> None:
    if capture["status"] != "PENDING":
        raise unprocessable("CAPTURE_NOT_PENDING")


def _completed(account: Account, capture: Document) -> Document:
    currency, gross = capture["amount"]["currency_code"], minor(capture["amount"], "/amount")
    capture |= {"status": "COMPLETED", "_arrived": account.time}
    capture.pop("status_details", None)
    capture["seller_receivable_breakdown"] = {
        "gross_amount": written(gross, currency),
        "paypal_fee": written(fee_of(gross), currency),
        "net_amount": written(gross - fee_of(gross), currency),
    }
    account.emit("PAYMENT.CAPTURE.COMPLETED", "capture", capture)
    return account.save(capture)


def _refundable(account: Account, capture: Document, wanted: Document | None) -> int:
    if capture["status"] == "PENDING":
        raise unprocessable("PENDING_CAPTURE")
    if capture["status"] == "REFUNDED":
        raise unprocessable("CAPTURE_FULLY_REFUNDED")
    if capture["status"] not in TAKEN:
        raise unprocessable("REFUND_NOT_ALLOWED")
    if capture["_disputed"]:
        raise unprocessable("TRANSACTION_DISPUTED")
    if read_time(capture["_arrived"]) + REFUNDABLE_FOR < account.now():
        raise unprocessable("REFUND_TIME_LIMIT_EXCEEDED")
    left: int = minor(capture["amount"], "/amount") - capture["_refunded"]
    if wanted is None:
        return left
    if wanted["currency_code"] != capture["amount"]["currency_code"]:
        raise unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH", field="/amount/currency_code")
    if minor(wanted, "/amount") > left:
        raise unprocessable("REFUND_AMOUNT_EXCEEDED", field="/amount/value")
    return minor(wanted, "/amount")


def _given_back(account: Account, capture: Document, cents: int, said: Document, how: str) -> Document:
    currency = capture["amount"]["currency_code"]
    capture["_refunded"] += cents
    whole = capture["_refunded"] == minor(capture["amount"], "/amount")
    capture["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
    account.save(capture)
    id = new_id()
    refund = account.make(
        "refund",
        id,
        status="COMPLETED",
        amount=written(cents, currency),
        seller_payable_breakdown={
            "gross_amount": written(cents, currency),
            "paypal_fee": written(0, currency),  # it keeps what it took
            "net_amount": written(cents, currency),
            "total_refunded_amount": written(capture["_refunded"], currency),
        },
        links=[
            account.link("self", f"/v2/payments/refunds/{id}"),
            account.link("up", f"/v2/payments/captures/{capture['id']}"),
        ],
        _capture=capture["id"],
        **({"custom_id": capture["custom_id"]} if "custom_id" in capture else {}) | said,
    )
    account.emit(f"PAYMENT.CAPTURE.{how}", "refund", refund)
    return refund
