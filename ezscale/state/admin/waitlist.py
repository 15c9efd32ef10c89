"""Who waits for what is sold out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import reflex as rx

from ezscale.accounts.permissions import MANAGE_ORDERS
from ezscale.catalog.waitlist import remove_from_waitlist, waitlist
from ezscale.kit.work import Work
from ezscale.models import Customer, Plan, WaitlistPlace
from ezscale.models.waitlist import WaitlistStatus
from ezscale.ordering.waiting_line import offer_by_hand
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_choice, sent_fields, sent_id
from ezscale.state.reader import Reader


class Deed(StrEnum):
    """What staff can do about somebody who waits."""

    OFFER = "offer"
    REMOVE = "remove"


SAID = {Deed.OFFER: "It is offered to them, and they are told.", Deed.REMOVE: "They are off the waitlist."}


@dataclass
class WaitlistRow:
    """Somebody who waits, on one line."""

    id: str
    plan: str
    plan_id: str
    customer: str
    customer_id: str
    place: str
    since: str
    until: str
    why: str

    @classmethod
    def of(cls, found: WaitlistPlace, plan: Plan, customer: Customer, number: int, reader: Reader) -> Self:
        """Who waits for what; `number` is where they stand in its queue."""
        offered = found.status is WaitlistStatus.OFFERED
        return cls(
            id=str(found.id),
            plan=plan.name,
            plan_id=str(plan.id),
            customer=customer.company or customer.name,
            customer_id=str(customer.id),
            place="Offered" if offered else str(number),
            since=reader.moment(found.joined_at),
            until=reader.moment(found.offered_until) if offered and found.offered_until else "",
            why=f"{found.why} ({found.decided_by})" if found.why else "",
        )


class WaitlistState(StaffState):
    """Everybody who waits, and what staff do about one of them."""

    rows: list[WaitlistRow] = []
    loading: bool = True
    may_decide: bool = False
    deciding: str = ""
    about: str = ""
    deed: str = ""

    @rx.event
    async def load(self) -> None:
        """Show who waits, and follow it."""
        await self.follow(WaitlistState.refresh)
        await self._show()

    @rx.event
    async def refresh(self) -> None:
        """Somebody has come or gone."""
        await self._show()

    @rx.event
    async def ask(self, deed: str, place_id: str) -> None:
        """Open the window in which staff say why."""
        self.deed = sent_choice(deed, Deed).value
        self.deciding = str(sent_id(place_id))
        self.about = next((row.customer for row in self.rows if row.id == self.deciding), "")
        self.errors = {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """Close the window."""
        if is_open is not True:
            self.deciding = ""

    @rx.event
    async def decide(self, form: dict[str, Any]) -> None:
        """Offer one out of turn, or take somebody off the list."""
        why, place_id = sent_fields(form, "why", longest=500)["why"], sent_id(self.deciding)
        deed = sent_choice(self.deed, Deed)
        if deed is Deed.OFFER:
            await self.perform(lambda work: offer_by_hand(work, place_id, why))
        else:
            await self.perform(lambda work: remove_from_waitlist(work, place_id, why))
        self.deciding = ""
        await self._show()
        self.say(SAID[deed])

    async def _show(self) -> None:
        reader = self._reader()
        self.rows, self.may_decide = await self.read(
            lambda work: (rows_of(work, reader), work.actor.may(MANAGE_ORDERS))
        )
        self.loading = False


def rows_of(work: Work, reader: Reader) -> list[WaitlistRow]:
    """Everybody who waits, with their number in the queue of their plan."""
    rows, numbers = [], dict[str, int]()
    for found, plan, customer in waitlist(work):
        waits = found.status is WaitlistStatus.WAITING
        numbers[plan.slug] = numbers.get(plan.slug, 0) + waits
        rows.append(WaitlistRow.of(found, plan, customer, numbers[plan.slug], reader))
    return rows
