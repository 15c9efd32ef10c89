"""When customers are asked, reminded, charged again, and stopped: days from the due date."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class StepKind(StrEnum):
    """What a dunning step does."""

    REMIND = "remind"
    CHARGE = "charge"
    WARN = "warn"
    SUSPEND = "suspend"
    TERMINATE = "terminate"


@dataclass(frozen=True, slots=True)
class Step:
    """One step on one day, counted from the due date."""

    kind: StepKind
    day: int

    @property
    def name(self) -> str:
        """As it is stored: charge+3."""
        return f"{self.kind}{self.day:+}"


@dataclass(frozen=True, slots=True)
class DunningPolicy:
    """The defaults that customers know from elsewhere: five charges in a week, then rest, then the end."""

    reminders: tuple[int, ...] = (-7, 0, 1, 3, 7)
    charges: tuple[int, ...] = (0, 1, 3, 5, 7)
    suspend_after: int = 7
    warn_after: int = 23
    terminate_after: int = 30

    @property
    def notice(self) -> timedelta:
        """How long after the last warning nothing is deleted yet, also when the warning came late."""
        return timedelta(days=self.terminate_after - self.warn_after)

    def steps(self) -> list[Step]:
        """Every step, by day; on one day a charge comes before words, and words before deeds."""
        steps = [
            *(Step(StepKind.CHARGE, day) for day in self.charges),
            *(Step(StepKind.REMIND, day) for day in self.reminders),
            Step(StepKind.WARN, self.warn_after),
            Step(StepKind.SUSPEND, self.suspend_after),
            Step(StepKind.TERMINATE, self.terminate_after),
        ]
        order = list(StepKind)
        ranks = {StepKind.CHARGE: -1}
        return sorted(steps, key=lambda step: (step.day, ranks.get(step.kind, order.index(step.kind))))


POLICY = DunningPolicy()


def steps_due(due_on: date, today: date, taken: set[str], policy: DunningPolicy = POLICY) -> list[Step]:
    """What is to be done today about an unpaid invoice, nothing twice.

    After days without a run only the latest charge and the latest words are made up for, not each missed one.
    """
    late = (today - due_on).days
    open_steps = [step for step in policy.steps() if step.day <= late and step.name not in taken]
    latest = {step.kind: step for step in open_steps}
    newest_taken = {
        step.kind: step.day for step in policy.steps() if step.name in taken
    }  # an older missed step is not made up for once a later one was taken
    return [step for step in open_steps if latest[step.kind] is step and step.day > newest_taken.get(step.kind, -999)]
