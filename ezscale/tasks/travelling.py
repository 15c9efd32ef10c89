"""Living through time: everything that would have happened on the way happens, at its moment and in its order."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from time import sleep

from ezscale.accounts.signing_in import take_sessions_along
from ezscale.company.standstill import stands_still
from ezscale.kit import jobs
from ezscale.kit.actor import robot
from ezscale.kit.clock import FixedClock, move_ahead
from ezscale.tasks.engine import drain, tick
from ezscale.tasks.registry import SCHEDULE, Periodic
from ezscale.wiring import House

DAILY_RUNS_DONE = time(6)
A_MOMENT = timedelta(seconds=30)
ANOTHER_LOOK = 0.5  # seconds
AT_WORK = 0.1  # seconds until another look while a worker's hands are at what is due: each look has to write, too
MACHINE = robot("time machine")
ITSELF = "housekeeping.travel"  # the job in which a travel may be running must not keep it from moving


def travel(
    house: House,
    until: datetime,
    on_day: Callable[[datetime], None] | None = None,
    schedule: Sequence[Periodic] = SCHEDULE,
) -> None:
    """Bring the company to a later moment. Stops at every job's time and at every morning in between."""
    day = None
    while True:
        tick(house, schedule)
        drain(house)
        with house.database.reader(MACHINE)() as work:
            now, halted, soonest = work.now, stands_still(work), jobs.next_run(work.session, but=ITSELF)
        if on_day is not None and now.date() != day:
            day = now.date()
            on_day(now)
        if now >= until or halted:  # nothing would happen on the rest of the way
            return
        is_held = soonest is not None and soonest <= now
        ahead = min(until, _next_morning(house, now), _next_job(soonest, now)) - now
        _move(house, ahead, AT_WORK if is_held else ANOTHER_LOOK)


def _next_job(soonest: datetime | None, now: datetime) -> datetime:
    return max(soonest, now + timedelta(seconds=1)) if soonest else datetime.max.replace(tzinfo=UTC)


def _next_morning(house: House, now: datetime) -> datetime:
    local = now.astimezone(house.database.zone)
    morning = local.replace(hour=DAILY_RUNS_DONE.hour, minute=0, second=0, microsecond=0)
    return (morning if morning > local else morning + timedelta(days=1)).astimezone(UTC)


def _move(house: House, by: timedelta, pause: float) -> None:
    clock = house.database.clock
    if isinstance(clock, FixedClock):
        clock.move(by)
        return
    if by < A_MOMENT:  # somebody else's computer is at work, and it cannot be hurried
        sleep(min(by.total_seconds(), pause))
        return
    with house.database.opener(MACHINE)() as work:
        take_sessions_along(work, by)
        move_ahead(work.session, by)
