"""How often a job is tried."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from time_machine import travel

from ezscale.billing.events import ChargeRequested
from ezscale.kit.clock import FixedClock, world_now
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import LEASE, Claim, Job, JobStatus, enqueue, job_row
from ezscale.kit.vendor_lines import VendorLine
from ezscale.kit.work import Database
from ezscale.tasks import engine
from ezscale.tasks.engine import AT_FIRST, MOST_TRIES, run_jobs
from ezscale.tasks.registry import KNOWN, PREPARED_BY
from ezscale.wiring import House
from tests.company import Company
from tests.databases import commits_on


@pytest.fixture
def company(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    """Whose jobs they are."""
    return Company(database, clock, tmp_path)


@pytest.fixture
def job_id(company: Company) -> Iterator[UUID]:
    """A job whose last try this is."""

    def fails(_house: House) -> None:
        raise TemporaryFailure("it does not answer")

    KNOWN["test.fails"] = fails
    with company.robot() as work:
        row = job_row("test.fails", {}, "once", work.now) | {"tries": MOST_TRIES - 1}
        enqueue(work.session, [row])
    yield row["id"]
    del KNOWN["test.fails"]


def test_after_many_tries_it_is_given_up(company: Company, job_id: UUID) -> None:
    run_jobs(company.house, [job_id])

    assert standing(company, job_id) == (JobStatus.FAILED, MOST_TRIES)


def test_but_not_while_a_vendor_is_silent(company: Company, job_id: UUID) -> None:
    with company.robot() as work:
        work.session.add(VendorLine(name="stripe", failures=5, silent_since=work.now, next_try_at=work.now))

    run_jobs(company.house, [job_id])

    assert standing(company, job_id) == (JobStatus.READY, MOST_TRIES - 1)


def test_what_failed_once_is_tried_at_once_and_then_later_and_later(company: Company, job_id: UUID) -> None:
    rung = tried(company, job_id, times=3)

    assert rung[0] == AT_FIRST
    assert 1 < rung[1] < rung[2]


def test_nobody_hurries_to_ask_who_is_known_not_to_answer(company: Company, job_id: UUID) -> None:
    with company.robot() as work:
        work.session.add(VendorLine(name="stripe", failures=5, silent_since=work.now, next_try_at=work.now))

    assert min(tried(company, job_id, times=3)) > 1


def tried(company: Company, job_id: UUID, times: int) -> list[float]:
    """A job is tried from the start, as soon as it is wanted again: after how many seconds whoever works is woken."""
    rung: list[float] = []
    company.house.database.ring = rung.append
    with company.robot() as work:
        work.session.get_one(Job, job_id).tries = 0
    for _ in range(times):
        run_jobs(company.house, [job_id])
        company.clock.move(timedelta(hours=1))
    return rung


def standing(company: Company, job_id: UUID) -> tuple[JobStatus, int]:
    """Where a job stands, and how often it was tried."""
    with company.robot() as work:
        job = work.session.get_one(Job, job_id)
        return job.status, job.tries


@pytest.mark.parametrize(("together", "endings"), [(60, 1), (0, 5)], ids=["take no time", "take a while"])
def test_jobs_are_taken_up_together_and_ended_together_if_they_take_no_time(
    company: Company, monkeypatch: pytest.MonkeyPatch, together: float, endings: int
) -> None:
    monkeypatch.setattr(engine, "TOGETHER", together)
    with company.robot() as work:
        rows = [job_row("billing.learn_tax_places", {}, f"once {number}", work.now) for number in range(5)]
        enqueue(work.session, rows)

    with commits_on(company.house.database.engine) as commits:
        run_jobs(company.house, [row["id"] for row in rows])

    assert len(commits) == 1 + endings
    assert [standing(company, row["id"]) for row in rows] == [(JobStatus.DONE, 1)] * 5


def test_none_that_is_done_waits_for_one_that_may_take_long(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TOGETHER", 60)
    found: list[JobStatus] = []
    with company.robot() as work:
        rows = [job_row(task, {}, task, work.now) for task in ("test.first", "test.unknown")]
        enqueue(work.session, rows)
    monkeypatch.setitem(KNOWN, "test.first", lambda _house: None)
    monkeypatch.setitem(KNOWN, "test.unknown", lambda _house: found.append(standing(company, rows[0]["id"])[0]))

    run_jobs(company.house, [row["id"] for row in rows])

    assert found == [JobStatus.DONE]


def test_what_was_taken_up_is_left_to_others_when_its_lease_has_run_out(company: Company) -> None:
    with company.robot() as work:
        rows = [job_row("test.waits", {}, f"once {number}", work.now) for number in range(3)]
        enqueue(work.session, rows)

    with travel(world_now(), tick=False) as world:
        KNOWN["test.waits"] = lambda _house: world.shift(LEASE)
        run_jobs(company.house, [row["id"] for row in rows])
    del KNOWN["test.waits"]

    assert [standing(company, row["id"]) for row in rows] == [(JobStatus.DONE, 1), *[(JobStatus.READY, 1)] * 2]


Prepared = Callable[[House, Sequence[ChargeRequested]], list[str]]


@pytest.fixture
def told(company: Company, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What calls of a task that can be prepared for are called with; the second of them ends itself, and then fails."""
    told: list[object] = []

    def listens(house: House, _event: ChargeRequested, job: Claim) -> None:
        told.append(job.prepared)
        with house.automation("test")() as work:
            job.end(work.session)
            if len(told) == 2:
                raise TemporaryFailure("it could not be booked")

    monkeypatch.setitem(KNOWN, "test.listens", listens)
    return told


def names(_house: House, events: Sequence[ChargeRequested]) -> list[str]:
    """What each is prepared with."""
    return [f"{number} of {len(events)}" for number, _ in enumerate(events, start=1)]


def fails(_house: House, _events: Sequence[ChargeRequested]) -> list[str]:
    """It does not work now."""
    raise TemporaryFailure("somebody else was changing the same things")


@pytest.mark.parametrize(
    ("prepare", "jobs", "heard"),
    [(names, 3, ["1 of 3", "2 of 3", "3 of 3"]), (names, 1, [None]), (fails, 3, [None] * 3)],
    ids=["together", "alone", "not now"],
)
def test_what_calls_begin_with_is_done_for_all_of_them_at_once_and_each_ends_with_what_it_did(
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    told: list[object],
    prepare: Prepared,
    jobs: int,
    heard: list[str | None],
) -> None:
    monkeypatch.setitem(PREPARED_BY, "test.listens", prepare)
    arguments = {"event": "ChargeRequested", "payload": ChargeRequested(new_id(), new_id()).to_plain()}
    with company.robot() as work:
        rows = [job_row("test.listens", arguments, f"once {number}", work.now) for number in range(jobs)]
        enqueue(work.session, rows)

    with commits_on(company.house.database.engine) as commits:
        run_jobs(company.house, [row["id"] for row in rows])

    done = [standing(company, row["id"])[0] for row in rows]
    assert told == heard
    assert done == [JobStatus.DONE, JobStatus.READY, JobStatus.DONE][:jobs]
    assert len(commits) == (2 if jobs == 1 else 5)  # one to take them up, one for each that ends, two to put one off
