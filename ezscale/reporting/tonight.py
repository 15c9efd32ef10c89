"""What the coming night will do, found out by rehearsing it: the very runs themselves, and then nothing is kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col, select

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.auto_top_ups import top_up_all_low
from ezscale.billing.brake import Run, allow_run, stopped_runs
from ezscale.billing.changes import settle_changes
from ezscale.billing.dunning import chase_invoices, end_cancelled
from ezscale.billing.events import (
    ChargeRequested,
    GraceUsedUp,
    InvoiceIssued,
    ProformaIssued,
    ReminderDue,
    SubscriptionBack,
    SubscriptionChanged,
    SubscriptionEnded,
)
from ezscale.billing.holds import NEVER_HELD, lift_those_over
from ezscale.billing.late_fees import charge_late_fees
from ezscale.billing.pausing import return_paused
from ezscale.billing.policy import StepKind
from ezscale.billing.renewing import renew
from ezscale.billing.small_sums import from_before
from ezscale.company.runs import STOPPED, Tally
from ezscale.kit.actor import robot
from ezscale.kit.events import Event
from ezscale.kit.money import Money
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import OpenWork, Work
from ezscale.models import (
    Customer,
    Invoice,
    InvoiceLine,
    PaymentAttempt,
    Service,
    Subscription,
    SubscriptionItem,
    TopUp,
)
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceOrigin

RUNS_ARE_OVER = time(7, 30)
DEEDS: dict[type[Event], Deed] = {
    SubscriptionEnded: Deed.END,
    SubscriptionChanged: Deed.CHANGE,
    SubscriptionBack: Deed.GO_ON,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that will happen: to whom, about which invoice or subscription, and the sum, if there is one.

    Invoicing and ending happen to a subscription, most other things about an invoice. Not all of it can be held.
    `small_sums` is how much of a charge pays what was too small to be charged before.
    """

    deed: Deed
    customer_id: UUID
    customer_number: str
    customer: str
    subject: str
    amount: Money | None
    invoice_id: UUID | None = None
    subscription_id: UUID | None = None
    can_be_held: bool = True
    small_sums: Money | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A run that the brake would stop, and why: what is planned of it happens only once somebody allows it."""

    run: Run
    why: str


@dataclass(frozen=True, slots=True)
class Night:
    """The night to come: what is planned in it, what will be set aside for a person to look at, and which runs stop."""

    at: datetime
    planned: tuple[Planned, ...]
    set_aside: tuple[str, ...]
    stops: tuple[Stop, ...] = ()


def tonight(work: Work) -> Night:
    """What the next nightly runs will do. Staff and our own commands only; nothing is changed."""
    work.actor.require(SEE_EVERYTHING)
    at = next_night(work)
    rehearsal = work.session.begin_nested()
    try:
        set_aside, stops = _run_through(work, at)
        happened = select(OutboxEvent).where(OutboxEvent.happened_at == at).order_by(col(OutboxEvent.id))
        events = [row.event() for row in work.session.exec(happened)]
        planned = [deed for event in events for deed in _in_words(work, event)]
    finally:
        rehearsal.rollback()
        work.session.expunge_all()
    order = list(Deed)
    in_order = sorted(planned, key=lambda deed: (order.index(deed.deed), deed.subject))
    return Night(at, tuple(in_order), set_aside, stops)


def services_of(work: Work, subscription_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """What runs for each subscription: the first of its services. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    running = (
        sqlalchemy.select(col(SubscriptionItem.subscription_id), col(Service.id))
        .join(Service, col(Service.item_id) == SubscriptionItem.id)
        .where(col(SubscriptionItem.subscription_id).in_(subscription_ids))
        .order_by(col(Service.id).desc())
    )
    return {row.subscription_id: row.id for row in work.session.execute(running)}


def next_night(work: Work) -> datetime:
    """When the next nightly runs will be over."""
    local = work.now.astimezone(work.zone)
    morning = datetime.combine(local.date(), RUNS_ARE_OVER, work.zone)
    return (morning if morning > local else morning + timedelta(days=1)).astimezone(UTC)


def _run_through(work: Work, at: datetime) -> tuple[tuple[str, ...], tuple[Stop, ...]]:
    """The runs, one after the other; one that stops is allowed in the rehearsal, to be seen as a whole."""

    @contextmanager
    def open_work() -> Iterator[Work]:
        with work.session.begin_nested():
            yield Work(work.session, at, robot("rehearsal"), work.zone)

    with open_work() as night:
        lift_those_over(night)
    tallies, stops = [return_paused(open_work), settle_changes(open_work)], []
    for run, act in RUNS.items():
        tally = act(open_work)
        if STOPPED in tally.counts:
            with open_work() as night:
                [case] = [case for case in stopped_runs(night) if case.facts["run"] == run]
                stops.append(Stop(run, case.facts["would"]))
                allow_run(night, run, "A rehearsal")
            tally = act(open_work)
        tallies.append(tally)
    tallies += charge_late_fees(open_work), top_up_all_low(open_work)
    set_aside = tuple(f"{aside['name']}: {aside['problem']}" for tally in tallies for aside in tally.set_aside)
    return set_aside, tuple(stops)


