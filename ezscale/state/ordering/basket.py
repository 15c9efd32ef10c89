"""What somebody has chosen so far, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import urlencode

from ezscale.accounts.customers import own_customer
from ezscale.accounts.permissions import PLACE_ORDERS
from ezscale.billing.customer_currency import currencies_for
from ezscale.catalog.fitting import Fittings, fittings
from ezscale.catalog.plans import Choice, PlanOffer, locations, plans_on_sale, sold_in, system_images
from ezscale.catalog.stock import full_places
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.models.plan import Family
from ezscale.ordering.placing import ItemRequest
from ezscale.ordering.quoting import MOST_ITEMS, Quote, quote_basket, somebody_in
from ezscale.state.arguments import sent_text
from ezscale.state.ordering.fit import fit_of, possible_fit, text_of

LONGEST = 190
ROOM = {"fit": 600, "others": 3000}
OF_AN_ITEM = ("plan", "months", "location", "image", "hostname", "fit")
BETWEEN_ITEMS, WITHIN_ITEM = ";", "|"


@dataclass(frozen=True)
class Basket:
    """A choice, as it stands in the address of the order page. All text, since all of it comes from outside.

    The server that is being chosen, and in `others` those that were put aside, as `parked` reads them.
    """

    plan: str = ""
    months: str = ""
    currency: str = ""
    location: str = ""
    image: str = ""
    hostname: str = ""
    country: str = ""
    coupon: str = ""
    fit: str = ""
    others: str = ""

    def with_asked(self, asked: Mapping[str, str]) -> Self:
        """The basket with whatever an address, or a form, says otherwise."""
        names = {field.name for field in fields(self)} & asked.keys()
        return replace(self, **{name: sent_text(asked[name], ROOM.get(name, LONGEST)) for name in names})

    @property
    def address(self) -> str:
        """The order page with this very choice."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)}
        return f"/order/?{urlencode({name: value for name, value in chosen.items() if value})}"

    @property
    def parked(self) -> list[Self]:
        """The servers that were put aside, each as if it were the one being chosen."""
        items = [text.split(WITHIN_ITEM) for text in self.others.split(BETWEEN_ITEMS) if text]
        return [
            replace(self, **dict(zip(OF_AN_ITEM, item, strict=True)), others="")
            for item in items[: MOST_ITEMS - 1]
            if len(item) == len(OF_AN_ITEM)
        ]

    def with_parked(self, items: list[Self]) -> Self:
        """The same, with these put aside."""
        return replace(self, others=BETWEEN_ITEMS.join(_as_text(item) for item in items))

    @property
    def request(self) -> ItemRequest:
        """The server that is being chosen, to be ordered."""
        fit = fit_of(self.fit)
        months = int(self.months) if self.months.isdecimal() else 0
        return ItemRequest(self.plan, months, self.location, self.image, self.hostname, fit.options, fit.add_ons)


@dataclass(frozen=True, slots=True)
class Shop:
    """What there is to choose from beside a basket in which every choice is possible, and its price.

    `refusal` says why there is no price, or why it is one without the coupon. `full` are the places that have no room for
    the plan while others do, and `moved_from` is the one of them that was asked for.
    """

    basket: Basket
    plans: list[PlanOffer]
    currencies: tuple[str, ...]
    places: list[Choice]
    systems: list[Choice]
    fittings: Fittings
    customer: Customer | None
    price: Quote | None
    refusal: Invalid | None
    full: frozenset[str] = frozenset()
    moved_from: Choice | None = None

    @property
    def plan(self) -> PlanOffer:
        """The chosen plan."""
        return next(plan for plan in self.plans if plan.slug == self.basket.plan)

    @property
    def families(self) -> list[PlanOffer]:
        """The first choice of each family, in their usual order."""
        sold = [[plan for plan in self.plans if plan.family is family] for family in Family]
        return [first_choice(plans) for plans in sold if plans]

    @property
    def needs_address(self) -> bool:
        """Somebody is signed in whose address is not complete."""
        return self.customer is not None and not has_address(self.customer)


