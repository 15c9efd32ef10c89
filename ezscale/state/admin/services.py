"""The list of services."""

from ezscale.kit.work import Work
from ezscale.provisioning.services import services
from ezscale.state.admin.rows import ServiceRow
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.turning import PAGE


class ServicesState(Listing, StaffState):
    """Everything that runs, ran or shall run."""

    rows: list[ServiceRow] = []

    _address = "/admin/services/"

    async def _show(self) -> None:
        status, words, before, descending = self.status, self.words, self._before, self.descending
        reader = self._reader()

        def reading(work: Work) -> list[ServiceRow]:
            found = services(work, status=status, words=words, before=before, limit=PAGE + 1, descending=descending)
            return [ServiceRow.of(service, reader) for service in found]

        self.rows = self._cut(await self.read(reading))
