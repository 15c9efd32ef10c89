"""Pausing: a subscription stands still for a while, is not billed, and what is paid lasts so much longer."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.change_quotes import point_of, refuse_unchangeable, require_changing
from ezscale.billing.days import day_of
from ezscale.billing.events import SubscriptionBack, SubscriptionPaused
from ezscale.billing.paid_days import call_off_ahead, paid_ahead, pauses_of, refuse_unpaid
from ezscale.billing.proration import ChangeRules
from ezscale.billing.subscriptions import items_of, subscription_to_change
from ezscale.company.rules import rules
from ezscale.company.runs import Tally, reported
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Customer, Pause, Subscription
from ezscale.models.subscription import SubscriptionStatus

A_YEAR = timedelta(days=365)
BATCH = 200


def pause_subscription(work: Work, subscription_id: UUID, returns_on: date) -> Pause:
    """It stands still from today, until a day. Invalid, on `returns_on`, for a day that is not to be had.

    What is billed ahead and not paid is voided: those days come later now.
    """
    require_changing(work)
    subscription = subscription_to_change(work, subscription_id)
    refuse_unchangeable(work, subscription)
    customer = work.session.get_one(Customer, subscription.customer_id)
    today, items = point_of(work, customer).day, items_of(work, subscription.id)
    _refuse_beyond_rules(work, subscription, today, returns_on)
    refuse_unpaid(work, items, today)
    ahead = [days.span.start for days in paid_ahead(work, items, today) if days.span.start > today]
    if ahead:
        raise BusinessError(f"The next period is paid already: it can stand still from {min(ahead):%-d %B %Y} on.")
    call_off_ahead(work, subscription, today)
    pause = Pause(
        subscription_id=subscription.id,
        live_for=subscription.id,
        began_on=today,
        returns_on=returns_on,
        asked_at=work.now,
        asked_by=work.actor.name[:120],
    )
    subscription.pause()
    work.session.add_all([pause, subscription])
    work.session.flush()
    work.emit(SubscriptionPaused(subscription.id, customer.id))
    return pause


def end_pause(work: Work, subscription_id: UUID) -> Pause:
    """It goes on today: what was paid lasts longer by the days on which it stood still."""
    require_changing(work)
    subscription = subscription_to_change(work, subscription_id)
    if subscription.status is not SubscriptionStatus.PAUSED:
        raise BusinessError("This subscription does not stand still.")
    return go_on(work, subscription)


def go_on(work: Work, subscription: Subscription) -> Pause:
    """End the pause of a subscription that stands still."""
    pause = work.session.exec(select(Pause).where(Pause.live_for == subscription.id).with_for_update()).one()
    customer = work.session.get_one(Customer, subscription.customer_id)
    pause.end(day_of(work, customer))
    subscription.come_back(pause.carried_days)
    work.session.add_all([pause, subscription])
    work.session.flush()
    work.emit(SubscriptionBack(subscription.id, customer.id))
    return pause


def pause_of(work: Work, subscription_id: UUID) -> Pause | None:
    """The pause in which a subscription is, if it stands still."""
    return work.session.exec(select(Pause).where(Pause.live_for == subscription_id)).first()


def return_paused(open_work: OpenWork) -> Tally:
    """Let those go on whose day of return has come. Comes before the renewal run."""
    with reported(open_work, "pauses") as tally:
        after: UUID | None = None
        while block := _due_back(open_work, after):
            for pause_id in block:
                with tally.apart(str(pause_id)), open_work() as work:
                    if _return(work, pause_id):
                        tally.count("back")
            after = block[-1]
    return tally


def _return(work: Work, pause_id: UUID) -> bool:
    pause = work.session.get_one(Pause, pause_id)
    subscription = subscription_to_change(work, pause.subscription_id)
    customer = work.session.get_one(Customer, subscription.customer_id)
    if subscription.status is not SubscriptionStatus.PAUSED or pause.returns_on > day_of(work, customer):
        return False
    go_on(work, subscription)
    return True


def _due_back(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        day_somewhere = work.today + timedelta(days=1)
        due = select(Pause.id).where(col(Pause.live_for).is_not(None), col(Pause.returns_on) <= day_somewhere)
        if after is not None:
            due = due.where(col(Pause.id) > after)
        return list(work.session.exec(due.order_by(col(Pause.id)).limit(BATCH)))


def _refuse_beyond_rules(work: Work, subscription: Subscription, today: date, returns_on: date) -> None:
    decided = rules(work, ChangeRules)
    if not today < returns_on <= today + timedelta(days=decided.longest_pause):
        last = today + timedelta(days=decided.longest_pause)
        raise Invalid(f"Please choose a day from tomorrow to {last:%-d %B %Y}.", field="returns_on")
    lately = [pause for pause in pauses_of(work, subscription.id) if pause.began_on > today - A_YEAR]
    if len(lately) >= decided.pauses_a_year:
        times = "once" if decided.pauses_a_year == 1 else f"{decided.pauses_a_year} times"
        raise BusinessError(f"A subscription can stand still {times} within a year.")
