"""What must always be true of money that moves: charges, payments, refunds. One query for each where one will do."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy
from sqlalchemy import case, exists, func
from sqlmodel import col, or_, select

from ezscale.billing import ledger
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Dispute, LedgerEntry, Order, Payment, PaymentAttempt, Posting, RecordedPayment, Refund
from ezscale.models.dispute import TAKEN, DisputeStatus
from ezscale.models.order import OrderStatus
from ezscale.models.payment import LIVE, AttemptStatus
from ezscale.models.recorded_payment import PaidBy
from ezscale.models.refund import UNDER_WAY, RefundStatus
from ezscale.reporting.checks import MOST_NAMES, Check

SETTLES_WITHIN = timedelta(hours=1)  # what follows from a reservation has surely followed by then
KINDS = ("payment", "credit_kept", "topped_up", "payment_taken_back")  # of entries that move what came
NAMES = ("payment", "surplus", "top-up", "payment-back", "surplus-back")  # by which those entries begin


def one_live_charge(work: Work) -> Iterator[str]:
    """No charge that is over stands in the way of another, and every success has its payment."""
    over = select(PaymentAttempt.id).where(
        col(PaymentAttempt.live_for).is_not(None), col(PaymentAttempt.status).not_in(LIVE)
    )
    yield from (f"attempt {attempt_id} stands in the way" for attempt_id in work.session.exec(over.limit(MOST_NAMES)))
    unpaid = (
        select(PaymentAttempt.id)
        .outerjoin(Payment, col(Payment.attempt_id) == PaymentAttempt.id)
        .where(PaymentAttempt.status == "succeeded", col(Payment.id).is_(None))
    )
    yield from (f"attempt {attempt_id} has no payment" for attempt_id in work.session.exec(unpaid.limit(MOST_NAMES)))


def payments_are_booked(work: Work) -> Iterator[str]:
    """Every payment is in the ledger with its whole sum, on an invoice or as credit; one taken back with nothing."""
    held = case((col(Posting.account).startswith("gateway:"), col(Posting.amount_minor)), else_=0)
    booked = (
        sqlalchemy.select(col(LedgerEntry.once_key), func.sum(held))
        .join(Posting, col(Posting.entry_id) == LedgerEntry.id)
        .where(col(LedgerEntry.kind).in_(KINDS))
        .group_by(col(LedgerEntry.once_key))
    )
    if _sums_agree(work):
        return
    sums = {key: int(minor) for key, minor in work.session.execute(booked)}
    for payment in work.session.exec(select(Payment)):
        in_ledger = sum(sums.get(f"{name}:{payment.id.hex}", 0) for name in NAMES)
        if in_ledger != (0 if payment.taken_back_at else payment.amount_minor):
            yield f"payment {payment.gateway_ref}: {payment.amount}, booked {Money(in_ledger, payment.currency)}"


def _sums_agree(work: Work) -> bool:
    """Whether payments and ledger agree in sum, currency by currency: the usual case, told by two small queries."""
    standing = sqlalchemy.select(col(Payment.currency), func.sum(Payment.amount_minor)).where(
        col(Payment.taken_back_at).is_(None)
    )
    came = standing.group_by(col(Payment.currency))
    booked = (
        sqlalchemy.select(col(Posting.currency), func.sum(Posting.amount_minor))
        .join(LedgerEntry, col(LedgerEntry.id) == Posting.entry_id)
        .where(col(LedgerEntry.kind).in_(KINDS), col(Posting.account).startswith("gateway:"))
        .group_by(col(Posting.currency))
    )
    return {currency: int(minor) for currency, minor in work.session.execute(came)} == {
        currency: int(minor) for currency, minor in work.session.execute(booked) if minor
    }


def recorded_payments_say_by_whom(work: Work) -> Iterator[str]:
    """What no gateway told us of was recorded by somebody, and what is booked no more was taken back by somebody."""
    by_hand = (
        select(Payment.gateway, Payment.gateway_ref)
        .outerjoin(RecordedPayment, col(RecordedPayment.payment_id) == Payment.id)
        .where(
            sqlalchemy.or_(
                col(Payment.gateway).in_(list(PaidBy)) & col(RecordedPayment.id).is_(None),
                col(Payment.taken_back_at).is_not(None)
                != (func.coalesce(RecordedPayment.taken_back_because, "") != ""),
            )
        )
    )
    yield from (f"{gateway} {ref}" for gateway, ref in work.session.exec(by_hand.limit(MOST_NAMES)))


def refunds_stay_within(work: Work) -> Iterator[str]:
    """No more goes back than came, and what lies on the accounts of refunds is on its way."""
    gone = _sums_by_payment(Refund, col(Refund.status) != RefundStatus.FAILED)
    above = (
        select(Payment.gateway_ref)
        .join(gone, gone.c.payment_id == Payment.id)
        .where(gone.c.minor > Payment.amount_minor)
    )
    yield from (f"payment {ref}: more was sent back than came" for ref in work.session.exec(above.limit(MOST_NAMES)))
    lying = (
        select(Posting.account, Posting.currency, func.sum(col(Posting.amount_minor)))
        .where(col(Posting.account).startswith("refunds:"))
        .group_by(col(Posting.account), col(Posting.currency))
    )
    is_under_way = col(Refund.status).in_(UNDER_WAY)
    is_unexplained = (col(Refund.status) == RefundStatus.SUCCEEDED) & col(Refund.credit_entry_id).is_(None)
    signed = case((is_under_way, -col(Refund.amount_minor)), (is_unexplained, col(Refund.amount_minor)), else_=0)
    known = {
        (ledger.refunds(gateway), currency): int(minor)
        for gateway, currency, minor in work.session.exec(
            select(Refund.gateway, Refund.currency, func.sum(signed)).group_by(
                col(Refund.gateway), col(Refund.currency)
            )
        )
    }
    for account, currency, minor in work.session.exec(lying):
        if int(minor) != known.get((account, currency), 0):
            yield f"{account} {currency}: booked {int(minor)}, on its way {known.get((account, currency), 0)}"


def disputes_stay_within(work: Work) -> Iterator[str]:
    """What banks have taken is on its account until they decide, and is no more than came.

    So is what is kept from the credit of customers because of it.
    """
    undecided = (
        select(Dispute.gateway, Dispute.currency, func.sum(col(Dispute.amount_minor)))
        .where(Dispute.status == DisputeStatus.OPEN)
        .group_by(col(Dispute.gateway), col(Dispute.currency))
    )
    known = {
        (ledger.disputes(gateway), currency): int(minor) for gateway, currency, minor in work.session.exec(undecided)
    }
    lying = (
        select(Posting.account, Posting.currency, func.sum(col(Posting.amount_minor)))
        .where(col(Posting.account).startswith("disputes:"))
        .group_by(col(Posting.account), col(Posting.currency))
    )
    booked = {(account, currency): int(minor) for account, currency, minor in work.session.exec(lying)}
    for key in sorted(known.keys() | booked.keys()):
        if known.get(key, 0) != booked.get(key, 0):
            yield f"{key[0]} {key[1]}: booked {booked.get(key, 0)}, undecided {known.get(key, 0)}"
    yield from _withheld_for_nothing(work)
    taken = _sums_by_payment(Dispute, col(Dispute.status).in_(TAKEN))
    back = _sums_by_payment(Refund, col(Refund.status) == RefundStatus.SUCCEEDED)
    above = (
        select(Payment.gateway_ref)
        .join(taken, taken.c.payment_id == Payment.id)
        .outerjoin(back, back.c.payment_id == Payment.id)
        .where(taken.c.minor + func.coalesce(back.c.minor, 0) > Payment.amount_minor)
    )
    yield from (f"payment {ref}: more is gone than came" for ref in work.session.exec(above.limit(MOST_NAMES)))


def _withheld_for_nothing(work: Work) -> Iterator[str]:
    kept = (
        select(Dispute.customer_id, Dispute.currency, func.sum(col(Dispute.held_minor)))
        .where(Dispute.status == DisputeStatus.OPEN, Dispute.held_minor > 0)
        .group_by(col(Dispute.customer_id), col(Dispute.currency))
    )
    known = {(ledger.withheld(customer), currency): int(minor) for customer, currency, minor in work.session.exec(kept)}
    lying = (
        select(Posting.account, Posting.currency, func.sum(col(Posting.amount_minor)))
        .where(col(Posting.account).startswith("withheld:"))
        .group_by(col(Posting.account), col(Posting.currency))
    )
    booked = {(account, currency): -int(minor) for account, currency, minor in work.session.exec(lying)}
    for key in sorted(known.keys() | booked.keys()):
        if known.get(key, 0) != booked.get(key, 0):
            yield f"{key[0]} {key[1]}: booked {booked.get(key, 0)}, disputed {known.get(key, 0)}"


def _sums_by_payment(table: type[Dispute | Refund], which: sqlalchemy.ColumnElement[bool]) -> sqlalchemy.Subquery:
    return (
        select(col(table.payment_id).label("payment_id"), func.sum(col(table.amount_minor)).label("minor"))
        .where(which)
        .group_by(col(table.payment_id))
        .subquery()
    )


def reserved_money_has_its_order(work: Work) -> Iterator[str]:
    """Money is reserved for orders that wait for a person, and for nothing else; and an order that says so has some."""
    lately = work.now - SETTLES_WITHIN
    alone = (
        select(PaymentAttempt.id)
        .outerjoin(Order, col(Order.invoice_id) == col(PaymentAttempt.invoice_id))
        .where(
            PaymentAttempt.status == AttemptStatus.RESERVED,
            col(PaymentAttempt.reserved_at) < lately,
            or_(col(Order.id).is_(None), col(Order.status) != OrderStatus.RESERVED),
        )
    )
    yield from (
        f"attempt {attempt_id} reserves for no order" for attempt_id in work.session.exec(alone.limit(MOST_NAMES))
    )
    reserved = exists().where(
        col(PaymentAttempt.invoice_id) == col(Order.invoice_id),
        or_(
            col(PaymentAttempt.live_for).is_not(None) & col(PaymentAttempt.reserved_until).is_not(None),
            col(PaymentAttempt.finished_at) >= lately,
        ),
    )
    bare = select(Order.number).where(Order.status == OrderStatus.RESERVED, ~reserved)
    yield from (f"{number} has no money reserved" for number in work.session.exec(bare.limit(MOST_NAMES)))
    both = select(PaymentAttempt.id).where(
        col(PaymentAttempt.taking_at).is_not(None), col(PaymentAttempt.releasing_at).is_not(None)
    )
    yield from (f"attempt {attempt_id} is taken and let go" for attempt_id in work.session.exec(both.limit(MOST_NAMES)))


OF_PAYMENTS: tuple[Check, ...] = (
    one_live_charge,
    reserved_money_has_its_order,
    payments_are_booked,
    recorded_payments_say_by_whom,
    refunds_stay_within,
    disputes_stay_within,
)
