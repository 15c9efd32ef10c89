"""Why customers go."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from ezscale.billing.leaving import Leaving, leaving_reasons, leavings
from ezscale.kit.work import Work
from ezscale.models.subscription import LeavingReason
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE

EVER = date(1970, 1, 1)
MONTH, YEAR = timedelta(days=30), timedelta(days=365)


@dataclass
class LeavingRow:
    """Somebody who goes, on one line."""

    id: str
    customer: str
    customer_id: str
    subscription: str
    subscription_id: str
    reason: str
    words: str
    day: str
    at_once: bool

    @classmethod
    def of(cls, found: Leaving, reader: Reader) -> Self:
        """Who, from when, and why."""
        said = found.cancellation
        return cls(
            id=str(said.id),
            customer=found.customer.company or found.customer.name,
            customer_id=str(found.customer.id),
            subscription=found.subscription.number,
            subscription_id=str(found.subscription.id),
            reason=said.reason_code.value,
            words=said.reason,
            day=reader.day(said.effective_on),
            at_once=said.at_once,
        )


@dataclass
class ReasonCount:
    """How many have gone for a reason, of late and ever."""

    reason: str
    month: int
    year: int
    ever: int


class LeavingState(Listing, StaffState):
    """The reasons, counted, and everybody who gave one."""

    rows: list[LeavingRow] = []
    counts: list[ReasonCount] = []

    _address = "/admin/leaving/"

    async def _show(self) -> None:
        status, words, before, descending = self.status, self.words, self._before, self.descending
        reader = self._reader()

        def reading(work: Work) -> tuple[list[LeavingRow], list[ReasonCount]]:
            found = leavings(work, status=status, words=words, before=before, limit=PAGE + 1, descending=descending)
            return [LeavingRow.of(one, reader) for one in found], counted(work)

        found, self.counts = await self.read(reading)
        self.rows = self._cut(found)


def counted(work: Work) -> list[ReasonCount]:
    """Every reason that anybody has given, the most frequent of the last year first."""
    month, year, ever = (leaving_reasons(work, since) for since in (work.today - MONTH, work.today - YEAR, EVER))
    given = [reason for reason in LeavingReason if reason in ever]
    rows = [ReasonCount(each.value, month.get(each, 0), year.get(each, 0), ever[each]) for each in given]
    return sorted(rows, key=lambda row: (-row.year, -row.ever))
