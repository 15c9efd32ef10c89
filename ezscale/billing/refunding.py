"""Sending money back: one refund is paid once, whatever happens on the way."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from ezscale.billing.collecting import ANSWER_OVERDUE
from ezscale.billing.credit import lock_customers
from ezscale.billing.gateways import Gateways, gateway_of
from ezscale.billing.ports import PaymentGateway, RefundReceipt, RefundState, WantedRefund
from ezscale.billing.refunds import book_refund
from ezscale.kit.errors import Rejected, UnknownOutcome
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Payment, Refund
from ezscale.models.refund import UNDER_WAY


def send_refund(open_work: OpenWork, gateways: Gateways, refund_id: UUID) -> None:
    """Ask the gateway to send money back. Safe to repeat: the key makes it one refund.

    UnknownOutcome and TemporaryFailure mean: call again later, with the same refund.
    """
    with open_work() as work:
        gateway = gateway_of(gateways, work.session.get_one(Refund, refund_id).gateway)
        wanted, ref, is_forgotten = _to_send(work, gateway, refund_id)
    if wanted is None:
        return
    try:
        receipt = gateway.read_refund(ref) if ref else _sent(gateway, wanted, is_forgotten=is_forgotten)
    except UnknownOutcome:
        with open_work() as work:
            _locked(work, refund_id).lose_sight()
        raise
    except Rejected as refusal:
        receipt = RefundReceipt(
            RefundState.FAILED, "", wanted.payment_ref, wanted.amount, refund_id, failure=refusal.message
        )
    with open_work() as work:
        book_refund(work, gateway.name, receipt)


def unanswered_refunds(work: Work, limit: int = 500) -> list[UUID]:
    """Refunds that were asked for a while ago and of which we have not heard that they arrived."""
    waiting = select(Refund.id).where(
        col(Refund.status).in_(UNDER_WAY), col(Refund.created_at) < work.now - ANSWER_OVERDUE
    )
    return list(work.session.exec(waiting.order_by(col(Refund.id)).limit(limit)))


def doubt_refunds(work: Work, since: datetime) -> int:
    """Take every refund that these books do not know to be sent for one that may have been sent at that moment.

    For books that were restored, as with charges. How many refunds are without an answer.
    """
    under_way = select(Refund).where(col(Refund.status).in_(UNDER_WAY))
    refunds = work.session.exec(under_way.order_by(col(Refund.id)).with_for_update()).all()
    for refund in refunds:
        refund.send(since)
        refund.lose_sight()
    return len(refunds)


def _to_send(work: Work, gateway: PaymentGateway, refund_id: UUID) -> tuple[WantedRefund | None, str, bool]:
    refund = _locked(work, refund_id)
    if not refund.is_under_way:
        return None, "", False
    is_forgotten = refund.sent_at is not None and work.now - refund.sent_at > gateway.key_lives
    refund.send(work.now)
    payment = work.session.get_one(Payment, refund.payment_id)
    wanted = WantedRefund(refund.key, refund.id, payment.gateway_ref, refund.amount)
    return wanted, refund.gateway_ref or "", is_forgotten


def _sent(gateway: PaymentGateway, wanted: WantedRefund, *, is_forgotten: bool) -> RefundReceipt:
    """Where the gateway has forgotten the key, it is looked for first: what is not there was surely never made."""
    found = gateway.find_refund(wanted) if is_forgotten else None
    return found or gateway.refund(wanted)


def _locked(work: Work, refund_id: UUID) -> Refund:
    refund = work.session.get_one(Refund, refund_id)
    lock_customers(work, [refund.customer_id])
    work.session.refresh(refund, with_for_update=True)
    return refund