def _in_words(work: Work, event: Event) -> Iterator[Planned]:
    match event:
        case InvoiceIssued() | ProformaIssued():
            yield from _to_be_invoiced(work, event.invoice_id)
        case ChargeRequested():
            yield _to_be_charged(work, event.attempt_id)
        case ReminderDue():
            deed = Deed.WARN if event.step.startswith(StepKind.WARN) else Deed.REMIND
            yield _about_invoice(work, deed, event.invoice_id)
        case GraceUsedUp():
            yield _about_invoice(work, Deed.SUSPEND, event.invoice_id)
        case SubscriptionEnded() | SubscriptionChanged() | SubscriptionBack():
            subscription = work.session.get_one(Subscription, event.subscription_id)
            whom = work.session.get_one(Customer, subscription.customer_id)
            deed = DEEDS[type(event)]
            held = deed not in NEVER_HELD
            yield _planned(deed, whom, subscription.number, None, subscription_id=subscription.id, can_be_held=held)


def _to_be_invoiced(work: Work, invoice_id: UUID) -> Iterator[Planned]:
    """What a subscription adds to an invoice: each can be held by itself, and the invoice has no number yet.

    Fees and what belongs to a change cannot be held.
    """
    invoice = work.session.get_one(Invoice, invoice_id)
    whom = work.session.get_one(Customer, invoice.customer_id)
    alone = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id, col(InvoiceLine.item_id).is_(None))
    for line in work.session.exec(alone.order_by(col(InvoiceLine.position))):
        yield _planned(Deed.INVOICE, whom, line.description, line.net + line.tax, can_be_held=False)
    shares = (
        sqlalchemy.select(
            col(Subscription.id),
            col(Subscription.number),
            col(Invoice.currency),
            func.sum(col(InvoiceLine.net_minor) + col(InvoiceLine.tax_minor)),
        )
        .join(SubscriptionItem, col(SubscriptionItem.subscription_id) == Subscription.id)
        .join(InvoiceLine, col(InvoiceLine.item_id) == SubscriptionItem.id)
        .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
        .where(col(Invoice.id) == invoice_id)
        .group_by(col(Subscription.id), col(Subscription.number), col(Invoice.currency))
    )
    held = invoice.origin is InvoiceOrigin.RENEWAL
    for subscription_id, number, currency, minor in work.session.execute(shares):
        share = Money(int(minor), currency)
        yield _planned(Deed.INVOICE, whom, number, share, subscription_id=subscription_id, can_be_held=held)


def _to_be_charged(work: Work, attempt_id: UUID) -> Planned:
    attempt = work.session.get_one(PaymentAttempt, attempt_id)
    if attempt.invoice_id is None:
        top_up = work.session.get_one(TopUp, attempt.top_up_id)
        whom = work.session.get_one(Customer, top_up.customer_id)
        return _planned(Deed.TOP_UP, whom, top_up.number, top_up.amount, can_be_held=False)
    small = from_before(attempt.amount, work.session.get_one(Invoice, attempt.invoice_id))
    about = _about_invoice(work, Deed.CHARGE, attempt.invoice_id)
    return replace(about, amount=attempt.amount, small_sums=small or None)


def _about_invoice(work: Work, deed: Deed, invoice_id: UUID) -> Planned:
    invoice = work.session.get_one(Invoice, invoice_id)
    whom = work.session.get_one(Customer, invoice.customer_id)
    subject = invoice.number or invoice.proforma_number or ""
    return _planned(deed, whom, subject, invoice.open_amount, invoice_id=invoice.id)


def _planned(
    deed: Deed,
    whom: Customer,
    subject: str,
    amount: Money | None,
    *,
    invoice_id: UUID | None = None,
    subscription_id: UUID | None = None,
    can_be_held: bool = True,
) -> Planned:
    name = whom.company or whom.name
    return Planned(deed, whom.id, whom.number, name, subject, amount, invoice_id, subscription_id, can_be_held)


RUNS: dict[Run, Callable[[OpenWork], Tally]] = {
    Run.RENEWALS: renew,
    Run.CANCELLATIONS: end_cancelled,
    Run.DUNNING: chase_invoices,
}
