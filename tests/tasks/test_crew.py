"""The hands of a worker."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from ezscale.kit.clock import FixedClock
from ezscale.kit.jobs import Job, JobStatus, Lane, enqueue, job_row
from ezscale.kit.work import Database
from ezscale.tasks import company as engine
from ezscale.tasks.bell import Bell
from ezscale.tasks.crew import RANKS, Crew, usual_hands
from ezscale.tasks.registry import KNOWN, LANES
from ezscale.wiring import House
from tests.company import Company
from tests.patience import eventually

VENDORS = {"gateways", "panels", "mailer", "tax_ids", "rates", "tax_calculator"}
JOBS = 40


@pytest.fixture
def company(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    """Whose jobs they are."""
    return Company(database, clock, tmp_path)


@pytest.fixture
def crew(company: Company) -> Iterator[Crew]:
    """Its hands."""
    crew = Crew(lambda: company.house, {Lane.HOUSE: 2, Lane.GATEWAY: 2})
    yield crew
    crew.end()


@pytest.fixture
def done() -> Iterator[Counter[str]]:
    """What was done, and how often."""
    done: Counter[str] = Counter()
    names = [f"test.{number}" for number in range(JOBS)]
    for name in names:
        KNOWN[name] = lambda _house, name=name: done.update([name])
    yield done
    for name in names:
        del KNOWN[name]


def test_everything_is_done_once(company: Company, crew: Crew, done: Counter[str]) -> None:
    enter(company, [*done.keys(), *(f"test.{number}" for number in range(JOBS))], Lane.HOUSE)

    for _ in range(3):
        crew.look()
    eventually(lambda: len(done) == JOBS)

    assert set(done.values()) == {1}
    eventually(lambda: not engine.due_jobs(company.house, Lane.HOUSE))


def test_a_database_that_was_away_finds_everybody_at_work(
    company: Company, crew: Crew, done: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("bell", "crew"):
        monkeypatch.setattr(f"ezscale.tasks.{module}.AFTER_TROUBLE", 0.02)
    enter(company, [f"test.{number}" for number in range(JOBS)], Lane.HOUSE)
    refused: list[str] = []

    def refuse(*_connecting: object) -> None:
        refused.append(threading.current_thread().name)
        raise OperationalError("connect", None, ConnectionRefusedError())

    lines = company.house.database.engine
    event.listen(lines, "do_connect", refuse)
    lines.dispose()
    Bell(crew.look).ring()
    eventually(lambda: len(refused) >= 3)
    event.remove(lines, "do_connect", refuse)

    eventually(lambda: len(done) == JOBS)


def test_who_waits_for_the_gateway_keeps_nobody_else_up(company: Company, crew: Crew, done: Counter[str]) -> None:
    answers = threading.Event()

    def hangs(_house: House) -> None:
        answers.wait(60)

    KNOWN["test.hangs"] = hangs
    try:
        enter(company, ["test.hangs"], Lane.GATEWAY, times=4)
        enter(company, ["test.1", "test.2"], Lane.HOUSE)

        crew.look()
        eventually(lambda: len(done) == 2)
    finally:
        answers.set()
        crew.end()
        del KNOWN["test.hangs"]


def test_what_a_crew_that_goes_home_has_not_begun_is_free_and_was_not_tried(company: Company) -> None:
    crew, begun, goes_on = Crew(lambda: company.house, {Lane.GATEWAY: 1}), threading.Event(), threading.Event()

    def takes_long(_house: House) -> None:
        begun.set()
        goes_on.wait(60)

    KNOWN["test.takes_long"] = takes_long
    try:
        enter(company, ["test.takes_long"], Lane.GATEWAY, times=2)
        crew.look()
        assert begun.wait(10)
        going_home = threading.Thread(target=crew.end)
        going_home.start()
        eventually(lambda: all(gang._is_over for gang in crew._gangs))
        goes_on.set()
        going_home.join()
    finally:
        goes_on.set()
        del KNOWN["test.takes_long"]

    with company.robot() as work:
        left = work.session.exec(select(Job).order_by(col(Job.status))).all()
    assert [(job.status, job.tries, job.lease_until) for job in left] == [
        (JobStatus.DONE, 1, None),
        (JobStatus.READY, 0, None),
    ]


def test_a_worker_has_hands_of_some_rank_for_every_lane() -> None:
    assert set(usual_hands(charges_at_once=8)) == set(RANKS) == set(Lane)


def test_every_task_that_asks_a_vendor_has_a_lane_for_it() -> None:
    asking = {name for name, task in KNOWN.items() if VENDORS & set(task.__code__.co_names)}

    assert len(asking) > 10
    assert asking - LANES.keys() == set()


def enter(company: Company, names: list[str], lane: Lane, times: int = 1) -> None:
    """Jobs that are due."""
    with company.robot() as work:
        rows = [job_row(name, {}, f"{name} {number}", work.now, lane) for name in names for number in range(times)]
        enqueue(work.session, rows)
