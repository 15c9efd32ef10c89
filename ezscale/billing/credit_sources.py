"""Which credit came of which payments, and which payments are behind a sum of credit."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.credit import CameOf
from ezscale.kit.work import Work
from ezscale.models import CreditEntry, CreditNote, Dispute, Payment, Refund


def credit_of_payments(work: Work, payments: Collection[Payment]) -> list[CreditEntry]:
    """What is left of the sums of credit that came of these payments, oldest first."""
    notes = select(CreditNote.id).where(col(CreditNote.invoice_id).in_({payment.invoice_id for payment in payments}))
    ids = [payment.id for payment in payments]
    lost = select(Refund.id).where(col(Refund.payment_id).in_(ids))
    won = select(Dispute.id).where(col(Dispute.payment_id).in_(ids), Dispute.held_minor > 0)
    names = [
        *map(CameOf.SURPLUS.name_of, ids),
        *map(CameOf.TOP_UP.name_of, ids),
        *map(CameOf.CREDIT_NOTE.name_of, work.session.exec(notes)),
        *map(CameOf.LOST_REFUND.name_of, work.session.exec(lost)),
        *map(CameOf.WON_DISPUTE.name_of, work.session.exec(won)),
    ]
    entries = select(CreditEntry).where(col(CreditEntry.once_key).in_(names), CreditEntry.left_minor > 0)
    return list(work.session.exec(entries.order_by(col(CreditEntry.id))))


def payments_behind(work: Work, entry: CreditEntry) -> list[Payment]:
    """The payments that a sum of credit came of, newest first."""
    kind, _, name = entry.once_key.partition(":")
    if kind not in list(CameOf):
        return []
    behind, row_id = select(Payment), UUID(name)
    match CameOf(kind):
        case CameOf.SURPLUS | CameOf.TOP_UP:
            behind = behind.where(Payment.id == row_id)
        case CameOf.CREDIT_NOTE:
            note = work.session.get_one(CreditNote, row_id)
            behind = behind.where(Payment.invoice_id == note.invoice_id, Payment.currency == entry.currency)
        case CameOf.LOST_REFUND:
            behind = behind.where(Payment.id == work.session.get_one(Refund, row_id).payment_id)
        case CameOf.WON_DISPUTE:
            behind = behind.where(Payment.id == work.session.get_one(Dispute, row_id).payment_id)
    return list(work.session.exec(behind.order_by(col(Payment.id).desc())))
