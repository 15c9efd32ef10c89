"""What PayPal's refunds and disputes mean in our words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ezscale.billing.ports import DisputeReceipt, DisputeState, RefundReceipt, RefundState, WantedRefund
from ezscale.integrations.paypal.amounts import our_amount
from ezscale.kit.errors import UnknownOutcome
from ezscale.kit.money import Money

Row = Mapping[str, Any]

OURS = "refund:"
REFUND_STATES = {
    "COMPLETED": RefundState.SUCCEEDED,
    "PENDING": RefundState.PENDING,
    "FAILED": RefundState.FAILED,
    "CANCELLED": RefundState.FAILED,
}
LOST = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})
WON = frozenset({"RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER", "DENIED", "NONE"})


def our_name(refund_id: UUID) -> str:
    """Our name on a refund, by which a lost answer finds its way home."""
    return f"{OURS}{refund_id.hex}"


def receipt_of_refund(refund: Row) -> RefundReceipt:
    """What became of money that goes back."""
    state = REFUND_STATES.get(refund["status"])
    if state is None:
        raise UnknownOutcome(f"PayPal calls {refund['id']} {refund['status']!r}, which we do not know yet.")
    reason = refund.get("status_details", {}).get("reason", refund["status"])
    return RefundReceipt(
        state=state,
        ref=refund["id"],
        payment_ref=capture_behind(refund),
        amount=our_amount(refund["amount"]),
        refund_id=_ours(str(refund.get("custom_id", ""))),
        failure=str(reason).lower() if state is RefundState.FAILED else "",
    )


def refused_refund(wanted: WantedRefund, issue: str) -> RefundReceipt:
    """The receipt of a refund that was not made."""
    return RefundReceipt(
        RefundState.FAILED, "", wanted.payment_ref, wanted.amount, wanted.refund_id, failure=issue.lower()
    )


def capture_behind(refund: Row) -> str:
    """The payment that a refund is of."""
    return next((link["href"].rpartition("/")[2] for link in refund.get("links", ()) if link["rel"] == "up"), "")


def receipt_of_dispute(dispute: Row, card_ref: str) -> DisputeReceipt:
    """What became of a dispute. Until PayPal decides it has taken nothing: it only asks."""
    amount, outcome = our_amount(dispute["dispute_amount"]), dispute.get("dispute_outcome", {})
    state = DisputeState.WARNING
    if dispute["status"] == "RESOLVED":
        code = outcome.get("outcome_code")
        if code not in LOST | WON:
            raise UnknownOutcome(f"PayPal has decided {dispute['dispute_id']} as {code!r}, which we do not know yet.")
        state = DisputeState.LOST if code in LOST else DisputeState.WON
        if state is DisputeState.LOST and "amount_refunded" in outcome:
            amount = our_amount(outcome["amount_refunded"])
    due_by = dispute.get("seller_response_due_date")
    return DisputeReceipt(
        state=state,
        ref=dispute["dispute_id"],
        payment_ref=payment_of(dispute),
        amount=amount,
        fee=Money.zero(amount.currency),
        reason=str(dispute.get("reason", "")).lower(),
        answer_by=datetime.fromisoformat(due_by) if due_by else None,
        card_ref=card_ref,
    )


def receipt_of_reversal(refund: Row, card_ref: str) -> DisputeReceipt:
    """Money that PayPal took back without a dispute that it tells us of: it is lost."""
    amount = our_amount(refund["amount"])
    return DisputeReceipt(
        state=DisputeState.LOST,
        ref=refund["id"],
        payment_ref=capture_behind(refund),
        amount=amount,
        fee=Money.zero(amount.currency),
        reason="taken back by PayPal",
        card_ref=card_ref,
    )


def payment_of(dispute: Row) -> str:
    """The payment that a dispute is about."""
    return str(next((each["seller_transaction_id"] for each in dispute.get("disputed_transactions", ())), ""))


def _ours(custom_id: str) -> UUID | None:
    try:
        return UUID(custom_id.removeprefix(OURS)) if custom_id.startswith(OURS) else None
    except ValueError:
        return None
