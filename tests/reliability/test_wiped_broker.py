"""The broker only rings. It forgets, dies, and workers die with it, and what was committed is done all the same."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine
from sqlmodel import col, select

from ezscale.accounts.signing_up import NewPerson, sign_up
from ezscale.cli.broker import answers
from ezscale.cli.processes import Running, end_group
from ezscale.cli.programs import beat, needed_first, worker
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.clock import WorldClock
from ezscale.kit.jobs import Job, JobStatus
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.settings import Settings
from ezscale.kit.work import Database, OpenWork, Work
from tests.company import PASSWORD
from tests.sizes import all_databases_in_a_soak, figures, size

PEOPLE = size(24, 400)
LONGEST = 180  # seconds until everything must be done
MISFORTUNES = ("wiped", "broker killed", "worker killed")


class NotAfterAll(Exception):
    """Somebody changes their mind before the commit."""


class Programs:
    """A broker, a beat and two workers, as they are in production."""

    def __init__(self, own: Settings) -> None:
        self._own = own
        self.broker = Running(needed_first(own)[0])
        while not answers(own.broker_socket):
            time.sleep(0.05)
        self.workers = [Running(worker(own)) for _ in range(2)]
        self.beat = Running(beat(own))

    def suffer(self, misfortune: str, chance: random.Random) -> None:
        """Something happens to them; what has died is started again at once."""
        if misfortune == "wiped":
            with Redis(unix_socket_path=str(self._own.broker_socket)) as client:
                client.flushall()
            return
        unlucky = self.broker if misfortune == "broker killed" else chance.choice(self.workers)
        end_group(unlucky.process)
        unlucky.launch()
        while unlucky is self.broker and not answers(self._own.broker_socket):
            time.sleep(0.05)

    def end(self) -> None:
        """All of them."""
        for running in (self.beat, *self.workers, self.broker):
            end_group(running.process)


@pytest.fixture
def own(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The company's settings, which its programs read, too."""
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("EZSCALE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EZSCALE_DATABASE_URL", url)
    monkeypatch.setenv("EZSCALE_SANDBOX", "true")
    return Settings(data_dir=tmp_path, database_url=url, sandbox=True)


@pytest.fixture
def programs(own: Settings) -> Iterator[Programs]:
    """What runs."""
    programs = Programs(own)
    yield programs
    programs.end()


@all_databases_in_a_soak
def test_nothing_is_lost_with_the_broker_or_with_a_worker(engine: Engine, own: Settings, programs: Programs) -> None:
    open_work = Database(engine, WorldClock()).opener(ANONYMOUS)
    chance, suffered = random.Random(5), list[str]()

    for number in range(PEOPLE):
        new = NewPerson("Ada Moreno", email_of(number), PASSWORD, "IE", "EUR")
        network = f"198.18.{number // 250}.{number % 250}"
        if number % 5 == 4:
            with pytest.raises(NotAfterAll):
                sign_up(turning_back(open_work), new, ["EUR"], network)
        else:
            sign_up(open_work, new, ["EUR"], network)
        if number % 4 == 3:
            suffered.append(MISFORTUNES[len(suffered) % len(MISFORTUNES)])
            programs.suffer(suffered[-1], chance)
        time.sleep(0.1)

    wait_until_done(open_work)
    assert welcomed(own.data_dir / "mail") == {email_of(number) for number in range(PEOPLE) if number % 5 != 4}
    figures("a broker that forgets", people=PEOPLE, misfortunes=len(suffered), without_a_letter=0)


def email_of(number: int) -> str:
    """Somebody's address."""
    return f"ada{number}@example.com"


def turning_back(open_work: OpenWork) -> OpenWork:
    """Transactions that end before their commit, once there is something to tell the house."""

    @contextmanager
    def open_and_turn_back() -> Iterator[Work]:
        with open_work() as work:
            yield work
            if work.emitted:
                raise NotAfterAll

    return open_and_turn_back


def wait_until_done(open_work: OpenWork) -> None:
    """Until no event waits, and no letter."""
    end = time.monotonic() + LONGEST
    while left := what_is_left(open_work):
        assert time.monotonic() < end, left
        time.sleep(0.2)


def what_is_left(open_work: OpenWork) -> list[str]:
    """What nobody has done yet."""
    with open_work() as work:
        events = work.session.exec(select(OutboxEvent.name).where(col(OutboxEvent.relayed_at).is_(None))).all()
        waiting = select(Job.task).where(col(Job.task).startswith("messaging."), Job.status != JobStatus.DONE)
        return [*events, *work.session.exec(waiting).all()]


def welcomed(folder: Path) -> set[str]:
    """Who has got a letter."""
    heads = (message_from_bytes(file.read_bytes()) for file in folder.glob("*.eml"))
    return {parseaddr(str(head["To"]))[1] for head in heads}
