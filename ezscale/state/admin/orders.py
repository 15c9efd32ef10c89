"""The list of orders."""

from ezscale.ordering.placing import orders
from ezscale.state.admin.rows import OrderRow
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.turning import PAGE


class OrdersState(Listing, StaffState):
    """What customers asked for."""

    rows: list[OrderRow] = []

    _address = "/admin/orders/"

    async def _show(self) -> None:
        status, before, descending = self.status, self._before, self.descending
        found = await self.read(
            lambda work: orders(work, status=status, before=before, limit=PAGE + 1, descending=descending)
        )
        reader = self._reader()
        self.rows = self._cut([OrderRow.of(order, customer, reader) for order, customer in found])
