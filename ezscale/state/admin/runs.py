"""What the nightly and hourly runs have done."""

from dataclasses import dataclass, field
from typing import Self

from ezscale.kit.money import Money
from ezscale.kit.work import Work
from ezscale.models import RunReport
from ezscale.reporting.runs import run_reports
from ezscale.state.admin.staff import Listing, StaffState
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


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


class RunsState(Listing, StaffState):
    """Reports, newest first; `status` is the name of a run when only its reports are wanted."""

    rows: list[ReportRow] = []

    _address = "/admin/runs/"

    async def _show(self) -> None:
        name, before, reader = self.status, self._before, self._reader()

        def reading(work: Work) -> list[ReportRow]:
            return [
                ReportRow.of(report, reader) for report in run_reports(work, name=name, before=before, limit=PAGE + 1)
            ]

        self.rows = self._cut(await self.read(reading))


def duration(milliseconds: int) -> str:
    """How long a run took, as a person says it."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
