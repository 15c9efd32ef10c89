"""The list of invoices."""

from ezscale.billing.invoicing import invoices
from ezscale.kit.work import Work
from ezscale.state.admin.rows import InvoiceRow
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.turning import PAGE


class InvoicesState(Listing, StaffState):
    """Everything that was ever invoiced. One status at a time can be sorted by the day it is due."""

    rows: list[InvoiceRow] = []

    _address = "/admin/invoices/"

    async def _show(self) -> None:
        status, before, by_due_day, descending = self.status, self._before, self.by == "due", self.descending
        reader = self._reader()

        def reading(work: Work) -> list[InvoiceRow]:
            found = invoices(
                work, status=status, before=before, limit=PAGE + 1, by_due_day=by_due_day, descending=descending
            )
            return [InvoiceRow.of(invoice, work.today, reader) for invoice in found]

        self.rows = self._cut(await self.read(reading))
