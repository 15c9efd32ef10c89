"""Recording money that came by another way on an invoice, and taking back what was recorded by mistake."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale import wiring
from ezscale.billing.invoicing import invoice
from ezscale.billing.manual_payments import (
    Came,
    ForeseenPayment,
    foresee_payment,
    record_payment,
    take_back_payment,
)
from ezscale.kit.errors import BusinessError
from ezscale.kit.ids import new_id
from ezscale.kit.work import OpenWork, Work
from ezscale.models.recorded_payment import PaidBy
from ezscale.state.admin.amounts import plain_sum, typed_money
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_choice, sent_day, sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

WAYS = tuple((each.value, each.words) for each in PaidBy)
NOT_BEGUN = "It is less than the order asks for: nothing begins, and all of it becomes credit."
BEGINS = "The order is begun."


@dataclass
class ForeseenView:
    """What recording so much would do."""

    pays: str = ""
    left: str = ""
    credit: str = ""
    words: str = ""
    problem: str = ""

    @classmethod
    def of(cls, seen: ForeseenPayment, reader: Reader) -> Self:
        """Sums of nothing are left out."""
        pays, left, credit = (reader.money(each) if each else "" for each in (seen.pays, seen.left, seen.credit))
        words = BEGINS if seen.begins_order else "" if seen.pays else NOT_BEGUN
        return cls(pays, left, credit, words)


class RecordingState(StaffState):
    """The payment that is being written down, or taken back."""

    is_open: bool = False
    currency: str = ""
    to_pay: str = ""
    today: str = ""
    foreseen: ForeseenView = ForeseenView()
    is_taking_back: bool = False

    _key: str = ""
    _taking_back: str = ""

    @rx.event
    async def ask(self) -> None:
        """Begin one: all that is to be paid, today."""
        invoice_id = self._invoice()

        def reading(work: Work) -> tuple[str, str, str]:
            row = invoice(work, invoice_id)
            return row.currency, plain_sum(row.open_amount), work.today.isoformat()

        self.currency, self.to_pay, self.today = await self.read(reading)
        self._key = new_id().hex
        self.is_open, self.errors = True, {}
        await self._foresee(self.to_pay)

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.is_open, self.errors = False, {}

    @rx.event
    async def write(self, amount: str) -> None:
        """So much."""
        await self._foresee(sent_text(amount, 20))

    @rx.event
    async def record(self, form: dict[str, Any]) -> Answer:
        """Book it. Sent twice, the form books once."""
        invoice_id, key = self._invoice(), self._key
        typed = sent_fields(form, "method", "amount", "came_on", "reference")
        method, came_on = sent_choice(typed["method"], PaidBy), sent_day(typed["came_on"], "came_on")

        def record(open_work: OpenWork) -> None:
            came = _came(open_work, invoice_id, typed, method, came_on, key)
            record_payment(open_work, wiring.gateways(), invoice_id, came)

        await self.converse(record)
        self.is_open = False
        self.say("The payment is recorded.")
        return [InvoiceState.refresh]

    @rx.event
    async def ask_back(self, payment_id: str) -> None:
        """Whether this payment was a mistake."""
        self._taking_back = str(sent_id(payment_id))
        self.is_taking_back, self.errors = True, {}

    @rx.event
    async def show_back(self, is_open: bool) -> None:
        """That window was closed."""
        if is_open is not True:
            self.is_taking_back, self.errors = False, {}

    @rx.event
    async def take_back(self, form: dict[str, Any]) -> Answer:
        """It was one."""
        payment_id, reason = sent_id(self._taking_back), sent_fields(form, "reason", longest=201)["reason"]
        await self.perform(lambda work: take_back_payment(work, payment_id, reason).id)
        self.is_taking_back = False
        self.say("The payment is taken back.")
        return [InvoiceState.refresh]

    async def _foresee(self, typed: str) -> None:
        invoice_id, currency, reader = self._invoice(), self.currency, self._reader()
        try:
            amount = typed_money(typed, currency, "amount")
            seen = await self.read(lambda work: foresee_payment(work, invoice_id, amount))
        except BusinessError as refusal:
            self.foreseen = ForeseenView(problem=refusal.message)
            return
        self.foreseen = ForeseenView.of(seen, reader)

    def _invoice(self) -> UUID:
        return sent_id(self._asked("id", 40))


def _came(
    open_work: OpenWork, invoice_id: UUID, typed: dict[str, str], method: PaidBy, came_on: date, key: str
) -> Came:
    """What was typed, in the currency of the invoice."""
    with open_work() as work:
        amount = typed_money(typed["amount"], invoice(work, invoice_id).currency, "amount")
    return Came(method, amount, came_on, typed["reference"], key)
