"""The statement of account: what a customer owed and had, and how it came to what it is, for each currency.

It is read from the ledger, so it adds up to what the books say: a debt counts as more, credit with us as less.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_BILLING, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import CreditEntry, CreditNote, Customer, Invoice, LedgerEntry, Payment, Posting
from ezscale.models.base import Row

R = TypeVar("R", bound=Row)
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Paper:
    """The document behind a line, if there is one: an invoice or a credit note."""

    invoice_id: UUID | None = None
    credit_note_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Something that moved the balance. `charged` is what the customer owes more by it, `paid` what they owe less.

    Where credit pays an invoice both are the same: it goes from one pocket to the other.
    """

    id: UUID
    day: date
    kind: str
    words: str
    document: str
    paper: Paper
    charged: Money
    paid: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class Account:
    """One currency of a statement: what stood before, what happened, and what stands at the end."""

    currency: str
    opening: Money
    lines: tuple[StatementLine, ...]
    closing: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """A customer's account from one day to another, both included. A balance above nothing is owed to us."""

    customer: Customer
    since: date
    until: date
    accounts: tuple[Account, ...]


def statement(work: Work, customer_id: UUID, since: date, until: date) -> Statement:
    """The account of a customer that the actor may see; NotFound for anybody else's."""
    customer = _customer(work, customer_id)
    if since > until:
        raise Invalid("It begins after it ends.", field="since")
    if until - since > LONGEST:
        raise Invalid("Ten years at most.", field="since")
    opening = _sums_before(work, customer_id, _start(work, since))
    moves = _moves(work, customer_id, _start(work, since), _start(work, until + timedelta(days=1)))
    names = _Names.of(work, [entry.once_key for entry, _ in moves])
    currencies = sorted({*opening, *(currency for _, sums in moves for currency in sums)} or {customer.currency})
    return Statement(
        customer,
        since,
        until,
        tuple(_account(work, currency, opening.get(currency, 0), moves, names) for currency in currencies),
    )


WORDS = {
    "invoice": "Invoice",
    "payment": "Payment",
    "payment_taken_back": "Payment taken back",
    "credit_note": "Credit note",
    "credit_used": "Credit used",
    "credit_kept": "Kept as credit",
    "credit_granted": "Credit given",
    "credit_lapsed": "Credit lapsed",
    "credit_paid_out": "Sent back",
    "topped_up": "Credit topped up",
    "credit_withheld": "Kept until the bank has decided",
    "credit_released": "Credit that stands again",
    "dispute_lost": "Payment taken back by the bank",
    "void": "Cancelled",
    "write_off": "Written off",
    "write_off_taken_back": "Owed again",
}
Sums = dict[str, tuple[int, int]]  # what was debited and what was credited, by currency


def _account(
    work: Work, currency: str, opening: int, moves: Sequence[tuple[LedgerEntry, Sums]], names: "_Names"
) -> Account:
    lines, balance = [], opening
    for entry, sums in moves:
        if currency not in sums:
            continue
        charged, paid = sums[currency]
        balance += charged - paid
        lines.append(
            StatementLine(
                id=entry.id,
                day=entry.booked_at.astimezone(work.zone).date(),
                kind=entry.kind,
                words=WORDS.get(entry.kind, entry.kind.replace("_", " ").capitalize()),
                document=names.document(entry.once_key),
                paper=names.paper(entry.once_key),
                charged=Money(charged, currency),
                paid=Money(paid, currency),
                balance=Money(balance, currency),
            )
        )
    return Account(currency, Money(opening, currency), tuple(lines), Money(balance, currency))


def _customer(work: Work, customer_id: UUID) -> Customer:
    actor = work.actor
    theirs = actor.may(SEE_BILLING) and actor.customer_id == customer_id
    customer = work.session.get(Customer, customer_id) if theirs or actor.may(SEE_EVERYTHING) else None
    if customer is None:
        raise NotFound("We could not find this customer.")
    return customer


def _start(work: Work, day: date) -> datetime:
    return datetime.combine(day, time(), work.zone)


