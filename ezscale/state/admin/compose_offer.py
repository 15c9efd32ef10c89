"""Putting an offer together: one server after the other, each at the catalog's price or at another one."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import MANAGE_ORDERS
from ezscale.catalog.plans import locations, plans_on_sale, system_images
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.ordering.offering import OfferedItem, make_offer, try_offer
from ezscale.state.account.offer_views import OfferedServer, shown_items
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.marketing.catalog import cycle_name
from ezscale.state.ordering.basket import LONGEST, Basket, possible
from ezscale.state.ordering.choices import AddOnView, Option, OptionView, add_on_views, option_views
from ezscale.state.ordering.fit import fit_of
from ezscale.state.ordering.fitting_out import FittingOut
from ezscale.state.ordering.order_form import sent_place
from ezscale.state.reader import Reader

CHOOSABLE = ("plan", "months", "location", "image")
TYPED = ("hostname", "price", "setup")
DAYS = 14


@dataclass(frozen=True, slots=True)
class Bench:
    """What there is to choose from for the next server, and what has been put together so far."""

    customer: str
    currency: str
    basket: Basket
    plans: list[Option]
    cycles: list[Option]
    places: list[Option]
    systems: list[Option]
    options: list[OptionView]
    add_ons: list[AddOnView]
    listed: str
    servers: list[OfferedServer]
    total: str


class ComposeState(FittingOut, StaffState):
    """An offer before it is made."""

    loading: bool = True
    missing: bool = False
    customer: str = ""
    customer_id: str = ""
    currency: str = ""
    plans: list[Option] = []
    cycles: list[Option] = []
    places: list[Option] = []
    systems: list[Option] = []
    listed: str = ""
    servers: list[OfferedServer] = []
    total: str = ""

    _items: tuple[OfferedItem, ...] = ()

    @rx.event
    async def load(self) -> None:
        """Begin an offer to the customer whom the address names."""
        self.loading, self.missing, self.customer_id = True, False, self._asked("customer", 40)
        self._items, self.visits = (), self.visits + 1
        try:
            await self._look(Basket())
        except NotFound:
            self.missing = True
        self.loading = False

    @rx.event
    async def choose(self, name: str, value: str) -> None:
        """Choose one of something for the next server."""
        if name in CHOOSABLE:
            await self._look(self.basket.with_asked({name: sent_text(value, LONGEST)}))

    @rx.event
    async def put(self, form: dict[str, Any]) -> None:
        """Put the server into the offer."""
        typed, basket, fit = sent_fields(form, *TYPED, longest=LONGEST), self.basket, fit_of(self.basket.fit)
        item = OfferedItem(
            plan=basket.plan,
            months=int(basket.months or 0),
            location=basket.location,
            image=basket.image,
            hostname=typed["hostname"],
            price=typed["price"],
            setup=typed["setup"],
            options=fit.options,
            add_ons=fit.add_ons,
        )
        items, customer_id = (*self._items, item), sent_id(self.customer_id)
        try:
            await self.perform(lambda work: try_offer(work, customer_id, items))
        except Invalid as refusal:
            words, field = refusal.message, refusal.field
            if field.startswith("item-"):
                words, field = words.partition(": ")[2], field.removeprefix(f"item-{len(items)}-")
            raise Invalid(words, field=field) from None
        self._items, self.visits = items, self.visits + 1
        await self._look(replace(basket, fit=""))

    @rx.event
    async def drop(self, place: int) -> None:
        """Take a server out of the offer again."""
        at = sent_place(place)
        self._items = tuple(item for index, item in enumerate(self._items) if index != at)
        await self._look(self.basket)

    @rx.event
    async def make(self, form: dict[str, Any]) -> EventSpec:
        """Make the offer: the customer is told by mail."""
        typed = sent_fields(form, "words", "days", longest=1001)
        days = int(typed["days"]) if typed["days"].isascii() and typed["days"].isdecimal() else 0
        items, customer_id = self._items, sent_id(self.customer_id)
        made = await self.perform(lambda work: make_offer(work, customer_id, items, typed["words"], days).id)
        self._items, self.servers = (), []
        self.say("The offer is made. The customer is told by mail.")
        return rx.redirect(f"/admin/offer/?id={made}")

    async def _look(self, basket: Basket) -> None:
        reader, items, customer_id = self._reader(), self._items, sent_id(self.customer_id)
        bench = await self.read(lambda work: bench_of(work, customer_id, basket, items, reader))
        self.basket, self.customer, self.currency = bench.basket, bench.customer, bench.currency
        self.plans, self.cycles, self.places, self.systems = bench.plans, bench.cycles, bench.places, bench.systems
        self.options, self.add_ons, self.listed = bench.options, bench.add_ons, bench.listed
        self.servers, self.total = bench.servers, bench.total
        self.errors = {}


def bench_of(work: Work, customer_id: UUID, basket: Basket, items: tuple[OfferedItem, ...], reader: Reader) -> Bench:
    """All that staff see while they put an offer together, in one transaction."""
    work.actor.require(MANAGE_ORDERS)
    whose, plans = customer(work, customer_id), plans_on_sale(work, and_hidden=basket.plan)
    if not plans:
        raise NotFound("There is nothing on sale at the moment.")
    plan = next((plan for plan in plans if plan.slug == basket.plan), plans[0])
    places, systems = locations(work, plan.panel), system_images(work, plan.panel)
    now, fit = possible(work, replace(basket, currency=whose.currency), plan, places, systems)
    listed = plan.price(now.currency, int(now.months or 0))
    priced = try_offer(work, customer_id, items) if items else None
    return Bench(
        customer=whose.company or whose.name,
        currency=whose.currency,
        basket=now,
        plans=[Option(plan.slug, plan.name) for plan in plans],
        cycles=[
            Option(str(price.months), cycle_name(price.months))
            for price in plan.prices
            if price.amount.currency == now.currency
        ],
        places=[Option.of(place) for place in places],
        systems=[Option.of(image) for image in systems],
        options=option_views(fit, now, reader),
        add_ons=add_on_views(fit, now, reader),
        listed=reader.money(listed.amount) if listed else "",
        servers=shown_items(items, priced, reader) if priced else [],
        total=reader.money(priced.sums.total) if priced else "",
    )
