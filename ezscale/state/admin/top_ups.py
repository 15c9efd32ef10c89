"""What a customer puts into their credit, on their file: sending it back, and stopping what happens by itself."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import MANAGE_INVOICES, REFUND_PAYMENTS
from ezscale.billing.auto_agreements import agreement, stop_top_ups
from ezscale.billing.refunds import refund_credit, refundable_of_top_up
from ezscale.billing.top_ups import top_ups
from ezscale.kit.errors import NotFound
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import TopUp
from ezscale.state.account.credit_views import AutomaticView, TopUpRow
from ezscale.state.admin.credit import CreditState
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.amounts import plain_sum, typed_money
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

SHOWN = 10


@dataclass
class StaffTopUpRow(TopUpRow):
    """A top-up, and how much of it can go back to where it came from: in words, and as a form shows it."""

    back: str = ""
    plain: str = ""

    @classmethod
    def seen(cls, work: Work, row: TopUp, reader: Reader) -> Self:
        """No more can go back than is unspent of it."""
        found = TopUpRow.of(row, reader)
        could = total((each.amount for each in refundable_of_top_up(work, row.id)), row.currency)
        fields = (found.id, found.number, found.day, found.amount, found.how, found.status)
        return cls(*fields, reader.money(could) if could else "", plain_sum(could))


class TopUpsState(Record, StaffState):
    """The top-ups of the customer that the address names."""

    rows: list[StaffTopUpRow] = []
    automatic: AutomaticView = AutomaticView()
    may_stop: bool = False
    may_refund: bool = False
    asking: str = ""
    is_stopping: bool = False

    @rx.event
    async def ask(self, top_up_id: str) -> None:
        """How much of it goes back, and why?"""
        self.asking, self.errors = str(sent_id(top_up_id)), {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.asking, self.errors = "", {}

    @rx.event
    async def send(self, form: dict[str, Any]) -> Answer:
        """Send it back."""
        top_up_id, reader = sent_id(self.asking), self._reader()
        typed = sent_fields(form, "amount", "reason", longest=201)
        sent = await self.perform(lambda work: _send(work, top_up_id, typed))
        self.asking = ""
        self.say(f"{reader.money(sent)} is on its way back to where it came from.")
        await self._look()
        return [CustomerState.refresh, CreditState.refresh]

    @rx.event
    async def ask_to_stop(self) -> None:
        """Why shall nothing be taken by itself any more?"""
        self.is_stopping, self.errors = True, {}

    @rx.event
    async def show_stopping(self, is_open: bool) -> None:
        """That window was closed."""
        if is_open is not True:
            self.is_stopping, self.errors = False, {}

    @rx.event
    async def stop(self, form: dict[str, Any]) -> None:
        """Stop it. The customer is told."""
        customer_id, why = sent_id(self._id), sent_fields(form, "why")["why"]
        await self.perform(lambda work: stop_top_ups(work, customer_id, why).id)
        self.is_stopping = False
        self.say("Stopped. They are told by mail.")
        await self._look()

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()

        def reading(work: Work) -> tuple[list[StaffTopUpRow], AutomaticView, bool, bool]:
            customer(work, row_id)
            rows = [StaffTopUpRow.seen(work, row, reader) for row in top_ups(work, row_id, limit=SHOWN)]
            automatic = AutomaticView.of(work, agreement(work, row_id), reader)
            return rows, automatic, work.actor.may(MANAGE_INVOICES), work.actor.may(REFUND_PAYMENTS)

        self.rows, self.automatic, self.may_stop, self.may_refund = await self.read(reading)


def _send(work: Work, top_up_id: UUID, typed: dict[str, str]) -> Money:
    found = refundable_of_top_up(work, top_up_id)
    if not found:
        raise NotFound("This top-up is spent, or was sent back already.")
    entry = found[0].entry
    amount = typed_money(typed["amount"], entry.currency, "amount")
    refunds = refund_credit(work, entry.id, amount, typed["reason"])
    return total((refund.amount for refund in refunds), entry.currency)
