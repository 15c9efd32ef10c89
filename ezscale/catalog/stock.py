"""How many of a plan are left: kept for an order while it is paid, given back when it is not."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select

from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.models import Plan, StockHold


class SoldOut(Invalid):
    """There are not enough left. `plan_id` is of which."""

    def __init__(self, plan: Plan) -> None:
        left = plan.stock or 0
        words = f"Only {left} of {plan.name} left." if left else f"{plan.name} is sold out at the moment."
        super().__init__(words, field="plan")
        self.plan_id = plan.id


def take_from_stock(work: Work, wanted: Mapping[UUID, int]) -> dict[UUID, int]:
    """Take so many of each plan, all or none, and return those that are counted. SoldOut when there are not enough.

    Nobody else can take of them until the transaction ends: call this before anything else is locked.
    """
    plans = [plan for plan in _locked(work, _limited(work, wanted)) if plan.stock is not None]
    for plan in plans:
        if (plan.stock or 0) < wanted[plan.id]:
            raise SoldOut(plan)
    for plan in plans:
        plan.stock = (plan.stock or 0) - wanted[plan.id]
        work.session.add(plan)
    return {plan.id: wanted[plan.id] for plan in plans}


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
    plans = {plan.id: plan for plan in _locked(work, {hold.plan_id for hold in kept})}
    for hold in kept:
        plan = plans[hold.plan_id]
        if plan.stock is not None:
            plan.stock += hold.quantity
        hold.release(work.now)
        work.session.add_all((hold, plan))


def take_again(work: Work, order_id: UUID) -> list[Plan]:
    """Take what had been given back, for an order that was paid after all. Returns the plans of which none is left."""
    given_back = [hold for hold in _holds(work, [order_id]) if hold.released_at is not None]
    plans = {plan.id: plan for plan in _locked(work, {hold.plan_id for hold in given_back})}
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


def _locked(work: Work, plan_ids: Collection[UUID]) -> list[Plan]:
    """Always in the same order, so that two who want several never wait for each other."""
    if not plan_ids:
        return []
    locked = select(Plan).where(col(Plan.id).in_(list(plan_ids))).order_by(col(Plan.id)).with_for_update()
    return list(work.session.exec(locked.execution_options(populate_existing=True)))


def _holds(work: Work, order_ids: Collection[UUID]) -> list[StockHold]:
    theirs = select(StockHold).where(col(StockHold.order_id).in_(list(order_ids)))
    return list(work.session.exec(theirs.order_by(col(StockHold.id))))
