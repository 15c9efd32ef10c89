"""Prices that change for those who have subscribed already: announced with a day, told to each, then agreed anew.

What somebody agreed on is never touched behind their back. An item changes its price only when its customer was told of
it as many days before as the house has promised; everybody else keeps theirs for as long as they stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as choose

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.events import PriceChangeAnnounced, PriceChangeWithdrawn
from ezscale.billing.renewals import BILLED
from ezscale.catalog.changing import change_catalog, locked
from ezscale.catalog.price_list import PLANS, PriceWish, price_now, set_price
from ezscale.company.rules import Rules, rules
from ezscale.kit.database import table_of
from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import (
    Plan,
    Price,
    PriceChange,
    PriceNotice,
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
        30,
        ge=1,
        le=365,
        title="Days of notice",
        description="How many days before it holds for them subscribers are told of another price.",
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


RUNNING = (
    ITEMS.c.kind == ItemKind.PLAN,
    ITEMS.c.ended_on.is_(None),
    SUBSCRIPTIONS.c.status.in_(BILLED),
)  # items by which a plan is paid for now


@dataclass(frozen=True, slots=True)
class Announced:
    """What somebody was told an item will cost, and from which day on."""

    price_minor: int
    from_day: date


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
        .where(ITEMS.c.plan_id == plan_id, *RUNNING)
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


def announced_prices(work: Work, item_ids: Sequence[UUID]) -> dict[UUID, Announced]:
    """What the owners of these items were told they will pay, where it does not hold yet."""
    told = (
        choose(PriceNotice, PriceChange)
        .join(PriceChange)
        .where(
            col(PriceNotice.item_id).in_(item_ids),
            col(PriceNotice.applied_at).is_(None),
            col(PriceChange.withdrawn_at).is_(None),
        )
    )
    rows = work.session.exec(told)
    return {notice.item_id: Announced(change.new_minor, notice.from_day) for notice, change in rows}


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
