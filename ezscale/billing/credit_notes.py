"""Credit notes: taking back part of an issued invoice, or all of it, with the tax that was on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import false
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from ezscale.accounts.permissions import MANAGE_INVOICES, REFUND_PAYMENTS, SEE_BILLING, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.collecting import drop_unsent_charge
from ezscale.billing.credit import CameOf, keep_as_credit
from ezscale.billing.earnings import earned_as_booked
from ezscale.billing.events import CreditNoteIssued, InvoiceClosed
from ezscale.billing.invoicing import invoice as invoice_of
from ezscale.billing.invoicing import invoice_lines, invoice_to_change
from ezscale.billing.lines import PricedLine
from ezscale.billing.numbers import CREDIT_NOTES, booking_of, booking_of_note, take_document_numbers
from ezscale.billing.payments import invoice_is_paid
from ezscale.billing.received import payments_on
from ezscale.billing.refunds import could_go_back, explain_refunds, send_back
from ezscale.billing.remaining import Remaining, left_to_credit, remaining
from ezscale.billing.subscriptions import catch_up, subscriptions_on
from ezscale.kit.actor import Actor
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money, total
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import CreditNote, CreditNoteLine, Invoice
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceStatus

PAGE = 25
CREDITABLE = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.PAID)


class GiveBack(StrEnum):
    """What becomes of money that was paid for what is taken back."""

    CREDIT = "credit"  # it stays with us, as the customer's credit
    REFUND = "refund"  # it goes back to where it came from, as far as it can; the rest stays as credit


@dataclass(frozen=True, slots=True)
class Note:
    """A credit note with its lines and the invoice it names: all that a page or a print shows."""

    note: CreditNote
    lines: list[CreditNoteLine]
    invoice: Invoice


def issue_credit_note(
    work: Work,
    invoice_id: UUID,
    parts: Mapping[UUID, Money] | None,
    reason: str,
    give_back: GiveBack = GiveBack.CREDIT,
) -> CreditNote:
    """Take back these net amounts of an invoice's lines, or all that is left of it where no parts are named.

    What is still open is lowered first; what was paid already is given back as wished. One that leaves nothing to pay
    closes the invoice. NotConfirmed where money is to go back and somebody has not proven lately that it is still them.
    """
    invoice = _to_credit(work, invoice_id)
    if give_back is GiveBack.REFUND:
        work.actor.require(REFUND_PAYMENTS)
        work.actor.require_confirmed()
    if not reason.strip():
        raise Invalid("Say why: it is printed on the credit note.", field="reason")
    note_id = new_id()
    lines = _lines(left_to_credit(work, [invoice]), parts, note_id)
    return _issue(work, invoice, lines, note_id, reason, give_back)


def take_back(work: Work, invoice_id: UUID, parts: Mapping[UUID, PricedLine], reason: str) -> CreditNote:
    """The same with what was priced before: of these lines exactly so much net, and so much of each of their taxes."""
    invoice = _to_credit(work, invoice_id)
    note_id = new_id()
    lines: list[CreditNoteLine] = []
    for rest in remaining(work, [invoice]):
        if (given := parts.get(rest.line.id)) is not None:
            taxes = rest.taxes_as_in(given)
            _require_within(rest, -given.net)
            lines.append(_line(rest, -given.net, taxes, note_id, len(lines) + 1))
    return _issue(work, invoice, lines, note_id, reason, GiveBack.CREDIT)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a credit note over some parts would come to, and what would become of the money."""

    net: Money
    tax: Money
    lowered: Money
    kept: Money
    could_go_back: Money

    @property
    def total(self) -> Money:
        """Net and tax together."""
        return self.net + self.tax


def foresee_credit_note(work: Work, invoice_id: UUID, parts: Mapping[UUID, Money] | None) -> Foreseen:
    """What a credit note would come to, before it is one; the same refusals."""
    work.actor.require(SEE_EVERYTHING)
    invoice = invoice_of(work, invoice_id)
    _require_creditable(invoice)
    lines = _lines(left_to_credit(work, [invoice]), parts, new_id())
    net, tax = _sums_within(invoice, lines)
    lowered = min(net + tax, invoice.open_amount)
    kept = net + tax - lowered
    return Foreseen(net, tax, lowered, kept, could_go_back(work, invoice.id, kept))


