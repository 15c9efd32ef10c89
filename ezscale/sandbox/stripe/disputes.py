"""Payments that a bank takes back because its customer disputes them, and what becomes of them."""

from datetime import timedelta

from ezscale.kit.money import Money
from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account, merged_metadata
from ezscale.sandbox.stripe.entries import balance_entry
from ezscale.sandbox.stripe.errors import StripeError

FEE = 15  # of the currency
TIME_TO_ANSWER = timedelta(days=9)
ASKED = ("needs_response", "warning_needs_response")
UNDECIDED = (*ASKED, "under_review", "warning_under_review")
WINS, LOSES = "winning_evidence", "losing_evidence"  # as Stripe's own test mode understands them


def open_dispute(account: Account, charge: Document, amount: int | None = None, *, inquiry: bool = False) -> Document:
    """A bank takes back a charge, or a part of it; with an inquiry it only asks, and takes nothing yet."""
    if not charge["paid"] or charge["disputed"]:
        raise StripeError(f"Charge {charge['id']} cannot be disputed.")
    dispute = account.make(
        "du",
        amount=amount or charge["amount_captured"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        evidence={},
        evidence_details={
            "due_by": account.time + int(TIME_TO_ANSWER.total_seconds()),
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason="fraudulent",
        status="warning_needs_response" if inquiry else "needs_response",
    )
    account.save(charge | {"disputed": True})
    account.emit("charge.dispute.created", dispute)
    return dispute if inquiry else _withdraw(account, dispute)


def escalate(account: Account, dispute: Document) -> Document:
    """An inquiry was not answered well enough: now the bank takes the money."""
    if not dispute["status"].startswith("warning_") or dispute["status"] == "warning_closed":
        raise StripeError("Only an inquiry that is open can become a dispute.")
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    account.emit("charge.dispute.updated", account.save(dispute))
    return _withdraw(account, dispute)


def decide(account: Account, dispute: Document, *, won: bool) -> Document:
    """The bank decides; what was won comes back, without the fee."""
    if dispute["status"] not in UNDECIDED:
        raise StripeError("This dispute is already closed.")
    if dispute["status"].startswith("warning_"):
        if not won:
            dispute = escalate(account, dispute)
        else:
            dispute |= {"status": "warning_closed"}
    if dispute["status"] != "warning_closed":
        dispute |= {"status": "won" if won else "lost", "is_charge_refundable": won}
    if won:
        account.save(account.find("charge", dispute["charge"]) | {"disputed": False})
    account.emit("charge.dispute.closed", account.save(dispute))
    if dispute["status"] == "won":
        _move(account, dispute, dispute["amount"])
        account.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def settle_overdue(account: Account) -> None:
    """What nobody has answered in time is lost; an inquiry ends without a word."""
    for dispute in account.store.all("dispute"):
        if dispute["status"] in ASKED and dispute["evidence_details"]["due_by"] <= account.time:
            dispute["evidence_details"]["past_due"] = True
            decide(account, dispute, won=dispute["status"].startswith("warning_"))


def is_refundable(account: Account, charge: Document) -> bool:
    """Whether every dispute of a charge lets it be refunded still."""
    return all(each["is_charge_refundable"] for each in account.store.where("dispute", "charge", charge["id"]))


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A dispute by id."""
    settle_overdue(account)
    return account.find("dispute", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Disputes, newest first."""
    settle_overdue(account)
    return account.page_of("dispute", params, "/v1/disputes")


def update(account: Account, params: Document, id: str) -> Document:
    """Lay evidence before the bank, at once unless `submit` says no. It decides at once on Stripe's test evidence."""
    settle_overdue(account)
    dispute = account.find("dispute", id)
    if "evidence" in params and dispute["status"] not in ASKED:
        raise StripeError("This dispute cannot be updated: its evidence was submitted, or it is closed.")
    dispute["metadata"] = merged_metadata(dispute["metadata"], params.get("metadata", {}))
    dispute["evidence"] |= params.get("evidence", {})
    details = dispute["evidence_details"]
    details["has_evidence"] = bool(dispute["evidence"])
    if details["has_evidence"] and dispute["status"] in ASKED and params.get("submit", True):
        details["submission_count"] += 1
        dispute["status"] = dispute["status"].replace("needs_response", "under_review")
    account.emit("charge.dispute.updated", account.save(dispute))
    told = dispute["evidence"].get("uncategorized_text")
    if dispute["status"] not in ASKED and told in (WINS, LOSES):
        return decide(account, dispute, won=told == WINS)
    return dispute


def close(account: Account, params: Document, id: str) -> Document:
    """Accept a dispute: it is lost."""
    dispute = account.find("dispute", id)
    if dispute["status"] != "needs_response":
        raise StripeError("Only a dispute that waits for an answer can be closed.")
    return decide(account, dispute, won=False)


def _withdraw(account: Account, dispute: Document) -> Document:
    _move(account, dispute, -dispute["amount"], Money.of(FEE, dispute["currency"].upper()).minor)
    account.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _move(account: Account, dispute: Document, amount: int, fee: int = 0) -> None:
    entry = balance_entry(account, dispute, amount, fee)
    dispute["balance_transactions"].append(account.find("balance_transaction", entry))
    account.save(dispute)
