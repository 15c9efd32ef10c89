"""Payments that a customer's bank takes back. The bank decides whether we have them again, or have lost them.

While it decides, what it took lies on an account of its own, the card is not charged by itself, and nothing of the
payment is refunded, nor spent as credit. What is lost is covered by that credit; the rest is bad debt, or its invoice
asks for it again: that is the house's choice.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.cards import refuse_card
from ezscale.billing.cases import open_case
from ezscale.billing.credit import lock_customers
from ezscale.billing.disputed import taken_by_banks
from ezscale.billing.disputed_credit import release_credit, withhold_credit
from ezscale.billing.dunning import chase_anew
from ezscale.billing.events import DisputeLost, DisputeOpened, DisputeTaken, DisputeWon
from ezscale.billing.invoicing import invoice, invoice_to_change
from ezscale.billing.payments import used_as
from ezscale.billing.ports import DisputeReceipt, DisputeState
from ezscale.company.rules import Rules, rules
from ezscale.kit.money import Money
from ezscale.kit.paging import page_of
from ezscale.kit.work import Work
from ezscale.models import CreditNote, Customer, Dispute, Invoice, Payment, PaymentAttempt, PaymentMethod, Refund
from ezscale.models.dispute import UNDECIDED, DisputeStatus
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.refund import RefundStatus

PAGE = 200
DECIDED = {DisputeState.WON: DisputeStatus.WON, DisputeState.LOST: DisputeStatus.LOST}


class AfterLoss(StrEnum):
    """What becomes of a sum that is lost."""

    WRITTEN_OFF = "written off"
    OWED_AGAIN = "owed again"


class DisputeRules(Rules):
    """What a dispute means."""

    topic: ClassVar[str] = "disputes"
    title: ClassVar[str] = "Disputes"

    after_loss: AfterLoss = Field(
        default=AfterLoss.WRITTEN_OFF,
        title="A payment that is lost is",
        description="Written off, it is bad debt and its invoice stays paid. Owed again, its invoice is open again, and "
        "is chased like any other. What was taken back by credit notes, or was cancelled, is written off always.",
    )
    suspends: bool = Field(
        default=False,
        title="Services stand still while a bank has their payment",
        description="They run again when the bank has decided for us, or the sum is written off; where it is owed again, "
        "when it is paid. A bank that only asks stops nothing.",
    )


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute with what it is about."""

    dispute: Dispute
    payment: Payment
    customer: Customer
    invoice: Invoice | None


def book_dispute(work: Work, gateway: str, receipt: DisputeReceipt) -> None:
    """Bring our books to what the gateway says about one dispute. Saying it twice, or late, changes nothing."""
    paid = select(Payment).where(Payment.gateway == gateway, Payment.gateway_ref == receipt.payment_ref)
    payment = work.session.exec(paid).first()
    facts = {"amount": str(receipt.amount), "dispute": receipt.ref, "payment": receipt.payment_ref}
    if payment is None:
        open_case(work, "stray_dispute", receipt.ref, None, facts)
        return
    if payment.invoice_id is not None:  # always in this order: the invoice, then what goes back to its customer
        invoice_to_change(work, payment.invoice_id)
    lock_customers(work, [payment.customer_id])
    dispute = _known(work, gateway, receipt)
    if dispute is not None and not dispute.is_undecided:
        if receipt.state in DECIDED and dispute.status is not DECIDED[receipt.state]:
            open_case(work, "dispute_turned", receipt.ref, payment.customer_id, facts)
        return  # else it is what we know, or older than that
    if not _is_plausible(work, payment, dispute, receipt):
        open_case(work, "wrong_dispute", receipt.ref, payment.customer_id, facts)
        return
    if dispute is None:
        dispute = _begin(work, payment, receipt)
        due = f"{receipt.answer_by.astimezone(work.zone):%Y-%m-%d}" if receipt.answer_by else ""
        facts |= {"reason": dispute.reason, "evidence is due by": due}
        open_case(work, "disputed", receipt.ref, payment.customer_id, facts)
    if dispute.status is DisputeStatus.WARNING and receipt.state in (DisputeState.OPEN, DisputeState.LOST):
        _take(work, dispute, payment, receipt)
    if receipt.state is DisputeState.WON:
        _win(work, dispute, receipt)
    elif receipt.state is DisputeState.LOST:
        _lose(work, dispute, payment, receipt)
    dispute.answer_by = receipt.answer_by or dispute.answer_by
    work.session.add(dispute)
    work.session.flush()


