"""The shop window, as public pages show it. It is read while the pages are built: their HTML holds every price."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

from ezscale import wiring
from ezscale.catalog.plans import PlanOffer, PriceOffer, locations, plans_on_sale, sold_in, system_images
from ezscale.catalog.showing import mark_of_the_shop, read_the_shop
from ezscale.catalog.starting_range import VIRTFUSION
from ezscale.company.currencies import offered_currencies
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models.plan import Family

CYCLE_NAMES = {
    1: "Monthly", 3: "Quarterly", 6: "Half-yearly", 12: "Yearly", 24: "Every two years", 36: "Every three years"
}  # fmt: skip
FAMILY_NAMES = {
    Family.VPS: "VPS", Family.DEDICATED: "Dedicated servers", Family.HOSTING: "Web hosting", Family.GAME: "Game servers"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceTag:
    """A price as it is written: what a month comes to, what is charged for the cycle, and what that saves."""

    currency: str
    months: int
    per_month: str
    total: str
    amount: str
    saves: int

    @property
    def note(self) -> str:
        """When how much of it is paid."""
        if self.months == 1:
            return "billed monthly"
        return f"{self.total} {cycle_name(self.months).lower()}" + (f", {self.saves}% less" if self.saves else "")


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan as it stands in the window."""

    slug: str
    family: str
    name: str
    summary: str
    cores: str
    memory: str
    disk: str
    traffic: str
    popular: bool
    sold_out: bool
    prices: tuple[PriceTag, ...]
    backups: str = ""

    def price(self, currency: str, months: int) -> PriceTag | None:
        """The tag of one cycle in one currency, if it is offered."""
        return next((tag for tag in self.prices if (tag.currency, tag.months) == (currency, months)), None)

    def of_cycles(self, cycles: Collection[int]) -> Self:
        """The same plan with the prices of some cycles alone: a page that offers no others need not carry them."""
        return replace(self, prices=tuple(tag for tag in self.prices if tag.months in cycles))


@dataclass(frozen=True, slots=True)
class ShopWindow:
    """Everything public pages show of the shop, and the one value that stands for it."""

    mark: str
    plans: tuple[PlanCard, ...]
    places: tuple[str, ...]
    systems: tuple[str, ...]
    offered: tuple[str, ...]

    @property
    def servers(self) -> tuple[PlanCard, ...]:
        """The plans of virtual servers."""
        return tuple(plan for plan in self.plans if plan.family == FAMILY_NAMES[Family.VPS])

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which anything is offered, in our own order."""
        sellable = {tag.currency for plan in self.plans for tag in plan.prices}
        return tuple(currency for currency in self.offered if currency in sellable)

    @property
    def cycles(self) -> tuple[int, ...]:
        """The lengths of cycle that are offered, in months."""
        return tuple(sorted({tag.months for plan in self.plans for tag in plan.prices}))

    @property
    def best_saving(self) -> int:
        """The most that a longer cycle saves, in percent."""
        return max((tag.saves for plan in self.plans for tag in plan.prices), default=0)


@cache
def shop_window() -> ShopWindow:
    """The shop as it is now, or, before the company has a database, the range it will open with."""
    return read_the_shop(wiring.database(), window_of)


def cycle_name(months: int) -> str:
    """What a cycle is called."""
    return CYCLE_NAMES.get(months, f"Every {months} months")


def cycle_length(months: int) -> str:
    """How long a cycle is, in as few words as there are."""
    number, unit = (months // 12, "year") if months % 12 == 0 else (months, "month")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def window_of(work: Work) -> ShopWindow:
    """What stands in the window right now."""
    offered = offered_currencies(work)
    return ShopWindow(
        mark_of(work),
        tuple(plan_card(offer) for offer in sold_in(plans_on_sale(work), offered)),
        tuple(place.name for place in locations(work, VIRTFUSION)),
        tuple(image.name for image in system_images(work, VIRTFUSION)),
        offered,
    )


def mark_of(work: Work) -> str:
    """The one value that stands for the window right now."""
    return mark_of_the_shop(work, offered_currencies(work))


def plan_card(offer: PlanOffer) -> PlanCard:
    """A plan in words."""
    tags = [price_tag(price, offer.price(price.amount.currency, 1)) for price in offer.prices]
    return PlanCard(
        offer.slug,
        FAMILY_NAMES[offer.family],
        offer.name,
        offer.summary,
        f"{offer.cpu_cores} vCPU",
        gigabytes(offer.memory_mb / 1024),
        gigabytes(offer.disk_gb),
        terabytes(offer.traffic_gb),
        offer.popular,
        offer.sold_out,
        tuple(tags),
        offer.backups,
    )


def price_tag(price: PriceOffer, monthly: PriceOffer | None) -> PriceTag:
    """A price in words, compared with paying monthly."""
    full = monthly.amount.minor * price.months if monthly else price.amount.minor
    saves = round(100 * (full - price.amount.minor) / full) if full else 0
    return PriceTag(
        price.amount.currency,
        price.months,
        short_price(price.per_month),
        short_price(price.amount),
        str(price.amount.major),
        saves,
    )


def short_price(amount: Money) -> str:
    """A price without cents that are nought: €6, €5.50."""
    return amount.format("en_US").removesuffix(".00")


def gigabytes(size: float) -> str:
    """A size as a person says it."""
    return f"{size:g} GB"


def terabytes(size_gb: int) -> str:
    """A traffic allowance as a person says it."""
    return f"{size_gb / 1000:g} TB" if size_gb >= 1000 else f"{size_gb} GB"
