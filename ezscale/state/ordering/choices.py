"""The choices and the price of the order page, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from ezscale.billing.lines import Position, PricedLine
from ezscale.catalog.fitting import ONCE, FittableAddOn, FittableOption, Fitting, Fittings, ValueOffer
from ezscale.catalog.plans import Choice, PlanOffer, PriceOffer
from ezscale.models.option import OptionKind
from ezscale.ordering.quoting import PricedItem, Quote
from ezscale.state.account.service_views import cycle
from ezscale.state.marketing.catalog import FAMILY_NAMES, cycle_name, gigabytes, terabytes
from ezscale.state.ordering.basket import Basket
from ezscale.state.ordering.fit import available_add_ons, available_options, fit_of, price_of
from ezscale.state.reader import Reader

FEW = 5


@dataclass
class PlanOption:
    """A plan to choose. `left` says that there are few of it, or none."""

    slug: str
    name: str
    summary: str
    size: str
    price: str
    popular: bool
    left: str = ""
    backups: str = ""

    @classmethod
    def of(cls, plan: PlanOffer, price: PriceOffer, reader: Reader) -> Self:
        sizes = (
            f"{plan.cpu_cores} vCPU",
            f"{gigabytes(plan.memory_mb / 1024)} RAM",
            f"{gigabytes(plan.disk_gb)} disk",
            f"{terabytes(plan.traffic_gb)} traffic",
        )
        size, monthly = " · ".join(sizes), reader.money(price.per_month)
        return cls(plan.slug, plan.name, plan.summary, size, monthly, plan.popular, left(plan), plan.backups)


@dataclass
class FamilyOption:
    """A family of products, by the plan that it begins with."""

    name: str
    slug: str
    is_chosen: bool


@dataclass
class CycleOption:
    """How long to pay for at once."""

    months: str
    name: str
    price: str
    saves: str

    @classmethod
    def of(cls, price: PriceOffer, monthly: PriceOffer | None, reader: Reader) -> Self:
        full = monthly.amount.minor * price.months if monthly else 0
        percent = round(100 * (full - price.amount.minor) / full) if full else 0
        saves = f"saves {percent}%" if percent > 0 else ""
        return cls(
            str(price.months), cycle_name(price.months), f"{reader.money(price.amount)} {cycle(price.months)}", saves
        )


@dataclass
class Option:
    """Something to choose by name."""

    value: str
    text: str

    @classmethod
    def of(cls, choice: Choice) -> Self:
        return cls(choice.slug, choice.name)


@dataclass
class PlaceOption(Option):
    """Where a server can stand; not just now where it is full."""

    is_full: bool = False


@dataclass
class OptionView:
    """Something about the server that can be sized: by a slider from `bottom` on, where there are no `picks`."""

    slug: str
    name: str
    chosen: str
    shown: str
    price: str
    picks: list[Option] = field(default_factory=list)
    bottom: int = 0
    largest: int = 0
    step: int = 1

    @classmethod
    def of(cls, option: FittableOption, chosen: str | int | None, currency: str, months: int, reader: Reader) -> Self:
        if option.kind is OptionKind.SLIDER:
            return cls._slider(option, int(chosen or 0), currency, months, reader)
        standard = next((value for value in option.values if value.is_standard), None)
        values = [
            Option("" if value.is_standard else value.slug, _named(value, currency, months, reader))
            for value in option.values
            if value.is_standard or price_of(value.prices, currency, months)
        ]
        values = values if standard else [Option("", "None"), *values]
        return cls(option.slug, option.name, str(chosen or ""), "", "", values)

    @classmethod
    def _slider(cls, option: FittableOption, chosen: int, currency: str, months: int, reader: Reader) -> Self:
        step_price = price_of(option.values[0].prices, currency, months) if option.values else None
        bottom = option.smallest - option.step if option.smallest else 0
        shown = f"+ {chosen} {option.unit}".strip() if chosen else "None"
        per_step = f"{option.step} {option.unit}".strip()
        price = f"{reader.money(step_price.amount)} {cycle(months)} for each {per_step}" if step_price else ""
        size = {"bottom": max(bottom, 0), "largest": option.largest, "step": option.step}
        return cls(option.slug, option.name, str(chosen or max(bottom, 0)), shown, price, [], **size)


@dataclass
class AddOnView:
    """Something to have beside the server."""

    slug: str
    name: str
    summary: str
    price: str
    count: int
    most: int

    @classmethod
    def of(cls, add_on: FittableAddOn, count: int, currency: str, months: int, reader: Reader) -> Self:
        price = price_of(add_on.prices, currency, months if add_on.recurring else ONCE)
        words = _price_words(price, months, reader) if price else ""
        return cls(add_on.slug, add_on.name, add_on.summary, words, count, add_on.most)


@dataclass
class ParkedItem:
    """A server that was put aside. `trouble` says why it cannot be ordered as it is."""

    place: int
    name: str
    hostname: str
    details: str
    price: str
    trouble: str = ""


@dataclass
class QuoteLine:
    """A line of the price; a `head` names the server to which the next ones belong."""

    text: str
    amount: str
    head: bool = False


@dataclass
class Renewal:
    """What will be asked for next, and when."""

    on: str
    price: str


@dataclass
class QuoteView:
    """What is charged today, line by line, and what the next cycles will ask for."""

    lines: list[QuoteLine] = field(default_factory=list)
    net: str = ""
    tax_name: str = ""
    tax: str = ""
    tax_note: str = ""
    total: str = ""
    renewal: str = ""
    renews_on: str = ""
    renewals: list[Renewal] = field(default_factory=list)
    needs_approval: bool = False

    @classmethod
    def of(cls, price: Quote, names: Sequence[str], reader: Reader) -> Self:
        code = price.coupon.code if price.coupon else ""
        renewals = renewals_of(price.items, reader)
        return cls(
            lines=[
                line
                for item, name in zip(price.items, names, strict=True)
                for line in item_lines(item, name if len(names) > 1 else "", code, reader)
            ],
            net=reader.money(price.sums.net),
            tax_name=price.tax.name or "Tax",
            tax=reader.money(price.sums.tax),
            tax_note=price.tax.note,
            total=reader.money(price.sums.total),
            renewal=renewals[0].price,
            renews_on=renewals[0].on,
            renewals=renewals,
            needs_approval=price.needs_approval,
        )


def renewals_of(items: Sequence[PricedItem], reader: Reader) -> list[Renewal]:
    """What the next cycles ask for: one for each length of a cycle, shortest first."""
    by_months: dict[int, list[PricedItem]] = {}
    for item in sorted(items, key=lambda item: item.months):
        by_months.setdefault(item.months, []).append(item)
    return [
        Renewal(
            reader.day(same[0].next_day),
            f"{reader.money(sum((item.renewal for item in same[1:]), same[0].renewal))} {cycle(months)}",
        )
        for months, same in by_months.items()
    ]


def item_lines(item: PricedItem, name: str, code: str, reader: Reader) -> list[QuoteLine]:
    """The lines of one server, below its name where there are several."""
    head = [QuoteLine(name, reader.money(item.total), head=True)] if name else []
    return [*head, *(line for priced in item.lines for line in lines_of(priced, code, reader))]


def lines_of(priced: PricedLine, code: str, reader: Reader) -> list[QuoteLine]:
    """A position at its full price, and what a coupon takes off it."""
    position = priced.position
    times = f" × {position.quantity}" if position.quantity > 1 else ""
    text = f"{position.description}{times}{days_of(position, reader)}"
    lines = [QuoteLine(text, reader.money(position.price * position.quantity))]
    if position.discount:
        lines.append(QuoteLine(f"Code {code}", reader.money(-position.discount)))
    return lines


def days_of(position: Position, reader: Reader) -> str:
    """Which days something is for, and which part of a whole period these are, where that is known before it is paid."""
    if position.period_start is None or position.period_end is None:
        return ""
    part = f": {position.share} of {position.share_of} days" if position.share is not None else ""
    return f", {reader.day(position.period_start)} to {reader.day(position.period_end - timedelta(days=1))}{part}"


def plan_options(plans: list[PlanOffer], currency: str, months: int, reader: Reader) -> list[PlanOption]:
    """The plans that are offered for this currency and cycle, each with what a month comes to."""
    offered = [(plan, plan.price(currency, months) or plan.price(currency, 1)) for plan in plans]
    return [PlanOption.of(plan, price, reader) for plan, price in offered if price is not None]


def family_options(first: list[PlanOffer], chosen: PlanOffer) -> list[FamilyOption]:
    """The families to choose from; none where there is only one."""
    if len(first) < 2:
        return []
    return [FamilyOption(FAMILY_NAMES[plan.family], plan.slug, plan.family is chosen.family) for plan in first]


def cycle_options(plan: PlanOffer, currency: str, reader: Reader) -> list[CycleOption]:
    """The cycles of a plan, compared with paying monthly."""
    monthly = plan.price(currency, 1)
    return [CycleOption.of(price, monthly, reader) for price in plan.prices if price.amount.currency == currency]


def currency_options(plan: PlanOffer, currencies: Iterable[str]) -> list[Option]:
    """Those of our currencies in which a plan is sold, in our own order."""
    sold_in = {price.amount.currency for price in plan.prices}
    return [Option(code, code) for code in currencies if code in sold_in]


def option_views(offered: Fittings, basket: Basket, reader: Reader) -> list[OptionView]:
    """What the server can be sized by, as it is chosen."""
    wanted, currency, months = fit_of(basket.fit), basket.currency, int(basket.months or 0)
    return [
        OptionView.of(option, wanted.options.get(option.slug), currency, months, reader)
        for option in available_options(offered, wanted, currency, months)
    ]


def add_on_views(offered: Fittings, basket: Basket, reader: Reader) -> list[AddOnView]:
    """What there is beside the server, as it is chosen."""
    wanted, currency, months = fit_of(basket.fit), basket.currency, int(basket.months or 0)
    return [
        AddOnView.of(add_on, wanted.add_ons.get(add_on.slug, 0), currency, months, reader)
        for add_on in available_add_ons(offered, wanted, currency, months)
    ]


def left(plan: PlanOffer) -> str:
    """Whether there are few of a plan, or none."""
    if plan.sold_out:
        return "Sold out"
    return f"{plan.stock} left" if plan.stock is not None and plan.stock <= FEW else ""


def _named(value: ValueOffer, currency: str, months: int, reader: Reader) -> str:
    price = None if value.is_standard else price_of(value.prices, currency, months)
    return f"{value.name} (+ {_price_words(price, months, reader)})" if price else value.name


def _price_words(price: Fitting, months: int, reader: Reader) -> str:
    once = price.months == ONCE
    words = f"{reader.money(price.amount)} {'once' if once else cycle(months)}"
    return f"{words}, {reader.money(price.setup)} setup" if price.setup else words
