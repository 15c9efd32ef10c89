"""The list of disputes."""

from ezscale.billing.disputes import disputes
from ezscale.kit.work import Work
from ezscale.state.admin.dispute_views import DisputeRow
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.turning import PAGE


class DisputesState(Listing, StaffState):
    """Those that wait for a bank, by the day on which evidence is due; or those that are decided."""

    rows: list[DisputeRow] = []

    _address = "/admin/disputes/"

    async def _show(self) -> None:
        is_decided, before, reader = self.status == "decided", self._before, self._reader()

        def reading(work: Work) -> list[DisputeRow]:
            found = disputes(work, decided=is_decided, before=before, limit=PAGE + 1)
            return [DisputeRow.of(each, reader) for each in found]

        self.rows = self._cut(await self.read(reading))
