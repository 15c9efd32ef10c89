"""What must always be true of credit that customers put in themselves."""

from collections.abc import Iterator

from sqlalchemy import exists
from sqlmodel import and_, col, or_, select

from ezscale.kit.work import Work
from ezscale.models import CreditEntry, Payment, PaymentAttempt, TopUp
from ezscale.models.top_up import TopUpStatus
from ezscale.reporting.checks import MOST_NAMES, Check


def top_ups_are_credit(work: Work) -> Iterator[str]:
    """Every paid top-up has its payment and just that much credit, and no other has any."""
    same_sum = and_(
        col(CreditEntry.id) == TopUp.credit_entry_id,
        col(CreditEntry.customer_id) == TopUp.customer_id,
        col(CreditEntry.currency) == TopUp.currency,
        col(CreditEntry.amount_minor) == TopUp.amount_minor,
    )
    without = (
        select(TopUp.number)
        .outerjoin(CreditEntry, same_sum)
        .where(
            or_(
                and_(TopUp.status == TopUpStatus.PAID, col(CreditEntry.id).is_(None)),
                and_(TopUp.status != TopUpStatus.PAID, col(TopUp.credit_entry_id).is_not(None)),
            )
        )
    )
    yield from (f"{number}: its credit is not what was paid" for number in work.session.exec(without.limit(MOST_NAMES)))
    came = (
        select(Payment.id)
        .join(PaymentAttempt, col(PaymentAttempt.id) == Payment.attempt_id)
        .where(col(PaymentAttempt.top_up_id) == TopUp.id)
        .correlate(TopUp)
    )
    paid_in_full = came.where(col(Payment.currency) == TopUp.currency, col(Payment.amount_minor) == TopUp.amount_minor)
    wrong = select(TopUp.number).where(
        or_(
            and_(TopUp.status == TopUpStatus.PAID, ~exists(paid_in_full)),
            and_(TopUp.status != TopUpStatus.PAID, exists(came)),
        )
    )
    yield from (f"{number}: paid, or not, unlike its payment" for number in work.session.exec(wrong.limit(MOST_NAMES)))


def top_ups_come_one_by_one(work: Work) -> Iterator[str]:
    """Each that is asked for is the only one of its kind."""
    astray = select(TopUp.number).where(
        or_(
            and_(
                TopUp.status == TopUpStatus.ASKED,
                or_(col(TopUp.live_for).is_(None), col(TopUp.live_for) != TopUp.customer_id),
            ),
            and_(TopUp.status != TopUpStatus.ASKED, col(TopUp.live_for).is_not(None)),
        )
    )
    yield from (
        f"{number}: it stands in the way, or lets others pass" for number in work.session.exec(astray.limit(MOST_NAMES))
    )


OF_TOP_UPS: tuple[Check, ...] = (top_ups_are_credit, top_ups_come_one_by_one)
