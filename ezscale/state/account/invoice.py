"""One invoice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.billing.credit_notes import credit_notes
from ezscale.billing.explaining import explain_invoice
from ezscale.billing.invoicing import invoice, invoice_lines
from ezscale.billing.pay_links import new_pay_link
from ezscale.billing.received import payments_on
from ezscale.billing.refunds import refunds_on
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models.invoice import InvoiceStatus
from ezscale.state.account.invoice_views import InvoiceView, LineView, NoteRow, PaymentRow, TransferView, address_lines
from ezscale.state.account.paying import ask_gateway, checkout_of_invoice
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_id, sent_text
from ezscale.state.other_ways import Way, other_ways
from ezscale.state.paying.by_link import link_address
from ezscale.state.reader import Reader

MOST_NOTES = 100


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice with everything that belongs to it, in words."""

    invoice: InvoiceView
    transfer: TransferView
    lines: list[LineView]
    payments: list[PaymentRow]
    billed_to: list[str]
    notes: list[NoteRow]


class InvoiceState(PortalState):
    loaded: bool = False
    missing: bool = False
    invoice: InvoiceView = InvoiceView()
    transfer: TransferView = TransferView()
    lines: list[LineView] = []
    payments: list[PaymentRow] = []
    billed_to: list[str] = []
    notes: list[NoteRow] = []
    came: str = ""
    going_to_pay: bool = False
    other_ways: list[Way] = []
    pay_link: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Show the invoice that the address names; whoever comes from paying it is told at once what came of it."""
        self.loaded, self.missing, self.going_to_pay = False, False, False
        self.invoice, self.pay_link = InvoiceView(), ""
        self.came = self._asked("came")
        await self.follow(InvoiceState.refresh)
        await self._look()
        if self.came and self.invoice.due.payable:
            yield None
            invoice_id = self._named()
            await self.converse(lambda open_work: ask_gateway(open_work, invoice_id))
            await self._look()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def pay(self, through: str = "") -> AsyncIterator[EventSpec | None]:
        """Go to the page where it is paid, through the gateway of a name or the first."""
        self.going_to_pay, chosen = True, sent_text(through, 20)
        yield None
        try:
            invoice_id, origin = self._named(), self._origin
            address = await self.converse(lambda open_work: checkout_of_invoice(open_work, invoice_id, origin, chosen))
            yield rx.redirect(address)
        finally:
            self.going_to_pay = False

    @rx.event
    async def make_link(self) -> None:
        """Show a link by which somebody else, a bookkeeper say, can pay it."""
        invoice_id = self._named()
        self.pay_link = link_address(await self.perform(lambda work: new_pay_link(work, invoice_id)))

    def _named(self) -> UUID:
        return sent_id(self._asked("id"))

    async def _look(self) -> None:
        reader = self._reader
        try:
            invoice_id = self._named()
            paper = await self.read(lambda work: paper_of(work, invoice_id, reader))
        except NotFound:
            self.loaded = self.missing = True
            return
        self.invoice, self.lines, self.payments = paper.invoice, paper.lines, paper.payments
        self.billed_to, self.notes, self.transfer = paper.billed_to, paper.notes, paper.transfer
        self.other_ways, self.loaded = other_ways(), True


def paper_of(work: Work, invoice_id: UUID, reader: Reader) -> Paper:
    """One issued invoice that the person may see. A draft is not one yet: it is paid on its order's page."""
    found = invoice(work, invoice_id)
    if found.status is InvoiceStatus.DRAFT:
        raise NotFound("We could not find this invoice.")
    why = explain_invoice(work, invoice_id, reader.money)
    return Paper(
        invoice=InvoiceView.of(work, found, reader),
        transfer=TransferView.of(work, found),
        lines=[LineView.of(line, reader, why[line.position]) for line in invoice_lines(work, invoice_id)],
        payments=[
            *(PaymentRow.of(payment, by, reader) for payment, by in payments_on(work, invoice_id)),
            *(PaymentRow.back(refund, reader) for refund in refunds_on(work, invoice_id) if refund.has_not_failed),
        ],
        billed_to=address_lines(found.billed_to),
        notes=[NoteRow.of(note, reader) for note, _ in credit_notes(work, invoice_id=invoice_id, limit=MOST_NOTES)],
    )
