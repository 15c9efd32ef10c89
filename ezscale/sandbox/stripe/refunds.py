"""Money given back."""

from datetime import timedelta

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe.account import Account, merged_metadata
from ezscale.sandbox.stripe.cards import BY_LAST4, Arrives
from ezscale.sandbox.stripe.disputes import is_refundable
from ezscale.sandbox.stripe.entries import balance_entry
from ezscale.sandbox.stripe.errors import StripeError

A_DAY = int(timedelta(days=1).total_seconds())
WAITING = "refund_on_its_way"


def create(account: Account, params: Document, id: str = "") -> Document:
    """Give back all that is left of a charge, or a part of it; never more."""
    charge = _charge_of(account, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeError(message, code="charge_already_refunded")
    if charge["disputed"] and not is_refundable(account, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise StripeError(message, code="charge_disputed")
    if not 0 < amount <= left:
        message = f"Refund amount ({amount}) must be positive and no more than the unrefunded amount ({left})."
        raise StripeError(message, param="amount")
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    account.save(charge)
    card = BY_LAST4[account.find("payment_method", charge["payment_method"])["card"]["last4"]]
    refund = account.make(
        "re",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        failure_reason=None,
        metadata=merged_metadata({}, params.get("metadata", {})),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="pending" if card.refunds is Arrives.LATER else "succeeded",
    )
    refund["balance_transaction"] = balance_entry(account, refund, -amount)
    account.emit("refund.created", refund)
    if card.refunds is not Arrives.AT_ONCE:
        account.store.put(WAITING, refund["id"], {"id": refund["id"], "until": account.time + A_DAY})
    return account.save(refund)


def settle_overdue(account: Account) -> None:
    """What has become of money that was sent back a day ago to cards that take it late, or not at all."""
    for row in account.store.all(WAITING):
        if row["until"] > account.time:
            continue
        refund = account.find("refund", row["id"])
        account.store.delete(WAITING, row["id"])
        if refund["status"] == "pending":
            refund["status"] = "succeeded"
            account.emit("refund.updated", account.save(refund))
            continue
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        charge = account.find("charge", refund["charge"])
        charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
        account.save(charge)
        refund["failure_balance_transaction"] = balance_entry(account, refund, refund["amount"], type="refund_failure")
        account.emit("refund.failed", account.save(refund))


def retrieve(account: Account, params: Document, id: str) -> Document:
    """A refund by id."""
    settle_overdue(account)
    return account.find("refund", id)


def index(account: Account, params: Document, id: str = "") -> Document:
    """Refunds, newest first."""
    settle_overdue(account)
    return account.page_of("refund", params, "/v1/refunds")


def _charge_of(account: Account, params: Document) -> Document:
    if "charge" in params:
        charge = account.find("charge", params["charge"], "charge")
    elif "payment_intent" in params:
        intent = account.find("payment_intent", params["payment_intent"], "payment_intent")
        charge = account.find("charge", intent["latest_charge"] or "", "payment_intent")
    else:
        raise StripeError("One of the following params should be provided: charge or payment_intent.")
    if not charge["paid"]:
        raise StripeError("This charge did not succeed, so it cannot be refunded.")
    return charge
