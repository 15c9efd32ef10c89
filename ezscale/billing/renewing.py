"""Telling subscribers of a change of price, and agreeing anew with each when their time has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, exists
from sqlmodel import select as choose

from ezscale.billing.agreements import PRICE, agreed_anew, movements
from ezscale.billing.brake import Run, allowed
from ezscale.billing.coming_near import comes_near, furthest_day
from ezscale.billing.events import PriceChangeTold
from ezscale.billing.price_changes import BLOCK, ITEMS, NOTICES, RUNNING, SUBSCRIPTIONS
from ezscale.billing.renewals import LEAVES_BEFORE, invoice_due, renewals_due
from ezscale.catalog.changing import locked
from ezscale.company.runs import Tally, reported
from ezscale.kit.bulk import insert_many
from ezscale.kit.database import table_of
from ezscale.kit.ids import new_id
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Cancellation, PriceChange, RevenueMovement, Service, SubscriptionItem

CHANGES, SERVICES = table_of(PriceChange), table_of(Service)


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What is written for one subscriber: the notice with what it is about, the new item, and what that earns."""

    due: Row[Any]
    fresh: dict[str, Any]
    earned: Sequence[dict[str, Any]]


def renew(open_work: OpenWork, size: int = BLOCK) -> Tally:
    """Invoice what comes near, each period at the price that is agreed for it.

    After an outage a subscription may have periods to catch up with on both sides of the day of a change: those before
    are invoiced first, then it is agreed anew, then come the others. Far more than usual are not billed before somebody
    has allowed it.
    """
    whole = Tally()
    with reported(open_work, Run.RENEWALS) as tally:
        due = allowed(open_work, tally, Run.RENEWALS, renewals_due)
        if due is None:
            return tally
        whole.set_aside += apply_price_changes(open_work, size).set_aside
        if not any(due.values()):
            return whole
        day = date.min
        while between := _day_between(open_work, after=day):
            day = between
            invoice_due(open_work, tally, size, until=day - timedelta(days=1))
            whole.set_aside += apply_price_changes(open_work, size).set_aside
        invoice_due(open_work, tally, size)
    whole.include(tally)
    return whole


def tell_subscribers(open_work: OpenWork, change_id: UUID, size: int = BLOCK) -> int:
    """Let every subscriber know whom a change concerns and who does not know yet; how many these were.

    Running it again tells nobody twice. A subscription that is paid only now, or whose cancellation was taken back, is
    found later, and has its full notice from then on.
    """
    told = 0
    while some := _tell_block(open_work, change_id, size):
        told += some
    return told


def apply_price_changes(open_work: OpenWork, size: int = BLOCK) -> Tally:
    """Agree anew with those who are about to be billed for a period from their day on. Again, or twice at once: no more.

    It must come before the renewal run, which bills what is agreed by then: `renew` keeps the two in step.
    """
    with open_work() as work:
        announced = [change.id for change in work.session.exec(_not_over(work))]
    if not announced:  # nobody can have been told of any
        return Tally()
    for change_id in announced:
        tell_subscribers(open_work, change_id, size)
    with reported(open_work, "price changes") as tally:
        reached: UUID | None = None
        while block := _apply_block(open_work, size, reached, tally):
            reached = block[-1]
    return tally


def _tell_block(open_work: OpenWork, change_id: UUID, size: int) -> int:
    with open_work() as work:
        change = locked(work, PriceChange, change_id)
        if change.withdrawn_at is not None:
            return 0
        found = work.session.connection().execute(_untold(change).limit(size)).all()
        said = {
            "change_id": change.id,
            "from_day": change.holds_from(work.today),
            "told_at": work.now,
            "applied_at": None,
        }
        notices = [{"id": new_id(), "item_id": row.id, "customer_id": row.customer_id, **said} for row in found]
        insert_many(work.session.connection(), NOTICES, notices)
        for customer_id in dict.fromkeys(row.customer_id for row in found):
            work.emit(PriceChangeTold(change.id, customer_id))
        return len(found)


