"""Double-entry bookkeeping. Every entry balances, is booked once, and is never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert
from sqlmodel import col, select

from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, LedgerEntry, Posting

REVENUE = "revenue:services"
BAD_DEBT = "bad_debt"

Side = tuple[str, Money]


class Unbalanced(AssertionError):
    """An entry whose postings do not add up to nothing: a bug, never a booking."""


def receivable(customer_id: UUID) -> str:
    """What a customer owes us."""
    return f"receivable:{customer_id.hex}"


def credit(customer_id: UUID) -> str:
    """What a customer has with us."""
    return f"credit:{customer_id.hex}"


def tax_account(country: str) -> str:
    """The tax we owe to a country."""
    return f"tax:{country}"


def clearing(gateway: str) -> str:
    """What a gateway holds for us."""
    return f"gateway:{gateway}"


def fees(gateway: str) -> str:
    """What a gateway keeps for its work."""
    return f"fees:{gateway}"


def book(work: Work, kind: str, once_key: str, sides: Sequence[Side]) -> None:
    """Write one entry: positive is debit, negative is credit."""
    entry, postings = entry_rows(kind, once_key, sides, work.now)
    work.session.flush()
    work.session.execute(insert(LedgerEntry), [entry])
    if postings:  # an invoice over nothing moves nothing
        work.session.execute(insert(Posting), postings)


def entry_rows(
    kind: str, once_key: str, sides: Sequence[Side], booked_at: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The rows of one entry, for writing many at once. Unbalanced when they do not add up."""
    sums: dict[str, int] = {}
    for _, amount in sides:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    if any(sums.values()):
        raise Unbalanced(f"{kind} {once_key}: {sums}")
    entry_id = new_id()
    entry = {"id": entry_id, "kind": kind, "once_key": once_key, "booked_at": booked_at}
    postings = [
        {
            "id": new_id(),
            "entry_id": entry_id,
            "account": account,
            "currency": amount.currency,
            "amount_minor": amount.minor,
        }
        for account, amount in sides
        if amount
    ]
    return entry, postings


def invoice_sides(customer_id: UUID, net: Money, tax: Money, country: str) -> list[Side]:
    """An issued invoice: the customer owes, we earned, the state wants its part."""
    sides = [(receivable(customer_id), net + tax), (REVENUE, -net)]
    return [*sides, (tax_account(country), -tax)] if tax else sides


def write_off(work: Work, invoice: Invoice) -> None:
    """What is open on an invoice is lost."""
    sides = [(BAD_DEBT, invoice.open_amount), (receivable(invoice.customer_id), -invoice.open_amount)]
    book(work, "write_off", f"write-off:{invoice.id.hex}", sides)


def take_back_write_off(work: Work, invoice: Invoice, amount: Money, because_of: UUID) -> None:
    """Part of what was lost is owed again, because it was paid or because the invoice is voided."""
    sides = [(receivable(invoice.customer_id), amount), (BAD_DEBT, -amount)]
    book(work, "write_off_taken_back", f"write-off-back:{because_of.hex}", sides)


def balance(work: Work, account: str, currency: str) -> Money:
    """The sum of all postings on an account."""
    posted = select(func.coalesce(func.sum(Posting.amount_minor), 0))
    sum_minor = work.session.exec(posted.where(Posting.account == account, col(Posting.currency) == currency)).one()
    return Money(int(sum_minor), currency)
