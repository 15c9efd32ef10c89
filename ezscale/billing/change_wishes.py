"""What somebody would like to have instead of what they have, and which agreements would come and go for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.lines import Position
from ezscale.billing.subscriptions import items_of
from ezscale.catalog.cycles import cycle_words
from ezscale.catalog.fitting import Fittings, Wanted, fit_out, fittings
from ezscale.catalog.plans import plan_on_sale
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import OptionValue, Plan, Subscription, SubscriptionItem
from ezscale.models.invoice import LineKind
from ezscale.models.option import OptionKind
from ezscale.models.subscription import ItemKind


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """What somebody would like to have instead. What is left empty stays as it is."""

    plan: str = ""
    months: int = 0
    options: Mapping[str, str | int] | None = None
    add_ons: Mapping[str, int] | None = None
    at_renewal: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement that is to come, under the id that it will have: its terms, which one it replaces, and what is paid
    once for it.
    """

    terms: dict[str, Any]
    replaces: SubscriptionItem | None
    setup: Money
    item_id: UUID = field(default_factory=new_id)

    def as_item(self, subscription_id: UUID) -> SubscriptionItem:
        """The same as a row that is not stored, to calculate with."""
        return SubscriptionItem(**self.terms, id=self.item_id, subscription_id=subscription_id)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that would be different: what comes, what goes, what stays, and what is paid once."""

    comes: list[Agreed]
    goes: list[SubscriptionItem]
    stays: list[SubscriptionItem]
    once: list[Position]
    summary: str


def wish_now(work: Work, subscription: Subscription) -> ChangeWish:
    """What a subscription is now, in the words of a wish: what a form starts with."""
    items = items_of(work, subscription.id)
    plan = work.session.get_one(Plan, _plan_item(items).plan_id)
    offered = fittings(work, plan.id)
    return ChangeWish(plan.slug, subscription.months, *_fitted(offered, items))


def times(quantity: int, description: str) -> str:
    """A thing, and how many of it when there are several."""
    return description if quantity == 1 else f"{quantity} × {description}"


def plain_agreement(agreed: Agreed) -> dict[str, Any]:
    """As a quote keeps it."""
    ids = ("plan_id", "option_value_id", "add_on_id")
    terms = {name: str(value) if name in ids and value else value for name, value in agreed.terms.items()}
    return {**terms, "id": str(agreed.item_id), "replaces_id": str(agreed.replaces.id) if agreed.replaces else None}


def difference(
    work: Work, subscription: Subscription, items: Sequence[SubscriptionItem], wish: ChangeWish, months: int
) -> Difference:
    """What would be different. Invalid, on its field, for what cannot be had, and when nothing would be."""
    held = _plan_item(items)
    before = work.session.get_one(Plan, held.plan_id)
    slug, other_cycle = wish.plan or before.slug, months != subscription.months
    if slug == before.slug and not other_cycle:
        after, comes = before, []
    else:
        after, agreed = _new_plan(work, subscription, held, before, slug, months)
        comes = [agreed]
    offered = fittings(work, after.id)
    options, add_ons = _fitted(offered, items)
    known = {option.slug for option in offered.options}
    wanted = Wanted(
        wish.options if wish.options is not None else {name: value for name, value in options.items() if name in known},
        wish.add_ons if wish.add_ons is not None else add_ons,
    )
    more = _parts(work, subscription, offered, wanted, months, after.id, items)
    comes += more.comes
    if not comes and not more.goes and not more.once:
        raise Invalid("This is what you have already.", field="plan")
    replaced = {agreed.replaces.id for agreed in comes if agreed.replaces}
    stays = [item for item in items if item.id not in replaced and item not in more.goes]
    told = [f"{before.name} to {after.name}"] if after.id != before.id else []
    if other_cycle:
        told.append(f"{cycle_words(subscription.months)} to {cycle_words(months)}")
    told += [more.summary] if more.summary else []
    return Difference(comes, more.goes, stays, more.once, "; ".join(told) or after.name)


def _new_plan(
    work: Work, subscription: Subscription, held: SubscriptionItem, before: Plan, slug: str, months: int
) -> tuple[Plan, Agreed]:
    offer = plan_on_sale(work, slug)
    if (offer.panel, offer.family) != (before.panel, before.family):
        raise Invalid("This server cannot become that: order it beside this one.", field="plan")
    price = offer.price(subscription.currency, months)
    if price is None:
        raise Invalid("This plan is not offered for that currency and period.", field="months")
    after = work.session.get_one(Plan, offer.plan_id)
    terms = {
        "plan_id": after.id,
        "kind": ItemKind.PLAN,
        "description": f"{after.name}, {cycle_words(months)}"[:200],  # as orders print it
        "quantity": held.quantity,
        "currency": subscription.currency,
        "price_minor": price.amount.minor,
        **_discount(held, months != subscription.months),
    }
    return after, Agreed(terms, held, Money.zero(subscription.currency))


def _parts(
    work: Work,
    subscription: Subscription,
    offered: Fittings,
    wanted: Wanted,
    months: int,
    plan_id: UUID,
    items: Sequence[SubscriptionItem],
) -> Difference:
    """What comes and goes beside the plan. What stays as it was agreed keeps its price, unless the cycle is another."""
    other_cycle = months != subscription.months
    held = {_key(work, item): item for item in items if item.kind is not ItemKind.PLAN}
    option_of = {value.value_id: option.option_id for option in offered.options for value in option.values}
    comes, once, told, kept = [], [], [], set()
    for part in fit_out(offered, wanted, subscription.currency, months):
        if not part.recurring:
            if part.add_on_id:
                once.append(_once(part.description, part.price * part.quantity, LineKind.ONCE))
            continue
        key = ("option", option_of[part.option_value_id]) if part.option_value_id else ("add_on", part.add_on_id)
        old = held.get(key)
        kept.add(key)
        if old and not other_cycle and (old.option_value_id, old.quantity) == (part.option_value_id, part.quantity):
            continue
        terms = {
            "plan_id": plan_id,
            "kind": ItemKind.OPTION if part.option_value_id else ItemKind.ADD_ON,
            "option_value_id": part.option_value_id,
            "add_on_id": part.add_on_id,
            "description": part.description,
            "quantity": part.quantity,
            "currency": subscription.currency,
            "price_minor": part.price.minor,
            **(_discount(old, other_cycle) if old else {}),
        }
        setup = part.setup * part.quantity if old is None else Money.zero(subscription.currency)
        comes.append(Agreed(terms, old, setup))
        if old is None or (old.option_value_id, old.quantity) != (part.option_value_id, part.quantity):
            told.append(f"with {times(part.quantity, part.description)}")
    goes = [item for key, item in held.items() if key not in kept]
    told += [f"without {item.description}" for item in goes]
    once += [
        _once(f"Setup: {agreed.terms['description']}", agreed.setup, LineKind.SETUP) for agreed in comes if agreed.setup
    ]
    return Difference(comes, goes, [], once, "; ".join(told))


def _plan_item(items: Sequence[SubscriptionItem]) -> SubscriptionItem:
    found = next((item for item in items if item.kind is ItemKind.PLAN), None)
    if found is None:
        raise BusinessError("This subscription has no plan that could change.")
    return found


def _fitted(offered: Fittings, items: Sequence[SubscriptionItem]) -> tuple[dict[str, str | int], dict[str, int]]:
    options: dict[str, str | int] = {}
    for option in offered.options:
        for value in option.values:
            held = next((item for item in items if item.option_value_id == value.value_id), None)
            if held is not None:
                options[option.slug] = held.quantity * option.step if option.kind is OptionKind.SLIDER else value.slug
    add_ons = {
        add_on.slug: held.quantity
        for add_on in offered.add_ons
        for held in items
        if held.add_on_id == add_on.add_on_id and add_on.recurring
    }
    return options, add_ons


def _key(work: Work, item: SubscriptionItem) -> tuple[str, UUID | None]:
    if item.option_value_id is not None:
        value = work.session.exec(select(OptionValue.option_id).where(col(OptionValue.id) == item.option_value_id))
        return "option", value.one()
    return "add_on", item.add_on_id


def _discount(old: SubscriptionItem, other_cycle: bool) -> dict[str, Any]:
    """A coupon goes on: in another cycle only a share for ever, for sums and counted cycles were meant for this one."""
    if other_cycle and (old.discount_cycles is not None or old.discount_minor):
        return {"discount_percent": 0, "discount_minor": 0, "discount_cycles": None}
    return {
        "discount_percent": old.discount_percent,
        "discount_minor": old.discount_minor,
        "discount_cycles": old.discount_cycles,
    }


def _once(description: str, price: Money, kind: LineKind) -> Position:
    return Position(description, price, Money.zero(price.currency), kind=kind)
