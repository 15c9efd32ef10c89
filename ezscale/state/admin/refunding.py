"""Sending back to where it came from what an invoice's payments have become credit of."""

from typing import Any
from uuid import UUID

import reflex as rx

from ezscale.billing.refunds import refund_credit, refundable
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.staff import StaffState
from ezscale.state.amounts import typed_money
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.telling import Answer


class RefundingState(StaffState):
    """The window in which a refund is asked for; `asking` is the sum of credit that it is about."""

    asking: str = ""

    @rx.event
    async def ask(self, entry_id: str) -> None:
        """How much of it, and why?"""
        self.asking, self.errors = str(sent_id(entry_id)), {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.asking, self.errors = "", {}

    @rx.event
    async def send(self, form: dict[str, Any]) -> Answer:
        """Send it back."""
        invoice_id, entry_id = sent_id(self._asked("id", 40)), sent_id(self.asking)
        typed, reader = sent_fields(form, "amount", "reason", longest=201), self._reader()
        sent = await self.perform(lambda work: _send(work, invoice_id, entry_id, typed))
        self.asking = ""
        self.say(f"{reader.money(sent)} is on its way back to where it came from.")
        return [InvoiceState.refresh]


def _send(work: Work, invoice_id: UUID, entry_id: UUID, typed: dict[str, str]) -> Money:
    entry = next((each.entry for each in refundable(work, invoice_id) if each.entry.id == entry_id), None)
    if entry is None:
        raise NotFound("This credit is spent, or was sent back already.")
    amount = typed_money(typed["amount"], entry.currency, "amount")
    refunds = refund_credit(work, entry_id, amount, typed["reason"])
    return total((refund.amount for refund in refunds), entry.currency)
