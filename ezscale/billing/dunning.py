"""From the first reminder to the end: what happens to an invoice that is not paid."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select

from ezscale.billing.brake import Run, allowed
from ezscale.billing.cancelling import (
    end_as_wished,
    endings_due,
    give_up_what_is_unpaid,
    subscriptions_to_end,
)
from ezscale.billing.cards import usable_card
from ezscale.billing.collecting import live_attempt, request_charge
from ezscale.billing.dunning_rules import dunning_policy
from ezscale.billing.events import GraceUsedUp, ReminderDue
from ezscale.billing.harsh_steps import harsh_steps_due
from ezscale.billing.holds import DEEDS, held_deeds, is_held_about
from ezscale.billing.invoicing import give_up, invoice_to_change
from ezscale.billing.named_days import day_to_name, latest_named, stands_warned
from ezscale.billing.payments import settle_from_credit
from ezscale.billing.policy import DunningPolicy, Step, StepKind, steps_due
from ezscale.billing.small_sums import to_charge
from ezscale.billing.subscriptions import cancellation_of, end_subscription, subscriptions_on
from ezscale.company.runs import Tally, reported
from ezscale.kit.work import OpenWork, Work
from ezscale.models import DunningStep, Invoice, PaymentAttempt
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus
from ezscale.models.payment import ON_A_PAGE, AttemptStatus, AttemptTrigger
from ezscale.models.subscription import SubscriptionStatus

BATCH = 200


def chase_invoices(open_work: OpenWork) -> Tally:
    """Take today's steps for every unpaid invoice. Running it again today does nothing more.

    Nothing is done while far more than usual would be suspended or written off, before somebody has allowed it.
    """
    with reported(open_work, "dunning") as tally:
        with open_work() as work:
            days = dunning_policy(work).days_made_up_for(work.today)
        if allowed(open_work, tally, Run.DUNNING, harsh_steps_due, days=days) is None:
            return tally
        after: UUID | None = None
        while block := _unpaid(open_work, after):
            for invoice_id in block:
                with tally.apart(str(invoice_id)):
                    with open_work() as work:
                        steps = chase_invoice(work, invoice_id)
                    for step in steps:
                        tally.count(step.kind)
            after = block[-1]
    return tally


def end_cancelled(open_work: OpenWork) -> Tally:
    """End the subscriptions whose cancellation's day has come."""
    with reported(open_work, "cancellations") as tally:
        due = allowed(open_work, tally, Run.CANCELLATIONS, endings_due)
        if due is None or not any(due.values()):
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


def chase_invoice(work: Work, invoice_id: UUID) -> list[Step]:
    """Take today's steps for one unpaid invoice, as the rules are today; returns those that were taken."""
    invoice = invoice_to_change(work, invoice_id)
    if invoice.status is not InvoiceStatus.OPEN or invoice.due_on is None or _is_leaving(work, invoice):
        return []
    if not to_charge(work, invoice):
        return []  # nobody could pay it: it waits for the next invoice
    policy, taken = dunning_policy(work), _steps_taken(work, invoice)
    acted, held = [], held_deeds(work, invoice.id)
    for step in steps_due(invoice.due_on, work.today, {row.step for row in taken}, policy):
        if invoice.status is not InvoiceStatus.OPEN:
            break
        if DEEDS[step.kind] in held:
            continue  # not taken and not noted: it is made up for when the hold is lifted
        if _take(work, invoice, step, policy, taken):
            acted.append(step)
            named = day_to_name(step, invoice.due_on, work.today, policy)
            taken.append(DunningStep(invoice_id=invoice.id, step=step.name, taken_at=work.now, names_day=named))
            work.session.add(taken[-1])
    if invoice.status is InvoiceStatus.OPEN and invoice.due_on < work.today:
        _fall_behind(work, invoice)
    return acted


def retry_with_new_card(work: Work, customer_id: UUID) -> None:
    """A new card is here: everything that is charged by now is tried with it at once."""
    first_charge = timedelta(days=min(dunning_policy(work).charges))
    unpaid = select(Invoice.id).where(
        Invoice.customer_id == customer_id,
        Invoice.status == InvoiceStatus.OPEN,
        col(Invoice.due_on) <= work.today - first_charge,
        ~is_held_about(Deed.CHARGE, work.today),
    )
    for invoice_id in work.session.exec(unpaid.order_by(col(Invoice.id))).all():
        request_charge(work, invoice_id, AttemptTrigger.NEW_CARD)


def pay_due_from_credit(work: Work, customer_id: UUID) -> None:
    """There is more credit: what is due by now is paid from it, oldest first. What is being charged waits for that."""
    unpaid = select(Invoice.id).where(
        Invoice.customer_id == customer_id, Invoice.status == InvoiceStatus.OPEN, col(Invoice.due_on) <= work.today
    )
    for invoice_id in work.session.exec(unpaid.order_by(col(Invoice.due_on), col(Invoice.id))).all():
        invoice = invoice_to_change(work, invoice_id)
        if invoice.status is InvoiceStatus.OPEN and live_attempt(work, invoice_id) is None:
            settle_from_credit(work, invoice)


def chase_anew(work: Work, invoice_id: UUID) -> None:
    """Forget the harsh steps that were taken for an invoice: its customer is warned again before anything is deleted.

    Those that are due are taken by the next run.
    """
    harsh = or_(*(col(DunningStep.step).startswith(kind) for kind in (StepKind.WARN, StepKind.SUSPEND)))
    for step in work.session.exec(select(DunningStep).where(DunningStep.invoice_id == invoice_id, harsh)):
        work.session.delete(step)


