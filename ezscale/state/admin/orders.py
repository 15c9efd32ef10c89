"""The list of orders."""

from ezscale.kit.work import Work
from ezscale.ordering.placing import orders
from ezscale.state.admin.rows import OrderRow
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.turning import PAGE


class OrdersState(Listing, StaffState):
    """What customers asked for."""

    rows: list[OrderRow] = []

    _address = "/admin/orders/"

    async def _show(self) -> None:
        status, before, descending, reader = self.status, self._before, self.descending, self._reader()

        def reading(work: Work) -> list[OrderRow]:
            found = orders(work, status=status, before=before, limit=PAGE + 1, descending=descending)
            return [OrderRow.of(order, customer, reader) for order, customer in found]

        self.rows = self._cut(await self.read(reading))
