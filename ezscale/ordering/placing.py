"""Placing an order: it keeps the price it showed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import false
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.customers import own_customer
from ezscale.accounts.permissions import PLACE_ORDERS, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing.reserving import reserved_for
from ezscale.catalog.plans import Choice, locations, system_images
from ezscale.catalog.stock import SoldOut, SoldOutHere, take_from_stock, take_in_places
from ezscale.catalog.waitlist import claim_offers
from ezscale.kit.actor import Actor
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, Order, Service, Subscription, SubscriptionItem, User
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.ordering.booking import Home, Terms, book_order
from ezscale.ordering.looking_twice import reasons_to_hold
from ezscale.ordering.quoting import Item, Quote, at_item, quote_basket
from ezscale.provisioning.host_names import clean_hostname

PAGE = 25


class PriceChanged(BusinessError):
    """The price is another now than the one that was shown; nothing was ordered."""


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """One server that a customer orders, and where and how it is to run."""

    plan: str
    months: int
    location: str
    image: str
    hostname: str
    options: Mapping[str, str | int] = field(default_factory=dict)
    add_ons: Mapping[str, int] = field(default_factory=dict)

    @property
    def item(self) -> Item:
        """What of it has a price."""
        return Item(self.plan, self.months, self.options, self.add_ons)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a customer orders. `shown_total_minor` is the total they saw, tax included, in minor units."""

    items: tuple[ItemRequest, ...]
    currency: str
    shown_total_minor: int
    coupon: str = ""


def place_order(work: Work, wanted: OrderRequest) -> Order:
    """An order with its draft invoice, pending subscriptions and waiting services; all of them, or nothing at all.

    Invalid, naming item and field, or PriceChanged otherwise.
    """
    work.actor.require(PLACE_ORDERS)
    customer = own_customer(work)
    offer = quote_basket(work, [each.item for each in wanted.items], wanted.currency, customer, wanted.coupon)
    homes = _homes(work, wanted.items, offer)
    require_shown_total(offer, wanted.shown_total_minor)
    terms = Terms(take_for(work, offer, homes), reasons_to_hold(work, customer, offer))
    return book_order(work, customer, offer, homes, terms)


def take_for(work: Work, offer: Quote, homes: Sequence[Home]) -> Mapping[UUID, int]:
    """Take from stock what a quote is about, and what is set aside for whoever orders it.

    SoldOut, at the first item of which there are not enough, otherwise.
    """
    wanted = Counter(item.plan_id for item in offer.items)
    where = [(item.plan_id, home.location_id) for item, home in zip(offer.items, homes, strict=True)]
    claimed = claim_offers(work, wanted)
    try:
        taken = take_from_stock(work, wanted, claimed)
        take_in_places(work, Counter(where))
    except SoldOut as refusal:
        place = next(place for place, item in enumerate(offer.items, start=1) if item.plan_id == refusal.plan_id)
        raise at_item(refusal, place, len(offer.items)) from None
    except SoldOutHere as refusal:
        place = where.index((refusal.plan_id, refusal.location_id)) + 1
        raise at_item(refusal, place, len(offer.items)) from None
    return taken


def require_shown_total(offer: Quote, shown_minor: int) -> None:
    """Go on only when the total is the one that the customer saw."""
    if offer.sums.total.minor != shown_minor:
        raise PriceChanged(f"The price has changed to {offer.sums.total.format()}. Please look at it again.")


def clean_hostnames(typed: Sequence[str]) -> list[str]:
    """The names of the servers of one order: each is one, and none is there twice. Invalid, naming which, otherwise."""
    names: list[str] = []
    for place, text in enumerate(typed, start=1):
        try:
            name = clean_hostname(text)
            if name in names:
                raise Invalid("Another server of this order has this name.", field="hostname")
        except Invalid as refusal:
            raise at_item(refusal, place, len(typed)) from None
        names.append(name)
    return names


def visible_orders(actor: Actor) -> SelectOfScalar[Order]:
    """A customer's own, or all of them for staff."""
    if actor.may(SEE_EVERYTHING):
        return select(Order)
    if not (actor.may(SEE_BILLING) or actor.may(PLACE_ORDERS)) or actor.customer_id is None:
        return select(Order).where(false())
    return select(Order).where(Order.customer_id == actor.customer_id)


def orders(
    work: Work, *, status: str = "", before: UUID | None = None, limit: int = PAGE, descending: bool = True
) -> list[tuple[Order, Customer]]:
    """Newest first, with who ordered; `before` is the last id of a page."""
    found = visible_orders(work.actor)
    if status in list(OrderStatus):
        found = found.where(Order.status == OrderStatus(status))
    page = page_of(found, col(Order.id), before=before, limit=limit, descending=descending)
    with_customer = page.join(Customer, col(Customer.id) == Order.customer_id).add_columns(Customer)
    return [(order, customer) for order, customer in work.session.execute(with_customer)]


def order(work: Work, order_id: UUID) -> Order:
    """One order; NotFound when it is not the actor's to see."""
    found = work.session.exec(visible_orders(work.actor).where(Order.id == order_id)).first()
    if found is None:
        raise NotFound("We could not find this order.")
    return found


def services_of_order(work: Work, order_id: UUID) -> list[Service]:
    """What an order asks for, in the order in which it was asked."""
    asked = (
        select(Service)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(Subscription.order_id == order(work, order_id).id)
    )
    return list(work.session.exec(asked.order_by(col(Service.id))))


def placer_of(work: Work, placed: Order) -> str:
    """Who placed an order, by name."""
    person = work.session.get(User, placed.placed_by) if placed.placed_by else None
    return person.name if person else ""


def is_payable(work: Work, placed: Order) -> bool:
    """Whether an order still waits for its money; what is reserved for it already is as good as that."""
    return (
        placed.status is OrderStatus.PLACED
        and reserved_for(work, placed.invoice_id) is None
        and work.session.get_one(Invoice, placed.invoice_id).status is InvoiceStatus.DRAFT
    )


def _homes(work: Work, wanted: Sequence[ItemRequest], offer: Quote) -> list[Home]:
    """Where everything goes. All of it is looked at before anything is written."""
    places = []
    for place, (each, item) in enumerate(zip(wanted, offer.items, strict=True), start=1):
        try:
            location = chosen(locations(work, item.panel), each.location, "location")
            places.append((location.id, chosen(system_images(work, item.panel), each.image, "image").id))
        except Invalid as refusal:
            raise at_item(refusal, place, len(wanted)) from None
    names = clean_hostnames([each.hostname for each in wanted])
    return [Home(*home, name) for home, name in zip(places, names, strict=True)]


def chosen(choices: list[Choice], slug: str, field: str) -> Choice:
    """The one that is named so. Invalid, on its field, when there is none."""
    found = next((choice for choice in choices if choice.slug == slug), None)
    if found is None:
        raise Invalid("Please choose one from the list.", field=field)
    return found
