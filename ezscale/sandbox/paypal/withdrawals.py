"""What leaves an account but for refunds: withdrawals to its owner's bank, and fees for no payment."""

from ezscale.sandbox.paypal.account import Account
from ezscale.sandbox.paypal.amounts import minor, written
from ezscale.sandbox.paypal.errors import unprocessable
from ezscale.sandbox.store import Document


def withdraw(account: Account, amount: Document, fee: str = "") -> Document:
    """Send a sum to the bank, at some cost perhaps: it is under way until the bank has it, or sends it back."""
    sent = written(minor(amount, "/amount"), amount["currency_code"])
    cost = {"currency_code": amount["currency_code"], "value": fee}
    costs = written(minor(cost, "/fee"), cost["currency_code"]) if fee else None
    return account.make("withdrawal", status="PENDING", amount=sent, _fee=costs)


def arrive(account: Account, withdrawal: Document) -> Document:
    """The bank has it."""
    return _end(account, withdrawal, "COMPLETED", "PENDING")


def come_back(account: Account, withdrawal: Document) -> Document:
    """The bank does not take it, or sends it back: the account has it again."""
    return _end(account, withdrawal, "REVERSED", "PENDING", "COMPLETED")


def keep_fee(account: Account, amount: Document) -> Document:
    """PayPal keeps something for itself."""
    kept = written(minor(amount, "/amount"), amount["currency_code"])
    return account.make("fee", status="COMPLETED", amount=kept)


def _end(account: Account, withdrawal: Document, status: str, *allowed: str) -> Document:
    if withdrawal["status"] not in allowed:
        raise unprocessable("INVALID_STATUS")
    return account.save(withdrawal | {"status": status})
