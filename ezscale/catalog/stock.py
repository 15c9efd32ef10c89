"""How many of a plan are left: kept for an order while it is paid, given back when it is not.

What a panel counts (`Plan.stock_from_panel`) is taken in the same way. It is not given back here: the panel's next answer
tells what is there without it.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, func, select

from ezscale.catalog.events import StockFreed
from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.models import Location, Order, Plan, StockHold, StockReading, WaitlistPlace
from ezscale.models.order import OrderStatus
from ezscale.models.waitlist import WaitlistStatus


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


def take_from_stock(
    work: Work, wanted: Mapping[UUID, int], claimed: Mapping[UUID, int] | None = None
) -> dict[UUID, int]:
    """Take so many of each plan, all or none, and return those that are counted. SoldOut when there are not enough.

    What is `claimed` was set aside for whoever takes it, and is not in stock any more.
    Nobody else can take of them until the transaction ends: call this before anything else is locked.
    """
    claimed = claimed or {}
    plans = [plan for plan in lock_plans(work, _limited(work, wanted)) if plan.stock is not None]
    for plan in plans:
        if (plan.stock or 0) + claimed.get(plan.id, 0) < wanted[plan.id]:
            raise SoldOut(plan)
    for plan in plans:
        plan.stock = (plan.stock or 0) + claimed.get(plan.id, 0) - wanted[plan.id]
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


def full_places(work: Work, plan_id: UUID) -> frozenset[UUID]:
    """The locations in which none of a plan may be sold now, by what its panel said last; none where it does not count."""
    counted = select(StockReading.location_id).join(Plan, col(Plan.id) == StockReading.plan_id)
    full = counted.where(
        Plan.id == plan_id,
        col(Plan.stock_from_panel).is_(True),
        col(StockReading.read_at).is_not(None),
        StockReading.for_sale == 0,
    )
    return frozenset(work.session.exec(full))


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
        put_back(work, plans[hold.plan_id], hold.quantity)
        hold.release(work.now)
        work.session.add(hold)


def give_one_back(work: Work, order_id: UUID, plan_id: UUID) -> None:
    """One of what a paid order has is not wanted any more: others may have it."""
    for hold in _holds(work, [order_id]):
        if hold.plan_id != plan_id or hold.released_at is not None:
            continue
        [plan] = lock_plans(work, [plan_id])
        put_back(work, plan, 1)
        if hold.quantity > 1:
            hold.quantity -= 1
        else:
            hold.release(work.now)
        work.session.add(hold)


def put_back(work: Work, plan: Plan, quantity: int) -> None:
    """So many of a locked plan are free: for whoever waits for it, and for anybody when nobody does."""
    if plan.stock is None or plan.stock_from_panel:
        return
    if is_awaited(work, plan.id):
        plan.set_aside += quantity
        work.emit(StockFreed(plan.id))
    else:
        plan.stock += quantity
    work.session.add(plan)


def set_stock(work: Work, plan: Plan, stock: int | None) -> None:
    """So many of a locked plan may be sold from now on, and whoever waits for it comes first."""
    awaited = is_awaited(work, plan.id)
    plan.stock = 0 if awaited and stock is not None else stock
    plan.set_aside = plan.set_aside if stock is not None else 0
    if awaited:
        plan.set_aside += stock or 0
        work.emit(StockFreed(plan.id))
    work.session.add(plan)


def set_what_panel_counts(work: Work, plan: Plan, room: int) -> None:
    """So many of a locked plan can be built, by what its panel says: less what is offered, for whoever waits comes first."""
    offered = select(func.count(col(WaitlistPlace.id))).where(
        WaitlistPlace.plan_id == plan.id,
        WaitlistPlace.status == WaitlistStatus.OFFERED,
        col(WaitlistPlace.holds_piece).is_(True),
    )
    free = max(room - work.session.exec(offered).one(), 0)
    stock, aside = (0, free) if free and is_awaited(work, plan.id) else (free, 0)
    if (plan.stock, plan.set_aside) != (stock, aside):
        plan.stock, plan.set_aside = stock, aside
        work.session.add(plan)
    if aside:
        work.emit(StockFreed(plan.id))


def is_awaited(work: Work, plan_id: UUID) -> bool:
    """Whether anybody waits for one of a plan: they have paid for it, or stand in its queue."""
    queued = select(WaitlistPlace.id).where(
        WaitlistPlace.plan_id == plan_id, WaitlistPlace.status == WaitlistStatus.WAITING
    )
    return work.session.exec(queued.limit(1)).first() is not None or is_owed(work, plan_id)


def is_owed(work: Work, plan_id: UUID) -> bool:
    """Whether somebody has paid for a plan of which none was left."""
    return bool(orders_that_wait(work, plan_id, limit=1))


def orders_that_wait(work: Work, plan_id: UUID, limit: int = 200) -> list[UUID]:
    """The paid orders for which none of a plan was left, first paid first."""
    owed = (
        select(Order.id)
        .join(StockHold, col(StockHold.order_id) == Order.id)
        .where(StockHold.plan_id == plan_id, col(StockHold.released_at).is_not(None), Order.status == OrderStatus.HELD)
        .order_by(col(Order.paid_at), col(Order.id))
    )
    return list(work.session.exec(owed.limit(limit)))


def take_again(work: Work, order_id: UUID, *, in_turn: bool = False) -> list[Plan]:
    """Take what had been given back, for an order that was paid after all. Returns the plans of which none is left.

    What is set aside for those who wait is taken only for an order whose turn it is.
    """
    given_back = [hold for hold in _holds(work, [order_id]) if hold.released_at is not None]
    plans = {plan.id: plan for plan in lock_plans(work, {hold.plan_id for hold in given_back})}
    missing = []
    for hold in given_back:
        plan = plans[hold.plan_id]
        aside = min(plan.set_aside, hold.quantity) if in_turn else 0
        if plan.stock is not None and plan.stock + aside < hold.quantity:
            missing.append(plan)
            continue
        if plan.stock is not None:
            plan.set_aside -= aside
            plan.stock -= hold.quantity - aside
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
