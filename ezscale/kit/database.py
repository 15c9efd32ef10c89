"""Opening the database: one engine for each process, tuned for each of the three databases."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import URL, CursorResult, Engine, Insert, Result, Table, create_engine, event
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.turns import TooLong, Turns

GAVE_WAY = {"40001", "40P01", "55P03", 1205, 1213, 5, 6}  # PostgreSQL's, MySQL's and SQLite's words for it
READING = "ezscale_reading"
RESTS_SINCE = "ezscale_rests_since"
TRUSTED = 1.0  # seconds that a connection is trusted without a word: a server takes longer to come back


def _as_json(value: Any) -> str:
    """What a column of JSON holds, in a third of the time that the standard library takes."""
    return to_json(value).decode()


# We have more statements than the 500 that SQLAlchemy remembers; putting one together takes longer than most run.
STATEMENTS: dict[str, Any] = {"json_serializer": _as_json, "query_cache_size": 1500}


def open_engine(url: str) -> Engine:
    """An engine for SQLite, PostgreSQL (psycopg) or MySQL/MariaDB (pymysql)."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, **STATEMENTS}
    if parsed.get_backend_name() != "postgresql":
        # READ COMMITTED: a guarded UPDATE and a locked read must see what others have committed meanwhile.
        pool["isolation_level"] = "READ COMMITTED"
    engine = create_engine(url, **pool)
    _ping_what_rested(engine)
    return engine


def _ping_what_rested(engine: Engine) -> None:
    """A connection that nobody used for a while may be to a server that was restarted: it is asked before it is used.

    Asking before every transaction, as `pool_pre_ping` does, is one in seven of all that a charge says to its database.
    """

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[RESTS_SINCE] = monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get(RESTS_SINCE, monotonic()) < TRUSTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _open_sqlite(url: str) -> Engine:
    lines = {"timeout": 30, "check_same_thread": False, "cached_statements": 1000}
    pool = {"pool_size": 20, "max_overflow": 20} if _is_a_file(url) else {}  # in memory there is one line
    engine = create_engine(url, connect_args=lines, **pool, **STATEMENTS)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    _begin_ourselves(engine, _line_beside(str(Path(str(make_url(url).database)).absolute())) if pool else None)
    return engine


def _begin_ourselves(engine: Engine, turns: Turns | None) -> None:
    """A writer takes the one write lock at once: a reader that turns writer half-way could only fail.

    BEGIN is said to the driver itself: on the long way it costs more than most statements that come after it.
    """
    writing: set[Any] = set()  # the driver's connections that have the turn

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        is_reading = connection.get_execution_options().get(READING, False)
        begin, driver = "BEGIN" if is_reading else "BEGIN IMMEDIATE", connection.connection.driver_connection
        try:
            if turns is not None and not is_reading:
                turns.__enter__()
                writing.add(driver)
            driver.execute(begin)
        except TooLong as waited:
            raise OperationalError(begin, None, _busy()) from waited
        except sqlite3.Error as error:
            hand_on(driver)
            raise OperationalError(begin, None, error) from error

    def hand_on(driver: Any) -> None:
        if turns is not None and driver in writing:
            writing.discard(driver)
            turns.__exit__()

    for name in (
        "do_commit",
        "do_rollback",
        "do_close",
    ):  # SQLAlchemy's events come before, when the lock is still held
        setattr(engine.dialect, name, _and_then(getattr(engine.dialect, name), hand_on))


def _and_then(end: Callable[[Any], None], hand_on: Callable[[Any], None]) -> Callable[[Any], None]:
    def end_and_hand_on(connection: Any) -> None:
        try:
            end(connection)
        finally:
            hand_on(getattr(connection, "driver_connection", connection))

    return end_and_hand_on


def _busy() -> sqlite3.OperationalError:
    """As SQLite says it to whoever has waited too long for its lock."""
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode, busy.sqlite_errorname = sqlite3.SQLITE_BUSY, "SQLITE_BUSY"
    return busy


@cache
def _line_beside(file: str) -> Turns:
    """Whoever writes to a database of one file stands in line for its one lock, in whatever process.

    SQLite itself lets them come and ask again after 1, 2, 5 and up to 100 ms: while a worker writes all the time, others
    hardly meet a moment between two of its transactions.
    """
    return Turns(Path(f"{file}-turn"))


def _is_a_file(url: str | URL) -> bool:
    return make_url(url).database not in (None, "", ":memory:")


@contextmanager
def giving_way() -> Iterator[None]:
    """TemporaryFailure for a transaction that the database ended because it was in the way of another one."""
    try:
        yield
    except DBAPIError as error:
        told = getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", None)
        if GAVE_WAY.isdisjoint((*told, *getattr(error.orig, "args", ())[:1])):
            raise
        raise TemporaryFailure("Somebody else was changing the same things at this moment.") from error


def all_models() -> list[type[SQLModel]]:
    """Every model that has a table."""
    return [mapper.class_ for mapper in SQLModel._sa_registry.mappers]  # noqa: SLF001  # where SQLModel keeps them


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements about many rows."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel does not tell its type
    return table


def claimed(result: Result[Any]) -> bool:
    """Whether a guarded UPDATE found its one row: of several that try to take the same thing, one hears yes."""
    return cast("CursorResult[Any]", result).rowcount == 1


def insert_new(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, silently leaving out those whose unique key is already there."""
    if rows:
        session.execute(_insert_new(table, session.get_bind().dialect.name), list(rows))


@cache
def _insert_new(table: Table, dialect: str) -> Insert:
    match dialect:
        case "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing()
        case "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        case _:
            # Not IGNORE, which leaves out much more than that, and lets those who wait for one another's key deadlock.
            key = next(iter(table.primary_key))
            return mysql.insert(table).on_duplicate_key_update({key.name: key})
