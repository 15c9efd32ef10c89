"""What every test can ask for: a clock, a database, work, and a browser's program."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zlib import crc32

import pytest
import stamina
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlmodel import Session

from ezscale.accounts import passwords
from ezscale.kit.actor import Actor, robot
from ezscale.kit.clock import FixedClock
from ezscale.kit.collector import calm_collector
from ezscale.kit.work import Database, OpenWork, Work
from tests.audit_watch import untold_changes
from tests.databases import KINDS, Databases
from tests.machine import debian_program, quickest_place, run_folder
from tests.servers import end_servers
from tests.sizes import SOAK
from tests.together import Together


@pytest.fixture
def clock() -> FixedClock:
    """The company's time: a Monday morning, until the test moves it."""
    return FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def databases(worker_id: str) -> Iterator[Databases]:
    """The databases of this worker."""
    databases = Databases(worker_id)
    yield databases
    databases.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """An empty database: SQLite, or one after the other for a test marked all_databases."""
    with databases.empty(getattr(request, "param", "sqlite")) as engine:
        yield engine


@pytest.fixture
def database(engine: Engine, clock: FixedClock) -> Database:
    """Where work is opened for any actor."""
    return Database(engine, clock)


@pytest.fixture
def rounds() -> bool:
    """Whether there are rounds over vendors' books, and over what few stories have: only where a story is about that."""
    return False


@pytest.fixture(autouse=True)
def nothing_goes_untold() -> Iterator[list[str]]:
    """Whatever a use case changes in this test, through whatever door, must stand in the audit trail."""
    with untold_changes() as untold:
        yield untold
    assert untold == []


@pytest.fixture
def actor() -> Actor:
    """Who does the work: our own automation, unless a test file says otherwise."""
    return robot("test")


@pytest.fixture
def work(database: Database, actor: Actor) -> Iterator[Work]:
    """A transaction for setting up and looking. What it has written is committed whenever `open_work` opens another."""
    with Session(database.engine, expire_on_commit=False) as session:
        yield Work(session, database.clock.read(session), actor, database.zone)


@pytest.fixture
def open_work(database: Database, actor: Actor, work: Work) -> OpenWork:
    """Opens real transactions, one after the other, that see what `work` has written and that `work` sees afterwards."""
    opener = database.opener(actor)

    @contextmanager
    def open_work() -> Iterator[Work]:
        work.session.commit()
        with opener() as opened:
            yield opened
        work.session.expire_all()
        work.now = opened.now

    return open_work


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    return debian_program(("chromium", "chromium-browser", "google-chrome"), ("chromium", "fonts-liberation"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test marked all_databases on each of them in a soak, and otherwise on one of the two servers.

    Which one is a matter of the test's name, so that each server has half of the tests, and always the same ones. On
    SQLite goes nearly everything else.
    """
    if metafunc.definition.get_closest_marker("all_databases") and "engine" in metafunc.fixturenames:
        servers = KINDS[1:]
        one = servers[crc32(metafunc.definition.nodeid.encode()) % len(servers)]
        metafunc.parametrize("engine", KINDS if SOAK else (one,), indirect=True)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Who runs which test."""
    return Together(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that the workers share, and keep the machine's own EZSCALE settings out of the tests."""
    if not hasattr(config, "workerinput"):
        os.environ["EZSCALE_TEST_RUN"] = tempfile.mkdtemp(prefix="ezscale-tests-", dir=quickest_place())
        os.environ["EZSCALE_TEST_RUN_PID"] = str(os.getpid())
        run_folder().chmod(0o711)  # PostgreSQL's user passes through
    settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    stamina.set_testing(True, attempts=2)  # a second try does not have to wait for its moment
    settings.load_profile("steady")  # how fast the machine is says nothing about the code
    for name in [name for name in os.environ if name.startswith("EZSCALE_")]:
        if name not in ("EZSCALE_REQUIRE_ALL", "EZSCALE_SOAK") and not name.startswith("EZSCALE_TEST_"):
            del os.environ[name]
    os.environ["EZSCALE_DATA_DIR"] = str(run_folder() / "data")
    # As by default, but without the variables of every frame, which take seconds to draw.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*structlog.get_config()["processors"][:-1], plain],
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no server and no file behind."""
    if not hasattr(config, "workerinput"):
        end_servers()
        shutil.rmtree(run_folder(), ignore_errors=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now is there to stay: the collector need not look at it again and again."""
    calm_collector()
    # Real hashes, each made once: everybody in the stories has one of a few passwords, and a hash is slow by design.
    hasher = passwords.hasher()
    hasher.hash = cache(hasher.hash)  # type: ignore[method-assign]
