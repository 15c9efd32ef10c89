"""Work to be done after the fact. The row is the truth; a message only says: look at it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy
from sqlalchemy import JSON, Column, Connection, Index, Text, and_, bindparam, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from ezscale.kit.clock import world_now
from ezscale.kit.columns import Moment, word
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.errors import BusinessError
from ezscale.kit.ids import new_id
from ezscale.kit.presence import is_gone, this_process

LEASE = timedelta(minutes=2)


class JobStatus(StrEnum):
    """Where a job stands."""

    READY = "ready"
    DONE = "done"
    FAILED = "failed"
    DISMISSED = "dismissed"


class Lane(StrEnum):
    """Whom a job waits for: nobody outside the house, whoever moves money, or other vendors. It keeps up its lane alone.

    `BULK` waits for nobody and nobody waits for it: what a night makes by the thousand, such as invoices' PDFs.
    """

    HOUSE = "house"
    BULK = "bulk"
    GATEWAY = "gateway"
    VENDORS = "vendors"


class Job(SQLModel, table=True):
    """One call of a task. `once_key` makes asking twice the same as asking once.

    `run_at` is company time, so that the time machine moves it; `lease_until` is the world's, so that it does not.
    `held_by` is the process that took it last; `dismissal` is why one that failed needs no further try, and who says so.
    """

    __tablename__ = "job"
    __unaudited__: ClassVar[str] = "a job is our own to-do list; what it does is told by itself"
    __table_args__ = (
        Index("ix_job_due", "status", "run_at", "id"),
        Index("ix_job_lane", "status", "lane", "run_at", "id"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        JobStatus.DONE: "it never runs again",
        JobStatus.DISMISSED: "somebody has seen to it",
    }

    id: UUID = Field(default_factory=new_id, primary_key=True)
    task: str = Field(max_length=80)
    arguments: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    once_key: str = Field(max_length=160, unique=True)
    status: JobStatus = Field(default=JobStatus.READY, sa_type=word(JobStatus))
    lane: Lane = Field(default=Lane.HOUSE, sa_type=word(Lane), sa_column_kwargs={"server_default": Lane.HOUSE})
    run_at: datetime = Field(sa_type=Moment)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    held_by: str = Field(default="", max_length=80)
    tries: int = 0
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str = Field(default="", sa_column=Column(Text, nullable=False))
    dismissal: str | None = Field(default=None, sa_column=Column(Text))

    def start_over(self, now: datetime) -> None:
        """Somebody wants it tried again, as if it had never been tried."""
        self._require_failed()
        self.status, self.run_at, self.tries, self.finished_at = JobStatus.READY, now, 0, None

    def dismiss(self, why: str) -> None:
        """Somebody has seen to it: it is not tried again, and nobody needs to hear of it any more."""
        self._require_failed()
        self.status, self.dismissal = JobStatus.DISMISSED, why

    def _require_failed(self) -> None:
        if self.status is not JobStatus.FAILED:
            raise BusinessError("This task is no longer among those that were given up.")


@dataclass(slots=True)
class Claim:
    """A job in our hands until a moment of the world, and how often it was tried, this time included.

    `taken_at` is the company's time. `prepared` is what was done for it beforehand, together with others; `is_ended` once
    it has ended itself.
    """

    id: UUID
    task: str
    arguments: dict[str, Any]
    tries: int
    taken_at: datetime
    until: datetime
    prepared: Any = None
    is_ended: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether nobody else may have taken it meanwhile."""
        return world_now() < self.until

    def end(self, session: Session) -> None:
        """It is done, if and when this transaction commits: for its last one."""
        finish(session.connection(), [self.id], self.taken_at)
        self.is_ended = True


def job_row(
    task: str, arguments: dict[str, Any], once_key: str, run_at: datetime, lane: Lane = Lane.HOUSE
) -> dict[str, Any]:
    """The values of a job's row, for writing many at once."""
    return {
        "id": new_id(),
        "task": task,
        "arguments": arguments,
        "once_key": once_key,
        "status": JobStatus.READY,
        "lane": lane,
        "run_at": run_at,
        "lease_until": None,
        "held_by": "",
        "tries": 0,
        "finished_at": None,
        "error": "",
        "dismissal": None,
    }


