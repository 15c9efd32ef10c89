"""Double-entry bookkeeping. Every entry balances, is booked once, and is never changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.kit.database import table_of
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.witness import insert_told
from ezscale.kit.work import Work
from ezscale.models import Invoice, LedgerEntry, Posting

BAD_DEBT = "bad_debt"
BANK = "bank"  # what gateways have paid out to us
GOODWILL = "expense:goodwill"
BREAKAGE = "revenue:breakage"  # credit that nobody has spent in time

ENTRIES, POSTINGS = table_of(LedgerEntry), table_of(Posting)
Side = tuple[str, Money]
Entry = tuple[str, str, Sequence[Side]]  # its kind, the name under which it is booked once, and its sides


def revenue(family: str) -> str:
    """What we earned with one of our families of plans; `OTHER` is what belongs to none of them."""
    return f"revenue:{family}"


OTHER = "other"
SERVICES = "services"  # where the release before booked all families


class Unbalanced(AssertionError):
    """An entry whose postings do not add up to nothing: a bug, never a booking."""


def receivable(customer_id: UUID) -> str:
    """What a customer owes us."""
    return f"receivable:{customer_id.hex}"


def credit(customer_id: UUID) -> str:
    """What a customer has with us."""
    return f"credit:{customer_id.hex}"


def tax_account(place: str) -> str:
    """The tax we owe to a place: a country, or a country and a region."""
    return f"tax:{place}"


def clearing(gateway: str) -> str:
    """What a gateway holds for us."""
    return f"gateway:{gateway}"


def fees(gateway: str) -> str:
    """What a gateway keeps for its work."""
    return f"fees:{gateway}"


def refunds(gateway: str) -> str:
    """What is on its way back to customers, or was sent back there by somebody who has not said what for."""
    return f"refunds:{gateway}"


def disputes(gateway: str) -> str:
    """What banks have taken back, and have not decided about yet."""
    return f"disputes:{gateway}"


def withheld(customer_id: UUID) -> str:
    """What is kept from a customer's credit while a bank decides about the payment it came of."""
    return f"withheld:{customer_id.hex}"


def book(work: Work, kind: str, once_key: str, sides: Sequence[Side]) -> None:
    """Write one entry: positive is debit, negative is credit."""
    book_all(work, [(kind, once_key, sides)])


def book_all(work: Work, entries: Sequence[Entry]) -> None:
    """Write several entries together."""
    rows = [entry_rows(kind, once_key, sides, work.now) for kind, once_key, sides in entries]
    insert_told(work.session, ENTRIES, [entry for entry, _ in rows])
    insert_told(work.session, POSTINGS, [posting for _, postings in rows for posting in postings])


def entry_rows(
    kind: str, once_key: str, sides: Sequence[Side], booked_at: datetime, fresh_id: Callable[[], UUID] = new_id
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The rows of one entry, for writing many at once. Unbalanced when they do not add up."""
    sums: dict[str, int] = {}
    for _, amount in sides:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    if any(sums.values()):
        raise Unbalanced(f"{kind} {once_key}: {sums}")
    entry_id = fresh_id()
    entry = {"id": entry_id, "kind": kind, "once_key": once_key, "booked_at": booked_at}
    postings = [
        {
            "id": fresh_id(),
            "entry_id": entry_id,
            "account": account,
            "currency": amount.currency,
            "amount_minor": amount.minor,
        }
        for account, amount in sides
        if amount
    ]
    return entry, postings


def reverse(work: Work, kind: str, booked_as: str, once_key: str) -> None:
    """Take back a whole entry, by booking the opposite."""
    booked = (
        select(Posting)
        .join(LedgerEntry, col(LedgerEntry.id) == Posting.entry_id)
        .where(LedgerEntry.once_key == booked_as)
        .order_by(col(Posting.id))
    )
    sides = [(row.account, Money(-row.amount_minor, row.currency)) for row in work.session.exec(booked)]
    book(work, kind, once_key, sides)


def booked_on(work: Work, once_key: str, account: str, currency: str) -> Money:
    """What one entry moved on an account; nothing when there is no such entry."""
    posted = (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(LedgerEntry, col(LedgerEntry.id) == Posting.entry_id)
        .where(LedgerEntry.once_key == once_key, Posting.account == account, Posting.currency == currency)
    )
    return Money(int(work.session.exec(posted).one()), currency)


def invoice_sides(
    customer_id: UUID, earned: Mapping[str, Money], taxes: Mapping[str, Money], whole: Money
) -> list[Side]:
    """An issued invoice: the customer owes the whole, we earned by family, and each place wants its tax."""
    return [(receivable(customer_id), whole), *earned_sides(earned, taxes)]


def earned_sides(earned: Mapping[str, Money], taxes: Mapping[str, Money]) -> list[Side]:
    """What we earned by family, and what each place wants."""
    return [
        *((revenue(family), -net) for family, net in earned.items()),
        *((tax_account(place), -tax) for place, tax in taxes.items()),
    ]


def credit_note_sides(
    customer_id: UUID, earned: Mapping[str, Money], taxes: Mapping[str, Money], whole: Money
) -> list[Side]:
    """A credit note: the customer owes less, we earned less of each family, and each place wants less tax."""
    return [(account, -amount) for account, amount in invoice_sides(customer_id, earned, taxes, whole)]


def write_off(work: Work, invoice: Invoice) -> None:
    """What is open on an invoice is lost. It may be expected again, and be lost again: each time is an entry."""
    sides = [(BAD_DEBT, invoice.open_amount), (receivable(invoice.customer_id), -invoice.open_amount)]
    once_key = f"write-off:{invoice.id.hex}"
    before = select(func.count()).where(col(LedgerEntry.once_key).startswith(once_key))
    times = work.session.exec(before).one()
    book(work, "write_off", f"{once_key}:{times}" if times else once_key, sides)


def take_back_write_off(work: Work, invoice: Invoice, amount: Money, because_of: UUID) -> None:
    """Part of what was lost is owed again, because it was paid or because the invoice is voided."""
    sides = [(receivable(invoice.customer_id), amount), (BAD_DEBT, -amount)]
    book(work, "write_off_taken_back", f"write-off-back:{because_of.hex}", sides)


def balance(work: Work, account: str, currency: str) -> Money:
    """The sum of all postings on an account."""
    posted = select(func.coalesce(func.sum(Posting.amount_minor), 0))
    sum_minor = work.session.exec(posted.where(Posting.account == account, col(Posting.currency) == currency)).one()
    return Money(int(sum_minor), currency)
