"""How many of a plan are left: kept for an order while it is paid, given back when it is not.

What a panel counts (`Plan.stock_from_panel`) is taken in the same way. It is not given back here: the panel's next answer
tells what is there without it.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select

from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.models import Location, Plan, StockHold, StockReading


class SoldOut(Invalid):
    """There are not enough left. `plan_id` is of which."""

    def __init__(self, plan: Plan) -> None:
        left = plan.stock or 0
        words = f"Only {left} of {plan.name} left." if left else f"{plan.name} is sold out at the moment."
        super().__init__(words, field="plan")
        self.plan_id = plan.id


class SoldOutHere(Invalid):
    """There is none left in the place that was asked for. `plan_id` and `location_id` are of what and where."""

    def __init__(self, plan: Plan, location: Location) -> None:
        words = f"{plan.name} is sold out in {location.name} at the moment. Please choose another location."
        super().__init__(words, field="location")
        self.plan_id, self.location_id = plan.id, location.id


def take_from_stock(work: Work, wanted: Mapping[UUID, int]) -> dict[UUID, int]:
    """Take so many of each plan, all or none, and return those that are counted. SoldOut when there are not enough.

    Nobody else can take of them until the transaction ends: call this before anything else is locked.
    """
    plans = [plan for plan in lock_plans(work, _limited(work, wanted)) if plan.stock is not None]
    for plan in plans:
        if (plan.stock or 0) < wanted[plan.id]:
            raise SoldOut(plan)
    for plan in plans:
        plan.stock = (plan.stock or 0) - wanted[plan.id]
        work.session.add(plan)
    return {plan.id: wanted[plan.id] for plan in plans}


def take_in_places(work: Work, wanted: Mapping[tuple[UUID, UUID], int]) -> None:
    """Take so many of each plan in each location, where its panel counts them. SoldOutHere when there are not enough.

    Call it after `take_from_stock`, which makes others wait.
    """
    plans = {plan.id: plan for plan in _from_panel(work, {plan_id for plan_id, _ in wanted})}
    readings = {
        (reading.plan_id, reading.location_id): reading
        for reading in readings_of(work, plans, lock=True)
        if reading.read_at is not None
    }
    for (plan_id, location_id), quantity in wanted.items():
        reading = readings.get((plan_id, location_id))
        if reading is None:
            continue
        if reading.for_sale < quantity:
            raise SoldOutHere(plans[plan_id], work.session.get_one(Location, location_id))
        reading.take(quantity)
        work.session.add(reading)


def readings_of(work: Work, plan_ids: Collection[UUID], *, lock: bool = False) -> list[StockReading]:
    """What panels have said of these plans, place by place."""
    if not plan_ids:
        return []
    readings = select(StockReading).where(col(StockReading.plan_id).in_(list(plan_ids))).order_by(col(StockReading.id))
    if lock:
        readings = readings.with_for_update().execution_options(populate_existing=True)
    return list(work.session.exec(readings))


def keep_for_order(work: Work, order_id: UUID, taken: Mapping[UUID, int]) -> None:
    """Write down for which order they were taken."""
    for plan_id, quantity in taken.items():
        work.session.add(StockHold(order_id=order_id, plan_id=plan_id, quantity=quantity, held_at=work.now))


def use_stock(work: Work, order_id: UUID) -> None:
    """The order is paid: what was kept for it is its own."""
    for hold in _holds(work, [order_id]):
        if hold.released_at is None:
            hold.use(work.now)
            work.session.add(hold)


def release_stock(work: Work, order_ids: Collection[UUID]) -> None:
    """These orders need nothing any more: others may have it."""
    kept = [hold for hold in _holds(work, order_ids) if hold.released_at is None]
    plans = {plan.id: plan for plan in lock_plans(work, {hold.plan_id for hold in kept})}
    for hold in kept:
        plan = plans[hold.plan_id]
        if plan.stock is not None and not plan.stock_from_panel:
            plan.stock += hold.quantity
        hold.release(work.now)
        work.session.add_all((hold, plan))


def take_again(work: Work, order_id: UUID) -> list[Plan]:
    """Take what had been given back, for an order that was paid after all. Returns the plans of which none is left."""
    given_back = [hold for hold in _holds(work, [order_id]) if hold.released_at is not None]
    plans = {plan.id: plan for plan in lock_plans(work, {hold.plan_id for hold in given_back})}
    missing = []
    for hold in given_back:
        plan = plans[hold.plan_id]
        if plan.stock is not None and plan.stock < hold.quantity:
            missing.append(plan)
            continue
        if plan.stock is not None:
            plan.stock -= hold.quantity
        hold.take_again()
        work.session.add_all((hold, plan))
    return missing


def _limited(work: Work, plan_ids: Collection[UUID]) -> Sequence[UUID]:
    """Those that are counted at all: the others are locked by nobody."""
    return work.session.exec(
        select(Plan.id).where(col(Plan.id).in_(list(plan_ids)), col(Plan.stock).is_not(None))
    ).all()


def _from_panel(work: Work, plan_ids: Collection[UUID]) -> Sequence[Plan]:
    counted = select(Plan).where(col(Plan.id).in_(list(plan_ids)), col(Plan.stock_from_panel).is_(True))
    return work.session.exec(counted).all()


def lock_plans(work: Work, plan_ids: Collection[UUID]) -> list[Plan]:
    """These plans as they are now, until the transaction ends. Always in the same order, so that two who want several
    never wait for each other."""
    if not plan_ids:
        return []
    locked = select(Plan).where(col(Plan.id).in_(list(plan_ids))).order_by(col(Plan.id)).with_for_update()
    return list(work.session.exec(locked.execution_options(populate_existing=True)))


def _holds(work: Work, order_ids: Collection[UUID]) -> list[StockHold]:
    theirs = select(StockHold).where(col(StockHold.order_id).in_(list(order_ids)))
    return list(work.session.exec(theirs.order_by(col(StockHold.id))))
