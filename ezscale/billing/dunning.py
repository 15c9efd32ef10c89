"""From the first reminder to the end: what happens to an invoice that is not paid."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, exists, select

from ezscale.billing.brake import Run, stopped
from ezscale.billing.cancelling import (
    end_as_wished,
    endings_due,
    give_up_what_is_unpaid,
    subscriptions_to_end,
)
from ezscale.billing.cards import usable_card
from ezscale.billing.collecting import live_attempt, request_charge
from ezscale.billing.events import GraceUsedUp, ReminderDue
from ezscale.billing.holds import DEEDS, held_deeds, is_held_about
from ezscale.billing.invoicing import give_up, invoice_to_change
from ezscale.billing.policy import POLICY, DunningPolicy, Step, StepKind, steps_due
from ezscale.billing.runs import Tally, reported
from ezscale.billing.small_sums import to_charge
from ezscale.billing.subscriptions import cancellation_of, end_subscription, subscriptions_on
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Cancellation, DunningStep, Invoice, InvoiceLine, PaymentAttempt, SubscriptionItem
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.models.subscription import SubscriptionStatus

BATCH = 200


def chase_invoices(open_work: OpenWork, policy: DunningPolicy = POLICY) -> Tally:
    """Take today's steps for every unpaid invoice. Running it again today does nothing more.

    Nothing is done while far more than usual would be suspended or written off, before somebody has allowed it.
    """
    with reported(open_work, "dunning") as tally:
        if stopped(open_work, tally, Run.DUNNING, lambda work: harsh_steps_due(work, policy)):
            return tally
        after: UUID | None = None
        while block := _unpaid(open_work, policy, after):
            for invoice_id in block:
                with tally.apart(str(invoice_id)):
                    with open_work() as work:
                        steps = chase_invoice(work, invoice_id, policy)
                    for step in steps:
                        tally.count(step.kind)
            after = block[-1]
    return tally


def end_cancelled(open_work: OpenWork) -> Tally:
    """End the subscriptions whose cancellation's day has come."""
    with reported(open_work, "cancellations") as tally:
        if stopped(open_work, tally, Run.CANCELLATIONS, endings_due):
            return tally
        after: UUID | None = None
        while block := _due_to_end(open_work, after):
            for subscription_id in block:
                with tally.apart(str(subscription_id)):
                    with open_work() as work:
                        ended = end_as_wished(work, subscription_id)
                    if ended:
                        tally.count("ended")
            after = block[-1]
    return tally


def chase_invoice(work: Work, invoice_id: UUID, policy: DunningPolicy = POLICY) -> list[Step]:
    """Take today's steps for one unpaid invoice; returns those that were taken."""
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status is not InvoiceStatus.OPEN or invoice.due_on is None or _is_leaving(work, invoice):
        return []
    if not to_charge(work, invoice):
        return []  # nobody could pay it: it waits for the next invoice
    taken = set(work.session.exec(select(DunningStep.step).where(DunningStep.invoice_id == invoice.id)))
    acted, held = [], held_deeds(work, invoice.id)
    for step in steps_due(invoice.due_on, work.today, taken, policy):
        if invoice.status is not InvoiceStatus.OPEN:
            break
        if DEEDS[step.kind] in held:
            continue  # not taken and not noted: it is made up for when the hold is lifted
        if _take(work, invoice, step, policy):
            acted.append(step)
            work.session.add(DunningStep(invoice_id=invoice.id, step=step.name, taken_at=work.now))
    if invoice.status is InvoiceStatus.OPEN and invoice.due_on < work.today:
        _fall_behind(work, invoice)
    return acted


def harsh_steps_due(work: Work, policy: DunningPolicy = POLICY) -> dict[str, int]:
    """About how many invoices are to be suspended for, and how many written off, today: one query for each."""
    suspend, terminate = (
        next(step for step in policy.steps() if step.kind is kind) for kind in (StepKind.SUSPEND, StepKind.TERMINATE)
    )
    warned = exists().where(
        col(DunningStep.invoice_id) == col(Invoice.id),
        col(DunningStep.step).startswith(StepKind.WARN),
        col(DunningStep.taken_at) <= work.now - policy.notice,
    )
    return {
        StepKind.SUSPEND.value: _count_due(work, suspend, Deed.SUSPEND),
        StepKind.TERMINATE.value: _count_due(work, terminate, Deed.END, warned),
    }


def _count_due(work: Work, step: Step, deed: Deed, *conditions: ColumnElement[bool]) -> int:
    taken = exists().where(col(DunningStep.invoice_id) == col(Invoice.id), col(DunningStep.step) == step.name)
    leaving = (
        select(InvoiceLine.id)
        .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
        .join(Cancellation, col(Cancellation.subscription_id) == SubscriptionItem.subscription_id)
        .where(col(InvoiceLine.invoice_id) == col(Invoice.id), col(Cancellation.withdrawn_at).is_(None))
        .exists()
    )
    due = select(func.count()).where(
        Invoice.status == InvoiceStatus.OPEN,
        Invoice.origin != InvoiceOrigin.CHANGE,
        col(Invoice.due_on) <= work.today - timedelta(days=step.day),
        ~leaving,
        col(Invoice.delivered_at).is_not(None),
        ~taken,
        ~is_held_about(deed, work.today),
        *conditions,
    )
    return work.session.exec(due).one()


