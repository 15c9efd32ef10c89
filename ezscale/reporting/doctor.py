"""The doctor: whether everything is true that must always be true. One check for each invariant, one query for each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import Integer, case, cast, exists, func
from sqlmodel import and_, col, or_, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.holds import is_held
from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.money import Money
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import (
    Cancellation,
    CreditEntry,
    CreditNote,
    CreditNoteLine,
    Customer,
    Hold,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Order,
    Payment,
    PaymentAttempt,
    Posting,
    ProvisioningJob,
    Service,
    StockHold,
    Subscription,
    SubscriptionItem,
    Suspension,
)
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.models.service import UNBUILT, ServiceStatus
from ezscale.models.subscription import SubscriptionStatus

MOST_NAMES = 20
LONGEST_MIDDLE_STATE = timedelta(days=1)
LONGEST_ENDLESS_HOLD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant and what breaks it: `broken` holds up to twenty names, and is empty when all is well."""

    check: str
    promise: str
    broken: tuple[str, ...]


def examine(work: Work) -> list[Finding]:
    """Check every invariant. Staff and our own commands only; nothing is changed."""
    work.actor.require(SEE_EVERYTHING)
    findings = []
    for check in CHECKS:
        names = tuple(name for name, _ in zip(check(work), range(MOST_NAMES), strict=False))
        findings.append(Finding(check.__name__, (check.__doc__ or "").strip(), names))
    return findings


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


def one_live_charge(work: Work) -> Iterator[str]:
    """No charge is without an answer for longer than a day, and every success has its payment."""
    stuck = select(PaymentAttempt.id).where(
        col(PaymentAttempt.live_for).is_not(None), PaymentAttempt.created_at < work.now - 3 * LONGEST_MIDDLE_STATE
    )
    yield from (f"attempt {attempt_id} has no answer" for attempt_id in work.session.exec(stuck.limit(MOST_NAMES)))
    unpaid = (
        select(PaymentAttempt.id)
        .outerjoin(Payment, col(Payment.attempt_id) == PaymentAttempt.id)
        .where(PaymentAttempt.status == "succeeded", col(Payment.id).is_(None))
    )
    yield from (f"attempt {attempt_id} has no payment" for attempt_id in work.session.exec(unpaid.limit(MOST_NAMES)))


def payments_are_booked(work: Work) -> Iterator[str]:
    """Every payment is in the ledger with its whole sum: on an invoice, or as the customer's credit."""
    held = case((col(Posting.account).startswith("gateway:"), col(Posting.amount_minor)), else_=0)
    booked = (
        sqlalchemy.select(col(LedgerEntry.once_key), func.sum(held))
        .join(Posting, col(Posting.entry_id) == LedgerEntry.id)
        .where(col(LedgerEntry.kind).in_(("payment", "credit_kept")))
        .group_by(col(LedgerEntry.once_key))
    )
    if _sums_agree(work):
        return
    sums = {key: int(minor) for key, minor in work.session.execute(booked)}
    for payment in work.session.exec(select(Payment)):
        in_ledger = sums.get(f"payment:{payment.id.hex}", 0) + sums.get(f"surplus:{payment.id.hex}", 0)
        if in_ledger != payment.amount_minor:
            yield f"payment {payment.gateway_ref}: {payment.amount}, booked {Money(in_ledger, payment.currency)}"


def _sums_agree(work: Work) -> bool:
    """Whether payments and ledger agree in sum, currency by currency: the usual case, told by two small queries."""
    came = sqlalchemy.select(col(Payment.currency), func.sum(Payment.amount_minor)).group_by(col(Payment.currency))
    booked = (
        sqlalchemy.select(col(Posting.currency), func.sum(Posting.amount_minor))
        .join(LedgerEntry, col(LedgerEntry.id) == Posting.entry_id)
        .where(col(LedgerEntry.kind).in_(("payment", "credit_kept")), col(Posting.account).startswith("gateway:"))
        .group_by(col(Posting.currency))
    )
    return {currency: int(minor) for currency, minor in work.session.execute(came)} == {
        currency: int(minor) for currency, minor in work.session.execute(booked)
    }


def active_means_built(work: Work) -> Iterator[str]:
    """No service is active without a server on its panel, and none is built for longer than a day."""
    hollow = select(Service.number).where(
        col(Service.status).in_((ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)), col(Service.remote_id).is_(None)
    )
    yield from (f"{number} has no server" for number in work.session.exec(hollow.limit(MOST_NAMES)))
    slow = (
        select(Service.number)
        .join(ProvisioningJob, col(ProvisioningJob.live_for) == Service.id)
        .where(ProvisioningJob.created_at < work.now - LONGEST_MIDDLE_STATE)
    )
    yield from (f"{number} is being worked on for too long" for number in work.session.exec(slow.limit(MOST_NAMES)))


def paid_means_built(work: Work) -> Iterator[str]:
    """Nothing that is paid for waits: every running subscription has its service built or being built."""
    forgotten = (
        select(Service.number)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(
            Subscription.status == SubscriptionStatus.ACTIVE,
            col(Service.status).in_(UNBUILT),
            col(Subscription.started_on) < work.today - timedelta(days=1),
        )
    )
    yield from work.session.exec(forgotten.limit(MOST_NAMES))