def enqueue(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store jobs; one whose `once_key` is already known is left out.

    They go in by key: those who enter the same ones at the same time then wait for one another in one direction.
    """
    insert_new(session, JOBS, sorted(rows, key=itemgetter("once_key")))


def known_keys(session: Session, once_keys: Sequence[str]) -> set[str]:
    """Which of these jobs have been stored already."""
    return set(session.exec(select(Job.once_key).where(col(Job.once_key).in_(once_keys))))


def due(session: Session, now: datetime, limit: int = 200, lane: Lane | None = None) -> Sequence[UUID]:
    """Jobs whose time has come and which nobody holds, oldest first: all of them, or those of a lane."""
    when = {"company_now": now, "world_now": world_now()}
    wanted = DUE if lane is None else DUE.where(JOBS.c.lane == lane)
    return session.connection().scalars(wanted.limit(limit), when).all()


def hurry(session: Session, task: str, about: str, now: datetime) -> None:
    """Let the waiting calls of a task that are about something (an id among their arguments) run now."""
    waiting = (READY, JOBS.c.task == task, JOBS.c.run_at > now, JOBS.c.lease_until.is_(None))
    its = sqlalchemy.cast(JOBS.c.arguments, sqlalchemy.Text).contains(about, autoescape=True)
    session.connection().execute(sqlalchemy.update(JOBS).where(*waiting, its).values(run_at=now))


def next_run(session: Session, but: str = "") -> datetime | None:
    """When the next job wants to run. `but` names a task that does not count, because it is the one that asks."""
    return session.connection().scalar(NEXT_RUN, {"but": but})


def claim(session: Session, job_ids: Sequence[UUID], now: datetime) -> list[Claim]:
    """Take jobs for a while, in this order; those that are done, not due, or in other hands are left out."""
    connection, world = session.connection(), world_now()
    looked_at = connection.execute(LOCK, {"job_ids": job_ids, "company_now": now, "world_now": world})
    found = {row.id: row for row in looked_at if row.is_free}
    if not found:
        return []
    until = world + LEASE
    connection.execute(TAKE, {"job_ids": list(found), "holder": this_process(), "until": until})
    rows = [found[job_id] for job_id in job_ids if job_id in found]
    return [Claim(row.id, row.task, row.arguments, row.tries + 1, now, until) for row in rows]


def put_back(session: Session, job_ids: Sequence[UUID]) -> None:
    """This process does not begin them after all: they are free, and were not tried."""
    session.connection().execute(PUT_BACK, {"job_ids": job_ids, "holder": this_process()})


def take_over(session: Session) -> None:
    """Free what processes held that are gone, so that nobody waits for their leases to run out."""
    held = select(Job.id, Job.held_by).where(Job.status == JobStatus.READY, col(Job.lease_until) > world_now())
    for job_id, holder in session.exec(held).all():
        if is_gone(holder):
            session.connection().execute(FREE, {"job_id": job_id, "holder": holder})


def finish(connection: Connection, job_ids: Sequence[UUID], now: datetime) -> None:
    """They are done and never run again."""
    connection.execute(DONE, {"job_ids": job_ids, "now": now})


def give_up(session: Session, job_id: UUID, now: datetime, error: str) -> None:
    """It failed for good; a person must look."""
    session.connection().execute(FAILED, {"job_id": job_id, "now": now, "trouble": error})


def postpone(session: Session, job_id: UUID, until: datetime, error: str = "", *, uncounted: int = 0) -> None:
    """It runs again, not before `until`. This was a try, and so were those before it, except for so many."""
    values = {"job_id": job_id, "until": until, "trouble": error, "uncounted": uncounted}
    session.connection().execute(POSTPONE, values)


def failed(session: Session, limit: int = 50) -> Iterable[Job]:
    """The latest jobs that were given up."""
    latest = select(Job).where(Job.status == JobStatus.FAILED).order_by(col(Job.finished_at).desc())
    return session.exec(latest.limit(limit)).all()


# Every job passes through these, so they are put together once instead of each time. They change a job by its id
# alone: InnoDB would lock all jobs that it looks at on the way to one described by its state.
JOBS = table_of(Job)
THIS = JOBS.c.id == bindparam("job_id")
THESE = JOBS.c.id.in_(bindparam("job_ids", expanding=True))
READY = JOBS.c.status == JobStatus.READY
NOBODY_HOLDS = or_(JOBS.c.lease_until.is_(None), JOBS.c.lease_until < bindparam("world_now"))
IS_FREE = and_(READY, JOBS.c.run_at <= bindparam("company_now"), NOBODY_HOLDS)
DUE = sqlalchemy.select(JOBS.c.id).where(IS_FREE).order_by(JOBS.c.run_at, JOBS.c.id)
NEXT_RUN = (
    sqlalchemy.select(JOBS.c.run_at).where(READY, JOBS.c.task != bindparam("but")).order_by(JOBS.c.run_at).limit(1)
)
LOCK = (
    sqlalchemy.select(JOBS.c.id, JOBS.c.task, JOBS.c.arguments, JOBS.c.tries, IS_FREE.label("is_free"))
    .where(THESE)
    .with_for_update(skip_locked=True)
)
TAKE = (
    update(JOBS)
    .where(THESE)
    .values(lease_until=bindparam("until"), held_by=bindparam("holder"), tries=JOBS.c.tries + 1)
)
PUT_BACK = (
    update(JOBS).where(THESE, JOBS.c.held_by == bindparam("holder")).values(lease_until=None, tries=JOBS.c.tries - 1)
)
FREE = update(JOBS).where(THIS, JOBS.c.held_by == bindparam("holder")).values(lease_until=None)
ENDED: dict[str, Any] = {"finished_at": bindparam("now"), "lease_until": None}
DONE = update(JOBS).where(THESE).values(status=JobStatus.DONE, error="", **ENDED)
FAILED = update(JOBS).where(THIS).values(status=JobStatus.FAILED, error=bindparam("trouble"), **ENDED)
POSTPONE = (
    update(JOBS)
    .where(THIS)
    .values(
        run_at=bindparam("until"),
        error=bindparam("trouble"),
        tries=JOBS.c.tries - bindparam("uncounted"),
        lease_until=None,
    )
)
