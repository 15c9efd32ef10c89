"""Money that goes back to where it came from. What goes back is the customer's credit, so that it cannot be spent as well.

A refund is asked for, sent, and then succeeds or fails; while it is on its way it lies on an account of its own. Somebody
who gives money back at the gateway itself does not say what for: that lies on the same account until a credit note or
a surplus explains it, and staff have a case about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import REFUND_PAYMENTS, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.auto_agreements import pause_top_ups
from ezscale.billing.cases import open_case
from ezscale.billing.credit import CameOf, keep_as_credit, lock_customers, pay_out_credit
from ezscale.billing.credit_sources import credit_of_payments, payments_behind
from ezscale.billing.disputed import in_dispute, taken_by_banks
from ezscale.billing.events import RefundAsked, Refunded
from ezscale.billing.invoicing import invoice
from ezscale.billing.ports import RefundReceipt, RefundState
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import CreditEntry, Payment, PaymentAttempt, Refund
from ezscale.models.recorded_payment import PaidBy
from ezscale.models.refund import UNDER_WAY, RefundStatus

SENT_BACK = "credit was sent back to you"  # why it is not topped up by itself: else it would be taken again at night


@dataclass(frozen=True, slots=True)
class Refundable:
    """A sum of a customer's credit that can go back to where it came from, and how much of it."""

    entry: CreditEntry
    amount: Money


def refund_credit(work: Work, entry_id: UUID, amount: Money | None, reason: str) -> list[Refund]:
    """Send a sum of credit back to where it came from: so much of it, or all that can go.

    Credit that was given out of goodwill is no money, and cannot. NotConfirmed for somebody who has not proven a short
    while ago that it is still them.
    """
    work.actor.require(REFUND_PAYMENTS)
    work.actor.require_confirmed()
    entry = work.session.get(CreditEntry, entry_id)
    if entry is None:
        raise NotFound("We could not find this credit.")
    if not reason.strip():
        raise Invalid("Say why: the customer reads it.", field="reason")
    asked = send_back(work, entry, amount, reason)
    pause_top_ups(work, entry.customer_id, SENT_BACK)
    return asked


def send_back(work: Work, entry: CreditEntry, amount: Money | None, reason: str) -> list[Refund]:
    """Ask for refunds on the payments behind a sum of credit, newest first. Invalid for more than can go back."""
    lock_customers(work, [entry.customer_id])
    work.session.flush()
    work.session.refresh(entry)
    rooms = [(payment, left) for payment, left in _with_room(work, payments_behind(work, entry)) if left.minor > 0]
    most = min(entry.left, total((left for _, left in rooms), entry.currency))
    wanted = most if amount is None else amount
    if not most:
        raise Invalid("There is nothing that could be sent back to where it came from.", field="amount")
    if wanted.currency != entry.currency or not 0 < wanted.minor <= most.minor:
        raise Invalid(f"{most} can be sent back, and no more.", field="amount")
    asked = []
    for payment, room in rooms:
        part = min(room, wanted)
        if part:
            asked.append(_ask(work, entry, payment, part, reason))
        wanted -= part
    return asked


def refundable(work: Work, invoice_id: UUID) -> list[Refundable]:
    """The credit that came of an invoice's payments and can still go back to where it came from. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    return _refundable_of(work, work.session.exec(select(Payment).where(Payment.invoice_id == invoice_id)).all())


def refundable_of_top_up(work: Work, top_up_id: UUID) -> list[Refundable]:
    """The same of what was paid for a top-up: no more than is still unspent of it. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    paid = select(Payment).join(PaymentAttempt, col(PaymentAttempt.id) == Payment.attempt_id)
    return _refundable_of(work, work.session.exec(paid.where(PaymentAttempt.top_up_id == top_up_id)).all())


def _refundable_of(work: Work, paid: Sequence[Payment]) -> list[Refundable]:
    found = []
    for entry in credit_of_payments(work, paid):
        room = total((left for _, left in _with_room(work, payments_behind(work, entry))), entry.currency)
        if most := min(entry.left, room):
            found.append(Refundable(entry, most))
    return found


def could_go_back(work: Work, invoice_id: UUID, amount: Money) -> Money:
    """How much of a sum that is taken back of an invoice could go back to where it was paid from."""
    paid = list(work.session.exec(select(Payment).where(Payment.invoice_id == invoice_id)))
    same = [payment for payment in paid if payment.currency == amount.currency]
    return min(amount, total((left for _, left in _with_room(work, same)), amount.currency))


