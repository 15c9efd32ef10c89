"""The queue for a plan that is sold out: who stands in it, whose turn it is, and which piece is set aside for them.

Whoever changes a queue locks its plan first, then places in the order in which people have come.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_ORDERS, PLACE_ORDERS, SEE_EVERYTHING
from ezscale.catalog.events import StockFreed, WaitlistMoved, WaitlistOffered, WaitlistOfferExpired
from ezscale.catalog.plans import plan_on_sale
from ezscale.catalog.stock import is_awaited, is_owed, lock_plans, put_back
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.reasons import said_why
from ezscale.kit.work import Work
from ezscale.models import Customer, Location, Plan, WaitlistPlace
from ezscale.models.waitlist import WaitlistStatus

LIVE = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)
LONGEST_WHY = 250


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands: `ahead` of them wait so many others."""

    place: WaitlistPlace
    ahead: int


def join_waitlist(work: Work, slug: str, location: str = "") -> WaitlistPlace:
    """A place at the end of the queue for a plan that is sold out. Joining twice is joining once. Invalid otherwise."""
    work.actor.require(PLACE_ORDERS)
    customer_id = work.actor.own_customer()
    offer = plan_on_sale(work, slug)
    [plan] = lock_plans(work, [offer.plan_id])
    if (known := _live(work, plan.id, customer_id)) is not None:
        return known
    if plan.stock != 0:
        raise Invalid(f"{plan.name} can be ordered just now: there is no need to wait.", field="plan")
    there = select(Location.id).where(Location.slug == location, Location.panel == plan.panel)
    place = WaitlistPlace(
        plan_id=plan.id,
        customer_id=customer_id,
        location_id=work.session.exec(there).first(),
        live_for=f"{plan.id.hex}:{customer_id.hex}",
        joined_at=work.now,
    )
    work.session.add(place)
    work.session.flush()
    work.emit(WaitlistMoved(place.id, customer_id))
    return place


def leave_waitlist(work: Work, slug: str) -> None:
    """Wait no more. What was set aside for them goes to whoever is next. Leaving twice is leaving once."""
    work.actor.require(PLACE_ORDERS)
    customer_id = work.actor.own_customer()
    found = select(Plan.id).where(Plan.slug == slug)
    plan_id = work.session.exec(found).first()
    if plan_id is None:
        raise NotFound("We could not find this plan.")
    [plan] = lock_plans(work, [plan_id])
    place = _live(work, plan.id, customer_id)
    if place is not None:
        _free(work, plan, place, partial(place.leave, work.now))


def standing_of(work: Work, plan_id: UUID) -> Standing | None:
    """The actor's own place in the queue for a plan, if they have one."""
    if work.actor.customer_id is None or not work.actor.may(PLACE_ORDERS):
        return None
    place = _live(work, plan_id, work.actor.customer_id)
    if place is None:
        return None
    before = select(func.count(col(WaitlistPlace.id))).where(
        WaitlistPlace.plan_id == plan_id,
        WaitlistPlace.status == WaitlistStatus.WAITING,
        col(WaitlistPlace.id) < place.id,
    )
    return Standing(place, work.session.exec(before).one())


def is_offered(work: Work, plan_id: UUID) -> bool:
    """Whether one of a plan is set aside for the actor."""
    standing = standing_of(work, plan_id)
    return standing is not None and standing.place.status is WaitlistStatus.OFFERED


def claim_offers(work: Work, plan_ids: Collection[UUID]) -> dict[UUID, int]:
    """The actor orders these plans: their offers are taken. How many counted pieces of each they had set aside for them.

    As long as it is set aside it is theirs, even when its time is over and nobody has been next yet.
    """
    theirs = [plan_id for plan_id in plan_ids if is_offered(work, plan_id)]
    claimed = {}
    for plan in lock_plans(work, theirs):
        place = _live(work, plan.id, work.actor.own_customer())
        if place is None or place.status is not WaitlistStatus.OFFERED:
            continue
        claimed[plan.id] = int(place.holds_piece)
        place.take(work.now)
        work.session.add(place)
        work.emit(WaitlistMoved(place.id, place.customer_id))
    return claimed


def offer_next(work: Work, plan_id: UUID, until: datetime) -> int:
    """Offer what is set aside to those who came first; what nobody waits for is for sale to anybody. How many offers.

    While somebody waits who has paid, nothing is offered to those who have not.
    """
    [plan] = lock_plans(work, [plan_id])
    if plan.archived_at is not None or is_owed(work, plan_id):
        return 0
    offered = 0
    for place in work.session.exec(_queue(plan_id).with_for_update()).all():
        if plan.stock is not None and not plan.set_aside + plan.stock:
            break
        _offer(work, plan, place, until)
        offered += 1
    work.session.flush()
    if plan.stock is None:
        plan.set_aside = 0
    elif plan.set_aside and not is_awaited(work, plan_id):
        plan.stock, plan.set_aside = plan.stock + plan.set_aside, 0
    work.session.add(plan)
    return offered


