"""Money that a bank keeps for us until a person has looked at what it is for: then it is taken, or let go.

Which of the two is written down first, under the lock of the invoice, and both are safe to repeat. Until one of them has
happened the attempt lives, so that nothing else is charged for the invoice.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import and_, col, or_, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.cases import close_by_itself, open_case
from ezscale.billing.collecting import live_attempt
from ezscale.billing.events import ReservationDecided, ReservationOver
from ezscale.billing.gateways import Gateways, gateway_of
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.payments import LET_GO, book_receipt
from ezscale.billing.ports import PaymentGateway, Receipt
from ezscale.billing.to_pay import locked, locked_with_what_it_pays
from ezscale.kit.errors import Rejected, UnknownOutcome
from ezscale.kit.work import OpenWork, Work
from ezscale.models import PaymentAttempt, PaymentMethod
from ezscale.models.payment import AttemptStatus

ENDS_SOON = "reservation_ends"  # a case
ANSWER_OVERDUE = timedelta(minutes=5)


def reserved_for(work: Work, invoice_id: UUID) -> PaymentAttempt | None:
    """What a bank keeps for us for an invoice, whatever was decided about it; nothing when there is none."""
    attempt = live_attempt(work, invoice_id)
    return attempt if attempt is not None and attempt.is_reserved else None


def reservations_of(work: Work, invoice_id: UUID) -> list[PaymentAttempt]:
    """Whatever a bank has kept for us for an invoice, and what became of it, oldest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    kept = select(PaymentAttempt).where(
        PaymentAttempt.invoice_id == invoice_id, col(PaymentAttempt.reserved_until).is_not(None)
    )
    return list(work.session.exec(kept.order_by(col(PaymentAttempt.id))))


def reserved_to_decide(work: Work, invoice_id: UUID) -> PaymentAttempt | None:
    """The same, locked until the transaction ends and read afresh."""
    invoice_to_change(work, invoice_id)
    attempt = live_attempt(work, invoice_id)
    if attempt is None:
        return None
    work.session.refresh(attempt, with_for_update=True)
    return attempt if attempt.is_reserved else None


def take_reserved(work: Work, attempt: PaymentAttempt) -> None:
    """Write down that reserved money is taken, from a locked attempt. WrongState when it is being let go."""
    attempt.take(work.now)
    _decided(work, attempt, "It is taken.")


def release_reserved(work: Work, attempt: PaymentAttempt) -> None:
    """Write down that reserved money is let go, from a locked attempt. WrongState when it is being taken."""
    attempt.release(work.now)
    _decided(work, attempt, "It is let go.")


def settle_reserved(open_work: OpenWork, gateways: Gateways, attempt_id: UUID) -> None:
    """Take, or let go, what is reserved, as it was decided; look at it where nothing was. Safe to repeat.

    What a bank keeps for an attempt that is over already is let go. UnknownOutcome and TemporaryFailure mean: call again
    later.
    """
    with open_work() as work:
        attempt = locked(work, attempt_id)
        gateway = gateway_of(gateways, attempt.gateway)
        if attempt.status is AttemptStatus.SUCCEEDED or not attempt.payment_ref:
            return
    try:
        receipt = _asked(gateway, attempt)
    except UnknownOutcome:
        with open_work() as work:
            attempt = locked(work, attempt_id)
            if attempt.is_live:
                attempt.lose_sight()
        raise
    except Rejected as refusal:
        with open_work() as work:
            _book_refusal(work, attempt_id, refusal)
        return
    with open_work() as work:
        book_receipt(work, gateway.name, receipt)


def forget_unkept_card(open_work: OpenWork, gateways: Gateways, attempt_id: UUID) -> None:
    """Let the gateway forget a card with which nothing was paid in the end: it is kept only with the money."""
    with open_work() as work:
        attempt = work.session.get_one(PaymentAttempt, attempt_id)
        gateway = gateway_of(gateways, attempt.gateway)
    card = gateway.read_payment(attempt.payment_ref).card if attempt.payment_ref else None
    if card is None:
        return
    with open_work() as work:
        ours = select(PaymentMethod.id).where(
            PaymentMethod.gateway == gateway.name, PaymentMethod.gateway_ref == card.ref
        )
        is_kept = work.session.exec(ours).first() is not None
    if not is_kept:
        gateway.forget_card(card.ref)


def unsettled(work: Work, limit: int = 500) -> list[UUID]:
    """Reserved money that was decided about a while ago, or whose time is over, and of which we have heard nothing."""
    asked = work.now - ANSWER_OVERDUE
    waiting = select(PaymentAttempt.id).where(
        col(PaymentAttempt.live_for).is_not(None),
        col(PaymentAttempt.reserves),
        or_(
            col(PaymentAttempt.taking_at) < asked,
            col(PaymentAttempt.releasing_at) < asked,
            and_(PaymentAttempt.status == AttemptStatus.RESERVED, col(PaymentAttempt.reserved_until) < asked),
        ),
    )
    return list(work.session.exec(waiting.order_by(col(PaymentAttempt.id)).limit(limit)))


def ending_before(work: Work, moment: datetime, limit: int = 500) -> list[PaymentAttempt]:
    """Reserved money about which nobody has decided, and which is gone before a moment."""
    ending = select(PaymentAttempt).where(
        PaymentAttempt.status == AttemptStatus.RESERVED,
        col(PaymentAttempt.live_for).is_not(None),
        col(PaymentAttempt.reserved_until) < moment,
    )
    return list(work.session.exec(ending.order_by(col(PaymentAttempt.id)).limit(limit)))


def _decided(work: Work, attempt: PaymentAttempt, how: str) -> None:
    work.session.add(attempt)
    close_by_itself(work, ENDS_SOON, attempt.id.hex, how)
    work.emit(ReservationDecided(attempt.id))


def _asked(gateway: PaymentGateway, attempt: PaymentAttempt) -> Receipt:
    if attempt.is_undecided:
        return gateway.read_payment(attempt.payment_ref)
    if attempt.is_being_taken:
        return gateway.take_reserved(attempt.payment_ref, attempt.key)
    return gateway.release_reserved(attempt.payment_ref, attempt.key)


def _book_refusal(work: Work, attempt_id: UUID, refusal: Rejected) -> None:
    """The gateway would not: nothing is taken with this attempt. What is still reserved is let go, or ends by itself."""
    attempt, invoice = locked_with_what_it_pays(work, attempt_id)
    if attempt.is_undecided:
        raise refusal
    if attempt.is_being_taken:
        attempt.fail("refused", work.now)
        work.emit(ReservationDecided(attempt.id))
        work.emit(ReservationOver(attempt.id, invoice.id))
    else:
        if attempt.is_live:
            attempt.fail(LET_GO, work.now)
            work.emit(ReservationOver(attempt.id, invoice.id))
        facts = {"payment": attempt.payment_ref, "amount": str(attempt.amount), "reason": refusal.message}
        open_case(work, "release_refused", attempt.id.hex, invoice.customer_id, facts)
    work.session.add(attempt)
