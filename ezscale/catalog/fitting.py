"""Fitting out a plan: which options and add-ons it can have, and what a choice of them costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select, bindparam
from sqlmodel import col

from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import AddOn, AddOnOffer, AddOnPrice, Option, OptionOffer, OptionPrice, OptionValue
from ezscale.models.option import OptionKind

Priced = TypeVar("Priced", OptionPrice, AddOnPrice)
ONCE = 0  # the months of what is paid once


@dataclass(frozen=True, slots=True)
class Fitting:
    """A price of a value or of an add-on, as it is offered now, before tax. `months` is 0 for what is paid once."""

    currency: str
    months: int
    amount: Money
    setup: Money


@dataclass(frozen=True, slots=True)
class ValueOffer:
    """A value that can be chosen, with its prices; the standard one costs nothing more and needs none."""

    value_id: UUID
    slug: str
    name: str
    adds: int
    is_standard: bool
    prices: tuple[Fitting, ...]


@dataclass(frozen=True, slots=True)
class FittableOption:
    """An option that a plan can have. A slider has one value, whose price is for a step of `step`."""

    option_id: UUID
    slug: str
    name: str
    kind: OptionKind
    unit: str
    panel_field: str
    smallest: int
    largest: int
    step: int
    needs: str
    needs_id: UUID | None
    values: tuple[ValueOffer, ...]


@dataclass(frozen=True, slots=True)
class FittableAddOn:
    """An add-on that a plan can have, up to `most` of it."""

    add_on_id: UUID
    slug: str
    name: str
    summary: str
    recurring: bool
    most: int
    panel_field: str
    needs: str
    needs_id: UUID | None
    prices: tuple[Fitting, ...]


@dataclass(frozen=True, slots=True)
class Fittings:
    """Everything that a plan can be fitted with, in shop order. `needs` names the value without which it is not had."""

    options: tuple[FittableOption, ...]
    add_ons: tuple[FittableAddOn, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer chose: the slug of a value for a choice, a number for a slider; how many of each add-on."""

    options: Mapping[str, str | int]
    add_ons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A thing beside the plan that is chosen and costs something: `quantity` times `price` for each cycle, or once."""

    description: str
    quantity: int
    price: Money
    setup: Money
    recurring: bool
    option_value_id: UUID | None = None
    add_on_id: UUID | None = None


def fittings(work: Work, plan_id: UUID) -> Fittings:
    """What a plan can be fitted with now. Six queries, however much there is."""
    options = _options(work, plan_id)
    return Fittings(options, _add_ons(work, plan_id))


def fit_out(offered: Fittings, wanted: Wanted, currency: str, months: int) -> list[Part]:
    """The parts that were chosen. Invalid, on `option-<slug>` or `add-on-<slug>`, for what is not offered so."""
    known = {option.slug for option in offered.options} | {add_on.slug for add_on in offered.add_ons}
    for slug in (*wanted.options, *wanted.add_ons):
        if slug not in known:
            raise Invalid("This plan does not offer that.", field="options")
    chosen = {option.slug: _chosen(option, wanted.options.get(option.slug)) for option in offered.options}
    taken = {value.value_id for value, times in filter(None, chosen.values()) if times}
    parts = []
    for option in offered.options:
        if (choice := chosen[option.slug]) is not None and choice[1] and not choice[0].is_standard:
            _require(option, taken, "option")
            parts.append(_option_part(option, *choice, currency, months))
    for add_on in offered.add_ons:
        if quantity := _quantity(add_on, wanted.add_ons.get(add_on.slug, 0)):
            _require(add_on, taken, "add-on")
            parts.append(_add_on_part(add_on, quantity, currency, months))
    return parts


def _chosen(option: FittableOption, typed: str | int | None) -> tuple[ValueOffer, int] | None:
    """A value and how often; nothing where there is nothing to choose and nothing was."""
    standard = next((value for value in option.values if value.is_standard), None)
    if typed is None or typed == "":
        return (standard, 1) if standard else None
    if option.kind is OptionKind.SLIDER:
        number = typed if isinstance(typed, int) else int(typed) if str(typed).isdecimal() else -1
        if not option.smallest <= number <= option.largest or (number - option.smallest) % option.step:
            raise Invalid(
                f"From {option.smallest} to {option.largest} in steps of {option.step}.", field=f"option-{option.slug}"
            )
        return (option.values[0], number // option.step) if option.values else None
    value = next((value for value in option.values if value.slug == typed), None)
    if value is None:
        raise Invalid("Please choose one from the list.", field=f"option-{option.slug}")
    return value, 1


def _quantity(add_on: FittableAddOn, typed: int) -> int:
    if not 0 <= typed <= add_on.most:
        raise Invalid(f"You can have up to {add_on.most} of these.", field=f"add-on-{add_on.slug}")
    return typed


def _require(part: FittableOption | FittableAddOn, taken: set[UUID], kind: str) -> None:
    """By its id: values of two options may have the same slug."""
    if part.needs_id is not None and part.needs_id not in taken:
        raise Invalid(f"This goes only with {part.needs}.", field=f"{kind}-{part.slug}")


def _option_part(option: FittableOption, value: ValueOffer, times: int, currency: str, months: int) -> Part:
    price = _price(value.prices, currency, months, f"option-{option.slug}")
    what = f"{times * option.step} {option.unit}".strip() if option.kind is OptionKind.SLIDER else value.name
    return Part(f"{option.name}: {what}", times, price.amount, price.setup, True, option_value_id=value.value_id)


def _add_on_part(add_on: FittableAddOn, quantity: int, currency: str, months: int) -> Part:
    price = _price(add_on.prices, currency, months if add_on.recurring else ONCE, f"add-on-{add_on.slug}")
    return Part(add_on.name, quantity, price.amount, price.setup, add_on.recurring, add_on_id=add_on.add_on_id)


def _price(prices: tuple[Fitting, ...], currency: str, months: int, field: str) -> Fitting:
    price = next((price for price in prices if (price.currency, price.months) == (currency, months)), None)
    if price is None:
        raise Invalid("This is not offered for that currency and period.", field=field)
    return price


def _options(work: Work, plan_id: UUID) -> tuple[FittableOption, ...]:
    rows = work.session.execute(_options_of_a_plan(), {"plan": plan_id}).all()
    values = work.session.scalars(_values_of_options(), {"options": [option.id for _, option in rows]}).all()
    prices: dict[UUID, list[Fitting]] = {value.id: [] for value in values}
    for row in _current(work, OptionPrice, list(prices)):
        prices[row.value_id].append(_fitting(row))
    names = {value.id: value.slug for value in values}
    return tuple(
        FittableOption(
            *(option.id, option.slug, option.name, option.kind, option.unit, option.panel_field),
            *(option.smallest, option.largest, option.step),
            names.get(offer.needs_value_id, "") if offer.needs_value_id else "",
            offer.needs_value_id,
            tuple(
                ValueOffer(
                    *(value.id, value.slug, value.name, value.adds),
                    value.id == offer.standard_value_id,
                    tuple(prices[value.id]),
                )
                for value in values
                if value.option_id == option.id
            ),
        )
        for offer, option in rows
    )


def _add_ons(work: Work, plan_id: UUID) -> tuple[FittableAddOn, ...]:
    rows = work.session.execute(_add_ons_of_a_plan(), {"plan": plan_id}).all()
    prices: dict[UUID, list[Fitting]] = {add_on.id: [] for _, add_on, _ in rows}
    for row in _current(work, AddOnPrice, list(prices)):
        prices[row.add_on_id].append(_fitting(row))
    return tuple(
        FittableAddOn(
            *(add_on.id, add_on.slug, add_on.name, add_on.summary, add_on.recurring, add_on.most, add_on.panel_field),
            needs or "",
            offer.needs_value_id,
            tuple(prices[add_on.id]),
        )
        for offer, add_on, needs in rows
    )


def _current(work: Work, table: type[Priced], ids: list[UUID]) -> Sequence[Priced]:
    return work.session.scalars(_prices_of(table), {"of": ids, "now": work.now}).all()


# Every look at the order page asks these several times; putting them together would take longer than the answers.


@cache
def _options_of_a_plan() -> Select[OptionOffer, Option]:
    return (
        sqlalchemy.select(OptionOffer, Option)
        .join(Option, col(Option.id) == OptionOffer.option_id)
        .where(col(OptionOffer.plan_id) == bindparam("plan"), col(Option.archived_at).is_(None))
        .order_by(col(OptionOffer.position), col(Option.position), col(Option.slug))
    )


@cache
def _values_of_options() -> Select[OptionValue]:
    of_these = col(OptionValue.option_id).in_(bindparam("options", expanding=True))
    there = sqlalchemy.select(OptionValue).where(of_these, col(OptionValue.archived_at).is_(None))
    return there.order_by(col(OptionValue.position), col(OptionValue.slug))


@cache
def _add_ons_of_a_plan() -> Select[AddOnOffer, AddOn, str]:
    return (
        sqlalchemy.select(AddOnOffer, AddOn, col(OptionValue.slug))
        .join(AddOn, col(AddOn.id) == AddOnOffer.add_on_id)
        .outerjoin(OptionValue, col(OptionValue.id) == AddOnOffer.needs_value_id)
        .where(col(AddOnOffer.plan_id) == bindparam("plan"), col(AddOn.archived_at).is_(None))
        .order_by(col(AddOnOffer.position), col(AddOn.position), col(AddOn.slug))
    )


@cache
def _prices_of(table: type[OptionPrice] | type[AddOnPrice]) -> Select[Any]:
    owner: Any = OptionPrice.value_id if table is OptionPrice else AddOnPrice.add_on_id
    still = col(table.until).is_(None) | (col(table.until) > bindparam("now"))
    current: Select[Any] = sqlalchemy.select(table).where(
        owner.in_(bindparam("of", expanding=True)), col(table.since) <= bindparam("now"), still
    )
    return current.order_by(col(table.currency), col(table.months))


def _fitting(row: OptionPrice | AddOnPrice) -> Fitting:
    return Fitting(row.currency, row.months, row.amount, row.setup)
