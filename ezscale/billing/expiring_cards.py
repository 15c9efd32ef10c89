"""Cards that are about to expire: who is charged to one is told once, while there is time to add another."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select

from ezscale.billing.cards import usable_card
from ezscale.billing.events import CardExpiresSoon
from ezscale.billing.house_rules import PaymentRules
from ezscale.company.rules import rules
from ezscale.company.runs import Tally, reported
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Cancellation, Invoice, PaymentMethod, Subscription
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment_method import last_day_of
from ezscale.models.subscription import SubscriptionStatus

BATCH = 200
RENEWING = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE, SubscriptionStatus.PAUSED)


def tell_of_expiring_cards(open_work: OpenWork) -> Tally:
    """Tell everybody whose card expires soon and is charged after that; once for each card and date."""
    with reported(open_work, "expiring cards") as tally:
        after: UUID | None = None
        while block := _expiring(open_work, after):
            for card_id in block:
                with tally.apart(str(card_id)):
                    with open_work() as work:
                        told = _tell(work, card_id)
                    if told:
                        tally.count("told")
            after = block[-1]
    return tally


def expires_soon(work: Work, card: PaymentMethod) -> bool:
    """Whether its customer should hear, or has heard, that it does."""
    return card.expires_on is not None and work.today <= card.expires_on <= work.today + timedelta(days=_notice(work))


def is_charged_after(work: Work, customer_id: UUID, day: date) -> bool:
    """Whether anything of a customer's is charged after a day, as it looks now."""
    goes_on = or_(
        col(Cancellation.id).is_(None),
        and_(col(Cancellation.effective_on) > day, col(Subscription.bill_from) < col(Cancellation.effective_on)),
    )
    renewing = (
        select(Subscription.id)
        .outerjoin(
            Cancellation,
            and_(Cancellation.subscription_id == Subscription.id, col(Cancellation.withdrawn_at).is_(None)),
        )
        .where(Subscription.customer_id == customer_id, col(Subscription.status).in_(RENEWING), goes_on)
    )
    owed = select(Invoice.id).where(
        Invoice.customer_id == customer_id, Invoice.status == InvoiceStatus.OPEN, col(Invoice.due_on) > day
    )
    return any(work.session.exec(charged.limit(1)).first() for charged in (renewing, owed))


def _tell(work: Work, card_id: UUID) -> bool:
    card = work.session.get_one(PaymentMethod, card_id, with_for_update=True)
    charged = usable_card(work, card.customer_id)
    last = card.expires_on
    if last is None or card.told_of == last:
        return False  # by another run, a moment ago
    if charged is None or charged.id != card.id or not is_charged_after(work, card.customer_id, last):
        return False
    card.told_of = last
    work.session.add(card)
    work.emit(CardExpiresSoon(card.id, card.customer_id))
    return True


def _expiring(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        notice = _notice(work)
        ends = list(_month_ends(work.today, work.today + timedelta(days=notice)))
        if not notice or not ends:
            return []
        expiring = select(PaymentMethod.id).where(
            or_(*map(_expires_in, ends)),
            or_(col(PaymentMethod.is_default).is_(True), col(PaymentMethod.is_backup).is_(True)),
            col(PaymentMethod.removed_at).is_(None),
            col(PaymentMethod.refused_at).is_(None),
        )
        if after is not None:
            expiring = expiring.where(col(PaymentMethod.id) > after)
        return list(work.session.exec(expiring.order_by(col(PaymentMethod.id)).limit(BATCH)))


def _expires_in(last: date) -> ColumnElement[bool]:
    return and_(
        PaymentMethod.exp_year == last.year,
        PaymentMethod.exp_month == last.month,
        or_(col(PaymentMethod.told_of).is_(None), col(PaymentMethod.told_of) != last),
    )


def _month_ends(first: date, last: date) -> Iterator[date]:
    end = last_day_of(first.year, first.month)
    while end <= last:
        yield end
        following = end + timedelta(days=1)
        end = last_day_of(following.year, following.month)


def _notice(work: Work) -> int:
    return rules(work, PaymentRules).card_expiry_notice_days
