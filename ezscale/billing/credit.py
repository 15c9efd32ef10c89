"""Account credit: money a customer has with us, some of it until a day on which it lapses."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, case, func, or_, update
from sqlalchemy import select as choose
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.events import CreditGranted, CreditLapsesSoon
from ezscale.billing.low_credit import spendings
from ezscale.billing.numbers import become_invoice
from ezscale.company.runs import Tally, reported
from ezscale.kit.database import table_of
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.paging import page_of
from ezscale.kit.work import OpenWork, Work
from ezscale.models import CreditEntry, Customer, Invoice

WARNING = timedelta(days=14)  # so long before it lapses, the customer hears of it
LONGEST = timedelta(days=3653)
MOST = 1_000_000  # major units that can be given at once
BATCH = 200
PAGE = 25
ENTRIES = table_of(CreditEntry)
Owner = tuple[UUID, str]  # a customer and a currency


class CameOf(StrEnum):
    """What a sum of credit came of that money is behind: its name in the books begins with it."""

    SURPLUS = "surplus"  # of a payment
    TOP_UP = "top-up"  # paid by a payment
    CREDIT_NOTE = "credit-kept"
    LOST_REFUND = "refund-back"
    WON_DISPUTE = "dispute-back"

    def name_of(self, row_id: UUID) -> str:
        """What the credit of one payment, credit note, refund or dispute is called."""
        return f"{self}:{row_id.hex}"


def credit_balance(work: Work, customer_id: UUID, currency: str) -> Money:
    """What a customer can still spend in one currency."""
    return Money(credit_balances(work, [customer_id]).get((customer_id, currency), 0), currency)


def credit_balances(work: Work, customer_ids: Collection[UUID]) -> dict[Owner, int]:
    """Minor units by customer and currency, for those who have any. What has lapsed is gone, booked or not."""
    lapsed = case((col(CreditEntry.expires_on) < work.today, col(CreditEntry.left_minor)), else_=0)
    sums = (
        select(CreditEntry.customer_id, CreditEntry.currency, func.sum(col(CreditEntry.amount_minor) - lapsed))
        .where(col(CreditEntry.customer_id).in_(customer_ids))
        .group_by(col(CreditEntry.customer_id), col(CreditEntry.currency))
    )
    return {(customer_id, currency): int(left) for customer_id, currency, left in work.session.exec(sums) if left}


def visible_credit(work: Work, customer_id: UUID | None = None) -> SelectOfScalar[CreditEntry]:
    """The movements of a customer's own credit, or of anybody's for staff."""
    actor = work.actor
    if actor.may(SEE_EVERYTHING):
        return select(CreditEntry).where(CreditEntry.customer_id == customer_id) if customer_id else select(CreditEntry)
    if not actor.may(SEE_BILLING) or actor.customer_id is None or customer_id not in (None, actor.customer_id):
        raise NotAllowed
    return select(CreditEntry).where(CreditEntry.customer_id == actor.customer_id)


def credit_history(
    work: Work, customer_id: UUID | None = None, *, before: UUID | None = None, limit: int = PAGE
) -> list[CreditEntry]:
    """How a customer's credit has moved, newest first. `before` is the last id of a page."""
    page = page_of(visible_credit(work, customer_id), col(CreditEntry.id), before=before, limit=limit)
    return list(work.session.exec(page))


def grant_credit(
    work: Work, customer_id: UUID, amount: Money, reason: str, expires_on: date | None = None
) -> CreditEntry:
    """Give a customer credit out of goodwill, perhaps until a day: what is not spent by then lapses.

    It is no document of tax: there is no sale behind it.
    """
    work.actor.require(MANAGE_INVOICES)
    customer = work.session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("We could not find this customer.")
    if amount.currency != customer.currency:
        raise Invalid(f"This customer pays in {customer.currency}.", field="amount")
    if not 0 < amount.minor <= Money.of(MOST, amount.currency).minor:
        raise Invalid(f"Give more than nothing, and {MOST:,} at most.", field="amount")
    if not reason.strip():
        raise Invalid("Say what it is for: the customer reads it.", field="reason")
    if expires_on is not None and not work.today <= expires_on <= work.today + LONGEST:
        raise Invalid("It can lapse from today on, and within ten years.", field="expires_on")
    entry = came(work, customer_id, amount, reason.strip()[:200], f"granted:{new_id().hex}", expires_on)
    sides = [(ledger.GOODWILL, amount), (ledger.credit(customer_id), -amount)]
    ledger.book(work, "credit_granted", entry.once_key, sides)
    work.emit(CreditGranted(entry.id, customer_id))
    return entry


