"""Cancelling: at the end of what is paid, and changing one's mind until then."""

from datetime import date
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import CANCEL_SERVICES
from ezscale.billing.events import CancellationRequested
from ezscale.billing.invoicing import void_invoice
from ezscale.billing.subscriptions import end_subscription, subscription_of_item
from ezscale.kit.errors import BusinessError
from ezscale.kit.work import Work
from ezscale.models import Cancellation, Invoice, InvoiceLine, Subscription, SubscriptionItem
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.subscription import SubscriptionStatus


def cancel_at_period_end(work: Work, item_id: UUID, reason: str = "") -> Cancellation:
    """The subscription of a service ends with the period that is paid; asking twice is asking once."""
    work.actor.require(CANCEL_SERVICES)
    subscription = subscription_of_item(work, item_id)
    if subscription.status not in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE):
        raise BusinessError("This service has no running subscription.")
    pending = cancellation_of(work, subscription.id)
    if pending is not None:
        return pending
    cancellation = Cancellation(
        subscription_id=subscription.id,
        requested_at=work.now,
        requested_by=work.actor.name,
        effective_on=paid_until(work, subscription),
        reason=reason.strip()[:500],
    )
    work.session.add(cancellation)
    work.session.flush()
    work.emit(CancellationRequested(subscription.id, subscription.customer_id, cancellation.id))
    return cancellation


def keep_subscription(work: Work, item_id: UUID) -> None:
    """The customer changed their mind in time: it renews as if nothing had been said."""
    work.actor.require(CANCEL_SERVICES)
    subscription = subscription_of_item(work, item_id)
    pending = cancellation_of(work, subscription.id)
    if pending is None or subscription.status is SubscriptionStatus.ENDED:
        raise BusinessError("There is no cancellation to take back.")
    pending.withdraw(work.now)


def cancellation_of(work: Work, subscription_id: UUID) -> Cancellation | None:
    """The standing wish to stop, if there is one."""
    standing = select(Cancellation).where(
        Cancellation.subscription_id == subscription_id, col(Cancellation.withdrawn_at).is_(None)
    )
    return work.session.exec(standing).first()


def paid_until(work: Work, subscription: Subscription) -> date:
    """The day up to which a subscription is paid, today at the earliest."""
    unpaid = (
        select(col(InvoiceLine.period_start))
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(SubscriptionItem.subscription_id == subscription.id, Invoice.status == InvoiceStatus.OPEN)
        .order_by(col(InvoiceLine.period_start))
    )
    first_unpaid = work.session.exec(unpaid).first() or subscription.bill_from or work.today
    return max(first_unpaid, work.today)


def subscriptions_to_end(work: Work, limit: int = 200) -> list[UUID]:
    """Those whose day has come."""
    due = (
        select(Subscription.id)
        .join(Cancellation, col(Cancellation.subscription_id) == Subscription.id)
        .where(
            col(Cancellation.withdrawn_at).is_(None),
            Cancellation.effective_on <= work.today,
            Subscription.status != SubscriptionStatus.ENDED,
        )
        .order_by(col(Subscription.id))
    )
    return list(work.session.exec(due.limit(limit)))


def end_as_wished(work: Work, subscription_id: UUID) -> None:
    """The cancellation's day has come: what was billed for later is voided, and the subscription ends."""
    subscription = work.session.get_one(Subscription, subscription_id, with_for_update=True)
    wish = cancellation_of(work, subscription_id)
    if wish is None or wish.effective_on > work.today:
        return
    for invoice_id in open_invoices_of(work, subscription_id, since=wish.effective_on):
        void_invoice(work, invoice_id)
    end_subscription(work, subscription)


def open_invoices_of(work: Work, subscription_id: UUID, since: date) -> list[UUID]:
    """Unpaid invoices for periods that begin on or after a day."""
    unpaid = (
        select(Invoice.id)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .where(
            SubscriptionItem.subscription_id == subscription_id,
            Invoice.status == InvoiceStatus.OPEN,
            col(InvoiceLine.period_start) >= since,
        )
        .distinct()
    )
    return list(work.session.exec(unpaid))
