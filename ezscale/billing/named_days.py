"""Days that letters have named: nothing stops before the day that its customer was told, whatever the rules say by then."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, exists

from ezscale.billing.policy import DunningPolicy, Step, StepKind
from ezscale.kit.work import Work
from ezscale.models import DunningStep, Invoice

WEEK = timedelta(days=7)  # what a warning said in the release before, which kept no day


def day_to_name(step: Step, due_on: date, today: date, policy: DunningPolicy) -> date | None:
    """The day that the letter of a step names: a reminder when services stand still, a warning when they are deleted."""
    match step.kind:
        case StepKind.REMIND if step.day > 0:
            return policy.suspends_on(due_on, today)
        case StepKind.WARN:
            return policy.deletes_on(due_on, today)
    return None


def latest_named(work: Work, taken: Iterable[DunningStep], kind: StepKind) -> date | None:
    """The latest day that letters of a kind have named; None when there was no such letter."""
    letters = [row for row in taken if Step.named(row.step).kind is kind]
    if kind is StepKind.WARN:
        return max((row.names_day or row.taken_at.astimezone(work.zone).date() + WEEK for row in letters), default=None)
    return max((row.names_day for row in letters if row.names_day), default=None)


def stands_warned(work: Work, due_on: date, taken: Iterable[DunningStep], policy: DunningPolicy) -> bool:
    """Whether a warning has named a day that is not too early by the rules of today: another one would say the same."""
    named = latest_named(work, taken, StepKind.WARN)
    return named is not None and named >= due_on + timedelta(days=policy.terminate_after or 0)


def names_a_later_day(work: Work, kind: StepKind) -> ColumnElement[bool]:
    """For queries: whether a letter of a kind about an invoice has named a day that is still to come."""
    return _letter(kind, col(DunningStep.names_day) > work.today)


def names_a_day_that_has_come(work: Work, kind: StepKind) -> ColumnElement[bool]:
    """For queries: whether a letter of a kind about an invoice has named today, or a day before."""
    unnamed = and_(col(DunningStep.names_day).is_(None), col(DunningStep.taken_at) <= work.now - WEEK)
    return _letter(kind, or_(col(DunningStep.names_day) <= work.today, unnamed))


def _letter(kind: StepKind, names: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        col(DunningStep.invoice_id) == col(Invoice.id), col(DunningStep.step).startswith(kind.value), names
    )
