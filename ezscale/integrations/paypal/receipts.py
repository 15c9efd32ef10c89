"""What PayPal's objects mean in our words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from ezscale.billing.ports import Card, Charge, ChargeState, Receipt
from ezscale.integrations.paypal.amounts import our_amount
from ezscale.kit.errors import UnknownOutcome

Row = Mapping[str, Any]

WALLET = "paypal"
OF_ORDERS = {
    "CREATED": ChargeState.OPEN,
    "SAVED": ChargeState.OPEN,
    "PAYER_ACTION_REQUIRED": ChargeState.OPEN,
    "APPROVED": ChargeState.APPROVED,
    "VOIDED": ChargeState.EXPIRED,
}
OF_CAPTURES = {
    "COMPLETED": ChargeState.SUCCEEDED,
    "PARTIALLY_REFUNDED": ChargeState.SUCCEEDED,
    "REFUNDED": ChargeState.SUCCEEDED,
    "PENDING": ChargeState.PROCESSING,
    "DECLINED": ChargeState.FAILED,
    "FAILED": ChargeState.FAILED,
}
NEEDS_CUSTOMER = frozenset({"PAYER_ACTION_REQUIRED"})
SOFT = frozenset(
    {
        "INSTRUMENT_DECLINED",
        "TRANSACTION_REFUSED",
        "TRANSACTION_LIMIT_EXCEEDED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
    }
)
HARD = frozenset(
    {
        "AGREEMENT_ALREADY_CANCELLED",
        "COMPLIANCE_VIOLATION",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_CANNOT_PAY",
        "TOKEN_EXPIRED",
        "TOKEN_ID_NOT_FOUND",
    }
)
DECLINES = NEEDS_CUSTOMER | SOFT | HARD


def our_names(charge: Charge) -> str:
    """Our names on PayPal's objects, by which lost answers and webhooks find their way home."""
    return f"{charge.invoice_id.hex}:{charge.attempt_id.hex}"


def attempt_of(custom_id: str) -> tuple[UUID | None, UUID | None]:
    """The invoice and the attempt that our names tell; nothing for what is not ours."""
    invoice, _, attempt = custom_id.partition(":")
    try:
        return UUID(invoice), UUID(attempt)
    except ValueError:
        return None, None


def receipt_of_order(order: Row, payer_ref: str = "") -> Receipt:
    """What became of an order: of its payment once there is one, for an order can be completed and not be paid."""
    unit = order["purchase_units"][0]
    taken = unit.get("payments", {}).get("captures", [])
    if taken:
        return replace(receipt_of_capture(taken[0], payer_ref), card=wallet_of_order(order))
    state = OF_ORDERS.get(order["status"])
    if state is None:
        raise UnknownOutcome(f"PayPal calls the order {order['id']} {order['status']!r}, and shows no payment of it.")
    invoice_id, attempt_id = attempt_of(unit.get("custom_id", ""))
    return Receipt(state, "", our_amount(unit["amount"]), attempt_id, invoice_id, payer_ref)


def receipt_of_capture(capture: Row, payer_ref: str = "") -> Receipt:
    """What became of a payment."""
    state = OF_CAPTURES.get(capture["status"])
    if state is None:
        raise UnknownOutcome(f"PayPal calls {capture['id']} {capture['status']!r}, which we do not know yet.")
    invoice_id, attempt_id = attempt_of(capture.get("custom_id", ""))
    fee = capture.get("seller_receivable_breakdown", {}).get("paypal_fee")
    return Receipt(
        state=state,
        payment_ref=capture["id"],
        amount=our_amount(capture["amount"]),
        attempt_id=attempt_id,
        invoice_id=invoice_id,
        payer_ref=payer_ref,
        fee=our_amount(fee) if fee and state is ChargeState.SUCCEEDED else None,
        decline_code=str(capture["status"]).lower() if state is ChargeState.FAILED else "",
    )


def refused(charge: Charge, issue: str) -> Receipt:
    """The receipt of a charge that moved no money."""
    names = (charge.attempt_id, charge.invoice_id, charge.payer_ref)
    return declined(Receipt(ChargeState.FAILED, "", charge.amount, *names), issue)


def declined(receipt: Receipt, issue: str) -> Receipt:
    """A receipt with the reason for which nothing was paid."""
    state = ChargeState.NEEDS_CUSTOMER if issue in NEEDS_CUSTOMER else ChargeState.FAILED
    return replace(receipt, state=state, decline_code=issue.lower(), hard=issue in HARD)


def wallet_of_order(order: Row) -> Card | None:
    """The wallet that was kept when an order was paid; None while PayPal has not kept it."""
    source = order.get("payment_source", {}).get("paypal", {})
    kept = source.get("attributes", {}).get("vault", {})
    if kept.get("status") != "VAULTED":
        return None
    return _wallet(kept["id"], kept.get("customer", {}), source.get("email_address", ""), source.get("account_id", ""))


def wallet_of_token(token: Row) -> Card:
    """A kept wallet."""
    source = token["payment_source"].get("paypal", {})
    return _wallet(token["id"], token["customer"], source.get("email_address", ""), source.get("payer_id", ""))


def masked(email: str) -> str:
    """As much of an e-mail address as its owner needs to recognise it."""
    name, at, host = email.partition("@")
    return f"{name[:1] if len(name) > 1 else ''}•••{at}{host}" if email else ""


def _wallet(ref: str, customer: Row, email: str, payer_id: str) -> Card:
    return Card(ref, WALLET, fingerprint=payer_id, account=masked(email), payer_ref=customer.get("id", ""))
