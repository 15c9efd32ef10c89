"""One invoice: its lines, what was tried to get its money, and voiding it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.permissions import MANAGE_INVOICES, REFUND_PAYMENTS
from ezscale.billing.credit_notes import credit_notes, creditable
from ezscale.billing.disputes import disputes_on
from ezscale.billing.drafting import change_memo, copy_invoice, delete_draft, issue_draft
from ezscale.billing.explaining import explain_invoice
from ezscale.billing.history import attempts_on, steps_taken_on
from ezscale.billing.holds import holds_on_invoice
from ezscale.billing.invoicing import (
    expect_again,
    invoice,
    invoice_lines,
    mark_uncollectible,
    resend_invoice,
    void_invoice,
)
from ezscale.billing.manual_payments import is_recordable
from ezscale.billing.pay_links import new_pay_link
from ezscale.billing.received import payments_on
from ezscale.billing.refunds import Refundable, refundable, refunds_on
from ezscale.kit.work import Work
from ezscale.models import DunningStep, Invoice, InvoiceLine
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from ezscale.models.pay_link import payable_by_link
from ezscale.state.account.invoice_views import LineView, NoteRow
from ezscale.state.admin.dispute_views import DisputeView
from ezscale.state.admin.holds import HoldView
from ezscale.state.admin.money_views import AttemptView, PaymentView
from ezscale.state.admin.refund_views import RefundableView, RefundView
from ezscale.state.admin.rows import standing
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.paying.by_link import link_address
from ezscale.state.reader import Reader
from ezscale.state.telling import Answer

VOIDABLE = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)
RESENT = (InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE)
NO_RIGHTS = dict.fromkeys(
    ("void", "edit", "issue", "delete", "resend", "copy", "credit", "record", "give_up", "expect", "memo", "link"),
    False,
)
MOST_NOTES = 100
ORIGINS = {
    InvoiceOrigin.ORDER: "An order",
    InvoiceOrigin.RENEWAL: "A renewal",
    InvoiceOrigin.CHANGE: "A change",
    InvoiceOrigin.MANUAL: "Written by hand",
    InvoiceOrigin.LATE_FEE: "A late fee",
    InvoiceOrigin.USAGE: "Usage",
}


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
    credited: str = ""
    origin: str = ""
    proforma: str = ""
    memo: str = ""
    fee_for: str = ""
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
            number=row.shown_number or "Draft",
            status=standing_word,
            customer=party.get("company") or party.get("name", ""),
            customer_id=str(row.customer_id),
            address=", ".join(party[part] for part in parts if part in party),
            net=reader.money(row.net),
            tax=reader.money(row.tax),
            tax_note=row.tax_note,
            total=reader.money(row.total),
            settled=reader.money(row.settled) if row.settled else "",
            credited=reader.money(-row.credited) if row.credited else "",
            origin=ORIGINS[row.origin],
            proforma=row.proforma_number or "",
            memo=row.memo,
            fee_for=str(row.fee_for_id or ""),
            to_pay=reader.money(row.open_amount) if row.status in VOIDABLE else "",
            issued=reader.day(row.issued_on),
            due=reader.day(row.due_on),
            paid=reader.moment(row.paid_at),
            delivered=reader.moment(row.delivered_at),
        )


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
    notes: list[NoteRow]
    refunds: list[RefundView]
    refundable: list[RefundableView]
    disputes: list[DisputeView]
    held: list[HoldView]
    rights: dict[str, bool]


class InvoiceState(Record, StaffState):
    """The file of one invoice."""

    invoice: InvoiceView = InvoiceView()
    lines: list[LineView] = []
    payments: list[PaymentView] = []
    attempts: list[AttemptView] = []
    steps: list[StepView] = []
    notes: list[NoteRow] = []
    refunds: list[RefundView] = []
    refundable: list[RefundableView] = []
    disputes: list[DisputeView] = []
    held: list[HoldView] = []
    may_now: dict[str, bool] = NO_RIGHTS
    pay_link: str = ""

    @rx.event
    async def void(self) -> None:
        """Cancel the invoice."""
        await self._do(void_invoice, "The invoice is void.")

    @rx.event
    async def issue(self) -> None:
        """Make a document of the draft."""
        await self._do(issue_draft, "Issued. It is on its way to the customer.")

    @rx.event
    async def delete(self) -> Answer:
        """Throw the draft away."""
        draft_id = sent_id(self._id)
        await self.perform(lambda work: delete_draft(work, draft_id))
        self.say("The draft is gone.")
        return rx.redirect("/admin/invoices/?status=draft")

    @rx.event
    async def resend(self) -> None:
        """Mail it once more."""
        await self._do(resend_invoice, "It is on its way once more.")

    @rx.event
    async def give_up(self) -> None:
        """We no longer expect the money."""
        await self._do(mark_uncollectible, "Marked as uncollectible; what was open is booked as lost.")

    @rx.event
    async def expect(self) -> None:
        """We expect the money after all."""
        await self._do(expect_again, "Open again.")

    @rx.event
    async def copy(self) -> Answer:
        """A new draft that says the same."""
        invoice_id = sent_id(self._id)
        drafted = await self.perform(lambda work: copy_invoice(work, invoice_id).id)
        return rx.redirect(f"/admin/draft/?id={drafted}")

    @rx.event
    async def make_link(self) -> None:
        """Show a link by which whoever gets it can pay."""
        invoice_id = sent_id(self._id)
        self.pay_link = link_address(await self.perform(lambda work: new_pay_link(work, invoice_id)))

    @rx.event
    async def write_memo(self, form: dict[str, Any]) -> None:
        """What is printed below the lines of a draft."""
        draft_id, memo = sent_id(self._id), sent_fields(form, "memo", longest=1001)["memo"]
        await self.perform(lambda work: change_memo(work, draft_id, memo))
        await self._look()
        self.say("Saved.")

    async def _do(self, deed: Callable[[Work, UUID], Any], said: str) -> None:
        invoice_id = sent_id(self._id)
        await self.perform(lambda work: deed(work, invoice_id) and None)
        await self._look()
        self.say(said)

    async def _show(self, row_id: UUID) -> None:
        reader, self.pay_link = self._reader(), ""
        file = await self.read(lambda work: file_of(work, row_id, reader))
        self.invoice, self.lines, self.payments = file.invoice, file.lines, file.payments
        self.attempts, self.steps, self.notes = file.attempts, file.steps, file.notes
        self.refunds, self.refundable, self.disputes = file.refunds, file.refundable, file.disputes
        self.held, self.may_now = file.held, file.rights


def file_of(work: Work, invoice_id: UUID, reader: Reader) -> InvoiceFile:
    """Everything on an invoice, in one transaction."""
    row = invoice(work, invoice_id)
    lines: list[InvoiceLine] = invoice_lines(work, invoice_id)
    why = explain_invoice(work, invoice_id, reader.money)
    return InvoiceFile(
        invoice=InvoiceView.of(row, standing(row, work.today), reader),
        lines=[LineView.of(line, reader, why[line.position]) for line in lines],
        payments=[PaymentView.of(payment, by, work, reader) for payment, by in payments_on(work, invoice_id)],
        attempts=[AttemptView.of(attempt, card, reader) for attempt, card in attempts_on(work, invoice_id)],
        steps=[StepView.of(step, reader) for step in steps_taken_on(work, invoice_id)],
        notes=[NoteRow.of(note, reader) for note, _ in credit_notes(work, invoice_id=invoice_id, limit=MOST_NOTES)],
        refunds=[RefundView.of(refund, reader) for refund in refunds_on(work, invoice_id)],
        refundable=[RefundableView.of(each, reader) for each in _refundable(work, invoice_id)],
        disputes=[DisputeView.of(dispute, paid, reader) for dispute, paid in disputes_on(work, invoice_id)],
        held=[HoldView.of(held, "", "", work, reader) for held in holds_on_invoice(work, invoice_id)],
        rights=rights_on(work, row),
    )


def _refundable(work: Work, invoice_id: UUID) -> list[Refundable]:
    return refundable(work, invoice_id) if work.actor.may(REFUND_PAYMENTS) else []


def rights_on(work: Work, row: Invoice) -> dict[str, bool]:
    """What the person may do with an invoice as it stands now."""
    if not work.actor.may(MANAGE_INVOICES):
        return NO_RIGHTS
    is_draft, by_hand = row.status is InvoiceStatus.DRAFT, row.origin is InvoiceOrigin.MANUAL
    return {
        "void": row.status in VOIDABLE,
        "edit": is_draft and by_hand,
        "issue": is_draft and by_hand,
        "delete": is_draft and by_hand,
        "memo": is_draft and not by_hand,
        "resend": row.status in RESENT,
        "copy": not is_draft,
        "credit": any(rest.gross for rest in creditable(work, row.id)),
        "record": is_recordable(row),
        "give_up": row.status is InvoiceStatus.OPEN and not row.is_proforma,
        "expect": row.status is InvoiceStatus.UNCOLLECTIBLE,
        "link": payable_by_link(row, work.today),
    }


def step_words(name: str) -> str:
    """charge+3, as it is stored, in words: Charge, 3 days after the due date."""
    kind, sign, days = name.partition("+") if "+" in name else name.partition("-")
    if not days.isdigit():
        return name
    if days == "0":
        return f"{kind.capitalize()} on the due date"
    plural = "day" if days == "1" else "days"
    return f"{kind.capitalize()}, {days} {plural} {'after' if sign == '+' else 'before'} the due date"
