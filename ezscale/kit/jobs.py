"""Work to be done after the fact. The row is the truth; a message only says: look at it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index, Text, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from ezscale.kit.clock import world_now
from ezscale.kit.columns import Moment, word
from ezscale.kit.database import insert_new, table_of
from ezscale.kit.ids import new_id
from ezscale.kit.presence import is_gone, this_process

LEASE = timedelta(minutes=2)


class JobStatus(StrEnum):
    """Where a job stands."""

    READY = "ready"
    DONE = "done"
    FAILED = "failed"


class Job(SQLModel, table=True):
    """One call of a task. `once_key` makes asking twice the same as asking once.

    `run_at` is company time, so that the time machine moves it; `lease_until` is the world's, so that it does not.
    `held_by` is the process that took it last.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "status", "run_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    task: str = Field(max_length=80)
    arguments: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    once_key: str = Field(max_length=160, unique=True)
    status: JobStatus = Field(default=JobStatus.READY, sa_type=word(JobStatus))
    run_at: datetime = Field(sa_type=Moment)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    held_by: str = Field(default="", max_length=80)
    tries: int = 0
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str = Field(default="", sa_column=Column(Text, nullable=False))


def job_row(task: str, arguments: dict[str, Any], once_key: str, run_at: datetime) -> dict[str, Any]:
    """The values of a job's row, for writing many at once."""
    job = Job(task=task, arguments=arguments, once_key=once_key, run_at=run_at)
    return job.model_dump()


def enqueue(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store jobs; one whose `once_key` is already known is left out."""
    insert_new(session, table_of(Job), rows)


def known_keys(session: Session, once_keys: Sequence[str]) -> set[str]:
    """Which of these jobs have been stored already."""
    return set(session.exec(select(Job.once_key).where(col(Job.once_key).in_(once_keys))))


def due(session: Session, now: datetime, limit: int = 200) -> Sequence[UUID]:
    """Jobs whose time has come and which nobody holds, oldest first."""
    return session.exec(
        select(Job.id)
        .where(Job.status == JobStatus.READY, Job.run_at <= now, _is_free())
        .order_by(col(Job.run_at), col(Job.id))
        .limit(limit)
    ).all()


def next_run(session: Session) -> datetime | None:
    """When the next job wants to run."""
    soonest = select(Job.run_at).where(Job.status == JobStatus.READY).order_by(col(Job.run_at)).limit(1)
    return session.exec(soonest).first()


def claim(session: Session, job_id: UUID, now: datetime) -> Job | None:
    """Take a job for a while, or None when it is done, not due, or in other hands."""
    taken = session.execute(
        update(Job)
        .where(col(Job.id) == job_id, col(Job.status) == JobStatus.READY, col(Job.run_at) <= now, _is_free())
        .values(lease_until=world_now() + LEASE, held_by=this_process(), tries=col(Job.tries) + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has one
        return None
    return session.get(Job, job_id, populate_existing=True)


def take_over(session: Session) -> None:
    """Free what processes held that are gone, so that nobody waits for their leases to run out."""
    held = (col(Job.status) == JobStatus.READY, col(Job.lease_until) > world_now())
    holders = session.exec(select(Job.held_by).where(*held).distinct())
    gone = [name for name in holders if is_gone(name)]
    if gone:
        session.execute(update(Job).where(*held, col(Job.held_by).in_(gone)).values(lease_until=None))


def finish(session: Session, job_id: UUID, now: datetime) -> None:
    """It is done and never runs again."""
    _settle(session, job_id, status=JobStatus.DONE, finished_at=now, error="")


def give_up(session: Session, job_id: UUID, now: datetime, error: str) -> None:
    """It failed for good; a person must look."""
    _settle(session, job_id, status=JobStatus.FAILED, finished_at=now, error=error)


def postpone(session: Session, job_id: UUID, until: datetime, error: str = "") -> None:
    """It runs again, not before `until`."""
    _settle(session, job_id, run_at=until, error=error)


def _is_free() -> Any:
    return or_(col(Job.lease_until).is_(None), col(Job.lease_until) < world_now())


def _settle(session: Session, job_id: UUID, **values: Any) -> None:
    session.execute(
        update(Job)
        .where(col(Job.id) == job_id)
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )


def failed(session: Session, limit: int = 50) -> Iterable[Job]:
    """The latest jobs that were given up."""
    latest = select(Job).where(Job.status == JobStatus.FAILED).order_by(col(Job.finished_at).desc())
    return session.exec(latest.limit(limit)).all()
