"""Writing many rows at once, as fast as the driver can."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Table, Uuid
from sqlalchemy.exc import DBAPIError

A_FEW = 20  # that PostgreSQL takes faster without COPY
Rows = Sequence[Mapping[str, Any]]


def insert_many(connection: Connection, table: Table, rows: Rows, *, leave_known: bool = False) -> None:
    """Insert rows that all have the same columns: many by COPY on PostgreSQL, others by the driver's own executemany elsewhere.

    `leave_known` silently leaves out those whose unique key is already there.
    """
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    place = f"{quote(table.name)} ({', '.join(quote(name) for name in rows[0])})"
    values = in_drivers_form(connection, table, rows)
    if connection.dialect.name == "postgresql" and len(rows) > A_FEW and not leave_known:
        _copy(connection, f"COPY {place} FROM STDIN", values)
        return
    marks = ", ".join([_mark(connection)] * len(rows[0]))
    known = f" {_unless_known(connection, table)}" if leave_known else ""
    connection.exec_driver_sql(f"INSERT INTO {place} VALUES ({marks}){known}", values)  # noqa: S608  # names of our own


def update_many(connection: Connection, column: Column[Any], values: Sequence[tuple[Any, UUID]]) -> None:
    """Set one column of many rows, by pairs of a value and the id of its row."""
    if not values:
        return
    fresh, ids = zip(*values, strict=True)
    pairs = zip(_for_driver(connection, column, fresh), _for_driver(connection, column.table.c.id, ids), strict=True)
    quote, mark = connection.dialect.identifier_preparer.quote, _mark(connection)
    change = f"UPDATE {quote(column.table.name)} SET {quote(column.name)} = {mark} WHERE id = {mark}"  # noqa: S608  # names of our own
    connection.exec_driver_sql(change, list(pairs))


def in_drivers_form(connection: Connection, table: Table, rows: Rows) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them, worked out column by column."""
    names = list(rows[0])
    values = zip(*map(itemgetter(*names), rows), strict=True) if len(names) > 1 else [[row[names[0]] for row in rows]]
    columns = [_for_driver(connection, table.c[name], each) for name, each in zip(names, values, strict=True)]
    return list(zip(*columns, strict=True))


def _unless_known(connection: Connection, table: Table) -> str:
    if connection.dialect.name in ("sqlite", "postgresql"):
        return "ON CONFLICT DO NOTHING"
    key = connection.dialect.identifier_preparer.quote(next(iter(table.primary_key)).name)
    return f"ON DUPLICATE KEY UPDATE {key} = {key}"  # not IGNORE, which leaves out much more than that


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


def _for_driver(connection: Connection, column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    if isinstance(column.type, Uuid) and not connection.dialect.supports_native_uuid:
        return [None if value is None else value.hex for value in values]  # as its own processor does, with fewer calls
    to_driver = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return values if to_driver is None else _converted(to_driver, values)


def _converted(to_driver: Callable[[Any], Any], column: Sequence[Any]) -> list[Any]:
    """Rows written together share many values (the moment, who sells): each is converted once."""
    places = list(map(id, column))
    done = {place: to_driver(value) for place, value in dict(zip(places, column, strict=True)).items()}
    return list(map(done.__getitem__, places))


def _copy(connection: Connection, statement: str, values: list[tuple[Any, ...]]) -> None:
    cursor: Any = connection.connection.cursor()
    with _as_sqlalchemy_says(connection, statement), cursor, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)


@contextmanager
def _as_sqlalchemy_says(connection: Connection, statement: str) -> Iterator[None]:
    """The driver's errors as those of SQLAlchemy, for whoever expects them from there."""
    driver = connection.dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(statement, None, error, driver.Error, dialect=connection.dialect) from error
