"""What somebody who wants to pay is told while the gateway does not answer."""

from uuid import UUID

from ezscale.billing.bank_rules import account_for
from ezscale.kit.errors import BusinessError
from ezscale.kit.work import Work
from ezscale.models import Invoice

WORDS = "This way of paying does not answer right now. Nothing was charged. Please try again in a few minutes"


class NotAnswering(BusinessError):
    """The gateway has no page to show at the moment."""


def in_plain_words(work: Work, invoice_id: UUID | None = None, *, has_other_ways: bool = False) -> NotAnswering:
    """That nothing was charged, and what to do: come back in a few minutes, or pay in another way where there is one."""
    invoice = work.session.get(Invoice, invoice_id) if invoice_id else None
    transfers = invoice is not None and account_for(work, invoice.currency) is not None
    other = ["in another way"] * has_other_ways + ["by bank transfer: the invoice says where to"] * transfers
    return NotAnswering(f"{WORDS}, or pay {' or '.join(other)}." if other else f"{WORDS}.")
