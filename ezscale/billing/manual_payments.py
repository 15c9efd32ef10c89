"""Payments that staff record by hand: bank transfers, cash, cheques. And taking one back that was a mistake."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from ezscale.accounts.permissions import MANAGE_INVOICES, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.checkout import PAYABLE, AlreadyPaying, NothingToPay, close_page_of
from ezscale.billing.collecting import drop_unsent_charge, live_attempt
from ezscale.billing.credit import lock_customers, take_out
from ezscale.billing.dunning import chase_anew
from ezscale.billing.events import PaymentRecorded, PaymentTakenBack
from ezscale.billing.gateways import Gateways
from ezscale.billing.invoicing import invoice as invoice_of
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.payments import issue_on_payment, kept_as, settle, used_as
from ezscale.kit.errors import BusinessError, Invalid, NotFound
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import CreditEntry, CreditNote, Invoice, Payment, RecordedPayment
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from ezscale.models.recorded_payment import PaidBy

LONGEST = 100
LONGEST_REASON = 200
OLDEST = timedelta(days=366)
MOST = 1_000_000  # major units: beyond that it is a slip of the finger


class AlreadyRecorded(BusinessError):
    """The same money is booked already: the reference names one movement, once."""


@dataclass(frozen=True, slots=True)
class Came:
    """Money that came, as staff write it down: the day it was there, and what the bank statement or receipt calls it.

    `form_key` is that of the form: sent twice, it is recorded once.
    """

    method: PaidBy
    amount: Money
    came_on: date
    reference: str
    form_key: str


@dataclass(frozen=True, slots=True)
class ForeseenPayment:
    """What a payment would do: what it pays of the invoice, what stays to be paid, and what becomes credit."""

    pays: Money
    left: Money
    credit: Money
    begins_order: bool = False


def record_payment(open_work: OpenWork, gateways: Gateways, invoice_id: UUID, came: Came) -> Payment:
    """Book money that came by another way on an invoice that asks for it; what is too much becomes credit.

    A page on which the customer could pay is closed first, and a charge that was not sent yet is dropped. AlreadyPaying
    while one is on its way, NothingToPay where nothing is asked for, AlreadyRecorded for a reference that is booked.
    """
    with open_work() as work:
        if (known := _known_or_recordable(work, invoice_id, came)) is not None:
            return known
    close_page_of(open_work, gateways, invoice_id)
    with open_work() as work:
        if (known := _known_or_recordable(work, invoice_id, came)) is not None:
            return known
        drop_unsent_charge(work, invoice_id)
        work.session.flush()
        if (attempt := live_attempt(work, invoice_id)) is not None and attempt.is_reserved:
            raise AlreadyPaying("Money for this is reserved on a card. Please approve or reject the order first.")
        if attempt is not None:
            raise AlreadyPaying("A payment for this invoice is being processed. Please look again in a while.")
        return _book(work, invoice_of(work, invoice_id), came)


def is_recordable(invoice: Invoice) -> bool:
    """Whether money can be recorded on it: it asks for some, and its customer has seen it."""
    unseen = invoice.status is InvoiceStatus.DRAFT and invoice.origin is InvoiceOrigin.MANUAL
    return invoice.status in PAYABLE and bool(invoice.open_amount) and not unseen


def foresee_payment(work: Work, invoice_id: UUID, amount: Money) -> ForeseenPayment:
    """What a payment of so much would do now; the same refusals."""
    work.actor.require(SEE_EVERYTHING)
    invoice = invoice_of(work, invoice_id)
    _require_payable(invoice)
    _require_sum(invoice, amount)
    begins = _begins(invoice, amount)
    pays = min(amount, invoice.open_amount)
    if invoice.status is InvoiceStatus.DRAFT and not begins:
        pays = Money.zero(amount.currency)
    return ForeseenPayment(pays, invoice.open_amount - pays, amount - pays, begins)


def take_back_payment(work: Work, payment_id: UUID, reason: str) -> Payment:
    """Book a payment no more that was recorded by mistake: its invoice is open again, and is chased again.

    What it has started goes on until then. Refused where the money was given back or spent as credit.
    """
    work.actor.require(MANAGE_INVOICES)
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        raise Invalid("Please say in a few words what was wrong.", field="reason")
    payment, recorded, invoice = _to_take_back(work, payment_id)
    lock_customers(work, [payment.customer_id])
    _require_still_there(work, invoice)
    recorded.take_back(work.actor.name[:120], why)
    was_paid = invoice.status is InvoiceStatus.PAID
    invoice.unsettle(_unbook_used(work, payment))
    if was_paid and invoice.status is InvoiceStatus.OPEN:
        chase_anew(work, invoice.id)
    _unbook_kept(work, payment)
    payment.take_back(work.now)
    work.session.add_all([payment, recorded, invoice])
    work.emit(PaymentTakenBack(payment.id, invoice.id, payment.customer_id))
    return payment


def recorded_as(work: Work, payment: Payment) -> RecordedPayment:
    """What staff wrote down of a payment that they have just recorded or taken back."""
    work.actor.require(MANAGE_INVOICES)
    return work.session.exec(select(RecordedPayment).where(RecordedPayment.payment_id == payment.id)).one()


def _known_or_recordable(work: Work, invoice_id: UUID, came: Came) -> Payment | None:
    """What the same form has recorded already, or nothing when it can be recorded; the invoice is held from here on."""
    work.actor.require(MANAGE_INVOICES)
    invoice = invoice_to_change(work, invoice_id)
    sent = select(Payment).join(RecordedPayment, col(RecordedPayment.payment_id) == Payment.id)
    known = work.session.exec(sent.where(RecordedPayment.form_key == came.form_key)).first()
    if known is None:
        _require_recordable(work, invoice, came)
    return known


def _require_recordable(work: Work, invoice: Invoice, came: Came) -> None:
    _require_payable(invoice)
    _require_sum(invoice, came.amount)
    if came.came_on > work.today:
        raise Invalid("This day is still to come.", field="came_on")
    if came.came_on < work.today - OLDEST:
        raise Invalid("This was more than a year ago. Please check the day.", field="came_on")
    reference = _tidy(came.reference)
    if not reference or len(reference) > LONGEST:
        raise Invalid(f"Write what the statement or the receipt says, {LONGEST} characters at most.", field="reference")
    if not came.form_key or len(came.form_key) > 80:
        raise Invalid("Please open the form again.", field="form_key")
    _require_new(work, came)


def _require_payable(invoice: Invoice) -> None:
    if invoice.status is InvoiceStatus.DRAFT and invoice.origin is InvoiceOrigin.MANUAL:
        raise WrongState("This is a draft that the customer has not seen. Issue it first.")
    if invoice.status not in PAYABLE or not invoice.open_amount:
        raise NothingToPay(f"This invoice is {invoice.status}: there is nothing to pay on it.")


def _require_sum(invoice: Invoice, amount: Money) -> None:
    if amount.currency != invoice.currency:
        raise Invalid(f"This invoice is in {invoice.currency}.", field="amount")
    if not 0 < amount.minor <= Money.of(MOST, amount.currency).minor:
        raise Invalid(f"Write more than nothing, and {MOST:,} at most.", field="amount")


def _require_new(work: Work, came: Came) -> None:
    booked = select(Invoice).join(Payment, col(Payment.invoice_id) == Invoice.id)
    same = (Payment.gateway == came.method.value, Payment.gateway_ref == _ref(came))
    if (found := work.session.exec(booked.where(*same)).first()) is not None:
        raise AlreadyRecorded(f"This reference is booked already, on {_name(found)}.", field="reference")


def _book(work: Work, invoice: Invoice, came: Came) -> Payment:
    payment = Payment(
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        gateway=came.method.value,
        gateway_ref=_ref(came),
        currency=came.amount.currency,
        amount_minor=came.amount.minor,
        received_at=work.now,
    )
    recorded = RecordedPayment(
        payment_id=payment.id,
        customer_id=invoice.customer_id,
        form_key=came.form_key,
        reference=_tidy(came.reference),
        came_on=came.came_on,
        recorded_by=work.actor.name[:120],
    )
    try:
        work.session.add(payment)
        work.session.flush()
        work.session.add(recorded)
        work.session.flush()
    except IntegrityError as error:  # somebody recorded it at this very moment, on another invoice
        raise AlreadyRecorded("This reference was booked at this very moment.", field="reference") from error
    if _begins(invoice, came.amount):
        issue_on_payment(work, invoice)
    settle(work, invoice, payment)
    work.session.add(invoice)
    work.emit(PaymentRecorded(payment.id, invoice.id, invoice.customer_id))
    return payment


def _begins(invoice: Invoice, amount: Money) -> bool:
    """An order is begun by its whole sum, never by a part of it."""
    return invoice.status is InvoiceStatus.DRAFT and amount >= invoice.total


def _to_take_back(work: Work, payment_id: UUID) -> tuple[Payment, RecordedPayment, Invoice]:
    payment = work.session.get(Payment, payment_id)
    if payment is None or payment.invoice_id is None or payment.gateway not in list(PaidBy):
        raise NotFound("We could not find this payment among those that were recorded by hand.")
    invoice = invoice_to_change(work, payment.invoice_id)
    work.session.refresh(payment, with_for_update=True)
    written = select(RecordedPayment).where(RecordedPayment.payment_id == payment.id).with_for_update()
    return payment, work.session.exec(written.execution_options(populate_existing=True)).one(), invoice


def _require_still_there(work: Work, invoice: Invoice) -> None:
    if invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        raise WrongState("This invoice is uncollectible. Expect its money again first.")
    if invoice.status is InvoiceStatus.VOID:
        raise WrongState("This invoice was cancelled, and what was paid on it became credit.")
    kept = select(func.coalesce(func.sum(CreditNote.kept_minor), 0)).where(CreditNote.invoice_id == invoice.id)
    if work.session.exec(kept).one():
        raise WrongState("A credit note gave back what was paid on this invoice.")


def _unbook_used(work: Work, payment: Payment) -> Money:
    """Reverse what the payment settled: how much that was."""
    used = ledger.booked_on(work, used_as(payment.id), ledger.clearing(payment.gateway), payment.currency)
    if used:
        ledger.reverse(work, "payment_taken_back", used_as(payment.id), f"payment-back:{payment.id.hex}")
    return used


def _unbook_kept(work: Work, payment: Payment) -> None:
    """What was left of it is credit no more; refused when some of that is spent."""
    kept = select(CreditEntry).where(CreditEntry.once_key == kept_as(payment.id)).with_for_update()
    entry = work.session.exec(kept.execution_options(populate_existing=True)).first()
    if entry is None:
        return
    if entry.left != entry.amount:
        raise WrongState("What was paid too much became credit, and was spent.")
    once_key, source = f"surplus-back:{payment.id.hex}", ledger.clearing(payment.gateway)
    take_out(work, entry, entry.left, f"Taken back: {entry.reason}", once_key, "payment_taken_back", source)


def _tidy(typed: str) -> str:
    return " ".join(typed.split())


def _ref(came: Came) -> str:
    """However somebody writes a reference, it is the same one."""
    return _tidy(came.reference).lower()


def _name(invoice: Invoice) -> str:
    return f"invoice {invoice.shown_number}" if invoice.shown_number else "an order"
