"""Prices of plans, of options' values and of add-ons: one now, perhaps one planned, and all that were."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.catalog.changing import amount, change_catalog, coming, known_currency, locked
from ezscale.catalog.cycles import CYCLES
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import AddOn, AddOnPrice, OptionPrice, OptionValue, Plan, Price

Priced = TypeVar("Priced", Price, OptionPrice, AddOnPrice)

ONCE = 0  # the months of what is paid once


@dataclass(frozen=True, slots=True)
class PriceList(Generic[Priced]):
    """One of the tables of prices, and whose they are."""

    table: type[Priced]
    owner: type[Plan | OptionValue | AddOn]
    key: str

    def of(self, owner_id: UUID) -> Any:
        """The prices of one of them."""
        return col(getattr(self.table, self.key)) == owner_id


PLANS = PriceList(Price, Plan, "plan_id")
VALUES = PriceList(OptionPrice, OptionValue, "value_id")
ADD_ONS = PriceList(AddOnPrice, AddOn, "add_on_id")


class Standing(StrEnum):
    """How a price stands at a moment."""

    PLANNED = "planned"
    CURRENT = "current"
    PAST = "past"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class PriceWish:
    """A price as it was typed. Without `since` it holds at once."""

    currency: str
    months: int
    amount: str
    setup: str = ""
    since: datetime | None = None


def set_price(work: Work, prices: PriceList[Priced], owner_id: UUID, wish: PriceWish) -> Priced:
    """What it costs from a moment on: the price before ends there, and what was planned is given up.

    Two who do this at once do it one after the other: whoever comes second replaces the first's.
    """
    change_catalog(work)
    owner = locked(work, prices.owner, owner_id)
    currency, months = known_currency(wish.currency), _cycle_for(owner, wish.months)
    since = coming(work, wish.since)
    money, setup = amount(wish.amount, currency, "amount"), amount(wish.setup, currency, "setup")
    if not wish.amount.strip():
        raise Invalid("Please say what it costs; 0 for nothing.", field="amount")
    before = _unended(work, prices, owner_id, currency, months)
    if since == work.now and _costs_already(before, money, setup, work.now):
        return before[0]
    _take_over(work, before, since)
    values: dict[str, Any] = {prices.key: owner_id, "amount_minor": money.minor, "setup_minor": setup.minor}
    price = prices.table(**values, currency=currency, months=months, since=since)
    work.session.add(price)
    work.session.flush()
    return price


def end_price(work: Work, prices: PriceList[Priced], owner_id: UUID, currency: str, months: int) -> None:
    """It is not sold for that currency and cycle any more. Whoever has it keeps it."""
    change_catalog(work)
    locked(work, prices.owner, owner_id)
    before = _unended(work, prices, owner_id, currency, months)
    if not before:
        raise NotFound
    _take_over(work, before, work.now)


def give_up_plan(work: Work, prices: PriceList[Priced], owner_id: UUID, currency: str, months: int) -> None:
    """The planned price does not come: the present one stays."""
    change_catalog(work)
    locked(work, prices.owner, owner_id)
    unended = _unended(work, prices, owner_id, currency, months)
    planned = [price for price in unended if price.since > work.now]
    if not planned:
        raise NotFound
    for price in unended:
        if price in planned:
            price.give_up()
        elif any(price.until == other.since for other in planned):
            price.until = None
        work.session.add(price)


def price_history(work: Work, prices: PriceList[Priced], owner_id: UUID) -> list[Priced]:
    """Every price there is and was, by currency and cycle, newest first. For staff."""
    work.actor.require(SEE_EVERYTHING)
    table = prices.table
    every = select(table).where(prices.of(owner_id))
    return list(
        work.session.exec(
            every.order_by(col(table.currency), col(table.months), col(table.since).desc(), col(table.id))
        )
    )


def prices_of_all(work: Work, prices: PriceList[Priced]) -> list[Priced]:
    """The prices of now and those to come, of all that has any, by cycle and currency. For staff."""
    work.actor.require(SEE_EVERYTHING)
    table = prices.table
    unended = select(table).where(col(table.until).is_(None) | (col(table.until) > work.now))
    return list(work.session.exec(unended.order_by(col(table.months), col(table.currency), col(table.id))))


def every_price(work: Work, before: UUID | None = None, limit: int = 500) -> list[tuple[Price, Plan]]:
    """What plans cost, and have cost, newest first; `before` is the last id of a page. For staff."""
    work.actor.require(SEE_EVERYTHING)
    page = page_of(select(Price), col(Price.id), before=before, limit=limit)
    return [(price, plan) for price, plan in work.session.execute(page.join(Plan).add_columns(Plan))]


def price_now(work: Work, prices: PriceList[Priced], owner_id: UUID, currency: str, months: int) -> Priced | None:
    """What it costs at this moment, if it is sold so."""
    unended = _unended(work, prices, owner_id, currency, months)
    return next((price for price in unended if price.since <= work.now), None)


def standing(price: Price | OptionPrice | AddOnPrice, now: datetime) -> Standing:
    """How a price stands."""
    if price.until is not None and price.until <= price.since:
        return Standing.GIVEN_UP
    if price.since > now:
        return Standing.PLANNED
    return Standing.CURRENT if price.until is None or price.until > now else Standing.PAST


def _take_over(work: Work, before: list[Priced], moment: datetime) -> None:
    """The price of now ends at a moment, and what was planned never begins: there is no time with two prices or none."""
    for price in before:
        if price.since > work.now:
            price.give_up()
        else:
            price.replace(moment)
        work.session.add(price)


def _unended(work: Work, prices: PriceList[Priced], owner_id: UUID, currency: str, months: int) -> list[Priced]:
    """The price of now and what is planned, earliest first, as they are in the database at this moment."""
    table = prices.table
    held = select(table).where(
        prices.of(owner_id),
        col(table.currency) == currency,
        col(table.months) == months,
        col(table.until).is_(None) | (col(table.until) > work.now),
    )
    found = work.session.exec(held.order_by(col(table.since)).execution_options(populate_existing=True))
    return [price for price in found if price.until is None or price.until > price.since]


def _costs_already(before: list[Priced], money: Money, setup: Money, now: datetime) -> bool:
    as_told = [(price.amount, price.setup) for price in before] == [(money, setup)]
    return as_told and standing(before[0], now) is Standing.CURRENT


def _cycle_for(owner: Plan | OptionValue | AddOn, months: int) -> int:
    possible = (ONCE,) if isinstance(owner, AddOn) and not owner.recurring else CYCLES
    if months not in possible:
        raise Invalid("Please choose one of the cycles from the list.", field="months")
    return months


def per_cycle(prices: list[Priced], now: datetime) -> dict[tuple[str, int], Money]:
    """What each currency and cycle costs at a moment."""
    current = [price for price in prices if standing(price, now) is Standing.CURRENT]
    return {(price.currency, price.months): price.amount for price in current}
