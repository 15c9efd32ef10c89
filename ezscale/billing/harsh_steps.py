"""How many services the coming dunning run stops, counted before it does: for the brake."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import col, exists, select

from ezscale.billing.dunning_rules import dunning_policy
from ezscale.billing.holds import is_held_about
from ezscale.billing.named_days import names_a_day_that_has_come, names_a_later_day
from ezscale.billing.policy import StepKind
from ezscale.kit.work import Work
from ezscale.models import Cancellation, DunningStep, Invoice, InvoiceLine, SubscriptionItem
from ezscale.models.hold import Deed
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus


def harsh_steps_due(work: Work) -> dict[str, int]:
    """About how many invoices are to be suspended for, and how many written off, today: one query for each."""
    policy = dunning_policy(work)
    counts = dict.fromkeys((StepKind.SUSPEND.value, StepKind.TERMINATE.value), 0)
    if policy.rests_on(work.today):
        return counts
    promised = ~names_a_later_day(work, StepKind.REMIND)
    counts[StepKind.SUSPEND.value] = _count_due(work, StepKind.SUSPEND, policy.suspend_after, Deed.SUSPEND, promised)
    if policy.terminate_after is not None:
        warned = names_a_day_that_has_come(work, StepKind.WARN) & ~names_a_later_day(work, StepKind.WARN)
        counts[StepKind.TERMINATE.value] = _count_due(
            work, StepKind.TERMINATE, policy.terminate_after, Deed.END, warned
        )
    return counts


def _count_due(work: Work, kind: StepKind, late: int, deed: Deed, told: ColumnElement[bool]) -> int:
    taken = exists().where(col(DunningStep.invoice_id) == col(Invoice.id), col(DunningStep.step).startswith(kind.value))
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
        col(Invoice.due_on) <= work.today - timedelta(days=late),
        ~leaving,
        col(Invoice.delivered_at).is_not(None),
        ~taken,
        ~is_held_about(deed, work.today),
        told,
    )
    return work.session.exec(due).one()