def expired_orders_hold_nothing(work: Work) -> Iterator[str]:
    """Nothing waits for an order that has expired, and neither it nor a rejected one keeps stock from others."""
    held = (
        select(Order.number)
        .join(Subscription, col(Subscription.order_id) == Order.id)
        .join(SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id)
        .join(Service, col(Service.item_id) == SubscriptionItem.id)
        .where(
            Order.status == OrderStatus.EXPIRED,
            or_(
                Subscription.status == SubscriptionStatus.PENDING,
                and_(Subscription.status == SubscriptionStatus.EXPIRED, Service.status == ServiceStatus.WAITING),
            ),
        )
    )
    yield from work.session.exec(held.limit(MOST_NAMES))
    stocked = (
        select(Order.number)
        .join(StockHold, col(StockHold.order_id) == Order.id)
        .where(col(Order.status).in_((OrderStatus.EXPIRED, OrderStatus.REJECTED)), col(StockHold.released_at).is_(None))
    )
    yield from (f"{number} keeps stock" for number in work.session.exec(stocked.distinct().limit(MOST_NAMES)))


def suspended_for_a_reason(work: Work) -> Iterator[str]:
    """A service stands still for non-payment only while a delivered, overdue invoice is unpaid."""
    groundless = (
        select(Service.number)
        .join(Suspension, col(Suspension.service_id) == Service.id)
        .outerjoin(Invoice, col(Invoice.id) == Suspension.invoice_id)
        .where(
            col(Suspension.lifted_at).is_(None),
            Suspension.reason == "non_payment",
            or_(
                col(Invoice.id).is_(None),
                col(Invoice.status).not_in((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)),
                col(Invoice.delivered_at).is_(None),
            ),
            Suspension.since < work.now - timedelta(hours=1),
        )
    )
    yield from work.session.exec(groundless.limit(MOST_NAMES))
    standing = exists().where(col(Suspension.service_id) == col(Service.id), col(Suspension.lifted_at).is_(None))
    running_on = select(Service.number).where(
        Service.status == ServiceStatus.ACTIVE,
        exists().where(
            col(Suspension.service_id) == col(Service.id),
            col(Suspension.lifted_at).is_(None),
            col(Suspension.since) < work.now - LONGEST_MIDDLE_STATE,
        ),
    )
    yield from (f"{number} should stand still" for number in work.session.exec(running_on.limit(MOST_NAMES)))
    forgotten = select(Service.number).where(
        Service.status == ServiceStatus.SUSPENDED,
        ~standing,
        ~exists().where(col(ProvisioningJob.live_for) == col(Service.id)),
    )
    yield from (f"{number} stands still for no reason" for number in work.session.exec(forgotten.limit(MOST_NAMES)))


def ended_means_gone(work: Work) -> Iterator[str]:
    """Nothing runs, and nobody is billed, for an ended subscription."""
    running = (
        select(Service.number)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(
            Subscription.status == SubscriptionStatus.ENDED,
            Service.status != ServiceStatus.TERMINATED,
            col(Subscription.ended_on) < work.today - timedelta(days=1),
        )
    )
    yield from work.session.exec(running.limit(MOST_NAMES))


def holds_have_an_end(work: Work) -> Iterator[str]:
    """Nothing is held for longer than a week without a day on which it ends."""
    endless = (
        select(Hold.deed, Hold.reason, Customer.number)
        .join(Customer, col(Customer.id) == Hold.customer_id)
        .where(
            col(Hold.lifted_at).is_(None),
            col(Hold.until).is_(None),
            Hold.created_at < work.now - LONGEST_ENDLESS_HOLD,
        )
    )
    for deed, reason, customer in work.session.exec(endless.limit(MOST_NAMES)):
        yield f"{customer}, {deed}: {reason[:120]}"


def nothing_is_stuck(work: Work) -> Iterator[str]:
    """No task was given up, and no event has been waiting for longer than an hour."""
    for task, error in work.session.exec(
        select(Job.task, Job.error).where(Job.status == JobStatus.FAILED).limit(MOST_NAMES)
    ):
        yield f"{task}: {error[:120]}"
    waiting = select(OutboxEvent.name).where(
        col(OutboxEvent.relayed_at).is_(None), OutboxEvent.happened_at < work.now - timedelta(hours=1)
    )
    yield from (f"event {name} was not relayed" for name in work.session.exec(waiting.limit(MOST_NAMES)))


CHECKS: tuple[Callable[[Work], Iterator[str]], ...] = (
    entries_balance,
    receivables_are_open_invoices,
    credit_is_never_negative,
    credit_lapses_in_time,
    credit_notes_stay_within,
    invoices_add_up,
    nothing_is_billed_late,
    numbers_have_no_gap,
    one_live_charge,
    payments_are_booked,
    active_means_built,
    paid_means_built,
    expired_orders_hold_nothing,
    suspended_for_a_reason,
    ended_means_gone,
    holds_have_an_end,
    nothing_is_stuck,
)
