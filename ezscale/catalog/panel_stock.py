"""Stock that a panel counts: what it has said, place by place, and how much of that may be sold."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.catalog.changing import change_catalog, locked, whole
from ezscale.catalog.events import StockFreed
from ezscale.catalog.stock import lock_plans, readings_of, set_stock, set_what_panel_counts
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import Invalid
from ezscale.kit.ids import new_id
from ezscale.kit.work import Work
from ezscale.models import Location, Plan, StockReading
from ezscale.models.plan import StockSource

MOST_MARGIN = 1000
MOST_TOLD = 10**6  # nobody needs to know how many more there are


def choose_source(work: Work, plan_id: UUID, source: str, margin: str) -> Plan:
    """Who says from now on how many of a plan may be sold. `margin` is how many stay free in each location.

    What was left is left, until the panel has answered or somebody types another number.
    """
    change_catalog(work)
    if source not in list(StockSource):
        raise Invalid("Please choose one from the list.", field="source")
    kept = whole(margin, "margin", MOST_MARGIN)
    plan = locked(work, Plan, plan_id)
    match StockSource(source):
        case StockSource.PANEL:
            plan.count_on_panel(kept)
        case StockSource.COUNTED:
            plan.count_here(plan.stock or 0)
        case StockSource.NONE:
            plan.count_here(None)
            set_stock(work, plan, None)
    work.session.add(plan)
    work.emit(StockFreed(plan.id))
    return plan


def stock_readings(work: Work, plan_id: UUID) -> list[tuple[Location, StockReading | None]]:
    """What the panel has said of a plan in each of its locations; None where it was not asked yet. For staff."""
    work.actor.require(SEE_EVERYTHING)
    plan = work.session.get_one(Plan, plan_id)
    told = {reading.location_id: reading for reading in readings_of(work, [plan_id])}
    places = select(Location).where(Location.panel == plan.panel).order_by(col(Location.position))
    return [(place, told.get(place.id)) for place in work.session.exec(places)]


def lock_for_reading(work: Work, plan_id: UUID) -> Plan | None:
    """A plan whose stock its panel counts, kept from those who order it; None for one that it does not count any more."""
    [plan] = lock_plans(work, [plan_id])
    return plan if plan.stock_from_panel else None


def book_reading(work: Work, plan: Plan, location_id: UUID, room: int, promised: int) -> None:
    """The panel has room for so many more, and so many are promised already. The plan must be locked."""
    reading = _reading(work, plan.id, location_id)
    reading.succeed(min(room, MOST_TOLD), min(room, MOST_TOLD) - plan.safety_margin - promised, work.now)
    work.session.add(reading)
    work.session.flush()
    told = [each for each in readings_of(work, [plan.id]) if each.read_at is not None]
    set_what_panel_counts(work, plan, sum(each.for_sale for each in told))


def book_silence(work: Work, plan_id: UUID, location_ids: Collection[UUID], trouble: str) -> None:
    """The panel has not said how much room it has. What it said before holds."""
    if lock_for_reading(work, plan_id) is None:
        return
    for location_id in location_ids:
        reading = _reading(work, plan_id, location_id)
        reading.fail(trouble, work.now)
        work.session.add(reading)


def _reading(work: Work, plan_id: UUID, location_id: UUID) -> StockReading:
    row = {"id": new_id(), "plan_id": plan_id, "location_id": location_id, "room": 0, "for_sale": 0, "trouble": ""}
    insert_new(work.session, table_of(StockReading), [{**row, "tried_at": work.now}])
    found = select(StockReading).where(StockReading.plan_id == plan_id, StockReading.location_id == location_id)
    return work.session.exec(found.with_for_update().execution_options(populate_existing=True)).one()
