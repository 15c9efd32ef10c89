"""The time machine: where the company is in time, where it is going, and what happens on the way."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import reflex as rx

from ezscale.billing.periods import add_months
from ezscale.kit.errors import Invalid
from ezscale.kit.work import Work
from ezscale.reporting.happenings import Sums, happenings, sums_since
from ezscale.reporting.time_machine import CompanyTime, ask_to_travel, company_time
from ezscale.state.admin.overview import NewsRow
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_text

LINES = 60
A_WHILE = timedelta(days=1)
MORNING = time(9)


class TimeMachineState(StaffState):
    """The clock of the company. What it shows as news is what happened since this tab asked to travel."""

    loading: bool = True
    now: str = ""
    ahead: str = ""
    destination: str = ""
    percent: int = 0
    can_travel: bool = False
    tomorrow: str = ""
    since: str = ""
    sums: list[tuple[str, str]] = []
    news: list[NewsRow] = []

    _left_at: str = ""

    @rx.event
    async def load(self) -> None:
        """Show the clock, and follow it."""
        await self.follow(TimeMachineState.refresh)
        await self._look()
        self.loading = False

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def ahead_by(self, step: str) -> None:
        """Go ahead by a day, a week or a month."""
        chosen = sent_text(step, 10)
        await self._leave(lambda work: after_step(work, chosen))

    @rx.event
    async def ahead_to(self, form: dict[str, Any]) -> None:
        """Go ahead to the morning of a day."""
        typed = sent_fields(form, "day")["day"]
        await self._leave(lambda work: morning_of(work, typed))

    async def _leave(self, destination: Callable[[Work], datetime]) -> None:
        def leave(work: Work) -> datetime:
            ask_to_travel(work, destination(work) - work.now)
            return work.now

        self._left_at = (await self.perform(leave)).isoformat()
        await self._look()

    async def _look(self) -> None:
        left_at, reader = self._left_at, self._reader()

        def reading(work: Work) -> tuple[CompanyTime, datetime, Sums, list[NewsRow]]:
            since = datetime.fromisoformat(left_at) if left_at else work.now - A_WHILE
            news = [NewsRow.of(happening, reader) for happening in happenings(work, since, LINES)]
            return company_time(work), since, sums_since(work, since), news

        clock, since, sums, self.news = await self.read(reading)
        self.now, self.ahead = reader.moment(clock.now), ahead_words(clock.ahead)
        self.destination, self.percent = reader.moment(clock.destination), share_done(since, clock)
        self.can_travel = clock.can_travel and clock.destination is None
        self.tomorrow = (clock.now + timedelta(days=1)).date().isoformat()
        self.since = reader.moment(since) if left_at else ""
        self.sums = sum_words(sums)


def after_step(work: Work, step: str) -> datetime:
    """The moment a step ahead. Invalid for an unknown step."""
    match step:
        case "day":
            return work.now + timedelta(days=1)
        case "week":
            return work.now + timedelta(days=7)
        case "month":
            day = add_months(work.today, 1, work.today.day)
            return work.now + (day - work.today)
        case _:
            raise Invalid("Please choose a day, a week or a month.")


def morning_of(work: Work, typed: str) -> datetime:
    """Nine o'clock on a day, where the seller is. Invalid when it is none, or not ahead."""
    try:
        there = datetime.combine(date.fromisoformat(typed), MORNING, work.zone)
    except ValueError:
        raise Invalid("Please choose a day.", field="day") from None
    if there <= work.now:
        raise Invalid("Time only goes ahead: please choose a later day.", field="day")
    return there.astimezone(UTC)


def share_done(since: datetime, clock: CompanyTime) -> int:
    """How much of the way lies behind, in percent."""
    if clock.destination is None:
        return 0
    way = max((clock.destination - since).total_seconds(), 1.0)
    return min(max(round(100 * (clock.now - since).total_seconds() / way), 0), 100)


def ahead_words(ahead: timedelta) -> str:
    """How far the company is ahead of the world."""
    if ahead < timedelta(hours=1):
        return "shows the world's time"
    days, hours = ahead.days, ahead.seconds // 3600
    parts = [f"{days} {'day' if days == 1 else 'days'}"] if days else []
    parts += [f"{hours} {'hour' if hours == 1 else 'hours'}"] if hours else []
    return f"is {' and '.join(parts)} ahead of the world's"


def sum_words(sums: Sums) -> list[tuple[str, str]]:
    """What has happened, counted, each with its name."""
    return [
        ("Invoices issued", str(sums.invoices)),
        ("Payments received", str(sums.payments)),
        ("Charges declined", str(sums.declined)),
        ("Suspended", str(sums.suspended)),
        ("Resumed", str(sums.resumed)),
        ("Terminated", str(sums.terminated)),
        ("Mails written", str(sums.mails)),
    ]