def _untold(change: PriceChange) -> Any:
    """Whoever had subscribed when it was announced, pays the old price, stays, and was told of no change yet.

    An item for which another change is on its way keeps to that one: nobody is told two prices.
    """
    stays = ~exists().where(
        col(Cancellation.subscription_id) == SUBSCRIPTIONS.c.id, col(Cancellation.withdrawn_at).is_(None)
    )
    told = exists().where(
        NOTICES.c.item_id == ITEMS.c.id, CHANGES.c.id == NOTICES.c.change_id, CHANGES.c.withdrawn_at.is_(None)
    )
    return (
        select(ITEMS.c.id, SUBSCRIPTIONS.c.customer_id)
        .join_from(ITEMS, SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == ITEMS.c.subscription_id)
        .where(
            ITEMS.c.plan_id == change.plan_id,
            ITEMS.c.currency == change.currency,
            ITEMS.c.price_minor == change.old_minor,
            SUBSCRIPTIONS.c.months == change.months,
            SUBSCRIPTIONS.c.created_at <= change.announced_at,
            *RUNNING,
            stays,
            ~told,
        )
        .order_by(SUBSCRIPTIONS.c.customer_id, ITEMS.c.id)
    )


def _not_over(work: Work) -> Any:
    """Announced and not withdrawn. A three-yearly cycle later there is nobody left who agreed before it."""
    long_ago = work.today - timedelta(days=4 * 366)
    return choose(PriceChange).where(col(PriceChange.withdrawn_at).is_(None), col(PriceChange.effective_on) > long_ago)


def _apply_block(open_work: OpenWork, size: int, reached: UUID | None, tally: Tally) -> list[UUID]:
    """The next notices, in one transaction; empty when none was left. What the database refuses is tried alone."""
    further = [] if reached is None else [NOTICES.c.id > reached]
    with open_work() as work:
        block = list(work.session.connection().execute(_due(work, *further).limit(size)).scalars())
    if not block:
        return []
    done = Tally()
    try:
        with open_work() as work:
            _apply(work, block, done)
    except SQLAlchemyError:
        for notice_id in block:
            _apply_alone(open_work, notice_id, tally)
    else:
        tally.include(done)
    return block


def _apply_alone(open_work: OpenWork, notice_id: UUID, tally: Tally) -> None:
    done = Tally()
    try:
        with open_work() as work:
            _apply(work, [notice_id], done)
    except SQLAlchemyError as problem:
        tally.put_aside(f"price notice {notice_id}", problem)
    else:
        tally.include(done)


def _apply(work: Work, notice_ids: Sequence[UUID], done: Tally) -> None:
    """The change first, then the subscription, are locked: nobody withdraws, bills or changes it meanwhile."""
    connection = work.session.connection()
    named = select(NOTICES.c.change_id).where(NOTICES.c.id.in_(notice_ids))
    changes = connection.execute(
        select(CHANGES).where(CHANGES.c.id.in_(named)).order_by(CHANGES.c.id).with_for_update()
    )
    new_prices = {row.id: row.new_minor for row in changes}
    theirs = select(ITEMS.c.subscription_id).where(
        ITEMS.c.id.in_(select(NOTICES.c.item_id).where(NOTICES.c.id.in_(notice_ids)))
    )
    lock = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.id.in_(theirs))
    connection.execute(lock.order_by(SUBSCRIPTIONS.c.id).with_for_update()).all()
    which = _due(work, NOTICES.c.id.in_(notice_ids))  # looked up again: what was due may be so no more
    rows = connection.execute(which.add_columns(*_WANTED)).all()
    held = select(ITEMS).where(ITEMS.c.id.in_([row.item_id for row in rows]))
    items = {item.id: item for item in connection.execute(held)}
    agreed = []
    for row in rows:
        with done.apart(row.number):
            agreed.append(_agree(row, items[row.item_id], new_prices[row.change_id], work.today))
    _store(work, agreed)
    if agreed:
        done.count("prices changed", len(agreed))


