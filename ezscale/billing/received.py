"""The money that came."""

from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.invoicing import invoice
from ezscale.kit.work import Work
from ezscale.models import Payment


def payments_on(work: Work, invoice_id: UUID) -> list[Payment]:
    """What was paid on an invoice that the actor may see, oldest first."""
    of_invoice = select(Payment).where(Payment.invoice_id == invoice(work, invoice_id).id)
    return list(work.session.exec(of_invoice.order_by(col(Payment.id))))
