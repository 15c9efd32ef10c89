"""Offers: staff put something together at prices of its own; the customer orders exactly that, or does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import false
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.customers import customer as customer_of
from ezscale.accounts.permissions import MANAGE_ORDERS, PLACE_ORDERS, SEE_BILLING, SEE_EVERYTHING
from ezscale.catalog.fitting import Part, Wanted, fit_out, fittings
from ezscale.catalog.plans import locations, plan_on_sale, system_images
from ezscale.kit.actor import Actor
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.money import Money, digits
from ezscale.kit.numbering import take_number
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import Customer, Offer, Order
from ezscale.models.base import WrongState
from ezscale.models.order import OfferStatus
from ezscale.ordering.booking import Home, Terms, book_order
from ezscale.ordering.events import OfferMade
from ezscale.ordering.placing import chosen, clean_hostnames, require_shown_total, take_for
from ezscale.ordering.quoting import MOST_ITEMS, Quote, Ware, at_item, price_wares

PAGE = 25
LONGEST_DAYS, LONGEST_WORDS = 365, 1000
HIGHEST = 10**12  # minor units: beyond that, somebody has leant on a key


@dataclass(frozen=True, slots=True)
class OfferedItem:
    """One server as staff put it together. `price` and `setup` are in major units; the catalog's where they are empty."""

    plan: str
    months: int
    location: str
    image: str
    hostname: str = ""
    price: str = ""
    setup: str = ""
    options: Mapping[str, str | int] = field(default_factory=dict)
    add_ons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptItem:
    """One server of an offer as it was offered: nothing in it follows the catalog any more."""

    ware: Ware
    location_id: UUID
    image_id: UUID
    place: str
    system: str
    hostname: str

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From what the row of the offer holds."""
        currency = kept["currency"]
        parts = [
            Part(
                *(each["description"], each["quantity"]),
                *(Money(each["price_minor"], currency), Money(each["setup_minor"], currency)),
                bool(each["recurring"]),
                *(_id(each["option_value_id"]), _id(each["add_on_id"])),
            )
            for each in kept["parts"]
        ]
        price, setup = Money(kept["price_minor"], currency), Money(kept["setup_minor"], currency)
        ware = Ware(UUID(kept["plan_id"]), kept["name"], kept["panel"], kept["months"], price, setup, tuple(parts))
        ids = UUID(kept["location_id"]), UUID(kept["image_id"])
        return cls(ware, *ids, kept["place"], kept["system"], kept["hostname"])

    def to_plain(self) -> dict[str, Any]:
        """As the row of the offer holds it."""
        ware = self.ware
        return {
            "plan_id": str(ware.plan_id),
            "name": ware.name,
            "panel": ware.panel,
            "months": ware.months,
            "currency": ware.price.currency,
            "price_minor": ware.price.minor,
            "setup_minor": ware.setup.minor,
            "location_id": str(self.location_id),
            "image_id": str(self.image_id),
            "place": self.place,
            "system": self.system,
            "hostname": self.hostname,
            "parts": [
                {
                    "description": part.description,
                    "quantity": part.quantity,
                    "recurring": part.recurring,
                    "price_minor": part.price.minor,
                    "setup_minor": part.setup.minor,
                    "option_value_id": str(part.option_value_id) if part.option_value_id else None,
                    "add_on_id": str(part.add_on_id) if part.add_on_id else None,
                }
                for part in ware.parts
            ],
        }


def make_offer(work: Work, customer_id: UUID, items: Sequence[OfferedItem], words: str, days: int) -> Offer:
    """Offer something to a customer, in their currency, for so many days. Invalid, naming item and field, otherwise."""
    kept = _all_kept(work, customer_id, items)
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"From 1 to {LONGEST_DAYS} days.", field="days")
    if len(words) > LONGEST_WORDS:
        raise Invalid(f"Please use up to {LONGEST_WORDS} characters.", field="words")
    offer = Offer(
        number=f"Q-{take_number(work.session, 'offer'):06}",
        customer_id=customer_id,
        currency=kept[0].ware.price.currency,
        words=words.strip(),
        items=[item.to_plain() for item in kept],
        made_by=work.actor.name,
        made_at=work.now,
        valid_until=work.now + timedelta(days=days),
    )
    work.session.add(offer)
    work.session.flush()
    work.emit(OfferMade(offer.id, customer_id))
    return offer


def try_offer(work: Work, customer_id: UUID, items: Sequence[OfferedItem]) -> Quote:
    """What an offer would come to, taxes included. Invalid, naming item and field, when it cannot be made."""
    kept = _all_kept(work, customer_id, items)
    wares = [item.ware for item in kept]
    return price_wares(work, wares, wares[0].price.currency, customer_of(work, customer_id), None)


def accept_offer(work: Work, offer_id: UUID, hostnames: Sequence[str], shown_minor: int) -> Order:
    """Order exactly what was offered, at exactly the prices that were offered.

    Invalid, naming item and field, or PriceChanged when the customer's taxes are others now than the ones shown.
    """
    work.actor.require(PLACE_ORDERS)
    offer = _to_change(work, offer_id)
    if offer.customer_id != work.actor.own_customer():
        raise NotFound("We could not find this offer.")
    if offer.status is not OfferStatus.OFFERED or offer.valid_until <= work.now:
        raise WrongState("This offer does not stand any more. Please ask us for a new one.")
    customer, items = work.session.get_one(Customer, offer.customer_id), items_of(offer)
    if len(hostnames) != len(items):
        raise Invalid("Please name every server.", field="hostname")
    names = clean_hostnames(hostnames)
    priced = price_offer(work, offer)
    require_shown_total(priced, shown_minor)
    homes = [Home(item.location_id, item.image_id, name) for item, name in zip(items, names, strict=True)]
    placed = book_order(work, customer, priced, homes, Terms(take_for(work, priced, homes), offer_id=offer.id))
    offer.accept(work.actor.name, work.now)
    work.session.add(offer)
    return placed


def decline_offer(work: Work, offer_id: UUID, why: str) -> Offer:
    """The customer does not want it."""
    work.actor.require(PLACE_ORDERS)
    offer = _to_change(work, offer_id)
    if offer.customer_id != work.actor.own_customer():
        raise NotFound("We could not find this offer.")
    offer.decline(why.strip()[:500], work.actor.name, work.now)
    work.session.add(offer)
    return offer


def withdraw_offer(work: Work, offer_id: UUID) -> Offer:
    """We do not offer it any more."""
    work.actor.require(MANAGE_ORDERS)
    offer = _to_change(work, offer_id)
    offer.withdraw(work.actor.name, work.now)
    work.session.add(offer)
    return offer


def expire_offers(work: Work, limit: int = 200) -> int:
    """Offers that nobody answered in time stand no more. Returns how many."""
    late = select(Offer).where(Offer.status == OfferStatus.OFFERED, Offer.valid_until <= work.now)
    expired = work.session.exec(late.order_by(col(Offer.id)).limit(limit).with_for_update(skip_locked=True)).all()
    for offer in expired:
        offer.expire()
        work.session.add(offer)
    return len(expired)


def price_offer(work: Work, offer: Offer) -> Quote:
    """What an offer asks for, at its own prices, with the taxes that its customer owes today."""
    customer = work.session.get_one(Customer, offer.customer_id)
    return price_wares(work, [item.ware for item in items_of(offer)], offer.currency, customer, None)


def items_of(offer: Offer) -> list[KeptItem]:
    """The servers of an offer."""
    return [KeptItem.of(kept) for kept in offer.items]


def visible_offers(actor: Actor) -> SelectOfScalar[Offer]:
    """A customer's own, or all of them for staff."""
    if actor.may(SEE_EVERYTHING):
        return select(Offer)
    if not (actor.may(SEE_BILLING) or actor.may(PLACE_ORDERS)) or actor.customer_id is None:
        return select(Offer).where(false())
    return select(Offer).where(Offer.customer_id == actor.customer_id)


