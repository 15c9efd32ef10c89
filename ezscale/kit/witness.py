"""What a transaction changes: every row that its session adds, changes or removes is noted by itself.

A table whose changes are not worth telling says so, and why, with `__unaudited__` on its model; columns that change all
the time and say nothing (when a session was last seen) stand in `__quiet__`.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any

from sqlalchemy import Result, Table, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, SessionTransaction, UOWTransaction
from sqlmodel import Session, SQLModel

from ezscale.kit.bulk import insert_many
from ezscale.kit.database import all_models, table_of
from ezscale.kit.logs import HIDDEN, SECRET_NAMES

Values = dict[str, Any]


@dataclass
class Seen:
    """A row that a transaction has touched: what it was before, and what it is now. None for a row that is not there."""

    table: str
    row_id: str
    before: Values | None
    after: Values | None


@dataclass
class Witness:
    """Notes what one transaction changes, and what it says about itself."""

    rows: dict[tuple[str, str], Seen] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    facts: Values = field(default_factory=dict)
    subjects: set[tuple[str, str]] = field(default_factory=set)

    def note(self, table: str, row_id: str, before: Values | None, after: Values | None) -> None:
        """A row has changed, perhaps once more."""
        seen = self.rows.setdefault((table, row_id), Seen(table, row_id, before, None))
        if seen.before is not None and before is not None:
            seen.before = {**before, **seen.before}
        seen.after = None if after is None else {**(seen.after or {}), **after}

    def say(self, action: str, facts: Mapping[str, Any], subjects: Iterable[tuple[str, str]]) -> None:
        """What is being done, in words, where the rows alone do not tell."""
        self.actions.append(action)
        self.facts |= {name: plain(name, value) for name, value in facts.items()}
        self.subjects |= set(subjects)

    def changes(self) -> list[Values]:
        """Every row that is another now than it was, columns that stayed the same left out."""
        told = []
        for seen in self.rows.values():
            before, after = seen.before, seen.after
            if before is None and after is None:
                continue
            if before is not None and after is not None:
                names = [name for name in after if before.get(name) != after[name]]
                before, after = {n: before.get(n) for n in names}, {n: after[n] for n in names}
                if not names:
                    continue
            else:
                before, after = _filled(before), _filled(after)
            told.append({"table": seen.table, "id": seen.row_id, "before": before, "after": after})
        return told


class WatchedSession(Session):
    """A session whose changes are noted for the audit trail."""

    witness: Witness

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.witness = Witness()
        self.rehearsals: dict[SessionTransaction, Witness] = {}  # what had been noted when each nested one began


def plain(name: str, value: Any) -> Any:
    """A value as an entry may show it: secrets masked, documents as their hash."""
    if value is None or isinstance(value, bool | int):
        return value
    if SECRET_NAMES.search(name):
        return HIDDEN
    match value:
        case dict():
            return {str(key): plain(str(key), each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain("", each) for each in value]
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return f"sha256:{sha256(value).hexdigest()}"
    return str(value.value if isinstance(value, Enum) else value)


def _filled(values: Values | None) -> Values | None:
    """A row that is new or gone, without its empty columns."""
    return None if values is None else {name: value for name, value in values.items() if value not in (None, "")}


@event.listens_for(WatchedSession, "after_flush")
def _on_flush(session: WatchedSession, _context: UOWTransaction) -> None:
    for row in session.new:
        if told := _audited(type(row)):
            session.witness.note(*_name(row), None, _values(row, told))
    for row in session.dirty:
        if (told := _audited(type(row))) and session.is_modified(row):
            before, after = _history(row, told)
            session.witness.note(*_name(row), before, after)
    for row in session.deleted:
        if told := _audited(type(row)):
            session.witness.note(*_name(row), _values(row, told), None)


@event.listens_for(WatchedSession, "after_transaction_create")
def _on_begin(session: WatchedSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.rehearsals[transaction] = deepcopy(session.witness)


@event.listens_for(WatchedSession, "after_soft_rollback")
def _on_rollback(session: WatchedSession, transaction: SessionTransaction) -> None:
    """What was rolled back has not happened."""
    session.witness = session.rehearsals.pop(transaction, session.witness)


@event.listens_for(WatchedSession, "do_orm_execute")
def _on_statement(state: ORMExecuteState) -> Result[Any] | None:
    """A statement about many rows: what they were, and what they are afterwards."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return None
    statement: Any = state.statement
    table: Table = statement.table
    told = _audited(_model(table.name))
    if not told:
        return None
    session: Any = state.session
    session.flush()
    connection, key = session.connection(), next(iter(table.primary_key))
    if state.is_insert:
        rows: Any = state.parameters if isinstance(state.parameters, list) else [state.parameters or {}]
        result = state.invoke_statement()
        known = {seen.row_id for seen in session.witness.rows.values() if seen.table == table.name}
        new = [row[key.name] for row in rows if key.name in row and str(row[key.name]) not in known]
        for row in connection.execute(select(table).where(key.in_(new))).mappings():
            session.witness.note(table.name, str(row[key.name]), None, _plain_row(row, told))
        return result
    chosen = select(table).where(statement.whereclause) if statement.whereclause is not None else select(table)
    before = {row[key.name]: row for row in connection.execute(chosen, state.parameters or {}).mappings()}
    result = state.invoke_statement()
    now = connection.execute(select(table).where(key.in_(before))).mappings()
    after = {row[key.name]: row for row in now}
    for row_id, was in before.items():
        is_now = _plain_row(after[row_id], told) if row_id in after else None
        session.witness.note(table.name, str(row_id), _plain_row(was, told), is_now)
    return result


