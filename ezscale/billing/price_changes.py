"""Prices that change for those who have subscribed already: announced with a day, told to each, then agreed anew.

What somebody agreed on is never touched behind their back. An item changes its price only when its customer was told of
it as many days before as the house has promised; everybody else keeps theirs for as long as they stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Row, bindparam, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, exists
from sqlmodel import select as choose

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.agreements import PRICE, agreed_anew, movements
from ezscale.billing.events import PriceChangeAnnounced, PriceChangeTold, PriceChangeWithdrawn
from ezscale.billing.policy import POLICY
from ezscale.billing.renewals import BILLED, LEAVES_BEFORE
from ezscale.billing.runs import Tally, reported
from ezscale.catalog.changing import change_catalog, locked
from ezscale.catalog.price_list import PLANS, PriceWish, price_now, set_price
from ezscale.company.rules import Rules, rules
from ezscale.kit.bulk import insert_many
from ezscale.kit.database import table_of
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import (
    Cancellation,
    Plan,
    Price,
    PriceChange,
    PriceNotice,
    RevenueMovement,
    Service,
    Subscription,
    SubscriptionItem,
)
from ezscale.models.subscription import ItemKind

BLOCK = 500
MOST_AHEAD = timedelta(days=2 * 365)
ITEMS, SUBSCRIPTIONS = table_of(SubscriptionItem), table_of(Subscription)
NOTICES, CHANGES, SERVICES = table_of(PriceNotice), table_of(PriceChange), table_of(Service)


class CatalogRules(Rules):
    """How the house treats those who have subscribed already when a price changes."""

    topic: ClassVar[str] = "catalog"
    title: ClassVar[str] = "Price changes"

    notice_days: int = Field(
        30, ge=1, le=365, description="How many days before it holds for them subscribers are told of another price."
    )


@dataclass(frozen=True, slots=True)
class PricePoint:
    """What subscribers pay for a plan and cycle, by their own agreements, and how many do."""

    price: Money
    months: int
    subscribers: int


@dataclass(frozen=True, slots=True)
class ChangeOverview:
    """An announced change: how many were told of it, and for how many it holds already."""

    change: PriceChange
    told: int
    applied: int


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What is written for one subscriber: the notice with what it is about, the new item, and what that earns."""

    due: Row[Any]
    fresh: dict[str, Any]
    earned: Sequence[dict[str, Any]]


def change_price(work: Work, plan_id: UUID, wish: PriceWish, effective_on: date | None = None) -> Price:
    """Another price for a plan: for new customers alone, or from a day on for those who pay the present one, too."""
    change_catalog(work)
    locked(work, Plan, plan_id)
    before = price_now(work, PLANS, plan_id, wish.currency.strip().upper(), wish.months)
    price = set_price(work, PLANS, plan_id, wish)
    if effective_on is not None:
        if before is None:
            raise Invalid("Nobody pays for this yet: there is no price to change.", field="effective_on")
        if effective_on < price.since.astimezone(work.zone).date():
            raise Invalid("Not before new customers pay it, please.", field="effective_on")
        _announce(work, plan_id, price.months, before.amount, price.amount, effective_on)
    return price


def move_to_current_price(work: Work, plan_id: UUID, months: int, old: Money, effective_on: date) -> PriceChange:
    """Those who still pay an older price pay the one of today, from a day on."""
    change_catalog(work)
    locked(work, Plan, plan_id)
    current = price_now(work, PLANS, plan_id, old.currency, months)
    if current is None:
        raise Invalid("This plan has no price for that currency and cycle now.", field="effective_on")
    return _announce(work, plan_id, months, old, current.amount, effective_on)


def withdraw_change(work: Work, change_id: UUID) -> PriceChange:
    """It will not happen, and whoever was told of it is told so. Not once it holds for somebody."""
    change_catalog(work)
    change = locked(work, PriceChange, change_id)
    if change.withdrawn_at is None:
        change.withdraw(work.now)
        work.session.add(change)
        work.emit(PriceChangeWithdrawn(change.id))
    return change


def first_day(work: Work) -> date:
    """The earliest day from which subscribers can be asked for another price that is announced now."""
    return work.today + timedelta(days=rules(work, CatalogRules).notice_days)


def price_points(work: Work, plan_id: UUID) -> list[PricePoint]:
    """What is really paid for a plan, by currency, cycle and price. For staff."""
    work.actor.require(SEE_EVERYTHING)
    paid = (ITEMS.c.currency, SUBSCRIPTIONS.c.months, ITEMS.c.price_minor)
    counted = (
        select(*paid, func.count())
        .join_from(ITEMS, SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == ITEMS.c.subscription_id)
        .where(ITEMS.c.plan_id == plan_id, *_RUNNING)
        .group_by(*paid)
        .order_by(*paid)
    )
    rows = work.session.connection().execute(counted)
    return [PricePoint(Money(minor, currency), months, count) for currency, months, minor, count in rows]


