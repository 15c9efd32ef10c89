"""What Stripe's objects mean in our words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import stripe
from stripe.checkout import Session

from ezscale.billing.ports import (
    Card,
    Charge,
    ChargeState,
    DisputeReceipt,
    DisputeState,
    Receipt,
    RefundReceipt,
    RefundState,
    WantedRefund,
)
from ezscale.integrations.stripe.amounts import our_amount
from ezscale.kit.errors import UnknownOutcome
from ezscale.kit.money import Money

SHORTEST_RESERVE = int(timedelta(days=7).total_seconds())
AUTHENTICATE = ("authentication_required", "payment_intent_authentication_failure")
HARD = frozenset(
    {
        "blocklist",
        "card_not_supported",
        "do_not_honor",
        "expired_card",
        "fraudulent",
        "incorrect_cvc",
        "incorrect_number",
        "invalid_account",
        "invalid_cvc",
        "invalid_expiry_year",
        "invalid_pin",
        "live_mode_test_card",
        "lost_card",
        "merchant_blacklist",
        "not_permitted",
        "pickup_card",
        "previously_declined_do_not_retry",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "security_violation",
        "stolen_card",
        "stop_payment_order",
    }
)
STATES = {
    "succeeded": ChargeState.SUCCEEDED,
    "processing": ChargeState.PROCESSING,
    "requires_capture": ChargeState.APPROVED,
    "requires_action": ChargeState.NEEDS_CUSTOMER,
    "requires_confirmation": ChargeState.OPEN,
    "requires_payment_method": ChargeState.OPEN,
    "canceled": ChargeState.FAILED,
}

REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}

UNDECIDED = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")
APPEALED = ("appeal_needs_response", "appeal_under_review")
DECIDED = ("won", "lost", "warning_closed", "prevented")


def receipt_of_intent(intent: stripe.PaymentIntent) -> Receipt:
    """What became of a payment intent; its charge, balance entry and card are read where they were expanded."""
    state = STATES.get(intent.status)
    if state is None:
        raise UnknownOutcome(f"Stripe calls {intent.id} {intent.status!r}, which we do not know yet.")
    code, advice = _decline_of(intent)
    if state is ChargeState.OPEN and code:
        state = ChargeState.NEEDS_CUSTOMER if code in AUTHENTICATE else ChargeState.FAILED
    paid = state is ChargeState.SUCCEEDED
    return Receipt(
        state=state,
        payment_ref=intent.id,
        amount=our_amount(intent.amount_received if paid else intent.amount, intent.currency),
        attempt_id=ours(intent.metadata, "attempt_id"),
        invoice_id=ours(intent.metadata, "invoice_id"),
        payer_ref=ref(intent.customer),
        card=kept_card(intent.payment_method),
        fee=_fee(intent.latest_charge) if paid else None,
        decline_code=_end_of(intent) if intent.status == "canceled" else code,
        hard=is_hard(code, advice),
        reserved_until=_reserved_until(intent) if state is ChargeState.APPROVED else None,
    )


def receipt_of_session(session: Session) -> Receipt:
    """What became of a payment page; its payment intent must be expanded."""
    intent = session.payment_intent
    if session.status == "complete" and isinstance(intent, stripe.PaymentIntent):
        return receipt_of_intent(intent)
    return Receipt(
        state=ChargeState.EXPIRED if session.status == "expired" else ChargeState.OPEN,
        payment_ref="",
        amount=our_amount(session.amount_total, session.currency),
        attempt_id=ours(session.metadata, "attempt_id"),
        invoice_id=ours(session.metadata, "invoice_id"),
        payer_ref=ref(session.customer),
    )


def receipt_of_refund(refund: stripe.Refund) -> RefundReceipt:
    """What became of money that goes back."""
    state = REFUND_STATES.get(refund.status or "")
    if state is None:
        raise UnknownOutcome(f"Stripe calls {refund.id} {refund.status!r}, which we do not know yet.")
    return RefundReceipt(
        state=state,
        ref=refund.id,
        payment_ref=ref(refund.payment_intent),
        amount=our_amount(refund.amount, refund.currency),
        refund_id=ours(refund.metadata, "refund_id"),
        failure=getattr(refund, "failure_reason", None) or ("canceled" if refund.status == "canceled" else ""),
    )


def receipt_of_dispute(dispute: stripe.Dispute) -> DisputeReceipt:
    """What became of a dispute; its charge must be expanded. Where the money is counts for more than what it is called.

    One that is won is open until the money is back, and one that is lost without money has cost us none.
    """
    if dispute.status not in (*UNDECIDED, *APPEALED, *DECIDED):
        raise UnknownOutcome(f"Stripe calls {dispute.id} {dispute.status!r}, which we do not know yet.")
    entries = dispute.balance_transactions
    withdrawn = -sum(entry.amount for entry in entries if entry.amount < 0)
    reinstated = sum(entry.amount for entry in entries if entry.amount > 0)
    is_decided = dispute.status in DECIDED
    if withdrawn > reinstated:
        state = DisputeState.LOST if is_decided and dispute.status != "won" else DisputeState.OPEN
    else:
        state = DisputeState.WON if is_decided else DisputeState.WARNING
    same = [entry for entry in entries if entry.currency == dispute.currency]  # an account may be kept in another one
    taken = -sum(entry.amount for entry in same if entry.amount < 0)
    due_by = getattr(dispute.evidence_details, "due_by", None)
    return DisputeReceipt(
        state=state,
        ref=dispute.id,
        payment_ref=ref(dispute.payment_intent),
        amount=our_amount(taken or dispute.amount, dispute.currency),
        fee=our_amount(sum(entry.fee for entry in same), dispute.currency),
        reason=dispute.reason,
        answer_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        card_ref=ref(getattr(dispute.charge, "payment_method", "")),
    )


def refused_refund(wanted: WantedRefund, why: str) -> RefundReceipt:
    """The receipt of a refund that was not made."""
    return RefundReceipt(RefundState.FAILED, "", wanted.payment_ref, wanted.amount, wanted.refund_id, failure=why)


def receipt_of_decline(charge: Charge, error: stripe.CardError) -> Receipt:
    """What a bank's refusal of a charge means."""
    details: Mapping[str, Any] = error.json_body["error"] if isinstance(error.json_body, dict) else {}
    code = str(details.get("decline_code") or error.code or "card_declined")
    return refused(charge, code, details.get("payment_intent", {}).get("id", ""), details.get("advice_code") or "")