def try_backup(work: Work, attempt_id: UUID) -> PaymentAttempt | None:
    """The bank has refused a card for good: the backup is tried at once, if there is one and this was the latest try."""
    refused = work.session.get_one(PaymentAttempt, attempt_id)
    if refused.invoice_id is None:
        return None
    invoice = invoice_to_change(work, refused.invoice_id)
    backup, latest = usable_card(work, invoice.customer_id), _latest_try(work, invoice)
    if backup is None or not backup.is_backup or latest is None or latest.id != attempt_id:
        return None
    if Deed.CHARGE in held_deeds(work, invoice.id):
        return None
    return request_charge(work, invoice.id, AttemptTrigger.BACKUP)


def is_charged_again(work: Work, invoice: Invoice) -> bool:
    """Whether a charge that failed today is followed by another try, if nothing else happens."""
    if invoice.due_on is None or invoice.origin is InvoiceOrigin.CHANGE:
        return False
    return work.today < invoice.due_on + timedelta(days=max(dunning_policy(work).charges))


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


def _unpaid(open_work: OpenWork, after: UUID | None) -> list[UUID]:
    with open_work() as work:
        first_step = min(step.day for step in dunning_policy(work).steps())
        unpaid = select(Invoice.id).where(
            Invoice.status == InvoiceStatus.OPEN,
            Invoice.origin != InvoiceOrigin.CHANGE,  # one that nobody pays is dropped with its change
            col(Invoice.due_on) <= work.today - timedelta(days=first_step),
        )
        if after is not None:
            unpaid = unpaid.where(col(Invoice.id) > after)
        return list(work.session.exec(unpaid.order_by(col(Invoice.id)).limit(BATCH)))


def _steps_taken(work: Work, invoice: Invoice) -> list[DunningStep]:
    return list(work.session.exec(select(DunningStep).where(DunningStep.invoice_id == invoice.id)))


def _take(work: Work, invoice: Invoice, step: Step, policy: DunningPolicy, taken: list[DunningStep]) -> bool:
    match step.kind:
        case StepKind.CHARGE:
            return _charge(work, invoice, step, policy)
        case StepKind.REMIND if step.day <= 0 and usable_card(work, invoice.customer_id) is not None:
            return False  # the card will be charged: nothing to ask for
        case StepKind.REMIND | StepKind.WARN if _waits_for_gateway(work, invoice):
            return False  # the customer has done their part
        case StepKind.WARN if invoice.due_on is None or stands_warned(work, invoice.due_on, taken, policy):
            return False
        case StepKind.REMIND | StepKind.WARN:
            work.emit(ReminderDue(invoice.id, invoice.customer_id, step.name))
            return True
        case StepKind.SUSPEND:
            named = latest_named(work, taken, StepKind.REMIND)
            if not is_owed(work, invoice) or (named is not None and named > work.today):
                return False
            work.emit(GraceUsedUp(invoice.id, invoice.customer_id))
            return True
        case StepKind.TERMINATE:
            named = latest_named(work, taken, StepKind.WARN)
            return named is not None and named <= work.today and _write_off(work, invoice)


def _charge(work: Work, invoice: Invoice, step: Step, policy: DunningPolicy) -> bool:
    if _waits_for_customer(work, invoice):
        return False
    trigger = AttemptTrigger.DUE if step.day == 0 else AttemptTrigger.RETRY
    is_last = step.day == max(policy.charges)
    attempt = request_charge(work, invoice.id, trigger, to_backup=is_last and policy.backup_on_last_try)
    return attempt is not None or invoice.status is InvoiceStatus.PAID


def _waits_for_customer(work: Work, invoice: Invoice) -> bool:
    """Whether the bank wants to see its customer before it pays from the card that would be charged."""
    latest, card = _latest_try(work, invoice), usable_card(work, invoice.customer_id)
    if latest is None or latest.status is not AttemptStatus.NEEDS_CUSTOMER:
        return False
    return card is None or card.id == latest.method_id


def _waits_for_gateway(work: Work, invoice: Invoice) -> bool:
    """Whether a kept card was to be charged before today's steps, and the gateway has not answered yet."""
    attempt = live_attempt(work, invoice.id)
    return attempt is not None and attempt.trigger not in ON_A_PAGE and attempt.created_at < work.now


def _latest_try(work: Work, invoice: Invoice) -> PaymentAttempt | None:
    """The latest time that a kept card was asked; a page that its customer has opened and left says nothing."""
    kept = select(PaymentAttempt).where(
        PaymentAttempt.invoice_id == invoice.id, col(PaymentAttempt.trigger).not_in(ON_A_PAGE)
    )
    return work.session.exec(kept.order_by(col(PaymentAttempt.id).desc()).limit(1)).first()


def _is_leaving(work: Work, invoice: Invoice) -> bool:
    billed = subscriptions_on(work, invoice.id)
    return bool(billed) and all(cancellation_of(work, subscription.id) is not None for subscription in billed)


def _fall_behind(work: Work, invoice: Invoice) -> None:
    for subscription in subscriptions_on(work, invoice.id):
        if subscription.status is SubscriptionStatus.ACTIVE:
            subscription.fall_behind()
            work.session.add(subscription)


def _write_off(work: Work, invoice: Invoice) -> bool:
    if not is_owed(work, invoice) or payment_is_on_its_way(work, invoice.id):
        return False
    give_up(work, invoice)
    ended = subscriptions_on(work, invoice.id)
    for subscription in ended:
        end_subscription(work, subscription)
    for subscription in ended:
        give_up_what_is_unpaid(work, subscription)  # for days on which nothing ran
    return True