def retry_with_new_card(work: Work, customer_id: UUID) -> None:
    """A new card is here: everything due is tried with it at once."""
    unpaid = select(Invoice.id).where(
        Invoice.customer_id == customer_id,
        Invoice.status == InvoiceStatus.OPEN,
        col(Invoice.due_on) <= work.today,
        ~is_held_about(Deed.CHARGE, work.today),
    )
    for invoice_id in work.session.exec(unpaid.order_by(col(Invoice.id))).all():
        request_charge(work, invoice_id, AttemptTrigger.NEW_CARD)


def chase_anew(work: Work, invoice_id: UUID) -> None:
    """Forget the harsh steps that were taken for an invoice: its customer is warned again before anything is deleted.

    Those that are due are taken by the next run.
    """
    harsh = or_(*(col(DunningStep.step).startswith(kind) for kind in (StepKind.WARN, StepKind.SUSPEND)))
    for step in work.session.exec(select(DunningStep).where(DunningStep.invoice_id == invoice_id, harsh)):
        work.session.delete(step)


def is_owed(work: Work, invoice: Invoice) -> bool:
    """Whether services may stand still for it: it is issued, delivered, overdue and unpaid."""
    return (
        invoice.status is InvoiceStatus.OPEN
        and invoice.delivered_at is not None
        and invoice.due_on is not None
        and invoice.due_on < work.today
    )


def payment_is_on_its_way(work: Work, invoice_id: UUID) -> bool:
    """Whether money may still come from what was asked for already: wait for that answer before any deed."""
    return live_attempt(work, invoice_id) is not None


def _due_to_end(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        return subscriptions_to_end(work, after, BATCH)


def _unpaid(open_work: OpenWork, policy: DunningPolicy, after: UUID | None) -> list[UUID]:
    first_step = min(step.day for step in policy.steps())
    with open_work() as work:
        from_day = work.today.toordinal() - first_step
        unpaid = select(Invoice.id).where(
            Invoice.status == InvoiceStatus.OPEN,
            Invoice.origin != InvoiceOrigin.CHANGE,  # one that nobody pays is dropped with its change
            col(Invoice.due_on) <= work.today.fromordinal(from_day),
        )
        if after is not None:
            unpaid = unpaid.where(col(Invoice.id) > after)
        return list(work.session.exec(unpaid.order_by(col(Invoice.id)).limit(BATCH)))


def _take(work: Work, invoice: Invoice, step: Step, policy: DunningPolicy) -> bool:
    match step.kind:
        case StepKind.CHARGE:
            return _charge(work, invoice, AttemptTrigger.DUE if step.day <= 0 else AttemptTrigger.RETRY)
        case StepKind.REMIND if step.day <= 0 and usable_card(work, invoice.customer_id) is not None:
            return False  # the card will be charged: nothing to ask for
        case StepKind.REMIND | StepKind.WARN:
            work.emit(ReminderDue(invoice.id, invoice.customer_id, step.name))
            return True
        case StepKind.SUSPEND:
            if not is_owed(work, invoice):
                return False
            work.emit(GraceUsedUp(invoice.id, invoice.customer_id))
            return True
        case StepKind.TERMINATE:
            return _write_off(work, invoice, policy)


def _charge(work: Work, invoice: Invoice, trigger: AttemptTrigger) -> bool:
    if _waits_for_customer(work, invoice):
        return False
    attempt = request_charge(work, invoice.id, trigger)
    return attempt is not None or invoice.status is InvoiceStatus.PAID


def _waits_for_customer(work: Work, invoice: Invoice) -> bool:
    latest = select(PaymentAttempt.status).where(PaymentAttempt.invoice_id == invoice.id)
    return (
        work.session.exec(latest.order_by(col(PaymentAttempt.id).desc()).limit(1)).first()
        is AttemptStatus.NEEDS_CUSTOMER
    )


def _is_leaving(work: Work, invoice: Invoice) -> bool:
    billed = subscriptions_on(work, invoice.id)
    return bool(billed) and all(cancellation_of(work, subscription.id) is not None for subscription in billed)


def _fall_behind(work: Work, invoice: Invoice) -> None:
    for subscription in subscriptions_on(work, invoice.id):
        if subscription.status is SubscriptionStatus.ACTIVE:
            subscription.fall_behind()
            work.session.add(subscription)


def _write_off(work: Work, invoice: Invoice, policy: DunningPolicy) -> bool:
    warned = select(DunningStep.id).where(
        DunningStep.invoice_id == invoice.id,
        col(DunningStep.step).startswith(StepKind.WARN),
        col(DunningStep.taken_at) <= work.now - policy.notice,
    )
    if work.session.exec(warned).first() is None or not is_owed(work, invoice):
        return False  # nothing is taken down without a warning in good time
    if payment_is_on_its_way(work, invoice.id):
        return False
    give_up(work, invoice)
    ended = subscriptions_on(work, invoice.id)
    for subscription in ended:
        end_subscription(work, subscription)
    for subscription in ended:
        give_up_what_is_unpaid(work, subscription)  # for days on which nothing ran
    return True
