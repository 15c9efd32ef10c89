"""What somebody has chosen so far, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self
from urllib.parse import urlencode

from ezscale.accounts.customers import own_customer
from ezscale.accounts.permissions import PLACE_ORDERS
from ezscale.catalog.plans import Choice, PlanOffer, locations, plans_on_sale, system_images
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.models import Customer
from ezscale.ordering.quoting import Quote, Wish, quote
from ezscale.state.arguments import sent_text

LONGEST = 190


@dataclass(frozen=True)
class Basket:
    """A choice, as it stands in the address of the order page. All text, since all of it comes from outside."""

    plan: str = ""
    months: str = ""
    currency: str = ""
    location: str = ""
    image: str = ""
    hostname: str = ""
    country: str = ""
    coupon: str = ""

    def with_asked(self, asked: Mapping[str, str]) -> Self:
        """The basket with whatever an address, or a form, says otherwise."""
        names = {field.name for field in fields(self)} & asked.keys()
        return replace(self, **{name: sent_text(asked[name], LONGEST) for name in names})

    @property
    def address(self) -> str:
        """The order page with this very choice."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)}
        return f"/order/?{urlencode({name: value for name, value in chosen.items() if value})}"


@dataclass(frozen=True, slots=True)
class Shop:
    """What there is to choose from beside a basket in which every choice is possible, and its price.

    `refusal` says why there is no price, or why it is one without the coupon.
    """

    basket: Basket
    plans: list[PlanOffer]
    places: list[Choice]
    systems: list[Choice]
    customer: Customer | None
    price: Quote | None
    refusal: Invalid | None

    @property
    def plan(self) -> PlanOffer:
        """The chosen plan."""
        return next(plan for plan in self.plans if plan.slug == self.basket.plan)

    @property
    def needs_address(self) -> bool:
        """Somebody is signed in whose address is not complete."""
        return self.customer is not None and not has_address(self.customer)


def visit(work: Work, basket: Basket, guess: Basket) -> Shop:
    """The shop for whoever comes with a basket; what is not chosen is taken from their account, or is a guess.

    NotFound when nothing is on sale.
    """
    plans = plans_on_sale(work)
    if not plans:
        raise NotFound("There is nothing on sale at the moment.")
    customer = own_customer(work) if work.actor.may(PLACE_ORDERS) and work.actor.customer_id else None
    plan = next((plan for plan in plans if plan.slug == basket.plan), None) or _first_choice(plans)
    places, systems = locations(work, plan.panel), system_images(work, plan.panel)
    possible = _possible(_of_somebody(basket, customer, guess), plan, places, systems)
    price, refusal = _price(work, possible, customer)
    return Shop(possible, plans, places, systems, customer, price, refusal)


def has_address(customer: Customer) -> bool:
    """Whether an invoice could be sent there."""
    return all((customer.name, customer.address, customer.city, customer.postcode))


def _first_choice(plans: list[PlanOffer]) -> PlanOffer:
    return next((plan for plan in plans if plan.popular), plans[0])


def _of_somebody(basket: Basket, customer: Customer | None, guess: Basket) -> Basket:
    if customer is None:
        return replace(basket, currency=basket.currency or guess.currency, country=basket.country or guess.country)
    chosen = "" if has_address(customer) else basket.country  # with an address, that alone decides the tax
    return replace(basket, currency=basket.currency or customer.currency, country=chosen or customer.country)


def _possible(basket: Basket, plan: PlanOffer, places: list[Choice], systems: list[Choice]) -> Basket:
    """The basket with the nearest that there is in place of what there is not."""
    currency = _one_of(basket.currency, [price.amount.currency for price in plan.prices])
    cycles = [str(price.months) for price in plan.prices if price.amount.currency == currency]
    return replace(
        basket,
        plan=plan.slug,
        currency=currency,
        months=_one_of(basket.months, cycles),
        location=_one_of(basket.location, [place.slug for place in places]),
        image=_one_of(basket.image, [image.slug for image in systems]),
    )


def _one_of(chosen: str, offered: list[str]) -> str:
    return chosen if chosen in offered else next(iter(offered), "")


def _price(work: Work, basket: Basket, customer: Customer | None) -> tuple[Quote | None, Invalid | None]:
    tax_id = customer.tax_id if customer else ""
    wish = Wish(basket.plan, int(basket.months or 0), basket.currency, basket.country, basket.coupon, tax_id)
    try:
        return quote(work, wish), None
    except Invalid as refusal:
        if refusal.field == "coupon":
            return quote(work, replace(wish, coupon="")), refusal
        return None, refusal