def keep_as_credit(
    work: Work, customer_id: UUID, amount: Money, reason: str, once_key: str, source: str
) -> CreditEntry:
    """Money that came and belongs to no invoice becomes the customer's credit; `source` is the account it is on.

    It is their money: it never lapses.
    """
    entry = came(work, customer_id, amount, reason, once_key, None)
    ledger.book(work, "credit_kept", once_key, [(source, amount), (ledger.credit(customer_id), -amount)])
    return entry


def came(
    work: Work, customer_id: UUID, amount: Money, reason: str, once_key: str, expires_on: date | None
) -> CreditEntry:
    """A sum comes into a customer's credit; whoever calls it books where it came from."""
    entry = CreditEntry(
        customer_id=customer_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        left_minor=amount.minor,
        reason=reason,
        once_key=once_key,
        created_at=work.now,
        expires_on=expires_on,
    )
    work.session.add(entry)
    return entry


def pay_out_credit(work: Work, entry: CreditEntry, amount: Money, reason: str, once_key: str, to: str) -> None:
    """Part of a sum of credit leaves for another account. The customer must be locked; Invalid for more than is left."""
    if not 0 < amount.minor <= entry.left_minor or amount.currency != entry.currency:
        raise Invalid(f"Of this credit, {entry.left} is left.", field="amount")
    take_out(work, entry, amount, reason, once_key, "credit_paid_out", to)


def take_out(work: Work, entry: CreditEntry, amount: Money, reason: str, once_key: str, kind: str, source: str) -> None:
    """So much of a sum leaves the customer's credit, for the account `source`.

    Whoever calls it holds the customer's credit, and knows that there is as much.
    """
    entry.left_minor -= amount.minor
    gone = CreditEntry(
        customer_id=entry.customer_id,
        currency=entry.currency,
        amount_minor=-amount.minor,
        reason=reason[:200],
        once_key=once_key,
        created_at=work.now,
    )
    work.session.add_all([entry, gone])
    ledger.book(work, kind, once_key, [(ledger.credit(entry.customer_id), amount), (source, -amount)])


def spend_credit(work: Work, invoice: Invoice) -> Money:
    """Pay as much of an open invoice from credit as there is. Returns what was used."""
    purse = purses_of(work, [invoice.customer_id]).get((invoice.customer_id, invoice.currency))
    used = purse.take(invoice.open_amount) if purse else Money.zero(invoice.currency)
    if purse is None or not used:
        return Money.zero(invoice.currency)
    become_invoice(work, invoice)
    once_key = f"credit:{invoice.id.hex}:{invoice.settled_minor}"
    work.session.add(
        CreditEntry(
            customer_id=invoice.customer_id,
            currency=used.currency,
            amount_minor=-used.minor,
            reason=f"Paid on invoice {invoice.number}",
            once_key=once_key,
            created_at=work.now,
        )
    )
    for entry_id, part in purse.used.items():
        lowered = update(ENTRIES).where(ENTRIES.c.id == entry_id).values(left_minor=ENTRIES.c.left_minor - part)
        work.session.execute(lowered)
    sides = [(ledger.credit(invoice.customer_id), used), (ledger.receivable(invoice.customer_id), -used)]
    ledger.book(work, "credit_used", once_key, sides)
    invoice.settle(used, work.now)
    for spent in spendings(work, [invoice.customer_id]):
        work.emit(spent)
    return used


@dataclass(slots=True)
class Purse:
    """What a customer can spend in one currency: the sum, and the grants it comes from, the first to lapse first."""

    currency: str
    balance: int
    grants: list[tuple[UUID, int]] = field(default_factory=list)
    used: dict[UUID, int] = field(default_factory=dict)

    def take(self, wanted: Money) -> Money:
        """As much of it as there is."""
        amount = max(min(self.balance, wanted.minor), 0)
        self.balance -= amount
        missing = amount
        for place, (entry_id, left) in enumerate(self.grants):
            part = min(left, missing)
            if part:
                self.grants[place] = (entry_id, left - part)
                self.used[entry_id] = self.used.get(entry_id, 0) + part
                missing -= part
        return Money(amount, self.currency)

    def taken(self) -> list[dict[str, Any]]:
        """What was taken of each grant, for `take_from_grants`."""
        return [{"row_id": entry_id, "part": part} for entry_id, part in self.used.items()]