def refunds_on(work: Work, invoice_id: UUID) -> list[Refund]:
    """What went back, or is on its way, of what was paid on an invoice that the actor may see; oldest first."""
    paid = select(Payment.id).where(Payment.invoice_id == invoice(work, invoice_id).id)
    return list(work.session.exec(select(Refund).where(col(Refund.payment_id).in_(paid)).order_by(col(Refund.id))))


def book_refund(work: Work, gateway: str, receipt: RefundReceipt) -> None:
    """Bring our books to what the gateway says about one refund. Saying it twice changes nothing."""
    refund = _refund_of(work, gateway, receipt)
    if refund is None:
        if receipt.state is not RefundState.FAILED:
            _book_from_outside(work, gateway, receipt)
        return
    if receipt.ref and refund.amount != receipt.amount:
        facts = {"asked": str(refund.amount), "went": str(receipt.amount), "refund": receipt.ref}
        open_case(work, "wrong_refund", receipt.ref, refund.customer_id, facts)
        return
    refund.gateway_ref = refund.gateway_ref or receipt.ref or None
    work.session.add(refund)
    match receipt.state:
        case RefundState.SUCCEEDED if refund.is_under_way:
            refund.succeed(work.now)
            _book_sent(work, refund)
            work.emit(Refunded(refund.id, refund.customer_id))
        case RefundState.FAILED if refund.status is not RefundStatus.FAILED:
            _book_failure(work, refund, receipt.failure)
        case _:
            pass  # on its way, or known already: what has failed does not succeed later under the same name


def explain_refunds(work: Work, entry: CreditEntry, payments: Iterable[Payment]) -> None:
    """A sum has become the customer's credit that was sent back at the gateway before: it is not there to be spent."""
    unexplained = select(Refund).where(
        col(Refund.payment_id).in_([payment.id for payment in payments]),
        col(Refund.credit_entry_id).is_(None),
        Refund.status == RefundStatus.SUCCEEDED,
    )
    lock_customers(work, [entry.customer_id])
    for refund in work.session.exec(unexplained.order_by(col(Refund.id))).all():
        if 0 < refund.amount_minor <= entry.left_minor and refund.currency == entry.currency:
            refund.explain(entry.id)
            work.session.add(refund)
            account = ledger.refunds(refund.gateway)
            pay_out_credit(work, entry, refund.amount, refund.reason, f"refund:{refund.id.hex}", account)


def _ask(work: Work, entry: CreditEntry, payment: Payment, amount: Money, reason: str) -> Refund:
    refund_id = new_id()
    refund = Refund(
        id=refund_id,
        payment_id=payment.id,
        customer_id=payment.customer_id,
        credit_entry_id=entry.id,
        gateway=payment.gateway,
        key=f"refund:{refund_id.hex}",
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=reason.strip()[:200],
        asked_by=work.actor.name[:120],
        created_at=work.now,
    )
    work.session.add(refund)
    pay_out_credit(work, entry, amount, f"Refund: {refund.reason}", refund.key, ledger.refunds(refund.gateway))
    work.emit(RefundAsked(refund.id, refund.customer_id))
    return refund


def _with_room(work: Work, payments: Iterable[Payment]) -> list[tuple[Payment, Money]]:
    """Each payment with what can go back of it. Nothing does while it is disputed."""
    rooms = _left_of(work, payments)
    disputed = in_dispute(work, [payment.id for payment, _ in rooms])
    return [(payment, left) for payment, left in rooms if payment.id not in disputed]


def _left_of(work: Work, payments: Iterable[Payment]) -> list[tuple[Payment, Money]]:
    """Each payment with what is left of it: nobody has sent it back, and no bank has taken it.

    What came by hand goes back by hand, and is not among them.
    """
    known = {payment.id: payment for payment in payments if payment.gateway not in list(PaidBy)}
    back = (
        select(Refund.payment_id, func.sum(col(Refund.amount_minor)))
        .where(col(Refund.payment_id).in_(known), Refund.status != RefundStatus.FAILED)
        .group_by(col(Refund.payment_id))
    )
    gone = {payment_id: int(minor) for payment_id, minor in work.session.exec(back)}
    taken = taken_by_banks(work, list(known))
    return [
        (each, Money(each.amount_minor - gone.get(each.id, 0) - taken.get(each.id, 0), each.currency))
        for each in known.values()
    ]


