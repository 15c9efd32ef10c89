"""Cancelling: at the end of what is paid, and changing one's mind until then."""

from datetime import date
from uuid import UUID

from sqlalchemy import func
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
    paid = (
        select(func.max(col(InvoiceLine.period_end)))
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(SubscriptionItem.subscription_id == subscription.id, Invoice.status == InvoiceStatus.PAID)
    )
    last_day = work.session.exec(paid).one() or subscription.bill_from or work.today
    return max(last_day, work.today)


def subscriptions_to_end(work: Work, after: UUID | None, limit: int) -> list[UUID]:
    """Those whose day has come, in the order of their ids; `after` is the last of the block before."""
    due = (
        select(Subscription.id)
        .join(Cancellation, col(Cancellation.subscription_id) == Subscription.id)
        .where(
            col(Cancellation.withdrawn_at).is_(None),
            Cancellation.effective_on <= work.today,
            Subscription.status != SubscriptionStatus.ENDED,
        )
    )
    if after is not None:
        due = due.where(col(Subscription.id) > after)
    return list(work.session.exec(due.order_by(col(Subscription.id)).limit(limit)))


def end_as_wished(work: Work, subscription_id: UUID) -> bool:
    """The cancellation's day has come: what is unpaid is voided, and the subscription ends.

    False when it does not end yet, because the customer has changed their mind or paid for more since.
    """
    subscription = work.session.get_one(Subscription, subscription_id, with_for_update=True)
    wish = cancellation_of(work, subscription_id)
    if wish is None or wish.effective_on > work.today:
        return False
    wish.effective_on = paid_until(work, subscription)
    if wish.effective_on > work.today:
        return False
    for invoice_id in open_invoices_of(work, subscription_id):
        void_invoice(work, invoice_id)
    end_subscription(work, subscription)
    return True


def open_invoices_of(work: Work, subscription_id: UUID) -> list[UUID]:
    """What a subscription has not paid."""
    unpaid = (
        select(Invoice.id)
        .join(InvoiceLine, col(InvoiceLine.invoice_id) == Invoice.id)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .where(
            SubscriptionItem.subscription_id == subscription_id,
            Invoice.status == InvoiceStatus.OPEN,
        )
        .distinct()
    )
    return list(work.session.exec(unpaid))
