"""The list of invoices."""

from typing import ClassVar

import reflex as rx

from ezscale.billing.invoicing import invoices
from ezscale.kit.work import Work
from ezscale.state.account.invoice_views import InvoiceRow
from ezscale.state.account.portal import Listing, PortalState
from ezscale.state.turning import PAGE


class InvoicesState(Listing, PortalState):
    rows: list[InvoiceRow] = []

    _address: ClassVar[str] = "/account/invoices/"

    @rx.event
    async def load(self) -> None:
        """Show the list that the address asks for, and keep it up to date."""
        self.status = self._asked("status")
        self._to_first_page()
        await self.follow(InvoicesState.refresh)
        await self._show()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._show()

    async def _show(self) -> None:
        status, before, reader = self.status, self._before, self._reader

        def page(work: Work) -> list[InvoiceRow]:
            found = invoices(work, status=status, before=before, limit=PAGE + 1)
            return [InvoiceRow.of(invoice, work.today, reader) for invoice in found]

        self.rows = self._cut(await self.read(page))
        self.loading = False