def offers(
    work: Work, *, status: str = "", before: UUID | None = None, limit: int = PAGE, descending: bool = True
) -> list[tuple[Offer, Customer]]:
    """Newest first, with to whom; `before` is the last id of a page."""
    found = visible_offers(work.actor)
    if status in list(OfferStatus):
        found = found.where(Offer.status == OfferStatus(status))
    page = page_of(found, col(Offer.id), before=before, limit=limit, descending=descending)
    with_customer = page.join(Customer, col(Customer.id) == Offer.customer_id).add_columns(Customer)
    return [(offer, customer) for offer, customer in work.session.execute(with_customer)]


def offer(work: Work, offer_id: UUID) -> Offer:
    """One offer; NotFound when it is not the actor's to see."""
    found = work.session.exec(visible_offers(work.actor).where(Offer.id == offer_id)).first()
    if found is None:
        raise NotFound("We could not find this offer.")
    return found


def order_of_offer(work: Work, offer_id: UUID) -> Order | None:
    """What became of an accepted offer."""
    return work.session.exec(select(Order).where(Order.offer_id == offer_id)).first()


def offer_of_order(work: Work, placed: Order) -> Offer | None:
    """The offer that an order accepts, if it does."""
    return work.session.get(Offer, placed.offer_id) if placed.offer_id else None


