"""A lease keeps others away while its holder lives, and no longer."""

from datetime import timedelta
from multiprocessing.connection import Connection
from uuid import UUID

import pytest

from ezscale.kit import jobs, presence
from ezscale.kit.clock import world_now
from ezscale.kit.jobs import Job, job_row
from ezscale.kit.presence import is_gone, this_process
from ezscale.kit.work import OpenWork, Work
from tests.reliability.lives import WORKERS

pytestmark = pytest.mark.all_databases


def test_a_living_worker_keeps_its_job(open_work: OpenWork) -> None:
    job_id = a_job(open_work)

    with open_work() as work:
        [taken] = jobs.claim(work.session, [job_id], work.now)
    with open_work() as work:
        jobs.take_over(work.session)
        again = jobs.claim(work.session, [job_id], work.now)

    assert (taken.task, taken.tries) == ("billing.renew", 1)
    assert again == []


def test_a_dead_workers_job_is_free_when_another_starts(open_work: OpenWork, work: Work) -> None:
    job_id = a_job(open_work)
    held_by(work, job_id, name_of_a_dead_process())

    with open_work() as other:
        before = jobs.claim(other.session, [job_id], other.now)
        jobs.take_over(other.session)
        after = jobs.claim(other.session, [job_id], other.now)

    assert before == []
    assert [job.id for job in after] == [job_id]


def test_a_worker_elsewhere_is_believed_until_its_lease_runs_out(open_work: OpenWork, work: Work) -> None:
    job_id = a_job(open_work)
    held_by(work, job_id, "another-machine/4026531836/17@391253")

    with open_work() as other:
        jobs.take_over(other.session)
        before = jobs.claim(other.session, [job_id], other.now)
    held_by(work, job_id, "another-machine/4026531836/17@391253", until=-timedelta(seconds=1))
    with open_work() as other:
        after = jobs.claim(other.session, [job_id], other.now)

    assert before == []
    assert [job.id for job in after] == [job_id]


def test_a_process_that_got_the_same_number_later_is_another_one() -> None:
    place, _, began = this_process().rpartition("@")

    assert not is_gone(this_process())
    assert is_gone(f"{place}@{int(began) - 1}")


def test_where_nothing_is_known_of_processes_nobody_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    known = this_process()
    monkeypatch.setattr(presence, "PROC", tmp_path)

    assert not is_gone(known)
    assert not is_gone("")


def a_job(open_work: OpenWork) -> UUID:
    """A job that is due."""
    with open_work() as work:
        row = job_row("billing.renew", {}, "once", work.now)
        jobs.enqueue(work.session, [row])
    return row["id"]


def held_by(work: Work, job_id: UUID, name: str, until: timedelta = jobs.LEASE) -> None:
    """Put a job into somebody's hands."""
    job = work.session.get_one(Job, job_id, populate_existing=True)
    job.held_by, job.lease_until = name, world_now() + until
    work.session.add(job)
    work.session.commit()


def name_of_a_dead_process() -> str:
    """Somebody who worked here a moment ago."""
    reader, writer = WORKERS.Pipe(duplex=False)
    process = WORKERS.Process(target=tell_name, args=(writer,))
    process.start()
    name: str = reader.recv()
    process.join()
    reader.close()
    writer.close()
    assert name.split("@", maxsplit=1)[0].endswith(str(process.pid))
    return name


def tell_name(writer: Connection) -> None:
    """All that the short-lived process does."""
    writer.send(this_process())
