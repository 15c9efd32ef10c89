from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.kit import jobs
from ezscale.kit.clock import world_now
from ezscale.kit.jobs import Job, JobStatus, job_row


@pytest.fixture
def job_id(work):
    row = job_row("billing.renew", {"day": "2026-03-02"}, "billing.renew@2026-03-02", work.now)
    jobs.enqueue(work.session, [row])
    return row["id"]


def test_asking_twice_is_asking_once(work, job_id):
    again = job_row("billing.renew", {}, "billing.renew@2026-03-02", work.now)

    jobs.enqueue(work.session, [again])

    [stored] = work.session.exec(select(Job)).all()
    assert (stored.id, stored.arguments) == (job_id, {"day": "2026-03-02"})
    assert jobs.known_keys(work.session, [stored.once_key, "other"]) == {stored.once_key}


@pytest.mark.all_databases
def test_a_job_is_taken_by_one_worker_only(open_work, clock):
    with open_work() as work:
        row = job_row("billing.renew", {}, "once", work.now)
        jobs.enqueue(work.session, [row])

    with open_work() as first:
        [taken] = jobs.claim(first.session, [row["id"]], first.now)
    with open_work() as second:
        refused = jobs.claim(second.session, [row["id"]], second.now)
        left = jobs.due(second.session, second.now)

    assert taken.tries == 1
    assert (refused, left) == ([], [])


def test_a_job_whose_worker_died_is_free_again_after_its_lease(work, job_id):
    jobs.claim(work.session, [job_id], work.now)
    work.session.get_one(Job, job_id).lease_until = world_now() - timedelta(seconds=1)
    work.session.flush()

    [taken] = jobs.claim(work.session, [job_id], work.now)

    assert taken.tries == 2


def test_what_never_came_to_a_try_is_none(work, job_id):
    for _ in range(3):
        jobs.claim(work.session, [job_id], work.now)
        jobs.postpone(work.session, job_id, work.now, "the bank is left alone", uncounted=1)

    [taken] = jobs.claim(work.session, [job_id], work.now)

    assert taken.tries == 1


def test_a_postponed_job_waits_for_its_time(work, job_id):
    jobs.claim(work.session, [job_id], work.now)
    until = work.now + timedelta(minutes=5)

    jobs.postpone(work.session, job_id, until, "the bank is away")

    assert jobs.claim(work.session, [job_id], work.now) == []
    assert jobs.next_run(work.session) == until
    [again] = jobs.claim(work.session, [job_id], until)
    assert again.tries == 2
    assert work.session.get_one(Job, job_id).error == "the bank is away"


@pytest.mark.parametrize(
    ("settle", "words", "status"),
    [
        (lambda session, job_id, now: jobs.finish(session.connection(), [job_id], now), (), JobStatus.DONE),
        (jobs.give_up, ("a bug",), JobStatus.FAILED),
    ],
)
def test_a_settled_job_never_runs_again(work, job_id, settle, words, status):
    jobs.claim(work.session, [job_id], work.now)

    settle(work.session, job_id, work.now, *words)

    assert jobs.claim(work.session, [job_id], work.now + timedelta(days=9)) == []
    assert jobs.next_run(work.session) is None
    row = work.session.get(Job, job_id, populate_existing=True)
    assert (row.status, row.error, row.finished_at) == (status, "".join(words), work.now)


def test_the_oldest_jobs_come_first_and_later_ones_wait(work):
    rows = [
        job_row("a", {}, "late", work.now - timedelta(minutes=1)),
        job_row("a", {}, "oldest", work.now - timedelta(minutes=2)),
        job_row("a", {}, "tomorrow", work.now + timedelta(days=1)),
    ]

    jobs.enqueue(work.session, rows)

    assert jobs.due(work.session, work.now) == [rows[1]["id"], rows[0]["id"]]
