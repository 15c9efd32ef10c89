"""Waiting for a plan that is sold out, on the order page."""

from dataclasses import dataclass
from typing import Self

import reflex as rx

from ezscale.catalog.plans import PlanOffer
from ezscale.catalog.waitlist import Standing, join_waitlist, leave_waitlist, standing_of
from ezscale.kit.work import Work
from ezscale.models.waitlist import WaitlistStatus
from ezscale.state.ordering.fitting_out import FittingOut
from ezscale.state.reader import Reader
from ezscale.state.session import SessionState


@dataclass
class WaitingView:
    """Where a visitor stands with the chosen plan: `standing` is sold-out, waiting, offered, or empty."""

    standing: str = ""
    plan: str = ""
    ahead: int = 0
    until: str = ""

    @classmethod
    def of(cls, plan: PlanOffer, found: Standing | None, reader: Reader) -> Self:
        """In words, for whoever looks."""
        if found is None:
            return cls("sold-out" if plan.sold_out else "", plan.name)
        place = found.place
        if place.status is WaitlistStatus.OFFERED:
            return cls("offered", plan.name, 0, reader.moment(place.offered_until) if place.offered_until else "")
        return cls("waiting", plan.name, found.ahead)


def waiting_for(work: Work, plan: PlanOffer, reader: Reader) -> WaitingView:
    """Where the person stands with a plan."""
    return WaitingView.of(plan, standing_of(work, plan.plan_id), reader)


class Waiting(FittingOut, SessionState, mixin=True):
    """Part of the state of the order page."""

    waiting: WaitingView = WaitingView()

    @rx.event
    async def join_waitlist(self) -> None:
        """Wait for the chosen plan."""
        basket = self.basket
        await self.perform(lambda work: join_waitlist(work, basket.plan, basket.location))
        await self._look(basket)
        self.say("You are on the waitlist. We write to you when it is your turn.")

    @rx.event
    async def leave_waitlist(self) -> None:
        """Do not wait for the chosen plan any more."""
        basket = self.basket
        await self.perform(lambda work: leave_waitlist(work, basket.plan))
        await self._look(basket)
        self.say("You are not on the waitlist any more.")
