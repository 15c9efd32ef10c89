"""One invoice: its lines, what was tried to get its money, and voiding it."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.permissions import MANAGE_INVOICES
from ezscale.billing.history import attempts_on, steps_taken_on
from ezscale.billing.invoicing import invoice, invoice_lines, void_invoice
from ezscale.billing.received import payments_on
from ezscale.kit.work import Work
from ezscale.models import DunningStep, Invoice, InvoiceLine, Payment, PaymentAttempt, PaymentMethod
from ezscale.models.invoice import InvoiceStatus
from ezscale.state.account.invoice_views import LineView
from ezscale.state.admin.rows import standing
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.arguments import sent_id
from ezscale.state.reader import Reader

VOIDABLE = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
TRIGGERS = {"checkout": "Checkout", "due": "Due day", "retry": "Retry", "new_card": "New card"}


@dataclass
class InvoiceView:
    """An invoice in words, with the address it was issued to."""

    id: str = ""
    number: str = ""
    status: str = ""
    customer: str = ""
    customer_id: str = ""
    address: str = ""
    net: str = ""
    tax: str = ""
    tax_note: str = ""
    total: str = ""
    settled: str = ""
    to_pay: str = ""
    issued: str = ""
    due: str = ""
    paid: str = ""
    delivered: str = ""

    @classmethod
    def of(cls, row: Invoice, standing_word: str, reader: Reader) -> Self:
        """An invoice as its document has it."""
        party = {name: str(value) for name, value in row.billed_to.items() if value}
        parts = ("address", "postcode", "city", "country", "tax_id")
        return cls(
            id=str(row.id),
            number=row.number or "Draft",
            status=standing_word,
            customer=party.get("company") or party.get("name", ""),
            customer_id=str(row.customer_id),
            address=", ".join(party[part] for part in parts if part in party),
            net=reader.money(row.net),
            tax=reader.money(row.tax),
            tax_note=row.tax_note,
            total=reader.money(row.total),
            settled=reader.money(row.settled) if row.settled else "",
            to_pay=reader.money(row.open_amount) if row.status in VOIDABLE else "",
            issued=reader.day(row.issued_on),
            due=reader.day(row.due_on),
            paid=reader.moment(row.paid_at),
            delivered=reader.moment(row.delivered_at),
        )


@dataclass
class AttemptView:
    """One time that we asked for the money."""

    id: str
    at: str
    why: str
    amount: str
    card: str
    status: str
    answer: str

    @classmethod
    def of(cls, attempt: PaymentAttempt, card: PaymentMethod | None, reader: Reader) -> Self:
        """An attempt with the card that was asked and what its bank said."""
        return cls(
            id=str(attempt.id),
            at=reader.moment(attempt.created_at),
            why=TRIGGERS[attempt.trigger],
            amount=reader.money(attempt.amount),
            card=card.label if card else "",
            status=attempt.status.value,
            answer=attempt.decline_code.replace("_", " "),
        )


@dataclass
class PaymentView:
    """Money that came."""

    id: str
    at: str
    amount: str
    fee: str
    reference: str

    @classmethod
    def of(cls, payment: Payment, reader: Reader) -> Self:
        """A payment with the gateway's own name for it."""
        fee = reader.money(payment.fee) if payment.fee else ""
        at, amount = reader.moment(payment.received_at), reader.money(payment.amount)
        return cls(str(payment.id), at, amount, fee, payment.gateway_ref)


@dataclass
class StepView:
    """One dunning step that was taken."""

    id: str
    at: str
    what: str

    @classmethod
    def of(cls, step: DunningStep, reader: Reader) -> Self:
        """A step with its day."""
        return cls(str(step.id), reader.moment(step.taken_at), step_words(step.step))


@dataclass
class InvoiceFile:
    """Everything on one invoice, as a screen shows it."""

    invoice: InvoiceView
    lines: list[LineView]
    payments: list[PaymentView]
    attempts: list[AttemptView]
    steps: list[StepView]
    may_void: bool


class InvoiceState(Record, StaffState):
    """The file of one invoice."""

    invoice: InvoiceView = InvoiceView()
    lines: list[LineView] = []
    payments: list[PaymentView] = []
    attempts: list[AttemptView] = []
    steps: list[StepView] = []
    may_void: bool = False

    @rx.event
    async def void(self) -> None:
        """Cancel the invoice."""
        invoice_id = sent_id(self._id)
        await self.perform(lambda work: void_invoice(work, invoice_id))
        await self._look()
        self.say("The invoice is void.")

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()
        file = await self.read(lambda work: file_of(work, row_id, reader))
        self.invoice, self.lines, self.payments = file.invoice, file.lines, file.payments
        self.attempts, self.steps, self.may_void = file.attempts, file.steps, file.may_void


def file_of(work: Work, invoice_id: UUID, reader: Reader) -> InvoiceFile:
    """Everything on an invoice, in one transaction."""
    row = invoice(work, invoice_id)
    lines: list[InvoiceLine] = invoice_lines(work, invoice_id)
    return InvoiceFile(
        invoice=InvoiceView.of(row, standing(row, work.today), reader),
        lines=[LineView.of(line, reader) for line in lines],
        payments=[PaymentView.of(payment, reader) for payment in payments_on(work, invoice_id)],
        attempts=[AttemptView.of(attempt, card, reader) for attempt, card in attempts_on(work, invoice_id)],
        steps=[StepView.of(step, reader) for step in steps_taken_on(work, invoice_id)],
        may_void=row.status in VOIDABLE and work.actor.may(MANAGE_INVOICES),
    )


def step_words(name: str) -> str:
    """charge+3, as it is stored, in words: Charge, 3 days after the due date."""
    kind, sign, days = name.partition("+") if "+" in name else name.partition("-")
    if not days.isdigit():
        return name
    if days == "0":
        return f"{kind.capitalize()} on the due date"
    plural = "day" if days == "1" else "days"
    return f"{kind.capitalize()}, {days} {plural} {'after' if sign == '+' else 'before'} the due date"
