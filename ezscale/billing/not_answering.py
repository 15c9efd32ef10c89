"""What somebody who wants to pay is told while the gateway does not answer."""

from uuid import UUID

from ezscale.billing.bank_rules import account_for
from ezscale.kit.errors import BusinessError
from ezscale.kit.work import Work
from ezscale.models import Invoice

WORDS = "Payments by card do not answer right now. Nothing was charged. Please try again in a few minutes"


class NotAnswering(BusinessError):
    """The gateway has no page to show at the moment."""


def in_plain_words(work: Work, invoice_id: UUID | None = None) -> NotAnswering:
    """That nothing was charged, and what to do: come back in a few minutes, or transfer the money where we take transfers."""
    invoice = work.session.get(Invoice, invoice_id) if invoice_id else None
    if invoice is not None and account_for(work, invoice.currency) is not None:
        return NotAnswering(f"{WORDS}, or pay by bank transfer: the invoice says where to.")
    return NotAnswering(f"{WORDS}.")
