"""The whole order page for one visitor, in words."""

from dataclasses import dataclass

from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.state.account.profile import CustomerView
from ezscale.state.families import WORDS, FamilyWords
from ezscale.state.marketing.catalog import cycle_name
from ezscale.state.ordering.basket import Basket, Shop, visit
from ezscale.state.ordering.choices import (
    AddOnView,
    CycleOption,
    FamilyOption,
    Option,
    OptionView,
    ParkedItem,
    PlaceOption,
    PlanOption,
    QuoteView,
    add_on_views,
    currency_options,
    cycle_options,
    family_options,
    option_views,
    plan_options,
)
from ezscale.state.ordering.waiting import WaitingView, waiting_for
from ezscale.state.reader import Reader

UNNAMED = "Not named yet"


@dataclass(frozen=True, slots=True)
class Window:
    """What there is to choose from, and what the choice costs. `total_minor` is what is charged, in minor units."""

    basket: Basket
    families: list[FamilyOption]
    plans: list[PlanOption]
    cycles: list[CycleOption]
    currencies: list[Option]
    places: list[PlaceOption]
    systems: list[Option]
    options: list[OptionView]
    add_ons: list[AddOnView]
    parked: list[ParkedItem]
    waiting: WaitingView
    words: FamilyWords
    price: QuoteView | None
    total_minor: int
    customer: CustomerView | None
    needs_address: bool
    errors: dict[str, str]


def window_of(work: Work, basket: Basket, guess: Basket, reader: Reader) -> Window:
    """The page for whoever comes with a basket, in one transaction."""
    shop = visit(work, basket, guess)
    plan, chosen = shop.plan, shop.basket
    names = [item.hostname or UNNAMED for item in chosen.parked] + [chosen.hostname or "This server"]
    return Window(
        basket=chosen,
        families=family_options(shop.families, plan),
        plans=plan_options(
            [each for each in shop.plans if each.family is plan.family],
            chosen.currency,
            int(chosen.months or 1),
            reader,
        ),
        cycles=cycle_options(plan, chosen.currency, reader),
        currencies=currency_options(plan, shop.currencies),
        places=[PlaceOption(place.slug, place.name, place.slug in shop.full) for place in shop.places],
        systems=[Option.of(image) for image in shop.systems],
        options=option_views(shop.fittings, chosen, reader),
        add_ons=add_on_views(shop.fittings, chosen, reader),
        parked=parked_items(shop, reader),
        waiting=waiting_for(work, plan, reader) if plan.stock is not None else WaitingView(),
        words=WORDS[plan.family],
        price=QuoteView.of(shop.price, names, reader) if shop.price else None,
        total_minor=shop.price.sums.total.minor if shop.price else 0,
        customer=CustomerView.of(shop.customer) if shop.customer else None,
        needs_address=shop.needs_address,
        errors=moved(shop) | (errors_of(shop.refusal, len(chosen.parked)) if shop.refusal else {}),
    )


def parked_items(shop: Shop, reader: Reader) -> list[ParkedItem]:
    """What was put aside, with its price where everything has one."""
    priced = shop.price.items if shop.price else ()
    plans = {plan.slug: plan.name for plan in shop.plans}
    return [
        ParkedItem(
            place=place,
            name=priced[place - 1].plan if priced else plans.get(item.plan, item.plan),
            hostname=item.hostname or UNNAMED,
            details=f"{cycle_name(int(item.months or 1))} · {item.location.replace('-', ' ').title()}",
            price=reader.money(priced[place - 1].total) if priced else "",
        )
        for place, item in enumerate(shop.basket.parked, start=1)
    ]


def moved(shop: Shop) -> dict[str, str]:
    """That another location is chosen than the one that was asked for."""
    if shop.moved_from is None:
        return {}
    chosen = next(place.name for place in shop.places if place.slug == shop.basket.location)
    return {"location": f"{shop.moved_from.name} is full at the moment, so {chosen} is chosen instead."}


def errors_of(refusal: Invalid, parked: int) -> dict[str, str]:
    """A refusal at its field: the last of several servers is the one on the page, the others are in the list."""
    name, words = refusal.field, refusal.message
    this = f"item-{parked + 1}-"
    if name.startswith(this):
        return {name.removeprefix(this): words.partition(": ")[2] or words}
    if name.startswith("item-"):
        place = name.removeprefix("item-").partition("-")[0]
        return {f"item-{place}": words.partition(": ")[2] or words}
    return {name: words}
