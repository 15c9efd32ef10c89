"""Links by which one invoice is paid without signing in."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Self
from uuid import UUID

from sqlmodel import Field

from ezscale.kit.ids import fingerprint, new_secret
from ezscale.models.base import Row, moment
from ezscale.models.invoice import Invoice, InvoiceStatus

LASTS_PAST_DUE = timedelta(days=60)
UNPAID = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)


class PayLink(Row, table=True):
    """A secret that leads to one invoice. Each mail has its own, and all of them work: only their hashes are kept."""

    __tablename__ = "pay_link"
    __unaudited__: ClassVar[str] = "a link that somebody asks for is told; that in a mail follows from the mail"

    invoice_id: UUID = Field(foreign_key="invoice.id", index=True)
    secret_hash: str = Field(max_length=64, unique=True)
    made_at: datetime = moment()

    @classmethod
    def to(cls, invoice: Invoice, now: datetime) -> tuple[Self, str]:
        """A fresh link to an invoice, and its secret, which is told once."""
        secret = new_secret()
        return cls(invoice_id=invoice.id, secret_hash=fingerprint(secret), made_at=now), secret


def shows_by_link(invoice: Invoice, today: date) -> bool:
    """Whether links lead to an invoice: while it is unpaid or paid, until sixty days after it was due."""
    in_time = invoice.due_on is not None and today <= invoice.due_on + LASTS_PAST_DUE
    return in_time and invoice.status in (*UNPAID, InvoiceStatus.PAID)


def payable_by_link(invoice: Invoice, today: date) -> bool:
    """Whether an invoice can be paid by a link."""
    return shows_by_link(invoice, today) and invoice.status in UNPAID and bool(invoice.open_amount)