def visit(work: Work, basket: Basket, guess: Basket) -> Shop:
    """The shop for whoever comes with a basket; what is not chosen is taken from their account, or is a guess.

    NotFound when nothing is on sale.
    """
    customer = own_customer(work) if work.actor.may(PLACE_ORDERS) and work.actor.customer_id else None
    currencies = currencies_for(work, customer)
    plans = sold_in(plans_on_sale(work, and_hidden=basket.plan), currencies)
    if not plans:
        raise NotFound("There is nothing on sale at the moment.")
    chosen = _of_somebody(basket, customer, guess)
    plan = next((plan for plan in plans if plan.slug == chosen.plan), None) or first_choice(plans)
    places, systems = locations(work, plan.panel), system_images(work, plan.panel)
    full = _full(work, plan, places)
    now, fit = possible(work, chosen, plan, [place for place in places if place.slug not in full], systems)
    moved_from = next((place for place in places if place.slug == chosen.location and place.slug in full), None)
    others = [_as_possible(work, replace(item, currency=now.currency)) for item in chosen.parked]
    now = now.with_parked([item for item in others if item is not None])
    price, refusal = _price(work, now, customer)
    return Shop(now, plans, currencies, places, systems, fit, customer, price, refusal, full, moved_from)


def has_address(customer: Customer) -> bool:
    """Whether an invoice could be sent there."""
    return all((customer.name, customer.address, customer.city, customer.postcode))


def _as_text(item: Basket) -> str:
    values = (getattr(item, name) for name in OF_AN_ITEM)
    return WITHIN_ITEM.join(value.replace(WITHIN_ITEM, "").replace(BETWEEN_ITEMS, "") for value in values)


def first_choice(plans: list[PlanOffer]) -> PlanOffer:
    """What somebody is shown who has chosen nothing: what most choose, of what there is."""
    there = sorted(
        [plan for plan in plans if not plan.sold_out] or plans, key=lambda plan: list(Family).index(plan.family)
    )
    family = [plan for plan in there if plan.family is there[0].family]
    return next((plan for plan in family if plan.popular), family[0])


def _of_somebody(basket: Basket, customer: Customer | None, guess: Basket) -> Basket:
    if customer is None:
        return replace(basket, currency=basket.currency or guess.currency, country=basket.country or guess.country)
    chosen = "" if has_address(customer) else basket.country  # with an address, that alone decides the tax
    return replace(basket, currency=basket.currency or customer.currency, country=chosen or customer.country)


def _full(work: Work, plan: PlanOffer, places: list[Choice]) -> frozenset[str]:
    """The places without room for a plan, while there is another one that has it."""
    full = full_places(work, plan.plan_id) if plan.stock is not None else frozenset()
    slugs = frozenset(place.slug for place in places if place.id in full)
    return slugs if len(slugs) < len(places) else frozenset()


def _as_possible(work: Work, item: Basket) -> Basket | None:
    """What was put aside, if it can still be had."""
    plan = next((plan for plan in plans_on_sale(work, and_hidden=item.plan) if plan.slug == item.plan), None)
    if plan is None or not any(price.amount.currency == item.currency for price in plan.prices):
        return None
    return possible(work, item, plan, locations(work, plan.panel), system_images(work, plan.panel))[0]


def possible(
    work: Work, basket: Basket, plan: PlanOffer, places: list[Choice], systems: list[Choice]
) -> tuple[Basket, Fittings]:
    """The basket with the nearest that there is in place of what there is not."""
    currency = _one_of(basket.currency, [price.amount.currency for price in plan.prices])
    cycles = [str(price.months) for price in plan.prices if price.amount.currency == currency]
    months = _one_of(basket.months, cycles)
    offered = fittings(work, plan.plan_id)
    fit = possible_fit(offered, fit_of(basket.fit), currency, int(months or 0))
    nearest = replace(
        basket,
        plan=plan.slug,
        currency=currency,
        months=months,
        location=_one_of(basket.location, [place.slug for place in places]),
        image=_one_of(basket.image, [image.slug for image in systems]),
        fit=text_of(fit),
    )
    return nearest, offered


def _one_of(chosen: str, offered: list[str]) -> str:
    return chosen if chosen in offered else next(iter(offered), "")


def _price(work: Work, basket: Basket, customer: Customer | None) -> tuple[Quote | None, Invalid | None]:
    items = [item.request.item for item in (*basket.parked, basket)]
    buyer = customer if customer and has_address(customer) else None
    buyer = buyer or somebody_in(basket.country, customer.tax_id if customer else "")
    try:
        return quote_basket(work, items, basket.currency, buyer, basket.coupon), None
    except Invalid as refusal:
        if refusal.field == "coupon":
            return quote_basket(work, items, basket.currency, buyer), refusal
        return None, refusal
