"""What is on its way to another state, and how long it may be.

A row rests in the states that its model names in `__at_rest__`. In any other it is found here, or among the checks of
services, once it has stood there for too long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, exists
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, or_, select

from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.work import Work
from ezscale.models import (
    ConsoleSession,
    Deletion,
    Dispute,
    Invoice,
    InvoiceLine,
    MailMessage,
    Offer,
    Order,
    Pause,
    PaymentAttempt,
    Payout,
    ProvisioningJob,
    Referral,
    Refund,
    ReverseName,
    Service,
    Subscription,
    SubscriptionChange,
    SubscriptionItem,
    TopUp,
    WaitlistPlace,
)
from ezscale.models.console import ConsoleStatus
from ezscale.models.deletion import DeletionStatus
from ezscale.models.dispute import UNDECIDED
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from ezscale.models.mail import MailStatus
from ezscale.models.order import OfferStatus, OrderStatus
from ezscale.models.payment import MOVING, AttemptStatus
from ezscale.models.payout import PayoutStatus
from ezscale.models.referral import ReferralStatus
from ezscale.models.refund import UNDER_WAY
from ezscale.models.reverse_name import UNDER_WAY as BEING_WRITTEN
from ezscale.models.service import KEPT_BACK, BuildStep, JobAction, ServiceStatus
from ezscale.models.subscription import ChangeStatus, SubscriptionStatus
from ezscale.models.top_up import TopUpStatus
from ezscale.models.waitlist import WaitlistStatus
from ezscale.reporting.checks import LONGEST_MIDDLE_STATE, MOST_NAMES, Check


@dataclass(frozen=True, slots=True)
class Limit:
    """Until how long after a moment, or a day, something may stand in one of some states. `name` is how it is called."""

    thing: str
    name: Any
    status: Any
    states: tuple[StrEnum, ...]
    since: Any
    longest: timedelta = LONGEST_MIDDLE_STATE


LONGEST_WITHOUT_ROOM = timedelta(days=14)
ORDER_WAITS = (
    select(Order.expires_at)
    .where(
        col(Order.id) == col(Subscription.order_id),
        col(Order.status).in_((OrderStatus.PLACED, OrderStatus.RESERVED)),
    )
    .scalar_subquery()
)
LIMITS = (
    Limit("job", Job.task, Job.status, (JobStatus.READY,), Job.run_at),
    Limit("mail", MailMessage.id, MailMessage.status, (MailStatus.QUEUED,), MailMessage.written_at),
    Limit(
        *("attempt", PaymentAttempt.id, PaymentAttempt.status, MOVING),
        func.coalesce(PaymentAttempt.taking_at, PaymentAttempt.releasing_at, PaymentAttempt.created_at),
        longest=timedelta(days=3),  # PayPal's report, where lost answers are looked up, is hours behind
    ),
    Limit(
        *("refund", Refund.id, Refund.status, UNDER_WAY, Refund.created_at),
        longest=timedelta(days=30),  # a bank may take its time
    ),
    Limit(
        *("dispute", Dispute.gateway_ref, Dispute.status, UNDECIDED, Dispute.opened_at),
        longest=timedelta(days=150),  # banks take months
    ),
    Limit(
        *("payout", Payout.gateway_ref, Payout.status, (PayoutStatus.UNDER_WAY,), Payout.arrives_on),
        longest=timedelta(days=10),  # banks rest at weekends
    ),
    Limit("top-up", TopUp.number, TopUp.status, (TopUpStatus.ASKED,), TopUp.asked_at, timedelta(days=4)),
    Limit(
        *("attempt", PaymentAttempt.id, PaymentAttempt.status, (AttemptStatus.RESERVED,)),
        func.coalesce(PaymentAttempt.reserved_until, PaymentAttempt.created_at),
    ),
    Limit(
        *("console", ConsoleSession.id, ConsoleSession.status, (ConsoleStatus.OPEN,), ConsoleSession.open_until),
        longest=timedelta(hours=2),  # it is a door into somebody's machine
    ),
    Limit("order", Order.number, Order.status, (OrderStatus.PLACED, OrderStatus.RESERVED), Order.expires_at),
    Limit("order", Order.number, Order.status, (OrderStatus.HELD,), Order.paid_at, timedelta(days=7)),
    Limit(
        *("waitlist place", WaitlistPlace.id, WaitlistPlace.status, (WaitlistStatus.OFFERED,)),
        WaitlistPlace.offered_until,
    ),
    Limit("offer", Offer.number, Offer.status, (OfferStatus.OFFERED,), Offer.valid_until),
    Limit(
        *("subscription", Subscription.number, Subscription.status, (SubscriptionStatus.PENDING,)),
        *(func.coalesce(ORDER_WAITS, Subscription.created_at), timedelta(days=4)),
    ),
    Limit(
        *("change", SubscriptionChange.id, SubscriptionChange.status, (ChangeStatus.ACCEPTED,)),
        *(SubscriptionChange.expires_at, timedelta(days=4)),  # as long as money for it may be on its way
    ),
    Limit(
        *("change", SubscriptionChange.id, SubscriptionChange.status, (ChangeStatus.SCHEDULED,)),
        *(SubscriptionChange.effective_on, timedelta(days=2)),
    ),
    Limit(
        *("deletion", Deletion.id, Deletion.status, (DeletionStatus.PLANNED,), Deletion.due_on),
        longest=timedelta(days=5),  # days of rest, or a payment that takes its time
    ),
    Limit(
        *("referral", Referral.id, Referral.status, (ReferralStatus.WAITING,), Referral.credit_on),
        longest=timedelta(days=2),
    ),
    Limit("reverse name of", ReverseName.address, ReverseName.status, BEING_WRITTEN, ReverseName.wished_at),
)


def nothing_stays_on_its_way(work: Work) -> Iterator[str]:
    """No job, mail, charge, refund, dispute, top-up, console, order, offer or change is on its way for too long."""
    for limit in LIMITS:
        now = work.today if isinstance(limit.since.type, Date) else work.now
        stuck = select(limit.name, limit.status).where(
            limit.status.in_(limit.states), or_(limit.since.is_(None), limit.since < now - limit.longest)
        )
        for name, status in work.session.exec(stuck.limit(MOST_NAMES)):
            yield f"{limit.thing} {name} is {status.replace('_', ' ')} for too long"


def services_come_to_an_end(work: Work) -> Iterator[str]:
    """Whatever is built, deleted or could not be built is in somebody's hands; what is kept back has an order that is."""
    lately = work.now - LONGEST_MIDDLE_STATE
    left_alone = select(Service.number, Service.status).where(
        col(Service.status).in_((ServiceStatus.BUILDING, ServiceStatus.FAILED, ServiceStatus.TERMINATING)),
        ~exists().where(
            col(ProvisioningJob.service_id) == col(Service.id),
            or_(col(ProvisioningJob.created_at) >= lately, col(ProvisioningJob.failed_at) >= lately),
        ),
    )
    waits_for_room = and_(
        col(Service.status) == ServiceStatus.WAITLISTED,
        col(Order.status) == OrderStatus.PAID,
        func.coalesce(Order.paid_at, Order.placed_at) > work.now - LONGEST_WITHOUT_ROOM,
    )
    kept_back = (
        select(Service.number, Service.status)
        .join(SubscriptionItem, col(SubscriptionItem.id) == Service.item_id)
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .outerjoin(Order, col(Order.id) == Subscription.order_id)
        .where(
            col(Service.status).in_(KEPT_BACK),
            or_(col(Order.id).is_(None), col(Order.status).not_in((OrderStatus.HELD, OrderStatus.REJECTED))),
            ~waits_for_room,
        )
    )
    for forgotten in (left_alone, kept_back):
        for number, status in work.session.exec(forgotten.limit(MOST_NAMES)):
            yield f"{number} is {status}, and nobody works on it"


