"""One subscription, with what staff alone may do: give days, and let a customer's renew on one day."""

from typing import Any

import reflex as rx

from ezscale.billing.aligning import align_renewals, alignment
from ezscale.billing.extending import extend_subscription
from ezscale.billing.subscriptions import subscription
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields
from ezscale.state.changing import Changing, sent_number


class SubscriptionState(Changing, StaffState):
    """Anybody's."""

    giving: bool = False
    aligning: bool = False
    aligned_day: int = 0
    stubs: list[str] = []
    left_out: list[str] = []
    aligned_total: str = ""

    _shown: dict[str, int] = {}
    _invoice_page = "/admin/invoice/"

    @rx.event
    async def think_of_giving(self, is_open: bool) -> None:
        """Open or close the question how many days are given."""
        self.giving = is_open is True

    @rx.event
    async def think_of_aligning(self, is_open: bool) -> None:
        """Open or close the question on which day all shall renew."""
        self.aligning, self.aligned_day, self._shown = is_open is True, 0, {}

    @rx.event
    async def give_days(self, form: dict[str, Any]) -> None:
        """Give days for nothing."""
        said = sent_fields(form, "days", "reason", longest=300)
        subscription_id, days = self._named(), sent_number(said["days"])
        await self.perform(lambda work: extend_subscription(work, subscription_id, days, said["reason"]))
        self.giving = False
        await self._look()
        self.say(f"{days} days given.")

    @rx.event
    async def show_alignment(self, form: dict[str, Any]) -> None:
        """What it would cost to let all of the customer's subscriptions renew on a day."""
        day, subscription_id, reader = sent_number(sent_fields(form, "day")["day"]), self._named(), self._habits()

        def asking(work: Work) -> tuple[list[str], list[str], dict[str, int]]:
            found = alignment(work, subscription(work, subscription_id).customer_id, day)
            stubs = [
                f"{stub.subscription.number}: {stub.days.days} days to {reader.day(stub.days.end)}, {reader.money(stub.amount)}"
                for stub in found.stubs
            ]
            return stubs, list(found.left_out), found.totals()

        self.stubs, self.left_out, self._shown = await self.perform(asking)
        self.aligned_total = ", ".join(reader.money(Money(minor, code)) for code, minor in self._shown.items())
        self.aligned_day = day

    @rx.event
    async def align(self) -> None:
        """Bill the days between, and let them renew on the day that was shown."""
        subscription_id, day, shown = self._named(), self.aligned_day, dict(self._shown)
        if not shown:
            raise BusinessError("There is nothing to align.")
        await self.perform(
            lambda work: align_renewals(work, subscription(work, subscription_id).customer_id, day, shown)
        )
        self.aligning, self.aligned_day, self._shown = False, 0, {}
        await self._look()
        self.say(f"All of them renew on day {day} of the month.")
