"""What has happened lately, in words: the company's own diary."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, MailMessage, Payment, PaymentAttempt, Service, Suspension
from ezscale.models.payment import AttemptStatus
from ezscale.models.service import SuspensionReason

WORDS = {
    "OrderPlaced": "Order placed",
    "OrderReserved": "Money reserved for an order that waits for a person",
    "OrderUnpaidAgain": "Reserved money is gone, and its order is unpaid",
    "InvoiceIssued": "{invoice} issued",
    "InvoicePaid": "{invoice} paid",
    "PaymentRecorded": "Payment recorded on {invoice}",
    "PaymentTakenBack": "Payment taken back from {invoice}",
    "InvoiceVoided": "{invoice} voided",
    "ChargeFailed": "Card declined for {invoice}",
    "ChargeNeedsCustomer": "The bank wants to see the customer for {invoice}",
    "DisputeOpened": "{invoice} is disputed",
    "DisputeWon": "Dispute of {invoice} won",
    "DisputeLost": "Dispute of {invoice} lost",
    "ReminderDue": "Reminder about {invoice}",
    "GraceUsedUp": "Grace used up for {invoice}",
    "CancellationRequested": "Cancellation requested",
    "SubscriptionEnded": "Subscription ended",
    "ServiceReady": "{service} runs",
    "ServiceFailed": "{service} could not be built",
    "ServiceSuspended": "{service} suspended",
    "ServiceResumed": "{service} resumed",
    "ServiceTerminated": "{service} terminated",
}
BAD_NEWS = frozenset(
    {
        "ChargeFailed",
        "ChargeNeedsCustomer",
        "DisputeLost",
        "DisputeOpened",
        "GraceUsedUp",
        "OrderUnpaidAgain",
        "ServiceFailed",
        "ServiceSuspended",
    }
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, to whom, and the invoice or service it is about, if any."""

    id: UUID
    at: datetime
    words: str
    customer: str
    is_bad: bool
    invoice_id: UUID | None
    service_id: UUID | None


@dataclass(frozen=True, slots=True)
class Sums:
    """How often things happened."""

    invoices: int
    payments: int
    declined: int
    suspended: int
    resumed: int
    terminated: int
    mails: int


def happenings(work: Work, since: datetime | None = None, limit: int = 50) -> list[Happening]:
    """The latest news, newest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    told = select(OutboxEvent).where(col(OutboxEvent.name).in_(list(WORDS)))
    if since is not None:
        told = told.where(OutboxEvent.happened_at >= since)
    events = work.session.exec(told.order_by(col(OutboxEvent.id).desc()).limit(limit)).all()
    invoices = _names(work, events, "invoice_id", col(Invoice.id), col(Invoice.number))
    services = _names(work, events, "service_id", col(Service.id), col(Service.number))
    called = func.coalesce(func.nullif(col(Customer.company), ""), col(Customer.name))
    customers = _names(work, events, "customer_id", col(Customer.id), called)
    return [
        Happening(
            id=event.id,
            at=event.happened_at,
            words=WORDS[event.name].format(
                invoice=invoices.get(_subject(event, "invoice_id")) or "An invoice",
                service=services.get(_subject(event, "service_id")) or "A service",
            ),
            customer=customers.get(_subject(event, "customer_id")) or "",
            is_bad=event.name in BAD_NEWS,
            invoice_id=_subject(event, "invoice_id"),
            service_id=_subject(event, "service_id"),
        )
        for event in events
    ]


def sums_since(work: Work, since: datetime) -> Sums:
    """How much of everything has happened since a moment. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    declined = (AttemptStatus.FAILED, AttemptStatus.NEEDS_CUSTOMER)
    is_to_run_again = Suspension.reason != SuspensionReason.ENDED  # what only waits for its deletion is none of these
    return Sums(
        invoices=_count(work, Invoice.created_at >= since, col(Invoice.number).is_not(None)),
        payments=_count(work, Payment.received_at >= since, col(Payment.taken_back_at).is_(None)),
        declined=_count(work, col(PaymentAttempt.finished_at) >= since, col(PaymentAttempt.status).in_(declined)),
        suspended=_count(work, Suspension.since >= since, is_to_run_again),
        resumed=_count(work, col(Suspension.lifted_at) >= since, is_to_run_again),
        terminated=_count(work, col(Service.terminated_at) >= since),
        mails=_count(work, MailMessage.written_at >= since),
    )


def _count(work: Work, *conditions: object) -> int:
    return work.session.exec(select(func.count()).where(*conditions)).one()  # type: ignore[arg-type]


def _subject(event: OutboxEvent, field: str) -> UUID | None:
    value = event.payload.get(field)
    return UUID(value) if value else None


def _names(work: Work, events: Iterable[OutboxEvent], field: str, key: Any, name: Any) -> dict[UUID | None, str]:
    ids = {_subject(event, field) for event in events} - {None}
    if not ids:
        return {}
    return {row_id: str(text or "") for row_id, text in work.session.execute(select(key, name).where(key.in_(ids)))}
