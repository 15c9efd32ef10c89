"""Booking what the gateway says. Its direct answer and its webhook meet here, in any order, any number of times."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.cards import keep_card, refuse_card
from ezscale.billing.cases import open_case
from ezscale.billing.credit import CameOf, keep_as_credit, spend_credit
from ezscale.billing.events import (
    ChargeFailed,
    ChargeNeedsCustomer,
    InvoicePaid,
    MoneyReserved,
    ReservationDecided,
    ReservationOver,
)
from ezscale.billing.invoicing import invoice_to_change, issue_invoice
from ezscale.billing.numbers import become_invoice
from ezscale.billing.ports import ChargeState, Receipt
from ezscale.billing.small_sums import small_ones
from ezscale.billing.subscriptions import awaiting_payment, catch_up, start_subscriptions
from ezscale.billing.to_pay import ToPay, lock_with_what_it_pays
from ezscale.billing.topped_up import book_top_up, fail_top_up
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Invoice, Payment, PaymentAttempt, PaymentMethod, TopUp
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import ON_A_PAGE, AttemptStatus, AttemptTrigger

KEPT_LATE = timedelta(days=1)  # beyond that, who has removed a card, or was erased, does not find it again
LET_GO = "released"  # what an attempt says whose reserved money we did not want
STRAY = "stray_money"  # a case of money that is of no attempt of ours


def book_receipt(work: Work, gateway: str, receipt: Receipt) -> None:
    """Bring our books to what the gateway says about one attempt. Saying it twice changes nothing."""
    found = _attempt_of(work, gateway, receipt)
    if found is None:
        if receipt.state is ChargeState.SUCCEEDED:
            _report_stray_money(work, gateway, receipt)
        return
    attempt, wanted = found
    match receipt.state:
        case ChargeState.SUCCEEDED:
            _book_money(work, attempt, wanted, receipt)
        case ChargeState.APPROVED if attempt.reserves:
            _book_reserved(work, attempt, receipt)
        case ChargeState.FAILED | ChargeState.NEEDS_CUSTOMER | ChargeState.EXPIRED if attempt.is_reserved:
            _end_reserved(work, attempt, receipt)
        case ChargeState.FAILED | ChargeState.NEEDS_CUSTOMER if attempt.is_being_taken:
            attempt.fail(receipt.decline_code, work.now)  # whoever is there reads it, and may open another page
        case ChargeState.FAILED if attempt.trigger not in ON_A_PAGE:
            _book_decline(work, attempt, wanted, receipt)
        case ChargeState.NEEDS_CUSTOMER if attempt.trigger not in ON_A_PAGE:
            _book_question(work, attempt, wanted, receipt)
        case ChargeState.EXPIRED if attempt.is_live:
            attempt.fail("expired", work.now)
        case _:
            # Still open or on its way. A card declined on the gateway's page leaves the page open for another one.
            pass
    work.session.add(attempt)


def settle_from_credit(work: Work, invoice: Invoice) -> None:
    """Pay what credit can pay of an open invoice, and tell the house when that was all."""
    if spend_credit(work, invoice) and invoice.status is InvoiceStatus.PAID:
        invoice_is_paid(work, invoice)


def pay_small_ones(work: Work, beside: Invoice) -> Money:
    """Pay from credit what was too small to be charged; how much that was."""
    paid = Money.zero(beside.currency)
    for small in small_ones(work, beside):
        before = invoice_to_change(work, small.id).open_amount
        settle_from_credit(work, small)
        paid += before - small.open_amount
    return paid


def settle_free(work: Work, invoice: Invoice) -> None:
    """An invoice that asks for nothing is paid as soon as it is issued."""
    if invoice.status is InvoiceStatus.DRAFT:
        issue_on_payment(work, invoice)
    invoice.settle(Money.zero(invoice.currency), work.now)
    invoice_is_paid(work, invoice)


def settle(work: Work, invoice: Invoice, payment: Payment) -> Money:
    """Use a payment for its invoice, and book what the gateway keeps of it.

    What the invoice cannot take becomes credit: how much of that is still there.
    """
    usable = Money.zero(invoice.currency)
    if payment.currency == invoice.currency and invoice.status in (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE):
        usable = min(payment.amount, invoice.open_amount, key=lambda amount: amount.minor)
    if usable and invoice.status is InvoiceStatus.UNCOLLECTIBLE:
        ledger.take_back_write_off(work, invoice, usable, payment.id)
    held, entries = ledger.clearing(payment.gateway), _fee_of(payment)
    if usable:
        become_invoice(work, invoice)
        sides = [(held, usable), (ledger.receivable(invoice.customer_id), -usable)]
        entries.append(("payment", used_as(payment.id), sides))
        invoice.settle(usable, work.now)
    ledger.book_all(work, entries)
    left = payment.amount - usable if usable else payment.amount
    if left:
        reason = f"Paid beyond invoice {invoice.shown_number or 'draft'}"
        keep_as_credit(work, invoice.customer_id, left, reason, kept_as(payment.id), held)
        if left.currency == invoice.currency:
            left -= pay_small_ones(work, invoice)
    if usable and invoice.status is InvoiceStatus.PAID:
        invoice_is_paid(work, invoice)
    return left


def used_as(payment_id: UUID) -> str:
    """The name of the ledger's entry for what a payment settled."""
    return f"payment:{payment_id.hex}"


