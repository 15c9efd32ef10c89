"""The money that came."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.invoicing import invoice
from ezscale.kit.work import Work
from ezscale.models import Payment, RecordedPayment

Received = tuple[Payment, RecordedPayment | None]  # with what staff wrote down of it, if no gateway told us


def payments_on(work: Work, invoice_id: UUID) -> list[Received]:
    """What was paid on an invoice that the actor may see, oldest first; for staff also what was taken back."""
    of_invoice = (
        select(Payment, RecordedPayment)
        .outerjoin(RecordedPayment, col(RecordedPayment.payment_id) == Payment.id)
        .where(Payment.invoice_id == invoice(work, invoice_id).id)
    )
    if not work.actor.may(SEE_EVERYTHING):
        of_invoice = of_invoice.where(col(Payment.taken_back_at).is_(None))
    return [(payment, recorded) for payment, recorded in work.session.exec(of_invoice.order_by(col(Payment.id)))]