def changes_of(work: Work, plan_id: UUID) -> list[ChangeOverview]:
    """What was announced for a plan, newest first. For staff."""
    work.actor.require(SEE_EVERYTHING)
    told = select(NOTICES.c.change_id, func.count(), func.count(NOTICES.c.applied_at)).group_by(NOTICES.c.change_id)
    of_plan = choose(PriceChange).where(PriceChange.plan_id == plan_id).order_by(col(PriceChange.id).desc())
    changes = work.session.exec(of_plan).all()
    which = told.where(NOTICES.c.change_id.in_([change.id for change in changes]))
    counts = {row[0]: (row[1], row[2]) for row in work.session.connection().execute(which)}
    return [ChangeOverview(change, *counts.get(change.id, (0, 0))) for change in changes]


def told_of(work: Work, change_id: UUID, *, after: UUID | None = None, limit: int = BLOCK) -> list[UUID]:
    """The customers who were told of a change, by their ids. For our own automation and staff."""
    work.actor.require(SEE_EVERYTHING)
    told = choose(PriceNotice.customer_id).where(PriceNotice.change_id == change_id).distinct()
    if after is not None:
        told = told.where(col(PriceNotice.customer_id) > after)
    return list(work.session.exec(told.order_by(col(PriceNotice.customer_id)).limit(limit)))


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

    It must come before the renewal run, which bills what is agreed by then.
    """
    with open_work() as work:
        announced = [change.id for change in work.session.exec(_not_over(work))]
    for change_id in announced:
        tell_subscribers(open_work, change_id, size)
    with reported(open_work, "price changes") as tally:
        reached: UUID | None = None
        while block := _apply_block(open_work, size, reached, tally):
            reached = block[-1]
    return tally


def _announce(work: Work, plan_id: UUID, months: int, old: Money, new: Money, effective_on: date) -> PriceChange:
    notice = rules(work, CatalogRules).notice_days
    if effective_on < first_day(work):
        raise Invalid(
            f"Subscribers are told {notice} days before: not before {first_day(work):%-d %B %Y}.", field="effective_on"
        )
    if effective_on > work.today + MOST_AHEAD:
        raise Invalid("This is too far ahead to announce.", field="effective_on")
    if old == new:
        raise Invalid("They pay that already.", field="effective_on")
    announced = choose(PriceChange.id).where(
        PriceChange.plan_id == plan_id,
        PriceChange.currency == old.currency,
        PriceChange.months == months,
        PriceChange.old_minor == old.minor,
        col(PriceChange.withdrawn_at).is_(None),
        col(PriceChange.effective_on) > work.today,
    )
    if work.session.exec(announced).first() is not None:
        raise Invalid("A change of this price is announced already. Withdraw it first.", field="effective_on")
    change = PriceChange(
        plan_id=plan_id,
        currency=old.currency,
        months=months,
        old_minor=old.minor,
        new_minor=new.minor,
        effective_on=effective_on,
        notice_days=notice,
        announced_at=work.now,
        announced_by=work.actor.name[:120],
    )
    work.session.add(change)
    work.session.flush()
    work.emit(PriceChangeAnnounced(change.id))
    return change


def _tell_block(open_work: OpenWork, change_id: UUID, size: int) -> int:
    with open_work() as work:
        change = locked(work, PriceChange, change_id)
        if change.withdrawn_at is not None:
            return 0
        found = work.session.connection().execute(_untold(change).limit(size)).all()
        from_day = max(change.effective_on, work.today + timedelta(days=change.notice_days))
        said = {"change_id": change.id, "from_day": from_day, "told_at": work.now, "applied_at": None}
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
            *_RUNNING,
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
    new_prices = {row.id: row.new_minor for row in changes if row.withdrawn_at is None}
    theirs = select(ITEMS.c.subscription_id).where(
        ITEMS.c.id.in_(select(NOTICES.c.item_id).where(NOTICES.c.id.in_(notice_ids)))
    )
    lock = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.id.in_(theirs))
    connection.execute(lock.order_by(SUBSCRIPTIONS.c.id).with_for_update()).all()
    which = _due(work, NOTICES.c.id.in_(notice_ids), NOTICES.c.change_id.in_(new_prices))
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


def _due(work: Work, *which: ColumnElement[bool]) -> Any:
    """Notices whose subscriber is about to be billed for a period that begins on their day or later."""
    horizon = work.today + timedelta(days=POLICY.invoice_days_before)
    return (
        select(NOTICES.c.id)
        .join_from(NOTICES, ITEMS, ITEMS.c.id == NOTICES.c.item_id)
        .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == ITEMS.c.subscription_id)
        .join(CHANGES, CHANGES.c.id == NOTICES.c.change_id)
        .where(
            NOTICES.c.applied_at.is_(None),
            NOTICES.c.from_day <= horizon,
            CHANGES.c.withdrawn_at.is_(None),
            SUBSCRIPTIONS.c.bill_from >= NOTICES.c.from_day,
            SUBSCRIPTIONS.c.bill_from <= horizon,
            *_RUNNING,
            ~LEAVES_BEFORE,
            *which,
        )
        .order_by(NOTICES.c.id)
    )


_RUNNING = (
    ITEMS.c.kind == ItemKind.PLAN,
    ITEMS.c.ended_on.is_(None),
    SUBSCRIPTIONS.c.status.in_(BILLED),
)
_WANTED = (
    *(NOTICES.c.change_id, NOTICES.c.item_id, ITEMS.c.subscription_id),
    *(SUBSCRIPTIONS.c.number, SUBSCRIPTIONS.c.months, SUBSCRIPTIONS.c.bill_from),
)
