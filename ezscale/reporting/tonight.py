"""What the coming night will do, found out by rehearsing it: the very runs themselves, and then nothing is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.dunning import chase_invoices, end_cancelled
from ezscale.billing.events import ChargeRequested, GraceUsedUp, InvoiceIssued, ReminderDue, SubscriptionEnded
from ezscale.billing.policy import StepKind
from ezscale.billing.renewals import issue_renewals
from ezscale.kit.actor import robot
from ezscale.kit.events import Event
from ezscale.kit.money import Money
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, PaymentAttempt, Subscription

RUNS_ARE_OVER = time(6, 30)


class Deed(StrEnum):
    """What can happen to somebody in the night."""

    INVOICE = "invoice"
    CHARGE = "charge"
    REMIND = "remind"
    WARN = "warn"
    SUSPEND = "suspend"
    END = "end"


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that will happen: to whom, about which invoice or subscription, and the sum, if there is one."""

    deed: Deed
    customer_number: str
    customer: str
    subject: str
    amount: Money | None


@dataclass(frozen=True, slots=True)
class Night:
    """The night to come: everything that is planned in it, and what will be set aside for a person to look at."""

    at: datetime
    planned: tuple[Planned, ...]
    set_aside: tuple[str, ...]


def tonight(work: Work) -> Night:
    """What the next nightly runs will do. Staff and our own commands only; nothing is changed."""
    work.actor.require(SEE_EVERYTHING)
    at = next_night(work)
    rehearsal = work.session.begin_nested()
    try:
        set_aside = _run_through(work, at)
        happened = select(OutboxEvent).where(OutboxEvent.happened_at == at).order_by(col(OutboxEvent.id))
        events = [row.event() for row in work.session.exec(happened)]
        planned = [deed for event in events for deed in _in_words(work, event)]
    finally:
        rehearsal.rollback()
        work.session.expunge_all()
    order = list(Deed)
    return Night(at, tuple(sorted(planned, key=lambda deed: (order.index(deed.deed), deed.subject))), set_aside)


def next_night(work: Work) -> datetime:
    """When the next nightly runs will be over."""
    local = work.now.astimezone(work.zone)
    morning = datetime.combine(local.date(), RUNS_ARE_OVER, work.zone)
    return (morning if morning > local else morning + timedelta(days=1)).astimezone(UTC)


def _run_through(work: Work, at: datetime) -> tuple[str, ...]:
    @contextmanager
    def open_work() -> Iterator[Work]:
        with work.session.begin_nested():
            yield Work(work.session, at, robot("rehearsal"), work.zone)

    tallies = [run(open_work) for run in (issue_renewals, end_cancelled, chase_invoices)]
    return tuple(f"{aside['name']}: {aside['problem']}" for tally in tallies for aside in tally.set_aside)


def _in_words(work: Work, event: Event) -> Iterator[Planned]:
    match event:
        case InvoiceIssued():
            yield _about_invoice(work, Deed.INVOICE, event.invoice_id)
        case ChargeRequested():
            attempt = work.session.get_one(PaymentAttempt, event.attempt_id)
            yield _about_invoice(work, Deed.CHARGE, attempt.invoice_id)
        case ReminderDue():
            deed = Deed.WARN if event.step.startswith(StepKind.WARN) else Deed.REMIND
            yield _about_invoice(work, deed, event.invoice_id)
        case GraceUsedUp():
            yield _about_invoice(work, Deed.SUSPEND, event.invoice_id)
        case SubscriptionEnded():
            subscription = work.session.get_one(Subscription, event.subscription_id)
            yield _planned(work, Deed.END, subscription.customer_id, subscription.number, None)


def _about_invoice(work: Work, deed: Deed, invoice_id: UUID) -> Planned:
    invoice = work.session.get_one(Invoice, invoice_id)
    amount = invoice.total if deed is Deed.INVOICE else invoice.open_amount
    return _planned(work, deed, invoice.customer_id, invoice.number or "", amount)


def _planned(work: Work, deed: Deed, customer_id: UUID, subject: str, amount: Money | None) -> Planned:
    customer = work.session.get_one(Customer, customer_id)
    return Planned(deed, customer.number, customer.company or customer.name, subject, amount)
