"""Kinds of columns that mean the same on SQLite, PostgreSQL and MySQL."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

SEALED = re.compile(r"[a-z0-9]+:[A-Za-z0-9_=-]+")


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database, exact to the microsecond. ValueError for a naive one."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(kind: type[StrEnum]) -> Any:
    """A column holding one word of an enumeration, stored as that word, so that a new one needs no migration."""
    return Enum(kind, native_enum=False, length=32, create_constraint=False, values_callable=_words)


class Sealed(TypeDecorator[str]):
    """A secret as the vault has sealed it, bound to its row. ValueError for anything that is not: plain text stays out."""

    impl = String(500)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value and not SEALED.fullmatch(value):
            raise ValueError("only what the vault has sealed belongs into this column")
        return value


LongText: Any = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def _words(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]
