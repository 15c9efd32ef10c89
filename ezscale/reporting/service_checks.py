"""What must always be true of services, and of the work that is done for them."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import exists
from sqlmodel import and_, col, or_, select

from ezscale.catalog.stock import is_awaited
from ezscale.company.rules import rules
from ezscale.company.standstill import AutomationRules, stands_still
from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.vendor_lines import silent_lines
from ezscale.kit.work import Work
from ezscale.models import (
    Customer,
    Deletion,
    Dispute,
    Hold,
    Invoice,
    Order,
    Payment,
    Plan,
    ProvisioningJob,
    Service,
    StockHold,
    Subscription,
    SubscriptionItem,
    Suspension,
)
from ezscale.models.deletion import DeletionStatus
from ezscale.models.dispute import DisputeStatus
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OrderStatus
from ezscale.models.service import UNBUILT, ServiceStatus, SuspensionReason
from ezscale.models.subscription import SubscriptionStatus
from ezscale.reporting.checks import LONGEST_MIDDLE_STATE, MOST_NAMES, Check

LONGEST_SILENCE = timedelta(minutes=30)
LONGEST_ENDLESS_HOLD = timedelta(days=7)
LONGEST_KEPT = timedelta(days=30)  # what has ended, and staff do not want deleted
RUNNING = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE, SubscriptionStatus.PAUSED)


def active_means_built(work: Work) -> Iterator[str]:
    """No service is active without a server on its panel, and none is built for longer than a day."""
    hollow = select(Service.number).where(
        col(Service.status).in_((ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)), col(Service.remote_id).is_(None)
    )
    yield from (f"{number} has no server" for number in work.session.exec(hollow.limit(MOST_NAMES)))
    slow = (
        select(Service.number)
        .join(ProvisioningJob, col(ProvisioningJob.live_for) == Service.id)
        .where(ProvisioningJob.created_at < work.now - LONGEST_MIDDLE_STATE)
    )
    yield from (f"{number} is being worked on for too long" for number in work.session.exec(slow.limit(MOST_NAMES)))


def paid_means_built(work: Work) -> Iterator[str]:
    """Nothing that is paid for waits: every running subscription has its service built or being built."""
    forgotten = (
        select(Service.number)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(
            col(Subscription.status).in_(RUNNING),
            col(Service.status).in_(UNBUILT),
            col(Subscription.started_on) < work.today - timedelta(days=1),
        )
    )
    yield from work.session.exec(forgotten.limit(MOST_NAMES))


def expired_orders_hold_nothing(work: Work) -> Iterator[str]:
    """Nothing waits for an order that has expired, and neither it nor a rejected one keeps stock from others."""
    held = (
        select(Order.number)
        .join(Subscription, col(Subscription.order_id) == Order.id)
        .join(SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id)
        .join(Service, col(Service.item_id) == SubscriptionItem.id)
        .where(
            Order.status == OrderStatus.EXPIRED,
            or_(
                Subscription.status == SubscriptionStatus.PENDING,
                and_(Subscription.status == SubscriptionStatus.EXPIRED, Service.status == ServiceStatus.WAITING),
            ),
        )
    )
    yield from work.session.exec(held.limit(MOST_NAMES))
    stocked = (
        select(Order.number)
        .join(StockHold, col(StockHold.order_id) == Order.id)
        .where(col(Order.status).in_((OrderStatus.EXPIRED, OrderStatus.REJECTED)), col(StockHold.released_at).is_(None))
    )
    yield from (f"{number} keeps stock" for number in work.session.exec(stocked.distinct().limit(MOST_NAMES)))


def set_aside_is_for_somebody(work: Work) -> Iterator[str]:
    """What is set aside of a plan is for somebody who waits for it; what nobody waits for can be sold."""
    kept = select(Plan).where(Plan.set_aside > 0, col(Plan.archived_at).is_(None))
    for plan in work.session.exec(kept.limit(MOST_NAMES)):
        if not is_awaited(work, plan.id):
            yield f"{plan.name}: {plan.set_aside} set aside for nobody"


def suspended_for_a_reason(work: Work) -> Iterator[str]:
    """A service stands still for non-payment only while a delivered, overdue invoice is unpaid."""
    groundless = (
        select(Service.number)
        .join(Suspension, col(Suspension.service_id) == Service.id)
        .outerjoin(Invoice, col(Invoice.id) == Suspension.invoice_id)
        .where(
            col(Suspension.lifted_at).is_(None),
            Suspension.reason == SuspensionReason.NON_PAYMENT,
            or_(
                col(Invoice.id).is_(None),
                col(Invoice.status).not_in((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)),
                col(Invoice.delivered_at).is_(None),
            ),
            Suspension.since < work.now - timedelta(hours=1),
        )
    )
    yield from work.session.exec(groundless.limit(MOST_NAMES))
    decided = (
        select(Service.number)
        .join(Suspension, col(Suspension.service_id) == Service.id)
        .join(Invoice, col(Invoice.id) == Suspension.invoice_id)
        .where(
            col(Suspension.lifted_at).is_(None),
            Suspension.reason == SuspensionReason.DISPUTED,
            Invoice.status != InvoiceStatus.OPEN,
            Suspension.since < work.now - timedelta(hours=1),
            ~exists().where(
                col(Payment.invoice_id) == col(Invoice.id),
                col(Dispute.payment_id) == col(Payment.id),
                col(Dispute.status) == DisputeStatus.OPEN,
            ),
        )
    )
    yield from (
        f"{number} stands still for a dispute that is over" for number in work.session.exec(decided.limit(MOST_NAMES))
    )
    standing = exists().where(col(Suspension.service_id) == col(Service.id), col(Suspension.lifted_at).is_(None))
    running_on = select(Service.number).where(
        Service.status == ServiceStatus.ACTIVE,
        exists().where(
            col(Suspension.service_id) == col(Service.id),
            col(Suspension.lifted_at).is_(None),
            col(Suspension.since) < work.now - LONGEST_MIDDLE_STATE,
        ),
    )
    yield from (f"{number} should stand still" for number in work.session.exec(running_on.limit(MOST_NAMES)))
    forgotten = select(Service.number).where(
        Service.status == ServiceStatus.SUSPENDED,
        ~standing,
        ~exists().where(col(ProvisioningJob.live_for) == col(Service.id)),
    )
    yield from (f"{number} stands still for no reason" for number in work.session.exec(forgotten.limit(MOST_NAMES)))


def ended_means_gone(work: Work) -> Iterator[str]:
    """Nothing runs, and nobody is billed, for an ended subscription: it is gone, or its day of deletion is known.

    What staff keep beyond that is told after a month.
    """
    running = (
        select(Service.number)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .where(
            Subscription.status == SubscriptionStatus.ENDED,
            Service.status != ServiceStatus.TERMINATED,
            col(Subscription.ended_on) < work.today - timedelta(days=1),
            ~exists().where(
                col(Deletion.service_id) == col(Service.id),
                or_(
                    col(Deletion.status) == DeletionStatus.PLANNED,
                    and_(
                        col(Deletion.status) == DeletionStatus.CALLED_OFF,
                        col(Deletion.closed_at) > work.now - LONGEST_KEPT,
                    ),
                ),
            ),
        )
    )
    yield from work.session.exec(running.limit(MOST_NAMES))


def holds_have_an_end(work: Work) -> Iterator[str]:
    """Nothing is held for longer than a week without a day on which it ends."""
    endless = (
        select(Hold.deed, Hold.reason, Customer.number)
        .join(Customer, col(Customer.id) == Hold.customer_id)
        .where(
            col(Hold.lifted_at).is_(None),
            col(Hold.until).is_(None),
            Hold.created_at < work.now - LONGEST_ENDLESS_HOLD,
        )
    )
    for deed, reason, customer in work.session.exec(endless.limit(MOST_NAMES)):
        yield f"{customer}, {deed}: {reason[:120]}"


def automation_runs(work: Work) -> Iterator[str]:
    """What the company does by itself, it does: nobody lets it stand still."""
    if stands_still(work):
        yield f"the company stands still: {rules(work, AutomationRules).why}"


def nothing_is_stuck(work: Work) -> Iterator[str]:
    """No task was given up, and no event has been waiting for longer than an hour."""
    for task, error in work.session.exec(
        select(Job.task, Job.error).where(Job.status == JobStatus.FAILED).limit(MOST_NAMES)
    ):
        yield f"{task}: {error[:120]}"
    waiting = select(OutboxEvent.name).where(
        col(OutboxEvent.relayed_at).is_(None), OutboxEvent.happened_at < work.now - timedelta(hours=1)
    )
    yield from (f"event {name} was not relayed" for name in work.session.exec(waiting.limit(MOST_NAMES)))


def vendors_answer(work: Work) -> Iterator[str]:
    """No vendor has been silent for longer than half an hour."""
    for line in silent_lines(work):
        if line.silent_since is not None and line.silent_since < work.now - LONGEST_SILENCE:
            yield f"{line.name} has not answered since {line.silent_since:%Y-%m-%d %H:%M} UTC: {line.reason}"


OF_SERVICES: tuple[Check, ...] = (
    active_means_built,
    paid_means_built,
    expired_orders_hold_nothing,
    set_aside_is_for_somebody,
    suspended_for_a_reason,
    ended_means_gone,
    holds_have_an_end,
    automation_runs,
    nothing_is_stuck,
    vendors_answer,
)
