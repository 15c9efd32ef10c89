"""The engine: events become jobs, jobs are run, and what fails is tried again. The rows are the truth.

No try counts while a vendor does not answer, nor after it has answered that it is at it. While staff let the company stand
still it does none of that, in whatever process: events and jobs wait.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, ClassVar, Self
from uuid import UUID

import structlog

from ezscale.company.standstill import stands_still
from ezscale.kit import jobs, outbox
from ezscale.kit.actor import robot
from ezscale.kit.database import giving_way
from ezscale.kit.errors import BusinessError, NotYet, TemporaryFailure
from ezscale.kit.events import Event, revive
from ezscale.kit.jobs import Claim, Lane, job_row
from ezscale.kit.vendor_lines import silent_lines
from ezscale.kit.work import Database
from ezscale.tasks.registry import LANES, PREPARED_BY, REACTIONS, SCHEDULE, Periodic, call, name_of
from ezscale.wiring import House

log = structlog.get_logger()

BLOCK = 32  # jobs that are taken up together
TOGETHER = 0.1  # seconds within which jobs are ended together
MOST_TRIES = 60  # of a temporary failure: about eight hours
MOST_BUG_TRIES = 4
AT_FIRST = 0.1  # seconds until the second try: what failed once is as a rule over by then, such as a connection that was closed
LONGEST_WAIT = timedelta(minutes=10)


def take_over(house: House) -> None:
    """A worker starts: what workers of this machine left behind when they were killed is free again."""
    with house.automation("engine")() as work:
        jobs.take_over(work.session)


def relay(house: House) -> list[UUID]:
    """Turn waiting events into jobs; returns the jobs that can run now. Safe to run anywhere, any number of times."""
    with house.automation("relay")() as work:
        if stands_still(work):
            return []
        waiting = outbox.waiting(work.session)
        rows = [row for event in waiting for row in _jobs_after(event, work.now)]
        jobs.enqueue(work.session, rows)
        for event in waiting:
            event.relayed_at = work.now
    return [row["id"] for row in rows]


def tick(house: House, schedule: Sequence[Periodic] = SCHEDULE) -> None:
    """Enter the periodic tasks of this moment; one that was entered before is left alone.

    Beats may overlap. One that had to give way leaves its tasks to the beat that made it, or to the next one.
    """
    try:
        with house.automation("schedule")() as work:
            if stands_still(work):
                return
            entries = [(name_of(entry.run), entry.period(work.now, work.zone)) for entry in schedule]
            known = jobs.known_keys(work.session, [f"{name}@{period}" for name, period in entries])
            rows = [_row(name, {}, f"{name}@{period}", work.now) for name, period in entries]
            jobs.enqueue(work.session, [row for row in rows if row["once_key"] not in known])
    except TemporaryFailure as failure:
        log.info("beat_gave_way", reason=failure.message)


def due_jobs(house: House, lane: Lane | None = None, limit: int = 200) -> list[UUID]:
    """Jobs that can run now, of a lane or of all."""
    with house.database.reader(robot("engine"))() as work:
        return [] if stands_still(work) else list(jobs.due(work.session, work.now, limit, lane))


def run_jobs(house: House, job_ids: Sequence[UUID]) -> None:
    """Run those of these jobs that are due and free, one after the other."""
    run(house, take_up(house, job_ids))


def take_up(house: House, job_ids: Sequence[UUID]) -> list[Claim]:
    """Those of these jobs that are due and free, in our hands for a while, and what they begin with done together."""
    with house.automation("engine")() as work:
        taken = [] if stands_still(work) else jobs.claim(work.session, job_ids, work.now)
    for task in PREPARED_BY:
        _prepare(house, task, [job for job in taken if job.task == task])
    return taken


def put_back(house: House, taken: Sequence[Claim]) -> None:
    """Whoever is free may take these: they were not begun, and it was no try."""
    with house.automation("engine")() as work:
        jobs.put_back(work.session, [job.id for job in taken])


def run(house: House, taken: Sequence[Claim]) -> None:
    """Run jobs that were taken up, one after the other.

    Each that took a while is ended at once; those that took no time are ended together, and before anything begins that
    may take longer. Should the process die, those that were not ended run once more, and the rest is free again. What
    takes longer than its lease leaves the rest to whoever is free.
    """
    with _Endings(house.database) as endings:
        for job in taken:
            if not job.is_ours:
                return
            endings.begin(job)
            endings.end(job, is_done=_is_done(house, job))


class _Endings:
    """Which jobs of a block are done. They go on record together while the tasks are known to take no time."""

    quick: ClassVar[set[str]] = set()  # the tasks that took none when this process last ran them

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now: datetime
        self._done: list[UUID] = []
        self._recorded_at = self._began_at = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_trouble: object) -> None:
        if kind is None or issubclass(kind, Exception):  # whoever is being killed does nothing more
            self._record()

    def begin(self, job: Claim) -> None:
        """It begins. Those before it do not wait for one that may take longer than their leases."""
        if job.task not in self.quick:
            self._record()
        self._now = job.taken_at
        self._began_at = monotonic()

    def end(self, job: Claim, *, is_done: bool) -> None:
        """It ended, and may have to be tried again."""
        now = monotonic()
        (self.quick.add if now - self._began_at < TOGETHER else self.quick.discard)(job.task)
        if is_done and not job.is_ended:
            self._done.append(job.id)
        if now - self._recorded_at >= TOGETHER:
            self._record()

    def _record(self) -> None:
        if self._done:
            with self._database.turn, giving_way(), self._database.engine.begin() as connection:
                jobs.finish(connection, self._done, self._now)
        self._done, self._recorded_at = [], monotonic()


def drain(house: House) -> int:
    """Do everything that can be done at this moment, in this process; returns how many jobs ran."""
    take_over(house)
    ran = 0
    while (relay(house), waiting := due_jobs(house))[1]:
        for start in range(0, len(waiting), BLOCK):
            run_jobs(house, waiting[start : start + BLOCK])
        ran += len(waiting)
    return ran


def _prepare(house: House, task: str, taken: Sequence[Claim]) -> None:
    """What jobs of a task begin with, for all of them at once. Where that does not work now, each does it by itself."""
    if len(taken) < 2:
        return
    try:
        prepared = PREPARED_BY[task](house, [_event_of(job) for job in taken])
    except TemporaryFailure as failure:
        log.info("not_prepared", job=task, reason=failure.message)
    except Exception:  # each of them will say by itself what is wrong
        log.exception("not_prepared", job=task)
    else:
        for job, each in zip(taken, prepared, strict=True):
            job.prepared = each


def _jobs_after(event: outbox.OutboxEvent, now: datetime) -> list[dict[str, Any]]:
    arguments = {"event": event.name, "payload": event.payload}
    return [
        _row(name_of(task), arguments, f"{name_of(task)}:{event.id.hex}", now)
        for task in REACTIONS.get(type(event.event()), ())
    ]


def _row(name: str, arguments: dict[str, Any], once_key: str, now: datetime) -> dict[str, Any]:
    return job_row(name, arguments, once_key, now, LANES.get(name, Lane.HOUSE))


def _event_of(job: Claim) -> Event | None:
    return revive(job.arguments["event"], job.arguments["payload"]) if job.arguments else None


def _is_done(house: House, job: Claim) -> bool:
    """Do it; what fails is entered to be tried again, or given up."""
    try:
        call(house, job, _event_of(job))
    except NotYet as answer:
        _try_again(house, job, _wait(job, answer.retry_after, None), answer.message, uncounted=job.tries)
        return False
    except TemporaryFailure as failure:
        with house.automation("engine")() as work:
            counts = failure.retry_after is None and not silent_lines(work)
        after = _wait(job, failure.retry_after, MOST_TRIES if counts else None)
        _try_again(house, job, after, failure.message, uncounted=0 if counts else 1)
        return False
    except BusinessError as refusal:  # the world has moved on: there is nothing left to do
        log.info("job_refused", job=job.task, reason=refusal.message)
    except Exception as bug:
        log.exception("job_broke", job=job.task, job_id=str(job.id))
        _try_again(house, job, _wait(job, None, MOST_BUG_TRIES), f"{type(bug).__name__}: {bug}")
        return False
    return True


def _try_again(house: House, job: Claim, after: timedelta | None, trouble: str, *, uncounted: int = 0) -> None:
    with house.automation("engine")() as work:
        if after is None:
            jobs.give_up(work.session, job.id, work.now, trouble)
            return
        jobs.postpone(work.session, job.id, work.now + after, trouble, uncounted=uncounted)
    house.database.ring(after.total_seconds())


def _wait(job: Claim, asked: float | None, most_tries: int | None) -> timedelta | None:
    """How long to wait for the next try: as asked, or hardly at first and then twice as long each time.

    None after the last of the tries that count. Where none counts, somebody is known not to answer: no hurry.
    """
    if asked is not None:
        return timedelta(seconds=asked)
    if most_tries is not None and job.tries >= most_tries:
        return None
    if most_tries is not None and job.tries == 1:
        return timedelta(seconds=AT_FIRST)
    seconds = min(2.0**job.tries, LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  # spreads load, guards nothing