def refused(charge: Charge, code: str, payment_ref: str = "", advice: str = "", *, hard: bool = False) -> Receipt:
    """The receipt of a charge that moved no money."""
    return Receipt(
        state=ChargeState.NEEDS_CUSTOMER if code in AUTHENTICATE else ChargeState.FAILED,
        payment_ref=payment_ref,
        amount=charge.amount,
        attempt_id=charge.attempt_id,
        invoice_id=charge.invoice_id,
        payer_ref=charge.payer_ref,
        decline_code=code,
        hard=hard or is_hard(code, advice),
    )


def is_hard(code: str, advice: str) -> bool:
    """Whether the same card must not be tried again."""
    return code in HARD or (advice == "do_not_try_again" and code not in AUTHENTICATE)


def kept_card(method: "str | stripe.PaymentMethod | None") -> Card | None:
    """A card that Stripe keeps for a customer; None for one that was used once, or not expanded."""
    if not isinstance(method, stripe.PaymentMethod) or method.customer is None or method.card is None:
        return None
    card = method.card
    fingerprint = card.fingerprint or ""
    return Card(method.id, card.brand, card.last4, card.exp_month, card.exp_year, card.country or "", fingerprint)


def kept_method(method: stripe.PaymentMethod) -> Card:
    """Whatever Stripe keeps for a customer: of what is no card, its kind alone."""
    return kept_card(method) or Card(method.id, method.type)


def ours(metadata: Any, name: str) -> UUID | None:
    """One of our ids from the metadata; None when it is not there, or not ours."""
    try:
        return UUID(metadata[name])
    except (KeyError, TypeError, ValueError):
        return None


def ref(value: Any) -> str:
    """The id of something that Stripe may have expanded."""
    return str(getattr(value, "id", value) or "")


def _decline_of(intent: stripe.PaymentIntent) -> tuple[str, str]:
    error = intent.last_payment_error
    if error is None:
        return "", ""
    code = getattr(error, "decline_code", None) or error.code or "card_declined"
    return code, getattr(error, "advice_code", None) or ""


def _end_of(intent: stripe.PaymentIntent) -> str:
    return "expired" if intent.cancellation_reason == "automatic" else "canceled"


def _reserved_until(intent: stripe.PaymentIntent) -> datetime:
    """Until when its charge can be captured. Where Stripe does not say so, what it promises for every card."""
    charge = intent.latest_charge
    details = charge.payment_method_details if isinstance(charge, stripe.Charge) else None
    ends_at = getattr(getattr(details, "card", None), "capture_before", None)
    return datetime.fromtimestamp(ends_at or intent.created + SHORTEST_RESERVE, UTC)


def _fee(charge: "str | stripe.Charge | None") -> Money | None:
    entry = charge.balance_transaction if isinstance(charge, stripe.Charge) else None
    return our_amount(entry.fee, entry.currency) if isinstance(entry, stripe.BalanceTransaction) else None