def panels_do_what_they_are_asked(work: Work) -> Iterator[str]:
    """Nothing is being deleted, or to have another size, for longer than a day, however often its panel was asked."""
    first_asked = aliased(ProvisioningJob)
    done_since = exists().where(
        col(ProvisioningJob.service_id) == col(Service.id),
        col(ProvisioningJob.action) == first_asked.action,
        col(ProvisioningJob.step) == BuildStep.DONE,
        col(ProvisioningJob.created_at) > first_asked.created_at,
    )
    behind = or_(col(Service.sized_as) != col(Service.plan_id), col(Service.lacks_options).is_(True))
    another_size = and_(Service.status == ServiceStatus.ACTIVE, behind)
    for action, still_so, words in (
        (JobAction.TERMINATE, Service.status == ServiceStatus.TERMINATING, "is being deleted for too long"),
        (JobAction.RESIZE, another_size, "has another size than was agreed on for too long"),
    ):
        in_vain = (
            select(Service.number)
            .join(first_asked, col(first_asked.service_id) == Service.id)
            .where(still_so, col(first_asked.action) == action, ~done_since)
            .where(col(first_asked.created_at) < work.now - LONGEST_MIDDLE_STATE)
        )
        yield from (f"{number} {words}" for number in work.session.exec(in_vain.distinct().limit(MOST_NAMES)))


def standing_aside_has_a_reason(work: Work) -> Iterator[str]:
    """Whoever is behind owes an overdue invoice, and whatever is paused has a day of return that has not passed."""
    billing_it = exists().where(
        col(SubscriptionItem.subscription_id) == col(Subscription.id),
        col(InvoiceLine.item_id) == col(SubscriptionItem.id),
        col(Invoice.id) == col(InvoiceLine.invoice_id),
        col(Invoice.status).in_((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)),
        col(Invoice.origin) != InvoiceOrigin.CHANGE,
        col(Invoice.due_on) < work.today,
    )
    behind = select(Subscription.number).where(Subscription.status == SubscriptionStatus.PAST_DUE, ~billing_it)
    yield from (f"{number} is behind with nothing" for number in work.session.exec(behind.limit(MOST_NAMES)))
    returning = exists().where(
        col(Pause.live_for) == col(Subscription.id), col(Pause.returns_on) >= work.today - timedelta(days=2)
    )
    paused = select(Subscription.number).where(Subscription.status == SubscriptionStatus.PAUSED, ~returning)
    yield from (f"{number} should have come back" for number in work.session.exec(paused.limit(MOST_NAMES)))


OF_MIDDLE_STATES: tuple[Check, ...] = (
    nothing_stays_on_its_way,
    services_come_to_an_end,
    panels_do_what_they_are_asked,
    standing_aside_has_a_reason,
)
