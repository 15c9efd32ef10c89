"""The list of invoices."""

from typing import ClassVar

import reflex as rx

from ezscale.accounts.permissions import SEE_BILLING
from ezscale.billing.credit import credit_balances
from ezscale.billing.invoicing import invoices
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.state.account.invoice_views import InvoiceRow
from ezscale.state.account.portal import Listing, PortalState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


class InvoicesState(Listing, PortalState):
    rows: list[InvoiceRow] = []
    credit: str = ""

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

        def page(work: Work) -> tuple[list[InvoiceRow], str]:
            found = invoices(work, status=status, before=before, limit=PAGE + 1)
            return [InvoiceRow.of(invoice, work.today, reader) for invoice in found], credit_words(work, reader)

        found, self.credit = await self.read(page)
        self.rows = self._cut(found)
        self.loading = False


def credit_words(work: Work, reader: Reader) -> str:
    """What one still has with us, currency by currency; nothing for none."""
    if work.actor.customer_id is None or not work.actor.may(SEE_BILLING):
        return ""
    left = credit_balances(work, [work.actor.customer_id])
    return ", ".join(reader.money(Money(minor, currency)) for (_, currency), minor in sorted(left.items()))