def disputes(work: Work, *, decided: bool = False, before: UUID | None = None, limit: int = PAGE) -> list[Disputed]:
    """Those that wait for a bank, by the moment until which it hears evidence; or those decided, newest first. Staff only.

    `before` is the last id of a page.
    """
    work.actor.require(SEE_EVERYTHING)
    status = col(Dispute.status)
    found = select(Dispute).where(status.not_in(UNDECIDED) if decided else status.in_(UNDECIDED))
    by = None if decided else func.coalesce(col(Dispute.answer_by), col(Dispute.opened_at))
    page = page_of(found, col(Dispute.id), before=before, limit=limit, by=by, descending=decided)
    listed = list(work.session.exec(page))
    around = (
        select(Payment, Customer, Invoice)
        .join(Customer, col(Customer.id) == Payment.customer_id)
        .outerjoin(Invoice, col(Invoice.id) == Payment.invoice_id)
        .where(col(Payment.id).in_({dispute.payment_id for dispute in listed}))
    )
    names = {payment.id: (payment, customer, billed) for payment, customer, billed in work.session.exec(around)}
    return [Disputed(dispute, *names[dispute.payment_id]) for dispute in listed]


def disputes_on(work: Work, invoice_id: UUID) -> list[tuple[Dispute, Payment]]:
    """The disputes of what was paid on an invoice that the actor may see, each with its payment; oldest first."""
    paid = select(Dispute, Payment).join(Payment, col(Payment.id) == Dispute.payment_id)
    mine = paid.where(Payment.invoice_id == invoice(work, invoice_id).id)
    return list(work.session.exec(mine.order_by(col(Dispute.id))))


def stands_still_for(work: Work, invoice_id: UUID) -> bool:
    """Whether services stand still because a bank has what was paid on their invoice, or has kept it and it is owed again.

    Only where the house wants it so.
    """
    if not rules(work, DisputeRules).suspends:
        return False
    about = [dispute for dispute, _ in disputes_on(work, invoice_id)]
    if any(dispute.status is DisputeStatus.OPEN for dispute in about):
        return True
    is_open = work.session.get_one(Invoice, invoice_id).status is InvoiceStatus.OPEN
    return is_open and any(dispute.owed_minor for dispute in about)


def _known(work: Work, gateway: str, receipt: DisputeReceipt) -> Dispute | None:
    known = select(Dispute).where(Dispute.gateway == gateway, Dispute.gateway_ref == receipt.ref).with_for_update()
    return work.session.exec(known.execution_options(populate_existing=True)).first()


def _is_plausible(work: Work, payment: Payment, dispute: Dispute | None, receipt: DisputeReceipt) -> bool:
    """In the currency of its payment, no more than is left of it, and of a sum that changes only before it is taken."""
    if receipt.amount.currency != payment.currency or receipt.fee.currency != payment.currency:
        return False
    if dispute is not None and dispute.status is DisputeStatus.OPEN:
        return receipt.amount == dispute.amount and dispute.payment_id == payment.id
    if receipt.state in (DisputeState.WARNING, DisputeState.WON):  # nothing was taken, or all of it is back
        return 0 < receipt.amount.minor <= payment.amount_minor
    gone = select(func.coalesce(func.sum(col(Refund.amount_minor)), 0)).where(
        Refund.payment_id == payment.id, Refund.status == RefundStatus.SUCCEEDED
    )
    taken = taken_by_banks(work, [payment.id]).get(payment.id, 0)
    return 0 < receipt.amount.minor <= payment.amount_minor - int(work.session.exec(gone).one()) - taken


def _begin(work: Work, payment: Payment, receipt: DisputeReceipt) -> Dispute:
    kept = select(PaymentMethod.id).where(
        PaymentMethod.gateway == payment.gateway,
        PaymentMethod.gateway_ref == receipt.card_ref,
        PaymentMethod.customer_id == payment.customer_id,
    )
    dispute = Dispute(
        payment_id=payment.id,
        customer_id=payment.customer_id,
        method_id=work.session.exec(kept).first() or _charged(work, payment),
        gateway=payment.gateway,
        gateway_ref=receipt.ref,
        currency=receipt.amount.currency,
        amount_minor=receipt.amount.minor,
        reason=receipt.reason.replace("_", " ")[:60],
        opened_at=work.now,
    )
    work.session.add(dispute)
    work.emit(DisputeOpened(dispute.id, payment.invoice_id, payment.customer_id))
    return dispute


