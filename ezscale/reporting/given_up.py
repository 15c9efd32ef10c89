"""Tasks that were given up: seeing them, trying them again, and putting them aside."""

from uuid import UUID

from ezscale.accounts.permissions import RUN_THE_COMPANY, SEE_EVERYTHING
from ezscale.kit import jobs
from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.jobs import Job
from ezscale.kit.work import Work
from ezscale.reporting.events import JobDismissed, JobTriedAgain

LONGEST_WORD = 500


def given_up_jobs(work: Work, limit: int = 50) -> list[Job]:
    """The tasks that nobody will try again by themselves, the latest first. Staff only."""
    work.actor.require(SEE_EVERYTHING)
    return list(jobs.failed(work.session, limit))


def try_job_again(work: Work, job_id: UUID) -> Job:
    """The cause is removed: a task that was given up is tried again at once, as often as a new one."""
    work.actor.require(RUN_THE_COMPANY)
    job = _job_to_change(work, job_id)
    job.start_over(work.now)
    work.emit(JobTriedAgain(job.id, work.actor.name))
    return job


def dismiss_job(work: Work, job_id: UUID, why: str) -> Job:
    """A task that was given up needs no further try. `why` is kept with it, and who said so."""
    work.actor.require(RUN_THE_COMPANY)
    words = why.strip()
    if not words or len(words) > LONGEST_WORD:
        raise Invalid("Please say in a few words why it needs no further try.", field="why")
    job = _job_to_change(work, job_id)
    job.dismiss(f"{words} ({work.actor.name})")
    work.emit(JobDismissed(job.id, work.actor.name))
    return job


def _job_to_change(work: Work, job_id: UUID) -> Job:
    job = work.session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise NotFound("We could not find this task.")
    return job
