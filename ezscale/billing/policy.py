"""When customers are asked, reminded, charged again, and stopped: days from the due date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

ONE_DAY = timedelta(days=1)


class StepKind(StrEnum):
    """What a dunning step does."""

    REMIND = "remind"
    CHARGE = "charge"
    WARN = "warn"
    SUSPEND = "suspend"
    TERMINATE = "terminate"


ONCE = (StepKind.SUSPEND, StepKind.TERMINATE)  # whatever day the rules say by then


@dataclass(frozen=True, slots=True)
class Step:
    """One step on one day, counted from the due date."""

    kind: StepKind
    day: int

    @property
    def name(self) -> str:
        """As it is stored: charge+3."""
        return f"{self.kind}{self.day:+}"

    @classmethod
    def named(cls, name: str) -> Self:
        """The step that is stored under a name."""
        kind = name.rstrip("+-0123456789")
        return cls(StepKind(kind), int(name.removeprefix(kind)))


@dataclass(frozen=True, slots=True)
class DunningPolicy:
    """The defaults that customers know from elsewhere: five charges in a week, then rest, then the end.

    Without `terminate_after` nothing is ever deleted, and nobody is warned of it. Nothing stops on `rest_weekdays`
    (0 is Monday), nor on `holidays`.
    """

    reminders: tuple[int, ...] = (-7, 0, 1, 3, 7)
    charges: tuple[int, ...] = (0, 1, 3, 5, 7)
    suspend_after: int = 7
    warn_after: int = 23
    terminate_after: int | None = 30
    rest_weekdays: frozenset[int] = frozenset()
    holidays: frozenset[date] = frozenset()
    backup_on_last_try: bool = False

    @property
    def notice(self) -> timedelta:
        """How long after the last warning nothing is deleted yet, also when the warning came late."""
        return timedelta(days=(self.terminate_after or self.warn_after) - self.warn_after)

    def steps(self) -> list[Step]:
        """Every step, by day; on one day a charge comes before words, and words before deeds."""
        steps = [
            *(Step(StepKind.CHARGE, day) for day in self.charges),
            *(Step(StepKind.REMIND, day) for day in self.reminders),
            Step(StepKind.SUSPEND, self.suspend_after),
        ]
        if self.terminate_after is not None:
            steps += [Step(StepKind.WARN, self.warn_after), Step(StepKind.TERMINATE, self.terminate_after)]
        order = list(StepKind)
        ranks = {StepKind.CHARGE: -1}
        return sorted(steps, key=lambda step: (step.day, ranks.get(step.kind, order.index(step.kind))))

    def rests_on(self, day: date) -> bool:
        """Whether nothing is suspended or deleted on a day."""
        return day.weekday() in self.rest_weekdays or day in self.holidays

    def works_from(self, day: date) -> date:
        """That day, or the next one on which things may stop."""
        while self.rests_on(day):
            day += ONE_DAY
        return day

    def days_made_up_for(self, today: date) -> int:
        """For how many days a run acts today: after days of rest, for those as well."""
        before = 1
        while self.rests_on(today - before * ONE_DAY):
            before += 1
        return before

    def suspends_on(self, due_on: date, today: date) -> date:
        """The day from which services stand still for an invoice, as a letter of today names it."""
        return self.works_from(max(today, due_on + timedelta(days=self.suspend_after)))

    def deletes_on(self, due_on: date, today: date) -> date:
        """The day on which services are deleted when the warning is sent today."""
        return self.works_from(max(today + self.notice, due_on + timedelta(days=self.terminate_after or 0)))


USUAL = DunningPolicy()


def steps_due(due_on: date, today: date, taken: set[str], policy: DunningPolicy) -> list[Step]:
    """What is to be done today about an unpaid invoice, nothing twice, also when the rules have changed meanwhile.

    After days without a run only the latest charge and the latest words are made up for, not each missed one.
    """
    late = (today - due_on).days
    before = _latest_days(map(Step.named, taken))
    open_steps = [
        step
        for step in policy.steps()
        if step.day <= late
        and not (step.kind in ONCE and (step.kind in before or policy.rests_on(today)))
        and step.day > before.get(step.kind, step.day - 1)  # an older missed step is not made up for after a later one
    ]
    latest = _latest_days(open_steps)
    return [step for step in open_steps if step.day == latest[step.kind]]


def _latest_days(steps: Iterable[Step]) -> dict[StepKind, int]:
    days: dict[StepKind, int] = {}
    for step in steps:
        days[step.kind] = max(step.day, days.get(step.kind, step.day))
    return days