def insert_told(session: Session, table: Table, rows: Sequence[Values]) -> None:
    """Insert whole rows without making objects of them; the audit trail tells them as they are given."""
    session.flush()
    insert_many(session.connection(), table, rows)
    if isinstance(session, WatchedSession) and (told := _audited(_model(table.name))):
        key = next(iter(table.primary_key)).name
        for row in rows:
            session.witness.note(table.name, str(row[key]), None, _plain_row(row, told))


def _model(table_name: str) -> type[SQLModel] | None:
    if table_name not in _models:  # or it has come since
        _models.update({table_of(model).name: model for model in all_models()})
    return _models.get(table_name)


def _audited(model: type[Any] | None) -> list[str]:
    """The columns of a model that an entry tells about; none for one that is not audited."""
    if model is None or hasattr(model, "__unaudited__"):
        return []
    if model not in _columns:
        quiet = getattr(model, "__quiet__", ())
        _columns[model] = [name for name in table_of(model).c.keys() if name not in quiet]  # noqa: SIM118
    return _columns[model]


_columns: dict[type, list[str]] = {}
_models: dict[str, type[SQLModel]] = {}


def _name(row: Any) -> tuple[str, str]:
    table = table_of(type(row))
    return table.name, str(getattr(row, next(iter(table.primary_key)).name))


def _values(row: Any, names: list[str]) -> Values:
    return {name: _shown(name, getattr(row, name)) for name in names}


def _plain_row(row: Mapping[str, Any], names: list[str]) -> Values:
    return {name: _shown(name, row[name]) for name in names}


def _shown(name: str, value: Any) -> Any:
    """A column's value; of a secret (we keep only hashes and sealed texts) as much as tells one from another."""
    if isinstance(value, str) and value and SECRET_NAMES.search(name):
        return f"{HIDDEN}{sha256(value.encode()).hexdigest()[:6]}"
    return plain(name, value)


def _history(row: Any, names: list[str]) -> tuple[Values, Values]:
    before, after = {}, {}
    attributes = inspect(row).attrs
    for name in names:
        history = attributes[name].history
        if history.has_changes():
            before[name] = _shown(name, history.deleted[0]) if history.deleted else None
            after[name] = _shown(name, history.added[0]) if history.added else None
    return before, after