def creditable(work: Work, invoice_id: UUID) -> list[Remaining]:
    """What can still be taken back of an invoice, line by line; nothing for one that cannot be credited. For staff."""
    work.actor.require(SEE_EVERYTHING)
    invoice = invoice_of(work, invoice_id)
    if invoice.status not in CREDITABLE or invoice.is_proforma:
        return []
    return left_to_credit(work, [invoice])


def visible_credit_notes(actor: Actor) -> SelectOfScalar[CreditNote]:
    """A customer's own, or all of them for staff."""
    if actor.may(SEE_EVERYTHING):
        return select(CreditNote)
    if not actor.may(SEE_BILLING) or actor.customer_id is None:
        return select(CreditNote).where(false())
    return select(CreditNote).where(CreditNote.customer_id == actor.customer_id)


def credit_notes(
    work: Work,
    *,
    customer_id: UUID | None = None,
    invoice_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[tuple[CreditNote, Invoice]]:
    """Newest first, each with the invoice it names: a customer's own, or all of them for staff."""
    found = visible_credit_notes(work.actor)
    if customer_id is not None:
        found = found.where(CreditNote.customer_id == customer_id)
    if invoice_id is not None:
        found = found.where(CreditNote.invoice_id == invoice_id)
    notes = list(work.session.exec(page_of(found, col(CreditNote.id), before=before, limit=limit)))
    named = select(Invoice).where(col(Invoice.id).in_({note.invoice_id for note in notes}))
    invoices = {invoice.id: invoice for invoice in work.session.exec(named)}
    return [(note, invoices[note.invoice_id]) for note in notes]


def credit_note(work: Work, note_id: UUID) -> Note:
    """One credit note; NotFound when it is not the actor's to see."""
    note = work.session.exec(visible_credit_notes(work.actor).where(CreditNote.id == note_id)).first()
    if note is None:
        raise NotFound("We could not find this credit note.")
    lines = select(CreditNoteLine).where(CreditNoteLine.credit_note_id == note.id)
    in_order = list(work.session.exec(lines.order_by(col(CreditNoteLine.position))))
    return Note(note, in_order, work.session.get_one(Invoice, note.invoice_id))


def _to_credit(work: Work, invoice_id: UUID) -> Invoice:
    work.actor.require(MANAGE_INVOICES)
    invoice = invoice_to_change(work, invoice_id)
    _require_creditable(invoice)
    return invoice


def _issue(
    work: Work, invoice: Invoice, lines: Sequence[CreditNoteLine], note_id: UUID, reason: str, give_back: GiveBack
) -> CreditNote:
    note = _note_of(work, invoice, lines, note_id, reason.strip()[:200])
    drop_unsent_charge(work, invoice.id)
    _book(work, invoice, note, lines, give_back)
    work.emit(CreditNoteIssued(note.id, invoice.id, invoice.customer_id))
    return note


def _require_creditable(invoice: Invoice) -> None:
    if invoice.is_proforma:
        raise WrongState("A proforma is no sale yet: void it instead.")
    if invoice.status not in CREDITABLE:
        raise WrongState(f"This invoice is {invoice.status}: there is nothing to take back.")


def _lines(remaining: Sequence[Remaining], parts: Mapping[UUID, Money] | None, note_id: UUID) -> list[CreditNoteLine]:
    known = {rest.line.id for rest in remaining}
    if parts is not None and not parts.keys() <= known:
        raise NotFound("We could not find this line.")
    chosen: list[CreditNoteLine] = []
    for rest in remaining:
        net = rest.net if parts is None else parts.get(rest.line.id)
        if net is None or (not net and not (parts is None and rest.tax)):
            continue
        _require_within(rest, net)
        chosen.append(_line(rest, net, rest.part(net), note_id, len(chosen) + 1))
    if not chosen:
        raise Invalid("There is nothing to take back.", field="parts")
    return chosen


def _require_within(rest: Remaining, net: Money) -> None:
    if net.currency != rest.net.currency:
        raise Invalid(f"This invoice is in {rest.net.currency}.", field="parts")
    low, high = min(rest.net.minor, 0), max(rest.net.minor, 0)
    if not low <= net.minor <= high:
        why = f": invoice {_numbers(rest)} gave back the rest" if rest.gave_back else ""
        raise Invalid(f"Of {rest.line.description}, {rest.net} can be taken back and no more{why}.", field="parts")


def _numbers(rest: Remaining) -> str:
    return ", ".join(dict.fromkeys(each.number for each in rest.gave_back))


def _line(rest: Remaining, net: Money, taxes: list[dict[str, Any]], note_id: UUID, position: int) -> CreditNoteLine:
    line = rest.line
    return CreditNoteLine(
        credit_note_id=note_id,
        invoice_line_id=line.id,
        position=position,
        description=line.description,
        currency=line.currency,
        net_minor=net.minor,
        tax_name=line.tax_name,
        tax_rate=line.tax_rate,
        tax_minor=sum(tax["minor"] for tax in taxes),
        taxes=taxes,
    )


def _note_of(work: Work, invoice: Invoice, lines: Sequence[CreditNoteLine], note_id: UUID, reason: str) -> CreditNote:
    net, tax = _sums_within(invoice, lines)
    taken = net + tax
    dated = take_document_numbers(work, CREDIT_NOTES)
    note = CreditNote(
        id=note_id,
        number=dated.numbers[0],
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        net_minor=net.minor,
        tax_minor=tax.minor,
        total_minor=taken.minor,
        kept_minor=(taken - min(taken, invoice.open_amount)).minor,
        reason=reason,
        issued_on=dated.day,
        created_at=work.now,
        tax_note=invoice.tax_note,
        billed_to=dict(invoice.billed_to),
        seller=dict(invoice.seller),
    )
    work.session.add(note)
    work.session.flush()
    work.session.add_all(lines)
    return note


def _sums_within(invoice: Invoice, lines: Sequence[CreditNoteLine]) -> tuple[Money, Money]:
    """The net and the tax of some lines; Invalid when they come to nothing, or to more than is left of the invoice."""
    net = total((line.net for line in lines), invoice.currency)
    tax = total((line.tax for line in lines), invoice.currency)
    if (net + tax).minor <= 0:
        raise Invalid("A credit note takes back more than nothing.", field="parts")
    left = invoice.total - invoice.credited
    if net + tax > left:
        raise Invalid(f"Of this invoice, {left} can be taken back and no more.", field="parts")
    return net, tax


def _book(work: Work, invoice: Invoice, note: CreditNote, lines: Sequence[CreditNoteLine], give_back: GiveBack) -> None:
    lowered, was_closed = note.total - note.kept, invoice.status is InvoiceStatus.PAID
    if lowered and invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        ledger.take_back_write_off(work, invoice, lowered, note.id)
    billed = {line.id: line for line in invoice_lines(work, invoice.id)}
    parts = [(billed[line.invoice_line_id], line.net) for line in lines]
    earned = earned_as_booked(work, booking_of(invoice.id), parts)
    sides = ledger.credit_note_sides(invoice.customer_id, earned, _by_place(lines, invoice.currency), note.total)
    ledger.book(work, "credit_note", booking_of_note(note.id), sides)
    invoice.credit(note.total, work.now)
    work.session.add(invoice)
    if note.kept:
        _give_back(work, invoice, note, give_back)
    if invoice.status is InvoiceStatus.PAID and not was_closed:
        _close(work, invoice)


def _give_back(work: Work, invoice: Invoice, note: CreditNote, give_back: GiveBack) -> None:
    """The customer has paid for this: we owe it to them, unless it was sent back at the gateway before."""
    owed, reason = ledger.receivable(invoice.customer_id), f"Credit note {note.number} on invoice {invoice.number}"
    entry = keep_as_credit(work, invoice.customer_id, note.kept, reason, CameOf.CREDIT_NOTE.name_of(note.id), owed)
    explain_refunds(work, entry, [payment for payment, _ in payments_on(work, invoice.id)])
    if give_back is GiveBack.REFUND and could_go_back(work, invoice.id, entry.left):
        send_back(work, entry, could_go_back(work, invoice.id, entry.left), note.reason)


def _close(work: Work, invoice: Invoice) -> None:
    """Nothing is left to pay. Only where somebody has paid a part does what was bought begin."""
    if invoice.settled:
        invoice_is_paid(work, invoice)
        return
    work.session.flush()
    catch_up(work, subscriptions_on(work, invoice.id))
    work.emit(InvoiceClosed(invoice.id, invoice.customer_id))


def _by_place(lines: Sequence[CreditNoteLine], currency: str) -> dict[str, Money]:
    owed: dict[str, Money] = {}
    for line in lines:
        for tax in line.taxes:
            owed[tax["place"]] = owed.get(tax["place"], Money.zero(currency)) + Money(tax["minor"], currency)
    return owed
