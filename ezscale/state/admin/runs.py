"""What the nightly and hourly runs have done."""

from dataclasses import dataclass, field
from typing import Any, Self

import reflex as rx

from ezscale.accounts.permissions import RUN_THE_COMPANY
from ezscale.billing.brake import Run, allow_run, ask_for_run, stopped_runs
from ezscale.kit.jobs import Job
from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import BillingCase, RunReport
from ezscale.reporting.given_up import dismiss_job, given_up_jobs, try_job_again
from ezscale.reporting.runs import run_reports
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.arguments import sent_choice, sent_fields, sent_id
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE

LONGEST_ERROR = 300


@dataclass
class SetAside:
    """A record that a run could not handle."""

    name: str
    problem: str


@dataclass
class ReportRow:
    """One run on one line."""

    id: str
    name: str
    started: str
    duration: str
    counts: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    @classmethod
    def of(cls, report: RunReport, reader: Reader) -> Self:
        """A report in words."""
        return cls(
            id=str(report.id),
            name=report.name.replace("_", " ").capitalize(),
            started=reader.moment(report.started_at),
            duration=duration(report.milliseconds),
            counts=[f"{what.replace('_', ' ').capitalize()}: {count}" for what, count in report.counts.items()],
            sums=[reader.money(Money(minor, currency)) for currency, minor in report.sums.items()],
            set_aside=[SetAside(str(aside["name"]), str(aside["problem"])) for aside in report.set_aside],
        )


@dataclass
class GivenUpRow:
    """A task that nobody will try again by itself."""

    id: str
    task: str
    error: str
    at: str

    @classmethod
    def of(cls, job: Job, reader: Reader) -> Self:
        """A task with what went wrong last, and when it was given up."""
        return cls(str(job.id), job.task, job.error[:LONGEST_ERROR], reader.moment(job.finished_at))


@dataclass
class StoppedRun:
    """A run that was stopped today, because it would have done far more than usual."""

    run: str
    title: str
    would: str
    at: str

    @classmethod
    def of(cls, case: BillingCase, reader: Reader) -> Self:
        """The case of a run that was stopped."""
        run = case.facts["run"]
        return cls(run, f"{run.capitalize()}: stopped", case.facts["would"], reader.moment(case.opened_at))


class RunsState(Listing, StaffState):
    """Reports, newest first; `status` is the name of a run when only its reports are wanted. And what was given up."""

    rows: list[ReportRow] = []
    given_up: list[GivenUpRow] = []
    stopped: list[StoppedRun] = []
    may_run: bool = False
    dismissing: str = ""
    allowing: str = ""

    _address = "/admin/runs/"

    @rx.event
    async def run_now(self, run: str) -> None:
        """Let one of the nightly runs begin now."""
        wanted = sent_choice(run, Run)
        await self.perform(lambda work: ask_for_run(work, wanted))
        self.say("It begins now. Its report appears here if it finds something to do.")

    @rx.event
    async def ask_to_allow(self, run: str) -> None:
        """Ask why so many are right."""
        self.allowing, self.errors = sent_choice(run, Run).value, {}

    @rx.event
    async def keep_stopped(self, shown: bool) -> None:
        """The window was closed without an answer."""
        if shown is not True:
            self.allowing = ""

    @rx.event
    async def allow(self, form: dict[str, Any]) -> None:
        """Let a stopped run go on, today."""
        run, why = sent_choice(self.allowing, Run), sent_fields(form, "allowed", longest=501)["allowed"]
        await self.perform(lambda work: allow_run(work, run, why))
        self.allowing = ""
        await self._show()
        self.say("The run is allowed for today, and begins now.")

    @rx.event
    async def try_again(self, job_id: str) -> None:
        """Let a task that was given up run again."""
        asked = sent_id(job_id)
        await self.perform(lambda work: try_job_again(work, asked))
        await self._show()
        self.say("It is tried again now.")

    @rx.event
    async def ask_why(self, job_id: str) -> None:
        """Ask why a task needs no further try."""
        self.dismissing = str(sent_id(job_id))

    @rx.event
    async def keep(self, shown: bool) -> None:
        """The window was closed without an answer."""
        if not shown:
            self.dismissing = ""

    @rx.event
    async def dismiss(self, form: dict[str, Any]) -> None:
        """Put a task aside; the doctor no longer names it."""
        job_id, why = sent_id(self.dismissing), sent_fields(form, "why", longest=501)["why"]
        await self.perform(lambda work: dismiss_job(work, job_id, why))
        self.dismissing = ""
        await self._show()
        self.say("It is put aside.")

    async def _show(self) -> None:
        name, before, reader = self.status, self._before, self._reader()

        def reading(work: Work) -> tuple[list[ReportRow], list[GivenUpRow], list[StoppedRun], bool]:
            reports = run_reports(work, name=name, before=before, limit=PAGE + 1)
            given_up = [GivenUpRow.of(job, reader) for job in given_up_jobs(work)]
            stopped = [StoppedRun.of(case, reader) for case in stopped_runs(work)]
            rows = [ReportRow.of(report, reader) for report in reports]
            return rows, given_up, stopped, work.actor.may(RUN_THE_COMPANY)

        reports, self.given_up, self.stopped, self.may_run = await self.read(reading)
        self.rows = self._cut(reports)


def duration(milliseconds: int) -> str:
    """How long a run took, as a person says it."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
