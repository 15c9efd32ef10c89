"""Looks over the database's shoulder: every row that a use case writes must be told in the audit entry that goes with it.

It knows nothing of use cases, nor of how entries come about: it reads the statements that reach the database.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import SessionTransaction

from ezscale.kit.database import all_models, table_of
from ezscale.kit.witness import WatchedSession

A_WRITE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|COPY) [`\"]?(\w+)")
A_COLUMN = re.compile(r"[`\"]?(\w+)[`\"]? ?= ?")
WRITTEN, TOLD, BEFORE = "tests.written", "tests.told", "tests.before"


def unaudited() -> set[str]:
    """Tables whose models say that, and why, their changes are not told."""
    return {table_of(model).name for model in all_models() if hasattr(model, "__unaudited__")}


class Watch:
    """What each transaction has written so far, and what its entry tells."""

    def __init__(self) -> None:
        self.untold: list[str] = []
        self._exempt, self._quiet = unaudited(), quiet()

    def begin(self, _session: WatchedSession, transaction: SessionTransaction, connection: Connection) -> None:
        """A use case's transaction; others are none of our business."""
        if transaction.nested:
            return
        connection.info[WRITTEN], connection.info[TOLD], connection.info[BEFORE] = set(), set(), []

    def statement(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        """It writes to a table, or tells what was written."""
        if WRITTEN not in connection.info or not (found := A_WRITE.match(statement)) or cursor.rowcount == 0:
            return
        if statement.startswith("UPDATE") and columns_set(statement) <= self._quiet.get(found[1], set()):
            return
        connection.info[WRITTEN].add(found[1])
        if found[0].startswith("INSERT") and found[1] == "audit_entry":
            values = parameters.values() if isinstance(parameters, dict) else parameters
            [content] = [value for value in values if isinstance(value, str) and value.startswith("{")]
            told = json.loads(content)
            connection.info[TOLD] |= {row["table"] for row in told["rows"]} | {
                *told.get("facts", {}).get("written", {})
            }

    def commit(self, connection: Connection) -> None:
        """What was written and not told is found out here."""
        written, told = connection.info.pop(WRITTEN, set()), connection.info.pop(TOLD, set())
        self.untold += sorted(written - told - self._exempt)

    def rollback(self, connection: Connection) -> None:
        """Nothing has happened."""
        connection.info.pop(WRITTEN, None)

    def savepoint(self, connection: Connection, _name: str | None) -> None:
        """What follows may be taken back by itself."""
        connection.info.get(BEFORE, []).append(set(connection.info.get(WRITTEN, ())))

    def rollback_savepoint(self, connection: Connection, _name: str | None, _context: None) -> None:
        """It was taken back."""
        if WRITTEN in connection.info:
            connection.info[WRITTEN] = connection.info[BEFORE].pop()

    def release_savepoint(self, connection: Connection, _name: str | None, _context: None) -> None:
        """It was not."""
        if WRITTEN in connection.info:
            connection.info[BEFORE].pop()


def quiet() -> dict[str, set[str]]:
    """The columns of each table that change all the time and say nothing, as its model says."""
    return {table_of(model).name: set(getattr(model, "__quiet__", ())) for model in all_models()}


def columns_set(statement: str) -> set[str]:
    """The columns that an UPDATE writes."""
    written = statement.partition(" SET ")[2].partition(" WHERE ")[0]
    return set(A_COLUMN.findall(written))


@contextmanager
def untold_changes() -> Iterator[list[str]]:
    """Fills a list with the tables that were written to in a transaction of a use case, and not told by its entry."""
    watch = Watch()
    listeners: list[tuple[Any, str, Any]] = [
        (WatchedSession, "after_begin", watch.begin),
        (Engine, "after_cursor_execute", watch.statement),
        *(
            (Engine, name, getattr(watch, name))
            for name in ("commit", "rollback", "savepoint", "rollback_savepoint", "release_savepoint")
        ),
    ]
    for target, name, listener in listeners:
        event.listen(target, name, listener)
    try:
        yield watch.untold
    finally:
        for target, name, listener in listeners:
            event.remove(target, name, listener)