def purses_of(work: Work, customer_ids: Collection[UUID]) -> dict[Owner, Purse]:
    """What customers can spend in this transaction: those who have any are locked before it is read for good."""
    if not (some := credit_balances(work, customer_ids)):
        return {}
    owners = {customer_id for customer_id, _ in some}
    lock_customers(work, owners)
    purses = {owner: Purse(owner[1], minor) for owner, minor in credit_balances(work, owners).items() if minor > 0}
    lasts = or_(col(CreditEntry.expires_on).is_(None), col(CreditEntry.expires_on) >= work.today)
    there = (
        choose(CreditEntry.id, CreditEntry.customer_id, CreditEntry.currency, CreditEntry.left_minor)  # type: ignore[call-overload]  # columns of a model
        .where(col(CreditEntry.customer_id).in_(owners), CreditEntry.left_minor > 0, lasts)
        .order_by(col(CreditEntry.expires_on).is_(None), col(CreditEntry.expires_on), col(CreditEntry.id))
    )
    for entry_id, customer_id, currency, left in work.session.connection().execute(there):
        if purse := purses.get((customer_id, currency)):
            purse.grants.append((entry_id, left))
    return purses


def take_from_grants(connection: Connection, taken: list[dict[str, Any]]) -> None:
    """Lower what is left of many. The database refuses to go below nothing, whoever else is at it."""
    if taken:
        each = update(ENTRIES).where(ENTRIES.c.id == bindparam("row_id"))
        connection.execute(each.values(left_minor=ENTRIES.c.left_minor - bindparam("part")), taken)


def lock_customers(work: Work, customer_ids: Collection[UUID]) -> None:
    """Hold these customers' credit until the transaction ends, always in the same order."""
    work.session.execute(
        select(Customer.id).where(col(Customer.id).in_(customer_ids)).order_by(col(Customer.id)).with_for_update()
    ).all()


def tend_credit(open_work: OpenWork) -> Tally:
    """Book what has lapsed, and tell customers whose credit lapses within two weeks. Running it again does nothing more."""
    with reported(open_work, "credit") as tally:
        for find, tend, word in ((_lapsed, _let_lapse, "lapsed"), (_lapsing, _warn, "told")):
            after: UUID | None = None
            while block := find(open_work, after):
                for entry_id in block:
                    with tally.apart(str(entry_id)):
                        with open_work() as work:
                            done = tend(work, entry_id)
                        if done is not None:
                            tally.count(word)
                            tally.add(done)
                after = block[-1]
    return tally


def _lapsed(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        return _next(work, after, col(CreditEntry.expires_on) < work.today)


def _lapsing(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        soon = col(CreditEntry.expires_on).between(work.today, work.today + WARNING)
        return _next(work, after, soon, col(CreditEntry.warned_at).is_(None))


def _next(work: Work, after: UUID | None, *which: Any) -> list[UUID]:
    found = select(CreditEntry.id).where(*which, CreditEntry.left_minor > 0)
    if after is not None:
        found = found.where(col(CreditEntry.id) > after)
    return list(work.session.exec(found.order_by(col(CreditEntry.id)).limit(BATCH)))


def _let_lapse(work: Work, entry_id: UUID) -> Money | None:
    entry = _held(work, entry_id)
    if entry.expires_on is None or entry.expires_on >= work.today or not entry.left_minor:
        return None
    gone, reason = entry.left, f"Lapsed on {entry.expires_on}: {entry.reason}"
    take_out(work, entry, gone, reason, f"lapsed:{entry.id.hex}", "credit_lapsed", ledger.BREAKAGE)
    return gone


def _warn(work: Work, entry_id: UUID) -> Money | None:
    entry = _held(work, entry_id)
    if not entry.left_minor or entry.warned_at is not None:
        return None
    entry.warned_at = work.now
    work.session.add(entry)
    work.emit(CreditLapsesSoon(entry.id, entry.customer_id))
    return entry.left


def _held(work: Work, entry_id: UUID) -> CreditEntry:
    """A grant, with its customer's credit held still."""
    entry = work.session.get_one(CreditEntry, entry_id)
    lock_customers(work, [entry.customer_id])
    work.session.refresh(entry)
    return entry
