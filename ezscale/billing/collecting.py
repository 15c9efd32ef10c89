"""Charging kept cards: one attempt, one charge, whatever happens on the way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, or_, select

from ezscale.billing.cards import backup_card, is_tried_out, usable_card
from ezscale.billing.cases import open_case
from ezscale.billing.events import ChargeRequested
from ezscale.billing.gateways import Gateways, gateway_of
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.payments import book_receipt, settle_from_credit
from ezscale.billing.ports import Charge, PaymentGateway, Receipt
from ezscale.billing.sending import WAITED_FOR, Going, send
from ezscale.billing.small_sums import to_charge
from ezscale.billing.to_pay import ToPay, locked, locked_with_what_it_pays, sum_of
from ezscale.billing.topped_up import fail_top_up
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.ids import new_id
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Invoice, PaymentAttempt, PaymentMethod, TopUp
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import ON_A_PAGE, AttemptStatus, AttemptTrigger

ANSWER_OVERDUE = timedelta(minutes=10)


def request_charge(
    work: Work, invoice_id: UUID, trigger: AttemptTrigger, *, to_backup: bool = False
) -> PaymentAttempt | None:
    """Write down that an open invoice shall be charged to the customer's card, or their backup; credit is used first.

    None when there is nothing to charge, or too little, no usable card, or one that was tried in vain too often, or an
    attempt is already under way.
    """
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status is not InvoiceStatus.OPEN:
        return None
    if live_attempt(work, invoice_id) is not None:
        return None
    settle_from_credit(work, invoice)
    backup = backup_card(work, invoice.customer_id) if to_backup else None
    card = backup or usable_card(work, invoice.customer_id)
    if invoice.status is not InvoiceStatus.OPEN or card is None or not to_charge(work, invoice):
        return None
    if is_tried_out(work, card):
        return None
    attempt = new_attempt(work, invoice, trigger, card.gateway, card)
    work.emit(ChargeRequested(attempt.id, invoice.customer_id))
    return attempt


def new_attempt(
    work: Work, wanted: ToPay, trigger: AttemptTrigger, gateway: str, card: PaymentMethod | None = None
) -> PaymentAttempt:
    """An attempt on all that can be charged for an invoice or a top-up, with the key that makes it one charge."""
    attempt_id = new_id()
    attempt = PaymentAttempt(
        id=attempt_id,
        invoice_id=wanted.id if isinstance(wanted, Invoice) else None,
        top_up_id=wanted.id if isinstance(wanted, TopUp) else None,
        live_for=wanted.id,
        method_id=card.id if card else None,
        trigger=trigger,
        gateway=gateway,
        key=f"charge:{wanted.id.hex}:{attempt_id.hex}",
        currency=wanted.currency,
        amount_minor=sum_of(work, wanted).minor,
        created_at=work.now,
    )
    work.session.add(attempt)
    work.session.flush()
    return attempt


def live_attempt(work: Work, wanted: UUID) -> PaymentAttempt | None:
    """The attempt under way for an invoice or a top-up, if any."""
    return work.session.exec(select(PaymentAttempt).where(PaymentAttempt.live_for == wanted)).first()


def drop_unsent_charge(work: Work, invoice_id: UUID) -> None:
    """Give up a charge that was not sent yet, because it asks for too much now; the next round asks afresh."""
    waiting = select(PaymentAttempt).where(
        PaymentAttempt.live_for == invoice_id, PaymentAttempt.status == AttemptStatus.CREATED
    )
    for attempt in work.session.exec(waiting.with_for_update()):
        attempt.fail("not_needed", work.now)
        work.session.add(attempt)


def collect(
    open_work: OpenWork,
    gateways: Gateways,
    attempt_id: UUID,
    going: Going | None = None,
    end: Callable[[Work], None] = lambda _work: None,
) -> None:
    """Ask the bank for the money of an attempt. Safe to repeat: the key makes it one charge.

    `going` is that charge, where it was written down a moment ago that it goes to its gateway; `end` is called in the
    transaction that books the answer.

    UnknownOutcome and TemporaryFailure mean: call again later, with the same attempt. Neither is a try that counts: what
    surely did not happen is as if it had never been asked for.
    """
    going = going or send(open_work, gateways, attempt_id)
    if going is None:
        return
    gateway = gateway_of(gateways, going.gateway)
    try:
        receipt = (
            gateway.charge(going.charge) if going.sent_at is None else _found(gateway, going.charge, going.sent_at)
        )
    except UnknownOutcome:
        with open_work() as work:
            locked(work, attempt_id).lose_sight()
        raise
    except TemporaryFailure:
        with open_work() as work:
            locked(work, attempt_id).stay_unsent()
        raise
    except Rejected as refusal:
        with open_work() as work:
            _book_refusal(work, attempt_id, refusal)
        return
    with open_work() as work:
        if receipt is None:
            _charge_anew(work, attempt_id)
        else:
            book_receipt(work, gateway.name, receipt)
        end(work)


def doubt_charges(work: Work, since: datetime) -> int:
    """Take every charge that these books do not know to be sent for one that may have been sent at that moment.

    For books that were restored: they end there, and the gateway may have acted since. So it is asked with the old key
    while that is surely remembered, and looked up by our name for it afterwards. How many charges are without an answer.
    """
    live = select(PaymentAttempt).where(
        col(PaymentAttempt.live_for).is_not(None), col(PaymentAttempt.method_id).is_not(None)
    )
    attempts = work.session.exec(live.order_by(col(PaymentAttempt.id)).with_for_update()).all()
    for attempt in attempts:
        attempt.send(since)
        attempt.lose_sight()
    return len(attempts)


def _found(gateway: PaymentGateway, charge: Charge, sent_at: datetime) -> Receipt | None:
    """The key is too old to be repeated: look the money up by our own name for it instead.

    None is only what the gateway surely would know of by now; until then it raises TemporaryFailure, and is asked again.
    """
    return gateway.find_payment(charge.payer_ref, charge.attempt_id, sent_at)


def _charge_anew(work: Work, attempt_id: UUID) -> None:
    """No money was found under our name for it: that try never was one."""
    attempt, wanted = locked_with_what_it_pays(work, attempt_id)
    if not attempt.is_live:
        return
    attempt.fail("lost", work.now)
    work.session.flush()
    if isinstance(wanted, TopUp):
        fail_top_up(work, wanted, "the payment did not reach the gateway")
    else:
        request_charge(work, wanted.id, attempt.trigger)


def _book_refusal(work: Work, attempt_id: UUID, refusal: Rejected) -> None:
    attempt, wanted = locked_with_what_it_pays(work, attempt_id)
    attempt.fail("refused", work.now)
    if isinstance(wanted, TopUp):
        fail_top_up(work, wanted, "the payment could not be made")
    facts = {"for": wanted.number or "", "reason": refusal.message}
    open_case(work, "charge_refused", attempt.id.hex, wanted.customer_id, facts)


def unanswered(work: Work, limit: int = 500) -> list[UUID]:
    """Charges that were sent a while ago and whose answer we have not heard."""
    waiting = select(PaymentAttempt.id).where(
        col(PaymentAttempt.live_for).is_not(None),
        PaymentAttempt.checkout_ref == "",
        col(PaymentAttempt.trigger).not_in(ON_A_PAGE),
        PaymentAttempt.created_at < work.now - ANSWER_OVERDUE,
        or_(
            PaymentAttempt.status != AttemptStatus.CREATED,  # one that still waits for its turn is on its way
            PaymentAttempt.created_at < work.now - WAITED_FOR,
        ),
    )
    return list(work.session.exec(waiting.order_by(col(PaymentAttempt.id)).limit(limit)))