def kept_as(payment_id: UUID) -> str:
    """The name of the credit, and of the ledger's entry, for what was left of a payment."""
    return CameOf.SURPLUS.name_of(payment_id)


def issue_on_payment(work: Work, invoice: Invoice) -> None:
    """What was ordered is paid: its draft becomes an invoice of today."""
    issue_invoice(work, invoice, work.today)
    invoice.deliver(work.now)  # whoever pays it knows it


def invoice_is_paid(work: Work, invoice: Invoice) -> None:
    """What a paid invoice means for what it bills."""
    work.session.add(invoice)
    work.session.flush()
    billed = awaiting_payment(work, invoice.id)
    start_subscriptions(work, billed)
    catch_up(work, billed)
    work.emit(InvoicePaid(invoice.id, invoice.customer_id))


def _attempt_of(work: Work, gateway: str, receipt: Receipt) -> tuple[PaymentAttempt, ToPay] | None:
    """The attempt, and what it pays: both locked, and read afresh."""
    attempt_id = receipt.attempt_id
    if attempt_id is None and receipt.payment_ref:
        told = {"gateway": gateway, "payment_ref": receipt.payment_ref}
        attempt_id = work.session.connection().scalar(ASKED_FOR, told)
    found = None if attempt_id is None else lock_with_what_it_pays(work, attempt_id)
    return found if found is not None and found[0].gateway == gateway else None


ASKED_FOR = select(PaymentAttempt.id).where(
    PaymentAttempt.gateway == bindparam("gateway"), PaymentAttempt.payment_ref == bindparam("payment_ref")
)


def _book_money(work: Work, attempt: PaymentAttempt, wanted: ToPay, receipt: Receipt) -> None:
    if not attempt.is_live and (received_at := _received_at(work, attempt.gateway, receipt.payment_ref)) is not None:
        if received_at > work.now - KEPT_LATE:
            _keep_late_card(work, attempt, wanted.customer_id, receipt)
        return
    attempt.succeed(receipt.payment_ref, work.now)
    payment = _payment_row(work, attempt, wanted.customer_id, receipt)
    if receipt.amount != attempt.amount:
        facts = {"asked": str(attempt.amount), "came": str(receipt.amount), "payment": receipt.payment_ref}
        open_case(work, "wrong_amount", receipt.payment_ref, wanted.customer_id, facts)
    if (left := _use(work, wanted, payment)).minor > 0:
        facts = {"surplus": str(left), "payment": payment.gateway_ref, "invoice": wanted.number or ""}
        open_case(work, "surplus", payment.gateway_ref, wanted.customer_id, facts)
    if receipt.card is not None and attempt.trigger is AttemptTrigger.CHECKOUT:  # a kept card was the customer's choice
        keep_card(work, wanted.customer_id, attempt.gateway, receipt.card)


def _received_at(work: Work, gateway: str, payment_ref: str) -> datetime | None:
    """When a payment was booked; None for one that was not."""
    booked = select(Payment.received_at).where(Payment.gateway == gateway, Payment.gateway_ref == payment_ref)
    return work.session.exec(booked).first()


def _use(work: Work, wanted: ToPay, payment: Payment) -> Money:
    """What a payment is for has its money. What that cannot take becomes credit: how much of that is still there."""
    if isinstance(wanted, TopUp):
        ledger.book_all(work, _fee_of(payment))
        return book_top_up(work, wanted, payment)
    if wanted.status is InvoiceStatus.DRAFT and payment.amount == wanted.total:
        issue_on_payment(work, wanted)
    return settle(work, wanted, payment)