def _agree(due: Row[Any], old: Row[Any], price_minor: int, today: date) -> _Agreed:
    """The very step that `replace_item` takes for one."""
    fresh = agreed_anew(old, due.bill_from, {"price_minor": price_minor})
    cycles = (due.months, due.months)
    return _Agreed(due, fresh, movements(PRICE, old, SubscriptionItem(**fresh), cycles, today))


def _store(work: Work, agreed: Sequence[_Agreed]) -> None:
    """Write a block: the new items, the end of the old ones, whom the services are paid by, and what it earns."""
    if not agreed:
        return
    connection = work.session.connection()
    insert_many(connection, ITEMS, [each.fresh for each in agreed])
    ended = update(ITEMS).where(ITEMS.c.id == bindparam("old")).values(ended_on=bindparam("day"))
    connection.execute(ended, [{"old": each.due.item_id, "day": each.due.bill_from} for each in agreed])
    follows = update(SERVICES).where(SERVICES.c.item_id == bindparam("old")).values(item_id=bindparam("new"))
    connection.execute(follows, [{"old": each.due.item_id, "new": each.fresh["id"]} for each in agreed])
    insert_many(connection, table_of(RevenueMovement), [moved for each in agreed for moved in each.earned])
    done = NOTICES.c.id.in_([each.due.id for each in agreed])
    connection.execute(update(NOTICES).where(done).values(applied_at=work.now))
    begun = CHANGES.c.id.in_({each.due.change_id for each in agreed}) & CHANGES.c.applied_at.is_(None)
    connection.execute(update(CHANGES).where(begun).values(applied_at=work.now))
    about = sorted({each.due.subscription_id for each in agreed})
    written = {"subscription_item": 2 * len(agreed), "service": len(agreed), "price_change": 1}
    work.record("price changes applied", *(("subscription", row_id) for row_id in about), written=written)


def _day_between(open_work: OpenWork, after: date) -> date | None:
    """The first day of a change that lies between two periods of a subscription which are both to be invoiced now."""
    with open_work() as work:
        first = (
            select(func.min(NOTICES.c.from_day))
            .join_from(NOTICES, ITEMS, ITEMS.c.id == NOTICES.c.item_id)
            .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == ITEMS.c.subscription_id)
            .join(CHANGES, CHANGES.c.id == NOTICES.c.change_id)
            .where(
                NOTICES.c.applied_at.is_(None),
                NOTICES.c.from_day > after,
                comes_near(work, NOTICES.c.from_day, SUBSCRIPTIONS.c.months),
                SUBSCRIPTIONS.c.bill_from < NOTICES.c.from_day,
                CHANGES.c.withdrawn_at.is_(None),
                *RUNNING,
                ~LEAVES_BEFORE,
            )
        )
        day: date | None = work.session.connection().execute(first).scalar()
        return day


def _due(work: Work, *which: ColumnElement[bool]) -> Any:
    """Notices whose subscriber is about to be billed for a period that begins on their day or later."""
    return (
        select(NOTICES.c.id)
        .join_from(NOTICES, ITEMS, ITEMS.c.id == NOTICES.c.item_id)
        .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == ITEMS.c.subscription_id)
        .join(CHANGES, CHANGES.c.id == NOTICES.c.change_id)
        .where(
            NOTICES.c.applied_at.is_(None),
            NOTICES.c.from_day <= furthest_day(work),
            CHANGES.c.withdrawn_at.is_(None),
            SUBSCRIPTIONS.c.bill_from >= NOTICES.c.from_day,
            comes_near(work, SUBSCRIPTIONS.c.bill_from, SUBSCRIPTIONS.c.months),
            *RUNNING,
            ~LEAVES_BEFORE,
            *which,
        )
        .order_by(NOTICES.c.id)
    )


_WANTED = (
    *(NOTICES.c.change_id, NOTICES.c.item_id, ITEMS.c.subscription_id),
    *(SUBSCRIPTIONS.c.number, SUBSCRIPTIONS.c.months, SUBSCRIPTIONS.c.bill_from),
)
