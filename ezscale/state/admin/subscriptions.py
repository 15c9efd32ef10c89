"""The list of subscriptions."""

from dataclasses import dataclass
from typing import Self

from ezscale.billing.change_wishes import WORDS
from ezscale.billing.subscription_lists import Listed, subscriptions
from ezscale.kit.work import Work
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


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
            cycle=WORDS.get(found.months, f"every {found.months} months"),
            next_on=reader.day(found.bill_from),
            status=found.status.value,
            change=listed.change.summary if listed.change else "",
        )


class SubscriptionsState(Listing, StaffState):
    """Everything that is billed again and again."""

    rows: list[SubscriptionRow] = []

    _address = "/admin/subscriptions/"

    async def _show(self) -> None:
        status, words, before, descending = self.status, self.words, self._before, self.descending
        reader = self._reader()

        def reading(work: Work) -> list[SubscriptionRow]:
            found = subscriptions(
                work, status=status, words=words, before=before, limit=PAGE + 1, descending=descending
            )
            return [SubscriptionRow.of(one, reader) for one in found]

        self.rows = self._cut(await self.read(reading))