def _refund_of(work: Work, gateway: str, receipt: RefundReceipt) -> Refund | None:
    ours = select(Refund).where(Refund.gateway == gateway)
    named = ours.where(Refund.id == receipt.refund_id) if receipt.refund_id else None
    by_ref = ours.where(Refund.gateway_ref == receipt.ref) if receipt.ref else None
    for which in (named, by_ref):
        refund = work.session.exec(which).first() if which is not None else None
        if refund is not None:  # the customer's credit is the one lock for everything that goes back
            lock_customers(work, [refund.customer_id])
            work.session.refresh(refund, with_for_update=True)
            return refund
    return None


def _book_sent(work: Work, refund: Refund) -> None:
    sides = [(ledger.refunds(refund.gateway), refund.amount), (ledger.clearing(refund.gateway), -refund.amount)]
    ledger.book(work, "refund", f"refunded:{refund.id.hex}", sides)


def _book_failure(work: Work, refund: Refund, why: str) -> None:
    """It is with us again, and is the customer's credit. Staff hear of it: most likely the card is gone."""
    came_back = refund.status is RefundStatus.SUCCEEDED
    refund.fail(why or "refused", work.now)
    account = ledger.refunds(refund.gateway)
    if came_back:
        sides = [(ledger.clearing(refund.gateway), refund.amount), (account, -refund.amount)]
        ledger.book(work, "refund_came_back", f"refund-came-back:{refund.id.hex}", sides)
    if refund.credit_entry_id is not None:
        once_key = CameOf.LOST_REFUND.name_of(refund.id)
        reason = "A refund did not arrive"
        keep_as_credit(work, refund.customer_id, refund.amount, reason, once_key, account)
    facts = {"amount": str(refund.amount), "why": refund.failure, "refund": refund.gateway_ref or ""}
    open_case(work, "refund_failed", refund.id.hex, refund.customer_id, facts)


def _make_room(work: Work, payment: Payment, room: Money, gone: Money) -> Money:
    """What has gone back is a fact. A wish of ours that no longer fits beside it is refused by the gateway: it ends here.

    Only wishes that the gateway has given no name to: had one of them gone first, it would not have let the other go.
    """
    wished = select(Refund).where(
        Refund.payment_id == payment.id, col(Refund.status).in_(UNDER_WAY), col(Refund.gateway_ref).is_(None)
    )
    unnamed = work.session.exec(wished.order_by(col(Refund.id).desc())).all()
    if gone.minor > room.minor + sum(refund.amount_minor for refund in unnamed):
        return room  # that is not the reason why it does not fit
    for refund in unnamed:
        if gone.minor <= room.minor:
            break
        _book_failure(work, refund, "Part of the payment was given back at the gateway itself meanwhile.")
        work.session.add(refund)
        room += refund.amount
    return room


def _book_from_outside(work: Work, gateway: str, receipt: RefundReceipt) -> None:
    """Somebody gave money back at the gateway itself."""
    paid = select(Payment).where(Payment.gateway == gateway, Payment.gateway_ref == receipt.payment_ref)
    payment = work.session.exec(paid).first()
    facts = {"amount": str(receipt.amount), "refund": receipt.ref, "payment": receipt.payment_ref}
    if payment is None:
        open_case(work, "stray_refund", receipt.ref, None, facts)
        return
    lock_customers(work, [payment.customer_id])
    ((_, room),) = _left_of(work, [payment])
    if receipt.state is RefundState.PENDING or _refund_of(work, gateway, receipt) is not None:
        return  # heard of again once it has gone, or booked by somebody else while we waited
    if receipt.amount.currency == payment.currency:
        room = _make_room(work, payment, room, receipt.amount)
    if receipt.amount.currency != payment.currency or receipt.amount.minor > room.minor:
        open_case(work, "wrong_refund", receipt.ref, payment.customer_id, facts)
        return
    refund_id = new_id()
    refund = Refund(
        id=refund_id,
        payment_id=payment.id,
        customer_id=payment.customer_id,
        gateway=gateway,
        gateway_ref=receipt.ref,
        key=f"refund:{refund_id.hex}",
        currency=receipt.amount.currency,
        amount_minor=receipt.amount.minor,
        reason="Given back at the gateway",
        created_at=work.now,
    )
    refund.succeed(work.now)
    work.session.add(refund)
    _book_sent(work, refund)
    work.session.flush()
    for entry in credit_of_payments(work, [payment]):
        explain_refunds(work, entry, [payment])
    work.emit(Refunded(refund.id, refund.customer_id))
    if refund.credit_entry_id is not None:
        pause_top_ups(work, payment.customer_id, SENT_BACK)
    else:
        open_case(work, "refund_unexplained", receipt.ref, payment.customer_id, facts)