def _accounts_of(customer_id: UUID) -> tuple[str, str]:
    return ledger.receivable(customer_id), ledger.credit(customer_id)


def _sums_before(work: Work, customer_id: UUID, moment: datetime) -> dict[str, int]:
    before = (
        select(Posting.currency, func.sum(col(Posting.amount_minor)))
        .join(LedgerEntry, col(LedgerEntry.id) == Posting.entry_id)
        .where(col(Posting.account).in_(_accounts_of(customer_id)), LedgerEntry.booked_at < moment)
        .group_by(col(Posting.currency))
    )
    return {currency: int(minor) for currency, minor in work.session.exec(before) if minor}


def _moves(work: Work, customer_id: UUID, since: datetime, until: datetime) -> list[tuple[LedgerEntry, Sums]]:
    within = (
        select(LedgerEntry, Posting.currency, Posting.amount_minor)
        .join(Posting, col(Posting.entry_id) == LedgerEntry.id)
        .where(
            col(Posting.account).in_(_accounts_of(customer_id)),
            LedgerEntry.booked_at >= since,
            LedgerEntry.booked_at < until,
        )
        .order_by(col(LedgerEntry.booked_at), col(LedgerEntry.id))
    )
    moves: dict[UUID, tuple[LedgerEntry, Sums]] = {}
    for entry, currency, minor in work.session.exec(within):
        sums = moves.setdefault(entry.id, (entry, {}))[1]
        debit, credit = sums.get(currency, (0, 0))
        sums[currency] = (debit + max(minor, 0), credit + max(-minor, 0))
    return list(moves.values())


@dataclass(frozen=True, slots=True)
class _Names:
    """What the things are called that entries of the ledger are about."""

    documents: Mapping[UUID, str]
    papers: Mapping[UUID, Paper]
    by_key: Mapping[str, str]

    @classmethod
    def of(cls, work: Work, once_keys: Sequence[str]) -> "_Names":
        ids = {found for key in once_keys if (found := _id_in(key))}
        invoices = {row.id: row.shown_number for row in _rows(work, Invoice, ids)}
        notes = {row.id: row.number for row in _rows(work, CreditNote, ids)}
        paid = {row.id: row.invoice_id for row in _rows(work, Payment, ids)}
        for_these = {invoice_id for invoice_id in paid.values() if invoice_id}
        invoices |= {row.id: row.shown_number for row in _rows(work, Invoice, for_these - invoices.keys())}
        payments = {key: invoices.get(invoice_id, "") for key, invoice_id in paid.items() if invoice_id}
        papers = {key: Paper(invoice_id=key) for key in invoices} | {key: Paper(credit_note_id=key) for key in notes}
        papers |= {key: Paper(invoice_id=invoice_id) for key, invoice_id in paid.items() if invoice_id}
        reasons = select(CreditEntry.once_key, CreditEntry.reason).where(col(CreditEntry.once_key).in_(once_keys))
        names = {**invoices, **notes, **payments}
        return cls(names, papers, dict(work.session.exec(reasons).all()) if once_keys else {})

    def document(self, once_key: str) -> str:
        """The number of a document, or why there was credit."""
        found = _id_in(once_key)
        if found is None or found not in self.documents:
            return self.by_key.get(once_key, "")
        return self.documents[found]

    def paper(self, once_key: str) -> Paper:
        """The document itself."""
        found = _id_in(once_key)
        return self.papers.get(found, Paper()) if found else Paper()


def _rows(work: Work, model: type[R], ids: Iterable[UUID]) -> list[R]:
    wanted = list(ids)
    found: list[R] = []
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        found += work.session.exec(select(model).where(col(model.id).in_(some))).all()
    return found


def _id_in(once_key: str) -> UUID | None:
    """Entries are called by what they are about: invoice:<id>, credit:<id>:<paid before>."""
    _, _, rest = once_key.partition(":")
    try:
        return UUID(hex=rest.partition(":")[0])
    except ValueError:
        return None
