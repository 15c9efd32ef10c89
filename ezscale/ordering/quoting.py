"""What an order will cost, line by line, exactly as it will be charged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from ezscale.billing.customer_currency import currencies_for
from ezscale.billing.discounts import (
    NONE,
    BasketItem,
    RecurringDiscount,
    discounted_basket,
    next_cycle,
    recurring_discounts,
)
from ezscale.billing.first_periods import FirstPeriod, cycles_after, first_period, first_positions
from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.lines import Position, PricedLine, Sums, add_up
from ezscale.billing.periods import add_months
from ezscale.billing.pricing import price_for, tax_for
from ezscale.billing.tax import TaxDecision
from ezscale.catalog.coupons import coupon_for
from ezscale.catalog.cycles import cycle_words
from ezscale.catalog.fitting import Part, Wanted, fit_out, fittings
from ezscale.catalog.plans import PlanOffer, PriceOffer, plan_on_sale
from ezscale.catalog.waitlist import is_offered
from ezscale.company.rules import rules
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Coupon, Customer
from ezscale.models.invoice import LineKind
from ezscale.models.subscription import ItemKind

MOST_ITEMS = 10


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a basket: a plan for so many months, and what it is fitted with."""

    plan: str
    months: int
    options: Mapping[str, str | int] = field(default_factory=dict)
    add_ons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a visitor would like to buy, and where they live (which decides the tax)."""

    plan: str
    months: int
    currency: str
    country: str
    coupon: str = ""
    tax_id: str = ""
    options: Mapping[str, str | int] = field(default_factory=dict)
    add_ons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What an item of a subscription will be, and what it goes on taking off after its first cycle."""

    kind: ItemKind
    description: str
    quantity: int
    price: Money
    again: RecurringDiscount = NONE
    option_value_id: UUID | None = None
    add_on_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PricedItem:
    """One thing of a basket with its price. The plan is the first of what is `agreed`.

    `belongs_to` says for each line to which of the agreed things it belongs.
    """

    plan_id: UUID
    plan: str
    panel: str
    months: int
    agreed: tuple[Agreed, ...]
    lines: tuple[PricedLine, ...]
    belongs_to: tuple[int, ...]
    renewal: Money
    next_day: date

    @property
    def total(self) -> Money:
        """What it adds to the sum, tax included."""
        return total((line.gross for line in self.lines), self.renewal.currency)


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that can be shown and charged. `renewal` of an item is what its next cycle asks for, tax included."""

    items: tuple[PricedItem, ...]
    coupon: Coupon | None
    sums: Sums
    tax: TaxDecision
    first_day: date
    needs_approval: bool = False

    @property
    def lines(self) -> tuple[PricedLine, ...]:
        """All lines of all items."""
        return tuple(line for item in self.items for line in item.lines)

    @property
    def renewal(self) -> Money:
        """What the next cycles of all items ask for together."""
        return total((item.renewal for item in self.items), self.sums.total.currency)

    @property
    def next_day(self) -> date:
        """When the first of the next cycles begins."""
        return min(item.next_day for item in self.items)


@dataclass(frozen=True, slots=True)
class Ware:
    """An item before it is priced: what it costs without tax. `parts` are beside the plan.

    From the catalog, or from an offer, which keeps its own.
    """

    plan_id: UUID
    name: str
    panel: str
    months: int
    price: Money
    setup: Money
    parts: tuple[Part, ...]
    slug: str = ""
    needs_approval: bool = False
    family: str = ""


def quote(work: Work, wish: Wish) -> Quote:
    """The price of one thing today. Invalid, naming the field, when it cannot be ordered."""
    item = Item(wish.plan, wish.months, wish.options, wish.add_ons)
    own = _asking(work)
    knows = own is not None and (own.country, own.tax_id) == (wish.country, wish.tax_id)
    buyer = own if own is not None and knows else somebody_in(wish.country, wish.tax_id)
    return quote_basket(work, [item], wish.currency, buyer, wish.coupon)


def quote_basket(work: Work, items: Sequence[Item], currency: str, buyer: Customer, code: str = "") -> Quote:
    """The price of a basket today. Invalid, naming item and field, when something in it cannot be ordered."""
    if not items:
        raise Invalid("There is nothing in your basket.", field="plan")
    if len(items) > MOST_ITEMS:
        raise Invalid(f"One order can hold {MOST_ITEMS} servers. Please place another one for the rest.", field="plan")
    wares = []
    for place, item in enumerate(items, start=1):
        try:
            wares.append(_ware(work, item, currency))
        except Invalid as refusal:
            raise at_item(refusal, place, len(items)) from None
    return price_wares(work, wares, currency, buyer, _coupon(work, code, wares, currency))


def price_wares(work: Work, wares: Sequence[Ware], currency: str, buyer: Customer, coupon: Coupon | None) -> Quote:
    """The price of things whose own prices are known: discounts and taxes of all of them, as one invoice has them."""
    tables = [_positions(ware) for ware in wares]
    basket = [
        BasketItem([position for position, _ in table], ware.slug, ware.months)
        for ware, table in zip(wares, tables, strict=True)
    ]
    again, whole_cycles = recurring_discounts(coupon, basket), discounted_basket(basket, coupon)
    firsts = [first_period(rules(work, RenewalRules), work.today, ware.months) for ware in wares]
    asked = [
        _first_invoice(positions, kept, table, first)
        for positions, kept, table, first in zip(whole_cycles, again, tables, firsts, strict=True)
    ]
    lines = price_for(work, buyer, [position for item in asked for position, _ in item])
    stored = [[cycles_after(kept, first) for kept in item] for item, first in zip(again, firsts, strict=True)]
    later = next_cycle(basket, stored)
    priced, begin = [], 0
    for number, ware in enumerate(wares):
        places = [place for _, place in asked[number]]
        own = lines[begin : begin + len(places)]
        begin += len(places)
        renewal = total((line.gross for line in price_for(work, buyer, later[number])), currency)
        first = firsts[number]
        next_day = first.next_day if first else add_months(work.today, ware.months, work.today.day)
        priced.append(
            PricedItem(
                *(
                    ware.plan_id,
                    ware.name,
                    ware.panel,
                    ware.months,
                    _agreed(ware, basket[number].positions, stored[number]),
                ),
                *(tuple(own), tuple(places), renewal, next_day),
            )
        )
    sums, tax = add_up(lines, currency), tax_for(work, buyer)
    return Quote(tuple(priced), coupon, sums, tax, work.today, any(ware.needs_approval for ware in wares))


def somebody_in(country: str, tax_id: str = "") -> Customer:
    """A buyer of whom no more is known than where they live: nothing that could be stored."""
    nobody: dict[str, Any] = {"number": "", "panel_ref": "", "name": "", "email": "", "currency": ""}
    return Customer(**nobody, country=country, tax_id=tax_id)


def at_item(refusal: BusinessError, place: int, count: int) -> Invalid:
    """A refusal that names which of several items it is about."""
    if count == 1:
        return refusal if isinstance(refusal, Invalid) else Invalid(refusal.message, field=refusal.field)
    return Invalid(f"Server {place}: {refusal.message}", field=f"item-{place}-{refusal.field}")


def describe(plan: PlanOffer, months: int) -> str:
    """A plan and its cycle, as printed on invoices."""
    return described(plan.name, months)


def described(plan: str, months: int) -> str:
    """The same, for a plan that is known by its name."""
    return f"{plan}, {cycle_words(months)}"


def _asking(work: Work) -> Customer | None:
    return work.session.get(Customer, work.actor.customer_id) if work.actor.customer_id else None


def _coupon(work: Work, code: str, wares: Sequence[Ware], currency: str) -> Coupon | None:
    """The one place where a code is looked up for a basket."""
    if not code.strip():
        return None
    basket = [(ware.slug, ware.months) for ware in wares]
    return coupon_for(work, code, currency, basket=basket, customer_id=work.actor.customer_id)


def _ware(work: Work, item: Item, currency: str) -> Ware:
    plan = plan_on_sale(work, item.plan)
    price = plan.price(currency, item.months)
    if price is None or currency not in currencies_for(work, _asking(work)):
        raise Invalid("This plan is not offered for that currency and period.", field="months")
    if plan.sold_out and not is_offered(work, plan.plan_id):
        raise Invalid(f"{plan.name} is sold out at the moment.", field="plan")
    wanted = Wanted(item.options, item.add_ons)
    parts = fit_out(fittings(work, plan.plan_id), wanted, currency, item.months)
    return _of_catalog(plan, price, tuple(parts))


def _of_catalog(plan: PlanOffer, price: PriceOffer, parts: tuple[Part, ...]) -> Ware:
    return Ware(
        plan.plan_id,
        plan.name,
        plan.panel,
        price.months,
        price.amount,
        price.setup,
        parts,
        plan.slug,
        plan.needs_approval,
        plan.family.value,
    )


def _positions(ware: Ware) -> list[tuple[Position, int]]:
    """Every position of an item, with the place of the agreed thing that it belongs to: 0 is the plan."""
    zero = Money.zero(ware.price.currency)
    recurring = [part for part in ware.parts if part.recurring]
    table = [(Position(described(ware.name, ware.months), ware.price, zero), 0)]
    table += [
        (Position(part.description, part.price, zero, quantity=part.quantity), place)
        for place, part in enumerate(recurring, start=1)
    ]
    table += _setups(ware.name, ware.setup, 1, 0)
    for place, part in enumerate(recurring, start=1):
        table += _setups(part.description, part.setup, _setups_of(part), place)
    for part in ware.parts:
        if not part.recurring:
            table.append((Position(part.description, part.price, zero, kind=LineKind.ONCE, quantity=part.quantity), 0))
            table += _setups(part.description, part.setup, _setups_of(part), 0)
    return [(replace(position, category=ware.family), place) for position, place in table]


def _setups_of(part: Part) -> int:
    """An add-on is set up once for each, an option once."""
    return part.quantity if part.add_on_id else 1


def _setups(name: str, fee: Money, quantity: int, place: int) -> list[tuple[Position, int]]:
    if not fee:
        return []
    zero = Money.zero(fee.currency)
    return [(Position(f"{name}, setup", fee, zero, kind=LineKind.SETUP, quantity=quantity), place)]


def _first_invoice(
    positions: Sequence[Position],
    again: Sequence[RecurringDiscount],
    table: Sequence[tuple[Position, int]],
    first: FirstPeriod | None,
) -> list[tuple[Position, int]]:
    """What is asked for at once, each with the place of the agreed thing that it belongs to."""
    return [
        (asked, place)
        for position, kept, (_, place) in zip(positions, again, table, strict=True)
        for asked in first_positions(position, kept, first)
    ]


def _agreed(ware: Ware, positions: Sequence[Position], stored: Sequence[RecurringDiscount]) -> tuple[Agreed, ...]:
    periods = [
        (position, kept) for position, kept in zip(positions, stored, strict=True) if position.kind is LineKind.PERIOD
    ]
    (plan, of_plan), *fitted = periods
    agreed = [Agreed(ItemKind.PLAN, plan.description, 1, ware.price, of_plan)]
    agreed += [
        Agreed(
            ItemKind.ADD_ON if part.add_on_id else ItemKind.OPTION,
            *(part.description, part.quantity, part.price, kept, part.option_value_id, part.add_on_id),
        )
        for part, (_, kept) in zip((part for part in ware.parts if part.recurring), fitted, strict=True)
    ]
    return tuple(agreed)
