"""What became of a top-up: its money is credit, or nobody pays it."""

from ezscale.billing import ledger
from ezscale.billing.auto_agreements import pause_top_ups
from ezscale.billing.credit import CameOf, came, keep_as_credit
from ezscale.billing.events import TopUpFailed, TopUpPaid
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import Payment, TopUp
from ezscale.models.top_up import TopUpStatus


def book_top_up(work: Work, top_up: TopUp, payment: Payment) -> Money:
    """Turn what came into the customer's credit. What came a second time is credit, too: how much that is."""
    held, amount = ledger.clearing(payment.gateway), payment.amount
    if top_up.status is TopUpStatus.PAID:
        reason = f"Paid once more: top-up {top_up.number}"
        keep_as_credit(work, top_up.customer_id, amount, reason, CameOf.SURPLUS.name_of(payment.id), held)
        return amount
    once_key = CameOf.TOP_UP.name_of(payment.id)
    entry = came(work, top_up.customer_id, amount, f"Top-up {top_up.number}", once_key, None)
    ledger.book(work, "topped_up", once_key, [(held, amount), (ledger.credit(top_up.customer_id), -amount)])
    top_up.pay(amount, entry.id, work.now)
    work.session.add(top_up)
    work.emit(TopUpPaid(top_up.id, top_up.customer_id))
    return Money.zero(amount.currency)


def fail_top_up(work: Work, top_up: TopUp, because: str) -> None:
    """A kept method was not charged. One that came by itself is given up and pauses the others; else they pay another way."""
    if not top_up.is_asked:
        return
    if top_up.is_automatic:
        top_up.abandon(work.now)
        work.session.add(top_up)
        pause_top_ups(work, top_up.customer_id, because)
    work.emit(TopUpFailed(top_up.id, top_up.customer_id))
