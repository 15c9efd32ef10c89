"""Who gets what has become free of a plan: first those who have paid for it, then the queue, then anybody."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from ezscale.billing.cases import close_by_itself
from ezscale.catalog import waitlist
from ezscale.catalog.stock import orders_that_wait, take_again
from ezscale.company.rules import Rules, rules
from ezscale.kit.work import OpenWork, Work
from ezscale.models import WaitlistPlace
from ezscale.models.order import OrderStatus
from ezscale.ordering.deciding import THE_STOCK, go_on, open_holds, order_to_change
from ezscale.ordering.fulfilling import SOLD_OUT_CASE

THERE_IS_SOME = "There is some again"


class WaitlistRules(Rules):
    """How long somebody has whose turn it is."""

    topic: ClassVar[str] = "waitlist"
    title: ClassVar[str] = "Waitlist"

    offer_hours: int = Field(
        48,
        ge=1,
        le=720,
        title="Hours to order",
        description=(
            "For how many hours one is set aside for whoever is next on the waitlist of a plan that was sold out. "
            "Afterwards it goes to the one behind them."
        ),
    )


def serve_line(open_work: OpenWork, plan_id: UUID) -> None:
    """What is set aside of a plan goes to those who wait for it, in their order. Doing it again does nothing more."""
    with open_work() as work:
        paid = orders_that_wait(work, plan_id)
    for order_id in paid:  # each locks its order before the plan, as everybody does
        with open_work() as work:
            if not _serve(work, order_id):
                break
    with open_work() as work:
        waitlist.offer_next(work, plan_id, offers_last(work))


def serve_all(open_work: OpenWork) -> None:
    """The same for every plan, after the offers have ended that nobody took in time."""
    with open_work() as work:
        waitlist.expire_offers(work)
    with open_work() as work:
        plans = waitlist.plans_to_serve(work)
    for plan_id in plans:
        serve_line(open_work, plan_id)


def offer_by_hand(work: Work, place_id: UUID, why: str) -> WaitlistPlace:
    """Staff offer one to somebody out of turn, for as long as every offer lasts."""
    return waitlist.offer_out_of_turn(work, place_id, offers_last(work), why)


def offers_last(work: Work) -> datetime:
    """Until when an offer lasts that is made now."""
    return work.now + timedelta(hours=rules(work, WaitlistRules).offer_hours)


def _serve(work: Work, order_id: UUID) -> bool:
    """A paid order takes what was sold out, and is built if nothing else stands against it. False when there is too little."""
    order = order_to_change(work, order_id)
    if order.status is not OrderStatus.HELD:
        return True
    if take_again(work, order.id, in_turn=True):
        return False
    for hold in open_holds(work, order.id):
        if hold.held_by == THE_STOCK:
            hold.end(THERE_IS_SOME, work.actor.name, work.now)
            work.session.add(hold)
    work.session.flush()
    close_by_itself(work, SOLD_OUT_CASE, order.number, THERE_IS_SOME)
    if not open_holds(work, order.id):
        go_on(work, order)
    return True
