"""The list of subscriptions."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import reflex as rx

from ezscale.billing.subscription_lists import Listed, subscriptions
from ezscale.catalog.cycles import cycle_words
from ezscale.catalog.plan_keeping import every_plan
from ezscale.kit.work import Work
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_text
from ezscale.state.ordering.choices import Option
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer
from ezscale.state.turning import PAGE

LONGEST = 60  # letters of a plan's name in addresses


@dataclass
class SubscriptionRow:
    """A subscription on one line."""

    id: str
    number: str
    customer: str
    customer_id: str
    plan: str
    cycle: str
    next_on: str
    status: str
    change: str

    @classmethod
    def of(cls, listed: Listed, reader: Reader) -> Self:
        """A subscription with whose it is and what waits."""
        found = listed.subscription
        return cls(
            id=str(found.id),
            number=found.number,
            customer=listed.customer.company or listed.customer.name,
            customer_id=str(listed.customer.id),
            plan=listed.plan.name,
            cycle=cycle_words(found.months),
            next_on=reader.day(found.bill_from),
            status=found.status.value,
            change=listed.change.summary if listed.change else "",
        )


class SubscriptionsState(Listing, StaffState):
    """Everything that is billed again and again."""

    rows: list[SubscriptionRow] = []
    plan: str = ""
    plans: list[Option] = []

    _address = "/admin/subscriptions/"

    @rx.event
    async def choose_plan(self, slug: str) -> Answer:
        """Show those of one plan, or of all when it is empty."""
        self.plan = sent_text(slug, LONGEST)
        self._to_first_page()
        return rx.redirect(self._address + self._query())

    def _query(self) -> str:
        named = (("q", self.words), ("status", self.status), ("plan", self.plan))
        query = urlencode({name: text for name, text in named if text})
        return f"?{query}" if query else ""

    async def _show(self) -> None:
        if (asked := self._asked("plan", LONGEST)) != self.plan:
            self.plan = asked
            self._to_first_page()
        self.query = self._query()
        plan, status, words, before, descending = self.plan, self.status, self.words, self._before, self.descending
        reader = self._reader()

        def reading(work: Work) -> tuple[list[SubscriptionRow], list[Option]]:
            found = subscriptions(
                work, status=status, words=words, plan=plan, before=before, limit=PAGE + 1, descending=descending
            )
            every = [Option(each.slug, each.name) for each in every_plan(work)]
            return [SubscriptionRow.of(one, reader) for one in found], every

        found, self.plans = await self.read(reading)
        self.rows = self._cut(found)