def expire_offers(work: Work, limit: int = 200) -> int:
    """Offers that nobody took in time end, and their pieces go on to whoever is next. Returns how many."""
    late = select(WaitlistPlace).where(
        WaitlistPlace.status == WaitlistStatus.OFFERED, col(WaitlistPlace.offered_until) <= work.now
    )
    found = work.session.exec(late.order_by(col(WaitlistPlace.id)).limit(limit)).all()
    plans = {plan.id: plan for plan in lock_plans(work, {place.plan_id for place in found})}
    still = late.where(col(WaitlistPlace.id).in_([place.id for place in found]))
    expired = work.session.exec(
        still.order_by(col(WaitlistPlace.id)).with_for_update().execution_options(populate_existing=True)
    ).all()
    for place in expired:
        _free(work, plans[place.plan_id], place, partial(place.expire, work.now))
        work.emit(WaitlistOfferExpired(place.id, place.customer_id))
    return len(expired)


def offer_out_of_turn(work: Work, place_id: UUID, until: datetime, why: str) -> WaitlistPlace:
    """Staff offer one to somebody before it is their turn, and say why. Invalid when none is left."""
    work.actor.require(MANAGE_ORDERS)
    words = said_why(why, "why", LONGEST_WHY, "Please say why.")
    plan, place = _to_decide(work, place_id)
    if plan.stock is not None and not plan.set_aside + plan.stock:
        raise Invalid(f"None of {plan.name} is left to offer. Please raise its stock first.", field="why")
    place.explain(words, work.actor.name[:120])
    _offer(work, plan, place, until)
    return place


def remove_from_waitlist(work: Work, place_id: UUID, why: str) -> None:
    """Staff take somebody off a waitlist, and say why. What was set aside for them goes to whoever is next."""
    work.actor.require(MANAGE_ORDERS)
    words = said_why(why, "why", LONGEST_WHY, "Please say why.")
    plan, place = _to_decide(work, place_id)
    _free(work, plan, place, partial(place.remove, words, work.actor.name[:120], work.now))


def waitlist(work: Work, limit: int = 500) -> list[tuple[WaitlistPlace, Plan, Customer]]:
    """Who waits for what, plan by plan, whoever came first at the top. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    live = (
        select(WaitlistPlace, Plan, Customer)
        .join(Plan, col(Plan.id) == WaitlistPlace.plan_id)
        .join(Customer, col(Customer.id) == WaitlistPlace.customer_id)
        .where(col(WaitlistPlace.status).in_(LIVE))
        .order_by(col(Plan.position), col(Plan.slug), col(WaitlistPlace.id))
    )
    return [(place, plan, customer) for place, plan, customer in work.session.exec(live.limit(limit))]


def plans_to_serve(work: Work) -> list[UUID]:
    """The plans of which something is set aside, or that can be sold while somebody stands in their queue."""
    waiting = select(WaitlistPlace.plan_id).where(WaitlistPlace.status == WaitlistStatus.WAITING)
    can_be_sold = col(Plan.id).in_(waiting) & (col(Plan.stock).is_(None) | (col(Plan.stock) > 0))
    return list(work.session.exec(select(Plan.id).where((col(Plan.set_aside) > 0) | can_be_sold)))


def _live(work: Work, plan_id: UUID, customer_id: UUID) -> WaitlistPlace | None:
    own = select(WaitlistPlace).where(WaitlistPlace.live_for == f"{plan_id.hex}:{customer_id.hex}")
    return work.session.exec(own.execution_options(populate_existing=True)).first()


def _queue(plan_id: UUID) -> SelectOfScalar[WaitlistPlace]:
    waiting = select(WaitlistPlace).where(
        WaitlistPlace.plan_id == plan_id, WaitlistPlace.status == WaitlistStatus.WAITING
    )
    return waiting.order_by(col(WaitlistPlace.id)).execution_options(populate_existing=True)


def _offer(work: Work, plan: Plan, place: WaitlistPlace, until: datetime) -> None:
    place.offer(work.now, until)
    if plan.stock is not None:
        aside = min(plan.set_aside, 1)
        plan.set_aside -= aside
        plan.stock -= 1 - aside
        place.hold_piece()
    work.session.add_all((plan, place))
    work.emit(WaitlistOffered(place.id, place.customer_id))


def _free(work: Work, plan: Plan, place: WaitlistPlace, ends: Callable[[], None]) -> None:
    """A place ends, and what was set aside for it is free."""
    held = place.holds_piece and place.status is WaitlistStatus.OFFERED
    ends()
    work.session.add(place)
    work.session.flush()
    if held:
        put_back(work, plan, 1)
    elif plan.set_aside:  # they may have been the last for whom it was
        work.emit(StockFreed(plan.id))
    work.emit(WaitlistMoved(place.id, place.customer_id))


def _to_decide(work: Work, place_id: UUID) -> tuple[Plan, WaitlistPlace]:
    known = work.session.get(WaitlistPlace, place_id)
    if known is None:
        raise NotFound("We could not find this place.")
    [plan] = lock_plans(work, [known.plan_id])
    work.session.refresh(known, with_for_update=True)
    return plan, known
