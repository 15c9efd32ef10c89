"""Every row of a database at a moment, whose it is, and what has changed."""

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, select
from sqlmodel import SQLModel

from ezscale.kit.audit import AuditEntry, AuditHead, AuditSubject
from ezscale.kit.numbering import NumberSeries
from ezscale.models import LoginAttempt, LoginSession, SignIn, SignInStep

Key = tuple[str, str]
Rows = Mapping[Key, "Row"]

TRAIL = (AuditEntry, AuditSubject, AuditHead)  # notes what everybody does; the rows themselves are looked at here
KNOCKS = (LoginAttempt, LoginSession, NumberSeries, SignIn, SignInStep)  # these may note that somebody knocked
COUNTERS = {model.__tablename__ for model in (*KNOCKS, *TRAIL)}
AN_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
A_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
A_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00")  # is everybody's
TOO_SHORT_TO_TELL = 8


class Row:
    """A row as it was read. What takes long to say about it is said once: most rows never change."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Row) and self.values == other.values)

    __hash__ = None  # type: ignore[assignment]  # it is compared, never kept in a set

    @cached_property
    def text(self) -> str:
        """The whole row as text."""
        return json.dumps(self.values, default=str, ensure_ascii=False)

    @cached_property
    def refers_to(self) -> frozenset[str]:
        """The rows that it refers to by its columns (not by what somebody has typed into them)."""
        return frozenset(str(value) for value in self.values.values() if isinstance(value, UUID))

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every row id that it mentions in any way."""
        return frozenset(str(UUID(found)) for found in AN_ID.findall(self.text))


class Reader:
    """Reads every row of a database, time and again. A table whose file has not changed a bit is not put together anew."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in COUNTERS]
        self._raw: dict[str, Sequence[Any]] = {}
        self._found: dict[str, dict[Key, Row]] = {}
        self._file = sqlite3.connect(str(engine.url.database))

    def version(self) -> int:
        """A number that grows whenever a change has been committed."""
        (version,) = self._file.execute("PRAGMA data_version").fetchone()
        return int(version)

    def rows(self) -> dict[Key, Row]:
        """Each row under its table and its key; one that is still as before is the very same."""
        with self._engine.connect() as connection:
            for table in self._tables:
                raw = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').all()
                if self._raw.get(table.name) != raw:
                    self._raw[table.name] = raw
                    self._found[table.name] = self._read(connection, table)
        return {key: row for found in self._found.values() for key, row in found.items()}

    def _read(self, connection: Connection, table: Table) -> dict[Key, Row]:
        known, found = self._found.get(table.name, {}), {}
        for values in connection.execute(select(table)).mappings():
            key = (table.name, ",".join(str(values[column.name]) for column in table.primary_key))
            row, before = Row(dict(values)), known.get(key)
            found[key] = before if before is not None and before == row else row
        return found


def changes(before: Rows, after: Rows) -> dict[Key, Row]:
    """The rows that are new, different or gone, as they are now or were last."""
    return {
        key: after.get(key) or before[key] for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    }


def belonging_to(owners: Iterable[UUID], rows: Rows) -> set[str]:
    """The ids of everything that refers to one of these owners, or to something that does."""
    theirs = {str(owner) for owner in owners}
    rest = {key: row.ids for key, row in rows.items()}
    while found := {key for key, ids in rest.items() if ids & theirs}:
        theirs |= {key[1] for key in found}
        rest = {key: ids for key, ids in rest.items() if key not in found}
    return theirs


def words_in(rows: Rows) -> set[str]:
    """Every text in these rows that is long enough to be recognised."""
    texts = (word for row in rows.values() for word in A_WORD.findall(row.text))
    return {word for word in texts if len(word) >= TOO_SHORT_TO_TELL and not A_MOMENT.fullmatch(word)}
