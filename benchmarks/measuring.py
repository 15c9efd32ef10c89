"""What every benchmark needs: databases to work on, a watch, and a result."""

import gc
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

from sqlalchemy import URL, Dialect, Engine, NullPool, create_engine, event, make_url, text
from sqlmodel import SQLModel

import ezscale.models  # noqa: F401  # knows all tables
from ezscale.kit.collector import calm_collector
from ezscale.kit.database import open_engine
from ezscale.kit.ids import new_id

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: how long we took, and how long it would take at best."""

    name: str
    size: int
    database: str
    ours: float
    reference: float
    unit: str
    peak_mb: float
    against: str
    limit: float | None = None
    most_mb: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as long as the reference."""
        return self.ours / self.reference if self.reference else 0.0

    @property
    def passes(self) -> bool:
        """Whether it is within its limits."""
        in_time = self.limit is None or self.ratio <= self.limit
        return in_time and (self.most_mb is None or self.peak_mb <= self.most_mb)

    def to_plain(self) -> dict[str, object]:
        """As it is written down."""
        return {
            "name": self.name,
            "size": self.size,
            "database": self.database,
            "ours": round(self.ours, 4),
            "reference": round(self.reference, 4),
            "ratio": round(self.ratio, 2),
            "unit": self.unit,
            "peak_mb": round(self.peak_mb),
            "against": self.against,
            "limit": self.limit,
            "most_mb": self.most_mb,
        }


@dataclass
class Watch:
    """Adds up the time of what is done under it.

    SQLite works within this process, so that its processor time says it all, and whatever else the machine does has no
    part in it; where another process does a part of the work, it is the time on the wall. `ours_only` counts the processor
    time of this process all the same.
    """

    kind: str
    ours_only: bool = False
    seconds: float = 0.0
    rounds: list[float] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count this."""
        clock = process_time if self.ours_only or self.kind == "sqlite" else perf_counter
        calm_collector()  # as workers do; and what the benchmark itself holds costs nobody time
        began = clock()
        yield
        self.seconds += clock() - began
        gc.unfreeze()

    def next_round(self) -> None:
        """Begin again from nothing."""
        self.rounds.append(self.seconds)
        self.seconds = 0.0

    @property
    def best(self) -> float:
        """The shortest of all rounds: whatever else the machine does can only make one longer."""
        return min(self.rounds)

    @property
    def median(self) -> float:
        """The middle of all rounds."""
        return statistics.median(self.rounds)


@dataclass(frozen=True, slots=True)
class Place:
    """Databases on one kind of server, each a copy of another one when that is wished."""

    kind: str
    make: Callable[[str, str], str]

    def database(self, copy_of: Engine | None = None) -> Engine:
        """A new database: with empty tables, or with all that another one holds."""
        engine = open_engine(self._make(copy_of))
        event.listen(engine, "do_connect", partial(where_it_stands, engine))
        if copy_of is None:
            SQLModel.metadata.create_all(engine)
        return engine

    def another(self, engine: Engine, copy_of: Engine) -> Engine:
        """The same engine on a new database, a copy of another one: as that of a worker, it knows its statements by now."""
        engine.dispose()
        engine.url = make_url(self._make(copy_of))
        return engine

    def _make(self, copy_of: Engine | None) -> str:
        if copy_of is None:
            return self.make(f"bench_{new_id().hex}", "")
        copy_of.dispose()
        return self.make(f"bench_{new_id().hex}", copy_of.url.database or "")


def where_it_stands(engine: Engine, dialect: Dialect, _record: object, where: list[Any], how: dict[str, Any]) -> None:
    """Connect to the database that the engine is on now."""
    where_now, how_now = dialect.create_connect_args(engine.url)
    where[:] = where_now
    how.update(how_now)


@contextmanager
def places(kinds: Collection[str]) -> Iterator[list[Place]]:
    """Where to measure: SQLite in a file, PostgreSQL from its wheel, MariaDB where it is installed."""
    folder = Path(tempfile.mkdtemp(prefix="ezscale-bench-"))
    folder.chmod(0o711)  # PostgreSQL's user passes through
    keepers = []
    try:
        found = []
        if "sqlite" in kinds:
            found.append(Place("sqlite", partial(sqlite_file, folder)))
        for kind, make in ON_SERVERS.items():
            if kind in kinds:
                keeper, url = serve(kind, folder / kind)
                keepers.append(keeper)
                found.append(Place(kind, partial(make, url)))
        yield found
    finally:
        for keeper in keepers:
            keeper.terminate()
            keeper.wait()
        shutil.rmtree(folder, ignore_errors=True)


def sqlite_file(folder: Path, name: str, source: str) -> str:
    """A file, perhaps a copy."""
    if source:
        shutil.copyfile(source, folder / f"{name}.db")
    return f"sqlite:///{folder / name}.db"


def serve(kind: str, folder: Path) -> tuple[subprocess.Popen[bytes], URL]:
    """The tests' own server, under its keeper."""
    program = "" if kind == "postgres" else shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    folder.mkdir(mode=0o711)
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "tests.servers", kind, str(folder), str(os.getpid()), program]
        keeper = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    while not (folder / "url").exists():
        if keeper.poll() is not None:
            sys.exit(f"{kind} did not start:\n{(folder / 'log').read_text()[-2000:]}")
        sleep(0.05)
    return keeper, make_url((folder / "url").read_text())


def postgres_database(server: URL, name: str, source: str) -> str:
    """A database, perhaps a copy."""
    engine = create_engine(server.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {source}" if source else "")))
    return server.set(database=name).render_as_string(hide_password=False)


def mariadb_database(server: URL, name: str, source: str) -> str:
    """A database, perhaps with all rows of another one."""
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    url = server.set(database=name).render_as_string(hide_password=False)
    if source:
        filled = create_engine(url, poolclass=NullPool)
        SQLModel.metadata.create_all(filled)
        with filled.begin() as connection:
            connection.execute(text("SET foreign_key_checks = 0"))
            for table in SQLModel.metadata.tables:
                connection.execute(text(f"INSERT INTO {table} SELECT * FROM {source}.{table}"))  # noqa: S608
    return url


ON_SERVERS = {"postgres": postgres_database, "mariadb": mariadb_database}


def peak_mb() -> float:
    """The most memory this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def machine() -> str:
    """Where this was measured."""
    model = next(
        (line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    return f"{platform.python_implementation()} {platform.python_version()}, {model or platform.machine()}"
