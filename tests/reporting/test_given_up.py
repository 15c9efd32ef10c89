"""What was given up is seen by staff, and ends in one of two ways: it is tried again, or put aside with a word."""

import pytest
from sqlmodel import Session, select

from ezscale.kit import jobs
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job, JobStatus, job_row
from ezscale.reporting.given_up import dismiss_job, given_up_jobs, try_job_again
from tests.state.panel import administrator, onlooker

TROUBLE = "KeyError: 'frankfurt'"


@pytest.fixture
def job_id(at):
    """A task that ran into a bug four times."""
    with at.robot() as work:
        row = job_row("provisioning.expire_orders", {}, "given up", work.now)
        jobs.enqueue(work.session, [row])
        for _ in range(4):
            jobs.claim(work.session, [row["id"]], work.now)
            jobs.postpone(work.session, row["id"], work.now)
        jobs.give_up(work.session, row["id"], work.now, TROUBLE)
    yield row["id"]
    with at.robot() as work:  # the doctor shall have nothing to say when the story ends
        for job in work.session.exec(select(Job).where(Job.status == JobStatus.FAILED)):
            job.dismiss("told")


def job_of(at, job_id):
    with Session(at.house.database.engine) as session:
        return session.get_one(Job, job_id)


@pytest.mark.all_databases
def test_a_task_that_is_tried_again_runs_as_if_it_had_never_failed(at, job_id):
    olivia = administrator(at)
    [seen] = olivia.does(given_up_jobs)

    olivia.does(lambda work: try_job_again(work, job_id))
    waiting = job_of(at, job_id)
    at.works()

    assert (seen.id, seen.error, seen.finished_at) == (job_id, TROUBLE, at.clock.now)
    assert (waiting.status, waiting.tries, waiting.finished_at) == (JobStatus.READY, 0, None)
    assert (job_of(at, job_id).status, job_of(at, job_id).tries) == (JobStatus.DONE, 1)
    assert olivia.does(given_up_jobs) == []


def test_a_task_that_is_put_aside_is_no_finding_any_more_and_says_who_did_so_and_why(at, job_id):
    before = at.complaints()

    administrator(at).does(lambda work: dismiss_job(work, job_id, "  The location is gone. "))
    at.works()

    job = job_of(at, job_id)
    assert before == {"nothing_is_stuck": (f"provisioning.expire_orders: {TROUBLE}",)}
    assert at.complaints() == {}
    assert (job.status, job.error) == (JobStatus.DISMISSED, TROUBLE)
    assert job.dismissal == "The location is gone. (Olivia Harbour)"


@pytest.mark.parametrize("why", ["", "   ", "x" * 501])
def test_nothing_is_put_aside_without_a_word(at, job_id, why):
    with pytest.raises(Invalid, match="in a few words") as refusal:
        administrator(at).does(lambda work: dismiss_job(work, job_id, why))

    assert refusal.value.field == "why"
    assert job_of(at, job_id).status is JobStatus.FAILED


@pytest.mark.parametrize("end", [try_job_again, lambda work, job_id: dismiss_job(work, job_id, "again")])
def test_what_has_been_ended_once_stays_as_it_is(at, job_id, end):
    olivia = administrator(at)
    olivia.does(lambda work: dismiss_job(work, job_id, "seen to"))

    with pytest.raises(BusinessError, match="no longer among"):
        olivia.does(lambda work: end(work, job_id))
    with pytest.raises(NotFound):
        olivia.does(lambda work: end(work, new_id()))

    assert job_of(at, job_id).dismissal == "seen to (Olivia Harbour)"


@pytest.mark.parametrize("end", [try_job_again, lambda work, job_id: dismiss_job(work, job_id, "mine")])
def test_whoever_only_looks_on_sees_it_and_ends_nothing(at, job_id, end):
    sam, ada = onlooker(at), at.signs_up("Ada Moreno")

    for person in (sam, ada):
        with pytest.raises(NotAllowed):
            person.does(lambda work: end(work, job_id))
    with pytest.raises(NotAllowed):
        ada.does(given_up_jobs)

    assert [job.id for job in sam.does(given_up_jobs)] == [job_id]
    assert job_of(at, job_id).status is JobStatus.FAILED
