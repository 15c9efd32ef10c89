"""What staff decide about unpaid invoices: when customers are reminded, charged, suspended, warned and deleted."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from ezscale.billing.policy import USUAL, DunningPolicy
from ezscale.company.rules import Rules, rules
from ezscale.kit.work import Work
from ezscale.models import Invoice

Meant = TypeVar("Meant")
MOST_CHARGES = 10  # card networks bear fifteen refused tries in thirty days, and customers try by themselves, too
LEAST_NOTICE = 3  # days between the last warning and the end: over a weekend, somebody still reads it
MOST_HOLIDAYS = 150


class Weekday(StrEnum):
    """The days of a week, Monday first."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


class DunningRules(Rules):
    """What happens to an invoice that is not paid, in days from its due date."""

    model_config = ConfigDict(validate_default=True)
    topic: ClassVar[str] = "dunning"
    title: ClassVar[str] = "Unpaid invoices"

    reminder_days: tuple[int, ...] = Field(
        default=USUAL.reminders,
        title="Days of the reminders",
        description="From the due date; -7 is a week before it. Whoever has a card that is charged is reminded after it only.",
    )
    charge_days: tuple[int, ...] = Field(
        default=USUAL.charges,
        title="Days on which the card is charged",
        description=f"The first one, and the tries that follow while the bank declines: {MOST_CHARGES} at most.",
    )
    backup_on_last_try: bool = Field(
        default=False,
        title="Charge the backup card on the last of these days",
        description="Where the customer has chosen one. A card that was refused for good gives way to it at once anyway.",
    )
    suspend_after: int = Field(
        default=USUAL.suspend_after,
        ge=1,
        le=90,
        title="Days until services are suspended",
        description="They stand still with everything on them, and run again when the invoice is paid.",
    )
    warn_after: int = Field(
        default=USUAL.warn_after,
        ge=1,
        le=365,
        title="Days until the last warning",
        description="It names the day on which everything will be deleted.",
    )
    terminate_after: int | None = Field(
        default=USUAL.terminate_after,
        ge=2,
        le=730,
        title="Days until services are deleted",
        description="And the invoice is written off; never before the day that the last warning named. "
        "Empty: never, and nobody is warned of it.",
    )
    rest_weekdays: tuple[Weekday, ...] = Field(
        default=(),
        title="Weekdays on which nothing stops",
        description="As in: Saturday, Sunday. What would be suspended or deleted then is so on the next other day.",
    )
    holidays: tuple[date, ...] = Field(
        default=(), title="Days on which nothing stops either", description="As in: 2026-12-25, 2026-12-26."
    )

    @field_validator("reminder_days")
    @classmethod
    def _reminders(cls, typed: tuple[int, ...]) -> tuple[int, ...]:
        return _each_once(typed, -30, 365)

    @field_validator("charge_days")
    @classmethod
    def _charges(cls, typed: tuple[int, ...]) -> tuple[int, ...]:
        if not typed:
            raise ValueError("Please type at least one day.")
        if len(typed) > MOST_CHARGES:
            raise ValueError(f"Please type {MOST_CHARGES} days at most: card networks fine those who try more often.")
        return _each_once(typed, 0, 60)  # never before the day that the invoice names

    @field_validator("suspend_after")
    @classmethod
    def _after_words(cls, day: int, others: ValidationInfo) -> int:
        reminders = others.data.get("reminder_days")
        if reminders is not None and not any(0 < reminder <= day for reminder in reminders):
            raise ValueError("Please let a reminder come between the due date and this day.")
        return day

    @field_validator("terminate_after")
    @classmethod
    def _after_a_warning(cls, day: int | None, others: ValidationInfo) -> int | None:
        if day is None:
            return day
        if day <= others.data.get("suspend_after", 0):
            raise ValueError("Please choose a day after the suspension.")
        if day < others.data.get("warn_after", 0) + LEAST_NOTICE:
            raise ValueError(f"Please leave {LEAST_NOTICE} days or more after the last warning.")
        return day

    @field_validator("rest_weekdays", mode="before")
    @classmethod
    def _weekdays(cls, typed: Sequence[Any]) -> tuple[Weekday, ...]:
        chosen = {_understood(word, _weekday, "Please write weekdays as in: Saturday, Sunday.") for word in typed}
        if len(chosen) == len(Weekday):
            raise ValueError("Please leave a day on which something may stop.")
        return tuple(day for day in Weekday if day in chosen)

    @field_validator("holidays", mode="before")
    @classmethod
    def _days(cls, typed: Sequence[Any]) -> tuple[date, ...]:
        days = {_understood(word, date.fromisoformat, "Please write days as in: 2026-12-25.") for word in typed}
        if len(days) > MOST_HOLIDAYS:
            raise ValueError(f"Please type {MOST_HOLIDAYS} days at most, and leave out those that are over.")
        return tuple(sorted(days))

    def policy(self) -> DunningPolicy:
        """The rules as steps."""
        return DunningPolicy(
            self.reminder_days,
            self.charge_days,
            self.suspend_after,
            self.warn_after,
            self.terminate_after,
            frozenset(list(Weekday).index(day) for day in self.rest_weekdays),
            frozenset(self.holidays),
            self.backup_on_last_try,
        )


def dunning_policy(work: Work) -> DunningPolicy:
    """What holds now for unpaid invoices."""
    return rules(work, DunningRules).policy()


def first_charge_on(work: Work, invoice: Invoice) -> date | None:
    """When the card is first charged for an invoice of today."""
    return invoice.due_on and max(work.today, invoice.due_on + timedelta(days=min(dunning_policy(work).charges)))


def _each_once(days: tuple[int, ...], first: int, last: int) -> tuple[int, ...]:
    if len(set(days)) < len(days):
        raise ValueError("Please type each day once.")
    if any(not first <= day <= last for day in days):
        raise ValueError(f"Please type days from {first} to {last}.")
    return tuple(sorted(days))


def _understood(word: Any, read: Callable[[str], Meant], wrong: str) -> Meant:
    try:
        return read(str(word).strip())
    except ValueError:
        raise ValueError(wrong) from None


def _weekday(word: str) -> Weekday:
    return Weekday(next((day for day in Weekday if len(word) > 2 and day.lower().startswith(word.lower())), word))
