"""Databases for tests: each worker has its own on each server, built once from the models, empty for every test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

import ezscale.models  # noqa: F401  # knows all tables
from ezscale.kit.database import open_engine
from tests.machine import run_folder, unavailable
from tests.servers import server_url

KINDS = ("sqlite", "postgres", "mariadb")
COPY = "test.db"


class Databases:
    """The databases of one worker."""

    def __init__(self, worker: str) -> None:
        self.name = f"ezscale_{run_folder().name.rpartition('-')[2].lower()}_{worker}"
        self.folder = run_folder() / self.name
        self.folder.mkdir()
        self._engines: dict[str, Engine] = {}
        self._made: list[tuple[URL, str]] = []

    @contextmanager
    def empty(self, kind: str) -> Iterator[Engine]:
        """A database with all tables and no rows."""
        if kind == "sqlite":
            with self._copied_file() as engine:
                yield engine
            return
        if kind not in self._engines:
            self._engines[kind] = open_engine(self.make(kind))
            SQLModel.metadata.create_all(self._engines[kind])
        engine = self._engines[kind]
        remove_rows(engine)
        yield engine

    def make(self, kind: str, suffix: str = "") -> str:
        """The address of a new database without tables, gone when the test run ends."""
        name = self.name + suffix
        if kind == "sqlite":
            return f"sqlite:///{self.folder / f'{name}.db'}"
        server = server_address(kind)
        execute_alone(server, f"CREATE DATABASE {name}{' CHARACTER SET utf8mb4' if kind == 'mariadb' else ''}")
        self._made.append((server, name))
        return server.set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        """Let go of the databases, and drop those on a server that is not ours."""
        for engine in self._engines.values():
            engine.dispose()
        for server, name in self._made:
            if server == given_server():
                execute_alone(server, f"DROP DATABASE {name}")

    @contextmanager
    def _copied_file(self) -> Iterator[Engine]:
        template = self.folder / "template.db"
        if not template.exists():
            build(template)
        copy = self.folder / COPY
        for leftover in self.folder.glob(f"{COPY}*"):
            leftover.unlink()
        shutil.copyfile(template, copy)
        engine = self._engines.setdefault("sqlite", open_engine(f"sqlite:///{copy}"))  # it knows its statements
        yield engine
        engine.dispose()


@contextmanager
def statements_on(engine: Engine) -> Iterator[list[str]]:
    """What the database is sent meanwhile."""
    sent: list[str] = []

    def note_beginning(_connection: object) -> None:
        sent.append("BEGIN")

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "begin", note_beginning)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "begin", note_beginning)
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def commits_on(engine: Engine) -> Iterator[list[bool]]:
    """An entry for each transaction that is committed meanwhile."""
    commits: list[bool] = []

    def note(_connection: object) -> None:
        commits.append(True)

    event.listen(engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(engine, "commit", note)


def server_address(kind: str) -> URL:
    """Where a server is: the given MySQL or MariaDB, or one of our own."""
    given = given_server() if kind == "mariadb" else None
    return given or make_url(server_url(kind))


def given_server() -> URL | None:
    """The MySQL or MariaDB that whoever runs the tests has offered."""
    url = os.environ.get("EZSCALE_TEST_MYSQL_URL")
    return make_url(url) if url else None


def execute_alone(server: URL, statement: str) -> None:
    """Execute a statement that a transaction cannot hold; skips (or fails) the test when the server is not there."""
    database = "postgres" if server.get_backend_name() == "postgresql" else server.database
    engine = create_engine(server.set(database=database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    except OperationalError as error:
        unavailable(f"{server!r} does not serve: {error.orig}")


def build(file: Path) -> None:
    """Make a SQLite file with all tables."""
    engine = open_engine(f"sqlite:///{file}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()


BEFORE_REMOVING = {
    # Rows go in any order. Who left a transaction open in a test is told so, instead of holding up the next for ever.
    "postgresql": ("SET LOCAL session_replication_role = replica", "SET LOCAL lock_timeout = '10s'"),
    "mysql": ("SET foreign_key_checks = 0", "SET innodb_lock_wait_timeout = 10"),
}
AFTER_REMOVING = {"mysql": ("SET foreign_key_checks = 1", "SET innodb_lock_wait_timeout = DEFAULT")}


def remove_rows(engine: Engine) -> None:
    """Empty every table that holds rows."""
    tables = [engine.dialect.identifier_preparer.format_table(table) for table in SQLModel.metadata.sorted_tables]
    with_rows = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
    with engine.begin() as connection:
        full = connection.execute(text(with_rows)).scalars().all()
        statements = [
            *BEFORE_REMOVING.get(engine.dialect.name, ()),
            *(f"DELETE FROM {table}" for table in full),
            *AFTER_REMOVING.get(engine.dialect.name, ()),
        ]
        for statement in statements if full else ():
            connection.execute(text(statement))
