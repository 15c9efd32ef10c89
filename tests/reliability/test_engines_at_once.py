"""Several workers and several beats at once: everything is done, once, and nobody stands in another's way."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.work import Database
from ezscale.messaging.events import MailWritten
from ezscale.models import User
from ezscale.tasks import company
from ezscale.tasks.registry import KNOWN, SCHEDULE
from tests.company import Company, Person
from tests.sizes import size

pytestmark = pytest.mark.all_databases
WORKERS = 8


@pytest.fixture
def at(database: Database, clock: FixedClock, tmp_path: Path) -> Company:
    return Company(database, clock, tmp_path)


def test_workers_share_the_work(at: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    done: Counter[object] = Counter()
    monkeypatch.setitem(KNOWN, "messaging.send", lambda _house, event: done.update([event.mail_id]))
    letters = [MailWritten(new_id()) for _ in range(size(80, 2000))]

    def work(mine: list[MailWritten]) -> None:
        for letter in mine:
            with at.robot() as work:
                work.emit(letter)
            at.works()

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, [letters[start::WORKERS] for start in range(WORKERS)]))
    at.works()

    assert done == {letter.mail_id: 1 for letter in letters}
    assert jobs(at, JobStatus.READY) == jobs(at, JobStatus.FAILED) == 0


def test_beats_that_overlap_enter_a_run_once(at: Company) -> None:
    at.works()

    for _ in range(3):
        at.clock.move(timedelta(days=1))
        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(lambda _: company.tick(at.house), range(WORKERS)))
    entered = jobs(at, JobStatus.READY)
    at.works()

    assert entered == 3 * len(SCHEDULE)
    assert jobs(at, JobStatus.FAILED) == 0


def jobs(at: Company, status: JobStatus) -> int:
    """How many jobs stand like this."""
    with at.robot() as work:
        return work.session.exec(select(func.count()).select_from(Job).where(Job.status == status)).one()


def test_who_gives_way_to_another_may_try_again(at: Company, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":  # one writer at a time: nobody has to give way
        return
    people = [at.signs_up("Ada Moreno"), at.signs_up("Bo Lund")]
    both_hold_one = Barrier(2)

    def hold(first: Person, second: Person) -> str:
        try:
            with at.robot() as work:
                work.session.get_one(User, first.user.id, with_for_update=True)
                both_hold_one.wait()
                work.session.get_one(User, second.user.id, with_for_update=True)
        except TemporaryFailure:
            return "gave way"
        return "went through"

    with ThreadPoolExecutor(2) as threads:
        ends = list(threads.map(hold, people, people[::-1]))

    assert sorted(ends) == ["gave way", "went through"]
