"""What must always be true of what is owed: ledger, invoices, credit, numbers. One query for each where one will do."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import Integer, case, cast, exists, func
from sqlmodel import col, or_, select

from ezscale.billing import ledger
from ezscale.billing.holds import is_held
from ezscale.kit.work import Work
from ezscale.models import (
    Cancellation,
    CreditEntry,
    CreditNote,
    CreditNoteLine,
    Customer,
    Invoice,
    InvoiceLine,
    PaymentMethod,
    Posting,
    Subscription,
)
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.reporting.checks import MOST_NAMES, Check


def entries_balance(work: Work) -> Iterator[str]:
    """Every ledger entry adds up to nothing in each currency."""
    sums = (
        select(Posting.entry_id, Posting.currency)
        .group_by(col(Posting.entry_id), col(Posting.currency))
        .having(func.sum(col(Posting.amount_minor)) != 0)
    )
    for entry_id, currency in work.session.exec(sums.limit(MOST_NAMES)):
        yield f"entry {entry_id} in {currency}"


def receivables_are_open_invoices(work: Work) -> Iterator[str]:
    """What the ledger says customers owe is what their open invoices ask for."""
    booked = select(Posting.account, Posting.currency, func.sum(col(Posting.amount_minor))).where(
        col(Posting.account).startswith("receivable:")
    )
    owed: dict[tuple[str, str], int] = {
        (account, currency): int(minor)
        for account, currency, minor in work.session.exec(booked.group_by(col(Posting.account), col(Posting.currency)))
        if minor
    }
    asked = select(
        Invoice.customer_id,
        Invoice.currency,
        func.sum(col(Invoice.total_minor) - col(Invoice.settled_minor) - col(Invoice.credited_minor)),
    ).where(Invoice.status == InvoiceStatus.OPEN, col(Invoice.number).is_not(None))  # a proforma is no debt yet
    open_sums: dict[tuple[str, str], int] = {
        (ledger.receivable(customer_id), currency): int(minor)
        for customer_id, currency, minor in work.session.exec(
            asked.group_by(col(Invoice.customer_id), col(Invoice.currency))
        )
        if minor
    }
    for key in sorted(owed.keys() | open_sums.keys()):
        if owed.get(key, 0) != open_sums.get(key, 0):
            yield f"{key[0]} {key[1]}: booked {owed.get(key, 0)}, asked {open_sums.get(key, 0)}"


def credit_is_never_negative(work: Work) -> Iterator[str]:
    """Nobody has spent more credit than they had, and the ledger knows the same credit."""
    kept = select(CreditEntry.customer_id, CreditEntry.currency, func.sum(col(CreditEntry.amount_minor)))
    rows = work.session.exec(kept.group_by(col(CreditEntry.customer_id), col(CreditEntry.currency)))
    balances = {(ledger.credit(customer), currency): int(minor) for customer, currency, minor in rows}
    booked = select(Posting.account, Posting.currency, func.sum(col(Posting.amount_minor))).where(
        col(Posting.account).startswith("credit:")
    )
    in_ledger = {
        (account, currency): -int(minor)
        for account, currency, minor in work.session.exec(booked.group_by(col(Posting.account), col(Posting.currency)))
    }
    for key in sorted(balances.keys() | in_ledger.keys()):
        if balances.get(key, 0) < 0 or balances.get(key, 0) != in_ledger.get(key, 0):
            yield f"{key[0]} {key[1]}: kept {balances.get(key, 0)}, booked {in_ledger.get(key, 0)}"


def invoices_add_up(work: Work) -> Iterator[str]:
    """Lines and tax make the total of every invoice, and no more is settled than it asks for."""
    feet = (
        select(
            col(InvoiceLine.invoice_id).label("invoice_id"),
            func.sum(col(InvoiceLine.net_minor)).label("net"),
            func.sum(col(InvoiceLine.tax_minor)).label("tax"),
        )
        .group_by(col(InvoiceLine.invoice_id))
        .subquery()
    )
    wrong = (
        select(Invoice.id, Invoice.number)
        .outerjoin(feet, feet.c.invoice_id == Invoice.id)
        .where(
            or_(
                func.coalesce(feet.c.net, 0) != Invoice.net_minor,
                func.coalesce(feet.c.tax, 0) != Invoice.tax_minor,
                col(Invoice.net_minor) + col(Invoice.tax_minor) != Invoice.total_minor,
                col(Invoice.settled_minor) > col(Invoice.total_minor),
            )
        )
    )
    for invoice_id, number in work.session.exec(wrong.limit(MOST_NAMES)):
        yield number or str(invoice_id)


def nothing_is_billed_late(work: Work) -> Iterator[str]:
    """Every running subscription has an invoice for the period it is in."""
    leaving = exists().where(
        col(Cancellation.subscription_id) == col(Subscription.id), col(Cancellation.withdrawn_at).is_(None)
    )
    late = select(Subscription.number).where(
        col(Subscription.status).in_((SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)),
        col(Subscription.bill_from) < work.today - timedelta(days=1),
        ~leaving,
        ~is_held(Deed.INVOICE, work.today),  # it is seen among the holds
    )
    yield from work.session.exec(late.limit(MOST_NAMES))


def credit_lapses_in_time(work: Work) -> Iterator[str]:
    """What is left of each sum of credit makes the balance, and nothing is left of what lapsed days ago."""
    sums = (
        select(CreditEntry.customer_id, CreditEntry.currency)
        .group_by(col(CreditEntry.customer_id), col(CreditEntry.currency))
        .having(
            func.sum(col(CreditEntry.amount_minor)) != func.sum(col(CreditEntry.left_minor)),
            func.sum(col(CreditEntry.amount_minor)) >= 0,  # less than nothing is told elsewhere
        )
    )
    for customer_id, currency in work.session.exec(sums.limit(MOST_NAMES)):
        yield f"credit:{customer_id.hex} {currency}: what is left of its parts is not the balance"
    stale = select(CreditEntry.id).where(
        CreditEntry.left_minor > 0, col(CreditEntry.expires_on) < work.today - timedelta(days=2)
    )
    yield from (f"credit {entry_id} has lapsed and is still there" for entry_id in work.session.exec(stale))


def credit_notes_stay_within(work: Work) -> Iterator[str]:
    """Credit notes add up, take back no more than their invoice asked for, and the invoice knows how much."""
    feet = (
        select(
            col(CreditNoteLine.credit_note_id).label("note_id"),
            func.sum(col(CreditNoteLine.net_minor)).label("net"),
            func.sum(col(CreditNoteLine.tax_minor)).label("tax"),
        )
        .group_by(col(CreditNoteLine.credit_note_id))
        .subquery()
    )
    wrong = (
        select(CreditNote.number)
        .outerjoin(feet, feet.c.note_id == CreditNote.id)
        .where(
            or_(
                func.coalesce(feet.c.net, 0) != CreditNote.net_minor,
                func.coalesce(feet.c.tax, 0) != CreditNote.tax_minor,
            )
        )
    )
    yield from (f"{number} does not add up" for number in work.session.exec(wrong.limit(MOST_NAMES)))
    taken = (
        select(col(CreditNote.invoice_id).label("invoice_id"), func.sum(col(CreditNote.total_minor)).label("taken"))
        .group_by(col(CreditNote.invoice_id))
        .subquery()
    )
    off = (
        select(Invoice.number)
        .outerjoin(taken, taken.c.invoice_id == Invoice.id)
        .where(
            or_(
                func.coalesce(taken.c.taken, 0) != Invoice.credited_minor,
                taken.c.taken > Invoice.total_minor,
            )
        )
    )
    yield from (f"{number}: its credit notes say something else" for number in work.session.exec(off.limit(MOST_NAMES)))


def numbers_have_no_gap(work: Work) -> Iterator[str]:
    """The numbers of a series are 1 to n, and those of invoices and credit notes rise with their days."""
    yield from _gaps(work, col(Invoice.number), 8)
    yield from _gaps(work, col(CreditNote.number), 7)
    yield from _gaps(work, col(Invoice.proforma_number), 7)
    yield from _out_of_order(work, col(Invoice.number), col(Invoice.issued_on), 8)
    yield from _out_of_order(work, col(CreditNote.number), col(CreditNote.issued_on), 7)


def _gaps(work: Work, number: Any, length: int) -> Iterator[str]:
    """`length` is that of what stands before the last hyphen: the series."""
    counted, series = cast(func.substr(number, length + 2, 12), Integer), func.substr(number, 1, length)
    rows = work.session.execute(
        sqlalchemy.select(series, func.count(), func.min(counted), func.max(counted))
        .where(number.is_not(None))
        .group_by(series)
    )
    for name, count, first, last in rows:
        if first != 1 or last != count:
            yield f"{name}: {count} numbers between {first} and {last}"


def _out_of_order(work: Work, number: Any, day: Any, length: int) -> Iterator[str]:
    counted, series = cast(func.substr(number, length + 2, 12), Integer), func.substr(number, 1, length)
    before = func.lag(day).over(partition_by=series, order_by=counted)
    ordered = (
        sqlalchemy.select(number.label("number"), day.label("day"), before.label("before"))
        .where(number.is_not(None))
        .subquery()
    )
    yield from (
        f"{later} is dated before its predecessor"
        for later in work.session.scalars(sqlalchemy.select(ordered.c.number).where(ordered.c.before > ordered.c.day))
    )


def cards_are_one_of_each(work: Work) -> Iterator[str]:
    """No customer has two cards that are charged first, or two backups, or one that is both."""
    first, backup = (
        case((col(flag).is_(True), 1), else_=0) for flag in (PaymentMethod.is_default, PaymentMethod.is_backup)
    )
    doubled = (
        select(Customer.number)
        .join(PaymentMethod, col(PaymentMethod.customer_id) == Customer.id)
        .where(col(PaymentMethod.removed_at).is_(None), or_(PaymentMethod.is_default, PaymentMethod.is_backup))
        .group_by(col(Customer.number))
        .having(or_(func.sum(first) > 1, func.sum(backup) > 1, func.sum(first * backup) > 0))
    )
    yield from work.session.exec(doubled.limit(MOST_NAMES))


OF_MONEY: tuple[Check, ...] = (
    entries_balance,
    receivables_are_open_invoices,
    credit_is_never_negative,
    credit_lapses_in_time,
    credit_notes_stay_within,
    invoices_add_up,
    nothing_is_billed_late,
    numbers_have_no_gap,
    cards_are_one_of_each,
)
