"""A customer's account credit on their file: how it moved, and giving some."""

from typing import Any
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import MANAGE_INVOICES
from ezscale.billing.credit import credit_history, grant_credit
from ezscale.kit.work import Work
from ezscale.state.account.invoice_views import CreditRow
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.amounts import typed_day, typed_money
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.telling import Answer

SHOWN = 10


class CreditState(Record, StaffState):
    """The credit of the customer that the address names."""

    rows: list[CreditRow] = []
    may_give: bool = False
    is_open: bool = False

    @rx.event
    async def ask(self) -> None:
        """Open the window in which credit is given."""
        self.is_open, self.errors = True, {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.is_open, self.errors = False, {}

    @rx.event
    async def give(self, form: dict[str, Any]) -> Answer:
        """Give credit out of goodwill."""
        customer_id = sent_id(self._id)
        typed = sent_fields(form, "amount", "reason", "expires_on")
        until = typed_day(typed["expires_on"], "expires_on")

        def give(work: Work) -> None:
            amount = typed_money(typed["amount"], customer(work, customer_id).currency, "amount")
            grant_credit(work, customer_id, amount, typed["reason"], until)

        await self.perform(give)
        self.is_open = False
        self.say("Given. They are told by mail.")
        await self._look()
        return [CustomerState.refresh]

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()

        def reading(work: Work) -> tuple[list[CreditRow], bool]:
            customer(work, row_id)
            rows = [CreditRow.of(entry, reader) for entry in credit_history(work, row_id, limit=SHOWN)]
            return rows, work.actor.may(MANAGE_INVOICES)

        self.rows, self.may_give = await self.read(reading)
