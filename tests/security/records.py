"""Every row of a database at a moment, whose it is, and what has changed."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from ezscale.kit.audit import AuditEntry, AuditHead, AuditSubject
from ezscale.models import LoginAttempt, LoginSession

Key = tuple[str, str]
Rows = Mapping[Key, "Row"]

# These may note that somebody knocked, or tell again what has changed in the rows that are looked at.
TOLD_AGAIN = {AuditEntry.__tablename__, AuditSubject.__tablename__, AuditHead.__tablename__}
COUNTERS = {LoginAttempt.__tablename__, LoginSession.__tablename__} | TOLD_AGAIN
AN_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
A_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
TOO_SHORT_TO_TELL = 8


@dataclass(frozen=True)
class Row:
    """A row as text, and the rows that it refers to by its columns (not by what somebody has typed into them)."""

    text: str
    refers_to: frozenset[str]

    @property
    def ids(self) -> set[str]:
        """Every row id that it mentions in any way."""
        return {str(UUID(found)) for found in AN_ID.findall(self.text)}


def rows_of(engine: Engine) -> dict[Key, Row]:
    """Each row under its table and its key."""
    found = {}
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in COUNTERS:
                continue
            for row in connection.execute(select(table)).mappings():
                key = ",".join(str(row[column.name]) for column in table.primary_key)
                text = json.dumps(dict(row), default=str, ensure_ascii=False)
                found[table.name, key] = Row(text, frozenset(str(v) for v in row.values() if isinstance(v, UUID)))
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
    return {word for word in texts if len(word) >= TOO_SHORT_TO_TELL}
