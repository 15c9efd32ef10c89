"""What the account holds, and every movement of it."""

from typing import Any, get_args

import stripe

from ezscale.sandbox.store import Document
from ezscale.sandbox.stripe import disputes, payouts, refunds
from ezscale.sandbox.stripe.account import Account
from ezscale.sandbox.stripe.entries import held, settle
from ezscale.sandbox.stripe.errors import StripeError

HOME = "eur"  # in which an account that holds nothing says so


def retrieve(account: Account, params: Document, id: str = "") -> Document:
    """What can be paid out, and what cannot yet, by currency."""
    _settle(account)
    sums = {state: held(account.store, state) for state in ("available", "pending")}
    currencies = sorted(sums["available"].keys() | sums["pending"].keys()) or [HOME]
    return {
        "object": "balance",
        "livemode": False,
        **{state: [_line(code, sums[state][code]) for code in currencies] for state in sums},
    }


def index_entries(account: Account, params: Document, id: str = "") -> Document:
    """Movements, newest first; of one type alone, where it is named."""
    _settle(account)
    if "type" in params and params["type"] not in TYPES:
        raise StripeError(f"Invalid type: {params['type']}", param="type")
    return account.page_of("balance_transaction", params, "/v1/balance_transactions")


def retrieve_entry(account: Account, params: Document, id: str) -> Document:
    """A movement by id."""
    _settle(account)
    return account.find("balance_transaction", id)


def _settle(account: Account) -> None:
    refunds.settle_overdue(account)
    disputes.settle_overdue(account)
    payouts.settle_overdue(account)
    settle(account)


def _line(currency: str, amount: int) -> Document:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _types() -> frozenset[str]:
    hint: Any = stripe.BalanceTransaction.__annotations__["type"]
    return frozenset(word for choice in get_args(hint) for word in get_args(choice))


TYPES = _types()
