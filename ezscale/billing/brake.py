"""The brake: a run that would do far more than it usually does stops before it acts, and asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sqlmodel import col, select

from ezscale.accounts.permissions import RUN_THE_COMPANY, SEE_EVERYTHING
from ezscale.billing.cases import open_case
from ezscale.billing.events import CaseClosed, RunAsked
from ezscale.billing.house_rules import NightRules
from ezscale.company.rules import rules
from ezscale.company.runs import STOPPED, Tally
from ezscale.kit.errors import BusinessError, Invalid
from ezscale.kit.work import OpenWork, Work
from ezscale.models import BillingCase, RunReport

KIND, ALLOWED = "run_stopped", "allowed by"
KNOWS_AFTER = 3  # reports: before that nobody can say what is usual
MORE_THAN_ASKED = 50  # reports of runs that were stopped say nothing about what is usual, and are read past
Counts = Mapping[str, int]


class Run(StrEnum):
    """The runs of the night, as their reports are named."""

    RENEWALS = "renewals"
    CANCELLATIONS = "cancellations"
    DUNNING = "dunning"


@dataclass(frozen=True, slots=True)
class Jump:
    """Something that a run would do far more often than usual."""

    what: str
    count: int
    usual: float

    def __str__(self) -> str:
        usual = f"{self.usual:.1f}".removesuffix(".0")
        return f"{self.count} to {WORDS.get(self.what, self.what)}, usually {usual}"


WORDS = {"invoices": "invoice", "ended": "end", "terminate": "write off"}


def allowed(
    open_work: OpenWork, tally: Tally, run: Run, counting: Callable[[Work], Counts], *, days: int = 1
) -> Counts | None:
    """How much of each a run may do now; None when it must not act: it would do far more than usual, and nobody said yes.

    Then there is a case with the figures, once for each run and day. After days of rest a run does the deeds of several
    `days`, and may do as many times more.
    """
    with open_work() as work:
        counts = counting(work)
        found = jumps(work, run, counts, days)
        case = _case_of_today(work, run) if found else None
        if not found or (case is not None and _is_allowed(case)):
            return counts
        if case is None:
            facts = {"run": str(run), "would": "; ".join(map(str, found)), "allow it": "on the page Runs"}
            open_case(work, KIND, _about(work, run), None, facts)
    tally.count(STOPPED)
    for what, count in counts.items():
        tally.count(f"due_{what}", count)
    return None


def jumps(work: Work, run: Run, counts: Counts, days: int = 1) -> list[Jump]:
    """What of these counts, which are of so many days, is far above the mean of the run's last reports."""
    rule = rules(work, NightRules)
    many = {what: count for what, count in counts.items() if count >= rule.at_least}
    if not many:
        return []
    reports = select(RunReport).where(RunReport.name == run)
    newest = work.session.exec(reports.order_by(col(RunReport.id).desc()).limit(rule.looks_back + MORE_THAN_ASKED))
    usual = [report for report in newest if STOPPED not in report.counts][: rule.looks_back]
    if len(usual) < min(KNOWS_AFTER, rule.looks_back):
        return []
    means = {what: Fraction(sum(_did(report, what) for report in usual), len(usual)) for what in many}
    most = days * _factor(rule)
    return [Jump(what, many[what], float(means[what])) for what in many if many[what] > means[what] * most]


def stopped_runs(work: Work) -> list[BillingCase]:
    """Runs that were stopped today and that nobody has allowed yet. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    cases = [_case_of_today(work, run) for run in Run]
    return [case for case in cases if case is not None and not _is_allowed(case)]


def allow_run(work: Work, run: Run, why: str) -> None:
    """Let a run that was stopped go on, today and whatever it does; it is rung again at once. Its cases are closed."""
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(RUN_THE_COMPANY)
    words = why.strip()
    if not words or len(words) > 500:
        raise Invalid("Please say in a few words why this many are right.", field="allowed")
    if all(case.facts.get("run") != run for case in stopped_runs(work)):
        raise BusinessError("This run was not stopped today.")
    ours = select(BillingCase).where(BillingCase.kind == KIND, col(BillingCase.once_key).startswith(f"{KIND}:{run}:"))
    today = f"{KIND}:{_about(work, run)}"
    for case in work.session.exec(ours.order_by(col(BillingCase.id)).with_for_update()):
        if case.once_key == today:
            case.facts = {**case.facts, ALLOWED: work.actor.name}
        elif case.closed_at is not None:
            continue
        case.close(f"{words} ({work.actor.name})", work.now)
        work.session.add(case)
        work.emit(CaseClosed(case.id, None))
    work.emit(RunAsked(run, work.actor.name))


def ask_for_run(work: Work, run: Run) -> None:
    """Let a run begin now. What it has done already it does not do again."""
    work.actor.require(SEE_EVERYTHING)
    work.actor.require(RUN_THE_COMPANY)
    work.emit(RunAsked(run, work.actor.name))
    work.record("run asked for", run=run)


def _case_of_today(work: Work, run: Run) -> BillingCase | None:
    today = select(BillingCase).where(BillingCase.once_key == f"{KIND}:{_about(work, run)}")
    return work.session.exec(today).first()


def _is_allowed(case: BillingCase) -> bool:
    return ALLOWED in case.facts  # a case that was closed without that allows nothing


def _did(report: RunReport, what: str) -> int:
    """How many a run has handled; of renewals those set aside were due as well, and one invoice may be for several."""
    if what == "invoices":
        return report.counts.get("subscriptions", report.counts.get(what, 0)) + len(report.set_aside)
    return report.counts.get(what, 0)


def _factor(rule: NightRules) -> Fraction:
    return Fraction(str(rule.jump_factor))


def _about(work: Work, run: Run) -> str:
    return f"{run}:{work.today.isoformat()}"
