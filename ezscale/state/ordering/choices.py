"""The choices and the price of the order page, in words."""

from dataclasses import dataclass, field
from typing import Self

from ezscale.billing.lines import PricedLine
from ezscale.catalog.plans import Choice, PlanOffer, PriceOffer
from ezscale.ordering.quoting import Quote
from ezscale.state.account.service_views import cycle
from ezscale.state.marketing.catalog import cycle_name, gigabytes, terabytes
from ezscale.state.reader import Reader


@dataclass
class PlanOption:
    """A plan to choose."""

    slug: str
    name: str
    summary: str
    size: str
    price: str
    popular: bool

    @classmethod
    def of(cls, plan: PlanOffer, price: PriceOffer, reader: Reader) -> Self:
        sizes = (
            f"{plan.cpu_cores} vCPU",
            f"{gigabytes(plan.memory_mb / 1024)} RAM",
            f"{gigabytes(plan.disk_gb)} disk",
            f"{terabytes(plan.traffic_gb)} traffic",
        )
        return cls(plan.slug, plan.name, plan.summary, " · ".join(sizes), reader.money(price.per_month), plan.popular)


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
class QuoteLine:
    """A line of the price."""

    text: str
    amount: str


@dataclass
class QuoteView:
    """What is charged today, line by line, and what the next cycle will ask for."""

    lines: list[QuoteLine] = field(default_factory=list)
    net: str = ""
    tax_name: str = ""
    tax: str = ""
    tax_note: str = ""
    total: str = ""
    renewal: str = ""
    renews_on: str = ""

    @classmethod
    def of(cls, price: Quote, reader: Reader) -> Self:
        code = price.coupon.code if price.coupon else ""
        return cls(
            lines=[line for priced in price.lines for line in lines_of(priced, code, reader)],
            net=reader.money(price.sums.net),
            tax_name=price.tax.name or "Tax",
            tax=reader.money(price.sums.tax),
            tax_note=price.tax.note,
            total=reader.money(price.sums.total),
            renewal=f"{reader.money(price.renewal)} {cycle(price.price.months)}",
            renews_on=reader.day(price.next_day),
        )


def lines_of(priced: PricedLine, code: str, reader: Reader) -> list[QuoteLine]:
    """A position at its full price, and what a coupon takes off it."""
    position = priced.position
    lines = [QuoteLine(position.description, reader.money(position.price))]
    if position.discount:
        lines.append(QuoteLine(f"Code {code}", reader.money(-position.discount)))
    return lines


def plan_options(plans: list[PlanOffer], currency: str, months: int, reader: Reader) -> list[PlanOption]:
    """The plans that are offered for this currency and cycle, each with what a month comes to."""
    offered = [(plan, plan.price(currency, months) or plan.price(currency, 1)) for plan in plans]
    return [PlanOption.of(plan, price, reader) for plan, price in offered if price is not None]


def cycle_options(plan: PlanOffer, currency: str, reader: Reader) -> list[CycleOption]:
    """The cycles of a plan, compared with paying monthly."""
    monthly = plan.price(currency, 1)
    return [CycleOption.of(price, monthly, reader) for price in plan.prices if price.amount.currency == currency]


def currency_options(plan: PlanOffer) -> list[Option]:
    """The currencies in which a plan is sold."""
    return [Option(code, code) for code in dict.fromkeys(price.amount.currency for price in plan.prices)]
