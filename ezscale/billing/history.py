"""What has happened to an invoice: who was asked for money, what came, and which reminders went out."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.invoicing import invoice
from ezscale.kit.work import Work
from ezscale.models import DunningStep, Invoice, InvoiceLine, PaymentAttempt, PaymentMethod, SubscriptionItem


def attempts_on(work: Work, invoice_id: UUID) -> list[tuple[PaymentAttempt, PaymentMethod | None]]:
    """Every time we asked for an invoice's money, newest first, with the card that was asked. For staff."""
    _require_staff(work, invoice_id)
    asked = (
        select(PaymentAttempt, PaymentMethod)
        .outerjoin(PaymentMethod, col(PaymentMethod.id) == PaymentAttempt.method_id)
        .where(PaymentAttempt.invoice_id == invoice_id)
        .order_by(col(PaymentAttempt.id).desc())
    )
    return [(attempt, method) for attempt, method in work.session.exec(asked)]


def steps_taken_on(work: Work, invoice_id: UUID) -> list[DunningStep]:
    """Which dunning steps an invoice has seen, newest first. For staff."""
    _require_staff(work, invoice_id)
    taken = select(DunningStep).where(DunningStep.invoice_id == invoice_id)
    return list(work.session.exec(taken.order_by(col(DunningStep.id).desc())))


def invoices_of_item(work: Work, item_id: UUID, limit: int = 24) -> list[Invoice]:
    """The invoices that bill the subscription of an item, also for what was agreed before, newest first. For staff."""
    work.actor.require(SEE_EVERYTHING)
    this = select(SubscriptionItem.subscription_id).where(SubscriptionItem.id == item_id).scalar_subquery()
    items = select(SubscriptionItem.id).where(SubscriptionItem.subscription_id == this)
    lines = select(InvoiceLine.invoice_id).where(col(InvoiceLine.item_id).in_(items))
    billing_it = select(Invoice).where(col(Invoice.id).in_(lines)).order_by(col(Invoice.id).desc())
    return list(work.session.exec(billing_it.limit(limit)))


def _require_staff(work: Work, invoice_id: UUID) -> None:
    work.actor.require(SEE_EVERYTHING)
    invoice(work, invoice_id)
