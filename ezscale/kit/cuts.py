"""A cut through a database: everything as it was at one moment, read while others go on writing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from ezscale.kit.database import open_engine

# Neither holds up a writer: both read older versions of what is written meanwhile.
ONE_MOMENT: dict[str, dict[str, Any]] = {
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    "mysql": {"isolation_level": "REPEATABLE READ"},
}


@contextmanager
def cut(engine: Engine, scratch: Path) -> Iterator[Connection]:
    """A connection that sees the database as it was at one moment, for as long as it is open.

    `scratch` is an empty folder with room for a SQLite file: that is copied first, in one go, so that a long reading does
    not keep the original's log growing. A server needs no room.
    """
    if engine.dialect.name == "sqlite":
        with _copied(engine, scratch / "cut.db") as copy, copy.connect() as connection:
            yield connection
        return
    kind = "postgresql" if engine.dialect.name == "postgresql" else "mysql"
    with engine.connect().execution_options(**ONE_MOMENT[kind]) as connection:
        if kind == "mysql":
            connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield connection
        connection.rollback()


@contextmanager
def _copied(engine: Engine, file: Path) -> Iterator[Engine]:
    source = engine.raw_connection()
    try:
        with closing(sqlite3.connect(file)) as target:
            target.execute("PRAGMA synchronous=OFF")  # whoever loses this copy takes another
            source.driver_connection.backup(target)  # type: ignore[union-attr]  # SQLite's own connection
    finally:
        source.close()
    copy = open_engine(f"sqlite:///{file}")
    try:
        yield copy
    finally:
        copy.dispose()
