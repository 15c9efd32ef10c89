"""What is held of the night, wherever it is shown, and lifting it."""

from dataclasses import dataclass
from typing import Self

import reflex as rx

from ezscale.accounts.permissions import MANAGE_INVOICES
from ezscale.billing.holds import lift
from ezscale.kit.work import Work
from ezscale.models import Hold
from ezscale.models.hold import Deed
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_id
from ezscale.state.reader import Reader

NOT_DONE = {
    Deed.INVOICE: "Is not invoiced",
    Deed.CHARGE: "Is not charged",
    Deed.REMIND: "Is not reminded",
    Deed.WARN: "Is not warned",
    Deed.SUSPEND: "Is not suspended",
    Deed.END: "Does not end",
}


@dataclass
class HoldView:
    """A hold in words. `may_lift` is said of whoever looks at it."""

    id: str
    title: str
    reason: str
    since: str
    subject: str
    customer: str
    customer_id: str
    may_lift: bool

    @classmethod
    def of(cls, held: Hold, subject: str, customer: str, work: Work, reader: Reader) -> Self:
        """A hold, with what it is about and whose that is, as far as the screen does not say so anyway."""
        until = f" until {reader.day(held.until)}" if held.until else ", until somebody lifts it"
        return cls(
            id=str(held.id),
            title=f"{NOT_DONE[Deed(held.deed)]}{until}",
            reason=held.reason,
            since=f"Held {reader.moment(held.created_at)} by {held.held_by}",
            subject=subject,
            customer=customer,
            customer_id=str(held.customer_id),
            may_lift=work.actor.may(MANAGE_INVOICES),
        )


class HoldsState(StaffState):
    """Lifting a hold on a page that shows one; the page hears of it like of everything else."""

    @rx.event
    async def lift(self, hold_id: str) -> None:
        """Let the deed be done again."""
        asked = sent_id(hold_id)
        await self.perform(lambda work: lift(work, asked))
        self.say("It is done again, from the next night on.")
