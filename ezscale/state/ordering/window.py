"""The whole order page for one visitor, in words."""

from dataclasses import dataclass

from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.state.account.profile import CustomerView
from ezscale.state.ordering.basket import Basket, visit
from ezscale.state.ordering.choices import (
    CycleOption,
    Option,
    PlanOption,
    QuoteView,
    currency_options,
    cycle_options,
    plan_options,
)
from ezscale.state.reader import Reader


@dataclass(frozen=True, slots=True)
class Window:
    """What there is to choose from, and what the choice costs. `total_minor` is what is charged, in minor units."""

    basket: Basket
    plans: list[PlanOption]
    cycles: list[CycleOption]
    currencies: list[Option]
    places: list[Option]
    systems: list[Option]
    price: QuoteView | None
    total_minor: int
    customer: CustomerView | None
    needs_address: bool
    refusal: Invalid | None


def window_of(work: Work, basket: Basket, guess: Basket, reader: Reader) -> Window:
    """The page for whoever comes with a basket, in one transaction."""
    shop = visit(work, basket, guess)
    plan, chosen = shop.plan, shop.basket
    return Window(
        basket=chosen,
        plans=plan_options(shop.plans, chosen.currency, int(chosen.months or 1), reader),
        cycles=cycle_options(plan, chosen.currency, reader),
        currencies=currency_options(plan),
        places=[Option.of(place) for place in shop.places],
        systems=[Option.of(image) for image in shop.systems],
        price=QuoteView.of(shop.price, reader) if shop.price else None,
        total_minor=shop.price.sums.total.minor if shop.price else 0,
        customer=CustomerView.of(shop.customer) if shop.customer else None,
        needs_address=shop.needs_address,
        refusal=shop.refusal,
    )
