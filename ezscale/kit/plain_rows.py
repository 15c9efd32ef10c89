"""Rows in a plain form that each of the three databases gives and takes: one JSON array for each, a line of text.

| kind | as it is written |
| --- | --- |
| uuid | 32 hexadecimal digits |
| moment | 2026-03-02 09:00:00.000000, in UTC |
| date | 2026-03-02 |
| truth | 0 or 1 |
| number | a whole number |
| text | as it is |
| json | its text, as it is stored |
| bytes | Base64 |

The databases do most of the conversion, so that a row costs little more than reading and writing it.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, Connection, Date, DateTime, Integer, LargeBinary, String, Table, Uuid

BLOCK = 2_000  # rows read or written together
Row = Sequence[Any]


class Kind(StrEnum):
    """What sort of value a column holds."""

    UUID = "uuid"
    MOMENT = "moment"
    DATE = "date"
    TRUTH = "truth"
    NUMBER = "number"
    TEXT = "text"
    JSON = "json"
    BYTES = "bytes"


class PlainColumn(NamedTuple):
    """A column by its name, and what sort of value it holds."""

    name: str
    kind: Kind


Columns = Sequence[PlainColumn]
KINDS: tuple[tuple[type, Kind], ...] = (
    (Uuid, Kind.UUID),
    (DateTime, Kind.MOMENT),
    (Date, Kind.DATE),
    (Boolean, Kind.TRUTH),
    (Integer, Kind.NUMBER),
    (JSON, Kind.JSON),
    (LargeBinary, Kind.BYTES),
    (String, Kind.TEXT),
)
READING = {  # where a column is not stored in its plain form already
    "postgresql": {
        Kind.UUID: "replace({}::text, '-', '')",
        Kind.MOMENT: "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        Kind.DATE: "to_char({}, 'YYYY-MM-DD')",
        Kind.TRUTH: "{}::int",
        Kind.JSON: "{}::text",
    },
    "mysql": {
        Kind.UUID: "replace(CAST({} AS CHAR), '-', '')",  # MariaDB has a type for them, if it is asked for by its own name
        Kind.MOMENT: "CAST({} AS CHAR)",
        Kind.DATE: "CAST({} AS CHAR)",
    },
    "sqlite": {},
}
BEFORE_LOADING = {
    "sqlite": ("PRAGMA defer_foreign_keys = ON",),  # looked at when the transaction commits
    "postgresql": ("SET LOCAL TIME ZONE 'UTC'",),
    "mysql": ("SET SESSION foreign_key_checks = 0",),  # a row may refer to a later one of its own table
}


def plain_columns(table: Table) -> list[PlainColumn]:
    """A table's columns. TypeError for one of a type that has no plain form yet."""
    return [PlainColumn(column.name, _kind_of(column.type)) for column in table.c]


def read_rows(connection: Connection, table: str, columns: Columns) -> Iterator[bytes]:
    """All rows of a table in their plain form, a few thousand lines at a time; they are never all in memory."""
    quote, forms = connection.dialect.identifier_preparer.quote, READING[_family(connection)]
    wanted = ", ".join(forms.get(column.kind, "{}").format(quote(column.name)) for column in columns)
    statement = f"SELECT {wanted} FROM {quote(table)}"  # noqa: S608  # names of our own
    found = connection.exec_driver_sql(statement, execution_options={"stream_results": True, "max_row_buffer": BLOCK})
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_in_base64).encode
    while block := found.fetchmany(BLOCK):
        yield "".join([encode(tuple(row)) + "\n" for row in block]).encode()
    found.close()


def load_rows(connection: Connection, table: str, columns: Columns, lines: Iterable[bytes]) -> None:
    """Write rows that are in their plain form into a table. They may refer to rows of tables loaded before, and to one
    another. Call `prepare_loading` first, in the same transaction.
    """
    quote = connection.dialect.identifier_preparer.quote
    place = f"{quote(table)} ({', '.join(quote(column.name) for column in columns)})"
    rows = _understood(columns, lines)
    cursor: Any = connection.connection.cursor()
    try:
        if (
            _family(connection) == "postgresql"
        ):  # one statement, so that references are looked at when all rows are there
            with cursor.copy(f"COPY {place} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        mark = "?" if _family(connection) == "sqlite" else "%s"
        insert = f"INSERT INTO {place} VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608  # names of our own
        while block := list(islice(rows, BLOCK)):
            cursor.executemany(insert, block)
    finally:
        cursor.close()


def prepare_loading(connection: Connection) -> None:
    """Let the rows of this transaction come in the order in which they were read."""
    for statement in BEFORE_LOADING[_family(connection)]:
        connection.exec_driver_sql(statement)


def _family(connection: Connection) -> str:
    return connection.dialect.name if connection.dialect.name in ("sqlite", "postgresql") else "mysql"


def _kind_of(column_type: Any) -> Kind:
    stored = getattr(column_type, "impl_instance", column_type)
    for known, kind in KINDS:
        if isinstance(stored, known):
            return kind
    raise TypeError(f"{column_type!r} has no plain form")


def _understood(columns: Columns, lines: Iterable[bytes]) -> Iterator[list[Any]]:
    binary = [place for place, column in enumerate(columns) if column.kind is Kind.BYTES]
    understand: Callable[[bytes], list[Any]] = json.loads
    for line in lines:
        row = understand(line)
        for place in binary:
            row[place] = None if row[place] is None else b64decode(row[place])
        yield row


def _in_base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")