def _book_reserved(work: Work, attempt: PaymentAttempt, receipt: Receipt) -> None:
    """A bank keeps the sum for us. For an attempt that is over nobody wants it any more: it is let go."""
    if attempt.status is AttemptStatus.SUCCEEDED or attempt.is_reserved:
        return
    if not attempt.is_live:
        attempt.payment_ref = receipt.payment_ref
        work.emit(ReservationDecided(attempt.id))
        return
    assert attempt.invoice_id is not None  # noqa: S101  # nothing is reserved for a top-up
    attempt.reserve(receipt.payment_ref, receipt.reserved_until or work.now, work.now)
    work.emit(MoneyReserved(attempt.id, attempt.invoice_id))


def _end_reserved(work: Work, attempt: PaymentAttempt, receipt: Receipt) -> None:
    """Nothing is reserved any more, and nothing was taken."""
    assert attempt.invoice_id is not None  # noqa: S101  # nothing is reserved for a top-up
    attempt.fail(LET_GO if attempt.releasing_at else receipt.decline_code, work.now)
    work.emit(ReservationOver(attempt.id, attempt.invoice_id))


def _keep_late_card(work: Work, attempt: PaymentAttempt, customer_id: UUID, receipt: Receipt) -> None:
    """A card that a gateway has kept only after its payment was booked; one that we knew is a customer's to change."""
    if receipt.card is None or attempt.trigger is not AttemptTrigger.CHECKOUT:
        return
    known = select(PaymentMethod.id).where(
        PaymentMethod.gateway == attempt.gateway, PaymentMethod.gateway_ref == receipt.card.ref
    )
    if work.session.exec(known).first() is None:
        keep_card(work, customer_id, attempt.gateway, receipt.card)


def _payment_row(work: Work, attempt: PaymentAttempt, customer_id: UUID, receipt: Receipt) -> Payment:
    payment = Payment(
        customer_id=customer_id,
        invoice_id=attempt.invoice_id,
        attempt_id=attempt.id,
        gateway=attempt.gateway,
        gateway_ref=receipt.payment_ref,
        currency=receipt.amount.currency,
        amount_minor=receipt.amount.minor,
        fee_minor=receipt.fee.minor if receipt.fee and receipt.fee.currency == receipt.amount.currency else 0,
        received_at=work.now,
    )
    work.session.add(payment)
    return payment


def _fee_of(payment: Payment) -> list[ledger.Entry]:
    """The entry for what the gateway keeps of a payment; none where that is nothing."""
    fee = Money(payment.fee_minor, payment.currency)
    sides = [(ledger.fees(payment.gateway), fee), (ledger.clearing(payment.gateway), -fee)]
    return [("gateway_fee", f"fee:{payment.id.hex}", sides)] if fee else []


def _book_decline(work: Work, attempt: PaymentAttempt, wanted: ToPay, receipt: Receipt) -> None:
    if not attempt.is_live:
        return
    attempt.fail(receipt.decline_code, work.now)
    attempt.payment_ref = receipt.payment_ref or attempt.payment_ref
    if receipt.hard:
        refuse_card(work, attempt.method_id)
    if isinstance(wanted, TopUp):
        fail_top_up(work, wanted, "the payment was declined")
    else:
        work.emit(ChargeFailed(attempt.id, wanted.id, wanted.customer_id, hard=receipt.hard))


def _book_question(work: Work, attempt: PaymentAttempt, wanted: ToPay, receipt: Receipt) -> None:
    if not attempt.is_live:
        return
    attempt.ask_customer(receipt.decline_code, work.now)
    attempt.payment_ref = receipt.payment_ref or attempt.payment_ref
    if isinstance(wanted, TopUp):
        fail_top_up(work, wanted, "your bank wants you to confirm the payment")
    else:
        work.emit(ChargeNeedsCustomer(attempt.id, wanted.id, wanted.customer_id))


def _report_stray_money(work: Work, gateway: str, receipt: Receipt) -> None:
    known = select(Payment.id).where(Payment.gateway == gateway, col(Payment.gateway_ref) == receipt.payment_ref)
    if work.session.exec(known).first() is None:
        facts = {"amount": str(receipt.amount), "payment": receipt.payment_ref, "payer": receipt.payer_ref}
        open_case(work, STRAY, receipt.payment_ref, None, facts)