def _charged(work: Work, payment: Payment) -> UUID | None:
    """The kept card that a payment was charged to, where the gateway does not say it."""
    charged = select(PaymentAttempt.method_id).where(PaymentAttempt.id == payment.attempt_id)
    return work.session.exec(charged).first()


def _take(work: Work, dispute: Dispute, payment: Payment, receipt: DisputeReceipt) -> None:
    dispute.take(receipt.amount, receipt.fee)
    sides = [
        (ledger.disputes(dispute.gateway), dispute.amount),
        (ledger.fees(dispute.gateway), dispute.fee),
        (ledger.clearing(dispute.gateway), -dispute.amount - dispute.fee),
    ]
    ledger.book(work, "dispute_opened", f"dispute:{dispute.id.hex}", sides)
    work.emit(DisputeTaken(dispute.id, payment.invoice_id, dispute.customer_id))
    withhold_credit(work, dispute, payment)


def _win(work: Work, dispute: Dispute, receipt: DisputeReceipt) -> None:
    came_back = dispute.amount if dispute.status is DisputeStatus.OPEN else Money.zero(dispute.currency)
    dearer = receipt.fee - dispute.fee
    dispute.win(receipt.fee, work.now)
    sides = [
        (ledger.clearing(dispute.gateway), came_back - dearer),
        (ledger.fees(dispute.gateway), dearer),
        (ledger.disputes(dispute.gateway), -came_back),
    ]
    ledger.book(work, "dispute_won", f"dispute-won:{dispute.id.hex}", sides)
    release_credit(work, dispute)
    work.emit(DisputeWon(dispute.id, _invoice_id(work, dispute), dispute.customer_id))


def _lose(work: Work, dispute: Dispute, payment: Payment, receipt: DisputeReceipt) -> None:
    """The card is not charged by itself any more: whoever disputes a payment would dispute the next."""
    dearer, owed = receipt.fee - dispute.fee, _owed_again(work, dispute, payment)
    dispute.lose(owed, receipt.fee, work.now)
    sides = [
        (ledger.withheld(dispute.customer_id), dispute.held),
        (ledger.BAD_DEBT, dispute.amount - dispute.held - owed),
        (ledger.receivable(dispute.customer_id), owed),
        (ledger.disputes(dispute.gateway), -dispute.amount),
        (ledger.fees(dispute.gateway), dearer),
        (ledger.clearing(dispute.gateway), -dearer),
    ]
    ledger.book(work, "dispute_lost", f"dispute-lost:{dispute.id.hex}", sides)
    refuse_card(work, dispute.method_id)
    work.emit(DisputeLost(dispute.id, payment.invoice_id, dispute.customer_id))


def _owed_again(work: Work, dispute: Dispute, payment: Payment) -> Money:
    """Let the invoice ask again for what the payment had settled of it: how much that is."""
    nothing = Money.zero(dispute.currency)
    if rules(work, DisputeRules).after_loss is not AfterLoss.OWED_AGAIN or payment.invoice_id is None:
        return nothing
    billed = invoice_to_change(work, payment.invoice_id)
    kept = select(func.coalesce(func.sum(col(CreditNote.kept_minor)), 0)).where(CreditNote.invoice_id == billed.id)
    if billed.status not in (InvoiceStatus.OPEN, InvoiceStatus.PAID) or work.session.exec(kept).one():
        return nothing
    before = select(func.coalesce(func.sum(col(Dispute.owed_minor)), 0)).where(Dispute.payment_id == payment.id)
    used = ledger.booked_on(work, used_as(payment.id), ledger.clearing(payment.gateway), payment.currency)
    owed = min(dispute.amount - dispute.held, used - Money(int(work.session.exec(before).one()), dispute.currency))
    if not owed:
        return nothing
    was_paid = billed.status is InvoiceStatus.PAID
    billed.unsettle(owed)
    work.session.add(billed)
    if was_paid:
        chase_anew(work, billed.id)
    return owed


def _invoice_id(work: Work, dispute: Dispute) -> UUID | None:
    return work.session.get_one(Payment, dispute.payment_id).invoice_id
