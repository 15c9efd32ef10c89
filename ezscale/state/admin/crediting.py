"""Writing a credit note on an invoice: which lines, how much of each, and what it comes to while one is typing."""

from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.billing.credit_notes import GiveBack, creditable, foresee_credit_note, issue_credit_note
from ezscale.billing.invoicing import invoice
from ezscale.billing.remaining import Remaining
from ezscale.kit.errors import BusinessError
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.staff import StaffState
from ezscale.state.amounts import plain_sum, typed_money
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

PART = "part_"  # the field of a line, before its id


@dataclass
class CreditLine:
    """A line of the invoice with what is left of it (`why` it is less), and how much of that is typed to be taken back."""

    id: str
    text: str
    left: str
    plain: str
    why: str = ""
    typed: str = ""

    @classmethod
    def of(cls, rest: Remaining, reader: Reader) -> Self:
        """What can still be taken back of a line, before tax."""
        why = " ".join(f"{reader.money(gave.net)} was given back on {gave.number}." for gave in rest.gave_back)
        return cls(str(rest.line.id), rest.line.description, reader.money(rest.net), plain_sum(rest.net), why)


@dataclass
class ForeseenView:
    """What the credit note would come to."""

    net: str = ""
    tax: str = ""
    total: str = ""
    lowered: str = ""
    kept: str = ""
    could_go_back: str = ""
    problem: str = ""


class CreditingState(StaffState):
    """The credit note that is being written."""

    is_open: bool = False
    lines: list[CreditLine] = []
    foreseen: ForeseenView = ForeseenView()

    _currency: str = ""

    @rx.event
    async def ask(self) -> None:
        """Begin one: all that is left of the invoice, until somebody types less."""
        invoice_id, reader = self._invoice(), self._reader()

        def reading(work: Work) -> tuple[str, list[CreditLine]]:
            rests = creditable(work, invoice_id)
            return invoice(work, invoice_id).currency, [CreditLine.of(rest, reader) for rest in rests]

        self._currency, lines = await self.read(reading)
        self.lines = [replace(line, typed=line.plain) for line in lines]
        self.is_open, self.errors = True, {}
        await self._foresee()

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.is_open, self.errors = False, {}

    @rx.event
    async def write(self, line_id: str, text: str) -> None:
        """So much of a line."""
        typed = sent_text(text, 20)
        self.lines = [replace(line, typed=typed) if line.id == line_id else line for line in self.lines]
        await self._foresee()

    @rx.event
    async def issue(self, form: dict[str, Any]) -> Answer:
        """Take it back."""
        invoice_id, typed = self._invoice(), sent_fields(form, "reason", "give_back", longest=201)
        reason, give_back = typed["reason"], GiveBack.REFUND if typed["give_back"] == "refund" else GiveBack.CREDIT
        self.lines = [replace(line, typed=_sent(form, line)) for line in self.lines]
        parts = self._parts()
        number = await self.perform(lambda work: issue_credit_note(work, invoice_id, parts, reason, give_back).number)
        self.is_open = False
        self.say(f"Credit note {number} is issued, and on its way to the customer.")
        return [InvoiceState.refresh]

    async def _foresee(self) -> None:
        invoice_id, reader = self._invoice(), self._reader()
        try:
            parts = self._parts()
            seen = await self.read(lambda work: foresee_credit_note(work, invoice_id, parts))
        except BusinessError as refusal:
            self.foreseen = ForeseenView(problem=refusal.message)
            return

        def shown(amount: Money) -> str:
            return reader.money(amount) if amount else ""

        self.foreseen = ForeseenView(
            net=reader.money(seen.net),
            tax=reader.money(seen.tax),
            total=reader.money(seen.total),
            lowered=shown(seen.lowered),
            kept=shown(seen.kept),
            could_go_back=shown(seen.could_go_back),
        )

    def _parts(self) -> dict[UUID, Money] | None:
        """What is typed, line by line; None for all that is left, with taxes on lines that cost nothing."""
        if all(line.typed == line.plain for line in self.lines):
            return None
        return {sent_id(line.id): typed_money(line.typed, self._currency, "parts") for line in self.lines}

    def _invoice(self) -> UUID:
        return sent_id(self._asked("id", 40))


def _sent(form: Any, line: CreditLine) -> str:
    """What stands in the field of a line: its last figure may have been sent before it was heard of while typing."""
    name = f"{PART}{line.id}"
    return sent_text(form[name], 20) if isinstance(form, dict) and name in form else line.typed