def stands(offer: Offer, now: datetime) -> bool:
    """Whether it can be accepted."""
    return offer.status is OfferStatus.OFFERED and offer.valid_until > now


def _to_change(work: Work, offer_id: UUID) -> Offer:
    locked = visible_offers(work.actor).where(Offer.id == offer_id).with_for_update()
    found = work.session.exec(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("We could not find this offer.")
    return found


def _all_kept(work: Work, customer_id: UUID, items: Sequence[OfferedItem]) -> list[KeptItem]:
    work.actor.require(MANAGE_ORDERS)
    customer, kept = customer_of(work, customer_id), []
    if not 1 <= len(items) <= MOST_ITEMS:
        raise Invalid(f"An offer has from 1 to {MOST_ITEMS} servers.", field="plan")
    for place, item in enumerate(items, start=1):
        try:
            kept.append(_kept(work, item, customer.currency))
        except Invalid as refusal:
            raise at_item(refusal, place, len(items)) from None
    return kept


def _kept(work: Work, item: OfferedItem, currency: str) -> KeptItem:
    plan = plan_on_sale(work, item.plan)
    listed = plan.price(currency, item.months)
    if not 1 <= item.months <= 36 or (listed is None and not item.price.strip()):
        raise Invalid("This plan has no price for that currency and period: please give one.", field="price")
    price = _amount(item.price, currency, "price", listed.amount if listed else Money.zero(currency))
    setup = _amount(item.setup, currency, "setup", listed.setup if listed else Money.zero(currency))
    parts = fit_out(fittings(work, plan.plan_id), Wanted(item.options, item.add_ons), currency, item.months)
    location = chosen(locations(work, plan.panel), item.location, "location")
    image = chosen(system_images(work, plan.panel), item.image, "image")
    name = clean_hostnames([item.hostname])[0] if item.hostname.strip() else ""
    ware = Ware(plan.plan_id, plan.name, plan.panel, item.months, price, setup, tuple(parts))
    return KeptItem(ware, location.id, image.id, location.name, image.name, name)


def _amount(typed: str, currency: str, field: str, listed: Money) -> Money:
    """An amount as a person types it; the listed one where nothing was typed."""
    text = typed.strip()
    if not text:
        return listed
    whole, point, rest = text.partition(".")
    if not whole.isdecimal() or not whole.isascii() or (point and not (rest.isdecimal() and rest.isascii())):
        raise Invalid("Please give an amount, such as 12.50.", field=field)
    if len(rest) > digits(currency):
        raise Invalid(f"{currency} has {digits(currency)} decimals.", field=field)
    if len(whole) > 12 or (amount := Money.of(text, currency)).minor > HIGHEST:
        raise Invalid("This is too much.", field=field)
    return amount


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
