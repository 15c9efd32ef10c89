"""Charging kept cards: one attempt, one charge, whatever happens on the way."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, or_, select

from ezscale.billing.cards import backup_card, is_tried_out, usable_card
from ezscale.billing.cases import open_case
from ezscale.billing.disputed import is_questioned
from ezscale.billing.events import ChargeRequested
from ezscale.billing.gateways import Gateways, gateway_of
from ezscale.billing.invoicing import invoice_to_change
from ezscale.billing.payers import FIRST_NAME
from ezscale.billing.payments import book_receipt, settle_from_credit
from ezscale.billing.ports import Charge, PaymentGateway, Receipt
from ezscale.billing.small_sums import to_charge
from ezscale.billing.to_pay import ToPay, described, is_wanted, lock_with_what_it_pays, sum_of
from ezscale.billing.topped_up import fail_top_up
from ezscale.kit.database import table_of
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.ids import new_id
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Invoice, PaymentAttempt, PaymentMethod, TopUp
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import ON_A_PAGE, AttemptStatus, AttemptTrigger

ANSWER_OVERDUE = timedelta(minutes=10)
WAITED_FOR = timedelta(days=1)  # by later charges of the same customer
ANSWERED_BY = timedelta(minutes=1)
EARLIER_FIRST = 2.0  # seconds until a later charge looks again


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


def collect(open_work: OpenWork, gateways: Gateways, attempt_id: UUID) -> None:
    """Ask the bank for the money of an attempt. Safe to repeat: the key makes it one charge.

    UnknownOutcome and TemporaryFailure mean: call again later, with the same attempt. Neither is a try that counts: what
    surely did not happen is as if it had never been asked for.
    """
    with open_work() as work:
        attempt, wanted = locked_with_what_it_pays(work, attempt_id)
        if attempt.gateway not in gateways and attempt.status is AttemptStatus.CREATED:
            attempt.fail("not_connected", work.now)  # another way of paying must not wait for this one
            return
        gateway = gateway_of(gateways, attempt.gateway)
        charge, sent_at = _charge_to_send(work, gateway, attempt, wanted)
    if charge is None:
        return
    try:
        receipt = gateway.charge(charge) if sent_at is None else _found(gateway, charge, sent_at)
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


def locked(work: Work, attempt_id: UUID) -> PaymentAttempt:
    """An attempt as it is now, to be changed: what it pays is locked first, as everywhere."""
    return locked_with_what_it_pays(work, attempt_id)[0]


def locked_with_what_it_pays(work: Work, attempt_id: UUID) -> tuple[PaymentAttempt, ToPay]:
    """The same, and what it pays."""
    found = lock_with_what_it_pays(work, attempt_id)
    assert found is not None  # noqa: S101  # attempts stay for ever
    return found


def _charge_to_send(
    work: Work, gateway: PaymentGateway, attempt: PaymentAttempt, wanted: ToPay
) -> tuple[Charge | None, datetime | None]:
    """The charge, if it is wanted still; and when it was sent, where that is too long ago for its key to be known."""
    if not attempt.is_live or attempt.method_id is None:
        return None, None
    if not is_wanted(wanted) and attempt.status is AttemptStatus.CREATED:
        attempt.fail("not_needed", work.now)
        return None, None
    about = {"method_id": attempt.method_id, "of_customer": wanted.customer_id, "at_gateway": gateway.name}
    about |= {"before_id": attempt.id, "created_after": work.now - WAITED_FOR, "sent_after": work.now - ANSWERED_BY}
    card = work.session.connection().execute(TO_BE_CHARGED, about).one()
    if attempt.status is AttemptStatus.CREATED and card.is_questioned:
        attempt.fail("disputed", work.now)
        if isinstance(wanted, TopUp):
            fail_top_up(work, wanted, "a payment of yours is disputed")
        return None, None
    is_forgotten = attempt.sent_at is not None and work.now - attempt.sent_at > gateway.key_lives
    sent_at = attempt.sent_at if is_forgotten else None
    if attempt.status is AttemptStatus.CREATED:
        if card.has_earlier:
            raise TemporaryFailure("An earlier charge of this customer comes first", retry_after=EARLIER_FIRST)
        attempt.send(work.now)
    else:  # somebody else may be asking just now, or have asked and died: only the gateway knows
        attempt.lose_sight()
    return charge_of(attempt, wanted, card.payer_ref or "", card.gateway_ref), sent_at


# What a customer was to be charged for earlier comes first. One that makes no progress holds nobody up for long.
WAITS = (col(PaymentAttempt.status) == AttemptStatus.CREATED) & (
    col(PaymentAttempt.created_at) > bindparam("created_after")
)
IS_ASKED = (col(PaymentAttempt.status) == AttemptStatus.SENT) & (col(PaymentAttempt.sent_at) > bindparam("sent_after"))
EARLIER = (
    select(PaymentAttempt.id)
    .join(Invoice, col(Invoice.id) == PaymentAttempt.live_for)
    .where(
        Invoice.customer_id == bindparam("of_customer"),
        col(PaymentAttempt.id) < bindparam("before_id"),
        col(PaymentAttempt.trigger).not_in(ON_A_PAGE),
        WAITS | IS_ASKED,
    )
)
CARDS = table_of(PaymentMethod)
TO_BE_CHARGED = sqlalchemy.select(
    CARDS.c.gateway_ref,
    is_questioned().label("is_questioned"),
    FIRST_NAME.scalar_subquery().label("payer_ref"),
    EARLIER.exists().label("has_earlier"),
).where(CARDS.c.id == bindparam("method_id"))


def charge_of(attempt: PaymentAttempt, wanted: ToPay, payer_ref: str, card_ref: str = "") -> Charge:
    """An attempt in the gateway's terms."""
    return Charge(
        key=attempt.key,
        attempt_id=attempt.id,
        invoice_id=wanted.id,
        amount=attempt.amount,
        payer_ref=payer_ref,
        description=described(wanted, attempt.amount),
        card_ref=card_ref,
        keeps_card=attempt.trigger is AttemptTrigger.CHECKOUT,
        reserves=attempt.reserves,
    )


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
