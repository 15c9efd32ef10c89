"""Where a stand-in keeps what it knows: named collections of JSON documents in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

Document = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS documents_in_order ON documents (kind);
CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, number INTEGER NOT NULL);
"""


class Store:
    """The memory of one stand-in, shared by the threads of one process.

    What was put is there again after the process was killed; without a path it lives in memory alone.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = RLock()
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing, alone among the threads. Never await inside: it would let others in."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def put(self, kind: str, id: str, doc: Document) -> None:
        """Keep a document, in place of an older one with the same id."""
        self._run(
            "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET doc = excluded.doc",
            (kind, id, json.dumps(doc)),
        )

    def get(self, kind: str, id: str) -> Document | None:
        """The document with this id, or None."""
        rows = self._read("SELECT doc FROM documents WHERE kind = ? AND id = ?", (kind, id))
        return rows[0] if rows else None

    def all(self, kind: str) -> list[Document]:
        """A whole collection, oldest first."""
        return self._read("SELECT doc FROM documents WHERE kind = ? ORDER BY rowid", (kind,))

    def where(self, kind: str, field: str, value: str | int | None) -> list[Document]:
        """The documents whose field holds this value, oldest first; `metadata.invoice_id` reaches inside."""
        statement = "SELECT doc FROM documents WHERE kind = ? AND json_extract(doc, ?) IS ? ORDER BY rowid"
        return self._read(statement, (kind, f"$.{field}", value))

    def since(self, kind: str, field: str, least: float) -> list[Document]:
        """The documents whose field holds this number or a greater one, oldest first."""
        statement = "SELECT doc FROM documents WHERE kind = ? AND json_extract(doc, ?) >= ? ORDER BY rowid"
        return self._read(statement, (kind, f"$.{field}", least))

    def delete(self, kind: str, id: str) -> None:
        """Forget a document; no error when it is not there."""
        self._run("DELETE FROM documents WHERE kind = ? AND id = ?", (kind, id))

    def clear(self, kind: str) -> None:
        """Forget a whole collection."""
        self._run("DELETE FROM documents WHERE kind = ?", (kind,))

    def keep_newest(self, kind: str, count: int) -> None:
        """Forget all of a collection but its newest documents."""
        self._run(
            "DELETE FROM documents WHERE rowid IN"
            " (SELECT rowid FROM documents WHERE kind = ? ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
            (kind, count),
        )

    def next_number(self, kind: str) -> int:
        """1, 2, 3, … for each kind, never the same twice."""
        rows = self._run(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET number = number + 1 RETURNING number",
            (kind,),
        )
        return int(rows[0][0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _read(self, statement: str, values: tuple[str | float | None, ...]) -> list[Document]:
        return [json.loads(row[0]) for row in self._run(statement, values)]

    def _run(self, statement: str, values: tuple[str | float | None, ...]) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def public(value: Any) -> Any:
    """What may leave a stand-in: a copy without the fields that start with an underscore."""
    if isinstance(value, dict):
        return {name: public(inner) for name, inner in value.items() if not name.startswith("_")}
    if isinstance(value, list):
        return [public(inner) for inner in value]
    return value
