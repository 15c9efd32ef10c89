"""What the shop shows to everybody, and by which one value it is told from what it showed before."""

from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import SQLModel

from ezscale.catalog.plans import PlanOffer, PriceOffer, locations, plans_on_sale, sold_in, system_images
from ezscale.catalog.starting_range import VIRTFUSION, stock_the_shop
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.clock import WorldClock
from ezscale.kit.database import open_engine
from ezscale.kit.work import Database, Work

T = TypeVar("T")


def read_the_shop(database: Database, reading: Callable[[Work], T]) -> T:
    """What a reading finds in the company's own database, or in a newly stocked one where there is none yet."""
    address = database.engine.url
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return _in_a_new_shop(reading)
    try:
        with database.reader(ANONYMOUS)() as work:
            return reading(work)
    except (OperationalError, ProgrammingError):  # there is a database, but no table in it
        return _in_a_new_shop(reading)


def mark_of_the_shop(work: Work, currencies: Collection[str]) -> str:
    """One value for all that public pages say of the shop: another one as soon as anything there is different."""
    offers = sold_in(plans_on_sale(work), currencies)
    plans = [_shown_of(offer) for offer in offers]
    sellable = {price.amount.currency for offer in offers for price in offer.prices}
    in_order = [code for code in currencies if code in sellable]
    choices = [choice.name for choice in (*locations(work, VIRTFUSION), *system_images(work, VIRTFUSION))]
    return sha256(repr((plans, choices, in_order)).encode()).hexdigest()[:16]


def _shown_of(offer: PlanOffer) -> tuple[object, ...]:
    """Everything but the ids, which nobody sees: a price that was written anew and is the same is the same."""
    named = (offer.slug, offer.family.value, offer.name, offer.summary, offer.popular, offer.sold_out, offer.backups)
    size = (offer.cpu_cores, offer.memory_mb, offer.disk_gb, offer.traffic_gb)
    return (*named, *size, tuple(_price_of(price) for price in offer.prices))


def _price_of(price: PriceOffer) -> tuple[object, ...]:
    return price.amount.currency, price.months, price.amount.minor


def _in_a_new_shop(reading: Callable[[Work], T]) -> T:
    engine = open_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    open_work = Database(engine, WorldClock()).opener(ANONYMOUS)
    with open_work() as work:
        stock_the_shop(work)
    with open_work() as work:
        return reading(work)
