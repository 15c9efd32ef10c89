"""What is for sale right now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select, bindparam
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.kit.errors import Invalid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Location, Plan, Price, SystemImage
from ezscale.models.plan import Family


@dataclass(frozen=True, slots=True)
class PriceOffer:
    """A price as it is offered now: for `months` months, before tax."""

    price_id: UUID
    months: int
    amount: Money
    setup: Money

    @property
    def per_month(self) -> Money:
        """For comparing cycles; rounded, never charged."""
        return self.amount.share(Fraction(1, self.months))


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan that can be ordered now, with all its prices (shortest cycle first)."""

    plan_id: UUID
    slug: str
    family: Family
    name: str
    summary: str
    cpu_cores: int
    memory_mb: int
    disk_gb: int
    traffic_gb: int
    popular: bool
    panel: str
    prices: tuple[PriceOffer, ...]
    needs_approval: bool = False
    stock: int | None = None
    backups: str = ""

    @property
    def sold_out(self) -> bool:
        """None is left to sell."""
        return self.stock == 0

    def price(self, currency: str, months: int) -> PriceOffer | None:
        """The price of one cycle in one currency, if it is offered."""
        return next((p for p in self.prices if p.amount.currency == currency and p.months == months), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose from beside the plan."""

    id: UUID
    slug: str
    name: str


def plans_on_sale(work: Work, family: Family | None = None, *, and_hidden: str = "") -> list[PlanOffer]:
    """Everything that is shown and can be ordered now, in shop order, and the hidden one that is asked for by name.

    Also what is sold out. Two queries.
    """
    shown = select(Plan).where(or_(col(Plan.hidden).is_(False), col(Plan.slug) == and_hidden))
    if family is not None:
        shown = shown.where(Plan.family == family)
    return _on_sale(work, shown)


def plan_on_sale(work: Work, slug: str) -> PlanOffer:
    """One plan by its name in addresses, also a hidden one. Invalid when it is not for sale."""
    offer = next(iter(_on_sale(work, select(Plan).where(Plan.slug == slug))), None)
    if offer is None:
        raise Invalid("This plan is not for sale.", field="plan")
    return offer


def sold_in(offers: Iterable[PlanOffer], currencies: Collection[str]) -> list[PlanOffer]:
    """Plans with their prices in some currencies alone; without those that have none."""
    found = [(offer, tuple(price for price in offer.prices if price.amount.currency in currencies)) for offer in offers]
    return [replace(offer, prices=prices) for offer, prices in found if prices]


def locations(work: Work, panel: str) -> list[Choice]:
    """Where a panel's servers can stand."""
    places = select(Location).where(Location.panel == panel).order_by(col(Location.position))
    return [Choice(place.id, place.slug, place.name) for place in work.session.exec(places)]


def system_images(work: Work, panel: str) -> list[Choice]:
    """The operating systems a panel can install."""
    images = select(SystemImage).where(SystemImage.panel == panel).order_by(col(SystemImage.position))
    return [Choice(image.id, image.slug, image.name) for image in work.session.exec(images)]


def _on_sale(work: Work, wanted: SelectOfScalar[Plan]) -> list[PlanOffer]:
    wanted = wanted.where(col(Plan.archived_at).is_(None))
    plans = work.session.exec(wanted.order_by(col(Plan.position), col(Plan.slug))).all()
    prices: dict[UUID, list[Price]] = {plan.id: [] for plan in plans}
    for price in work.session.scalars(_current_prices(), {"plans": list(prices), "now": work.now}):
        prices[price.plan_id].append(price)
    return [_offer(plan, prices[plan.id]) for plan in plans if prices[plan.id]]


@cache
def _current_prices() -> Select[Price]:
    """Asked with every look at what is for sale; putting it together would take longer than the answer."""
    still = col(Price.until).is_(None) | (col(Price.until) > bindparam("now"))
    current = sqlalchemy.select(Price).where(
        col(Price.plan_id).in_(bindparam("plans", expanding=True)), col(Price.since) <= bindparam("now"), still
    )
    return current.order_by(col(Price.currency), col(Price.months))


def _offer(plan: Plan, prices: list[Price]) -> PlanOffer:
    return PlanOffer(
        plan.id,
        plan.slug,
        plan.family,
        plan.name,
        plan.summary,
        plan.cpu_cores,
        plan.memory_mb,
        plan.disk_gb,
        plan.traffic_gb,
        plan.popular,
        plan.panel,
        tuple(PriceOffer(price.id, price.months, price.amount, price.setup) for price in prices),
        plan.needs_approval,
        plan.stock,
        plan.backups,
    )
