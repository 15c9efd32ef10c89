"""Payouts: what the account holds goes to its owner's bank."""

from datetime import timedelta

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.entries import balance_entry, held, settle
from ezscale.sandbox.stripe.errors import StripeError

A_DAY = int(timedelta(days=1).total_seconds())
ARRIVES_AFTER = 2 * A_DAY
STATUSES = ("paid", "pending", "in_transit", "canceled", "failed")
GOING = ("pending", "in_transit")


def pay_out(account: Account, currency: str, amount: int | None = None) -> Document:
    """Send what is available of a currency, or a part of it, to the bank; never more."""
    settle(account)
    available = held(account.store, "available")[currency]
    wanted = available if amount is None else amount
    if not 0 < wanted <= available:
        message = "You have insufficient funds in your Stripe account for this payout."
        raise StripeError(message, code="balance_insufficient")
    payout = account.make(
        "po",
        amount=wanted,
        application_fee=None,
        application_fee_amount=None,
        arrival_date=account.time + ARRIVES_AFTER,
        automatic=False,
        balance_transaction=None,
        currency=currency,
        description=None,
        destination="ba_sandbox",
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata={},
        method="standard",
        original_payout=None,
        payout_method=None,
        reconciliation_status="not_applicable",
        reversed_by=None,
        source_type="card",
        statement_descriptor=None,
        status="pending",
        trace_id=None,
        type="bank_account",
    )
    payout["balance_transaction"] = balance_entry(account, payout, -wanted)
    account.emit("payout.created", account.save(payout))
    return payout


def fail(account: Account, payout: Document) -> Document:
    """The bank does not take it, or sends it back later: the account has it again."""
    if payout["status"] not in (*GOING, "paid"):
        raise StripeError(f"Payout {payout['id']} is {payout['status']}, so it cannot fail.")
    said = {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
    return _come_back(account, payout | said, "failed", "payout_failure")


def cancel(account: Account, payout: Document) -> Document:
    """It is stopped before it has left."""
    if payout["status"] != "pending":
        raise StripeError("Payouts can only be canceled while they are pending.")
    return _come_back(account, payout, "canceled", "payout_cancel")


def settle_overdue(account: Account) -> None:
    """What was sent a day ago is on its way, and has arrived on its day."""
    for status in GOING:
        for payout in account.store.where("payout", "status", status):
            if payout["arrival_date"] <= account.time:
                account.emit("payout.paid", account.save(payout | {"status": "paid"}))
            elif status == "pending" and payout["created"] + A_DAY <= account.time:
                account.emit("payout.updated", account.save(payout | {"status": "in_transit"}))


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A payout by id."""
    settle_overdue(account)
    return account.find("payout", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Payouts, newest first."""
    settle_overdue(account)
    if params.get("status", "paid") not in STATUSES:
        raise StripeError(f"Invalid status: {params['status']}", param="status")
    return account.page_of("payout", params, "/v1/payouts")


def _come_back(account: Account, payout: Document, status: str, kind: str) -> Document:
    payout |= {"status": status}
    payout["failure_balance_transaction"] = balance_entry(account, payout, payout["amount"], type=kind)
    account.emit(f"payout.{status}", account.save(payout))
    return payout
