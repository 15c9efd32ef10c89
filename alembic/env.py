"""How Alembic reaches the database, what it compares it with, and how it writes a new migration.

A program hands over an address as `config.attributes["url"]`; the command line takes the one of the settings.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.operations import ops
from sqlalchemy import Connection, Enum, LargeBinary, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine
from sqlmodel import AutoString, SQLModel

import ezscale.models  # noqa: F401  # knows all tables
from ezscale.kit.columns import Moment
from ezscale.kit.database import open_engine
from ezscale.kit.settings import settings


def migrate() -> None:
    """Run the migrations that were asked for."""
    engine = open_engine(context.config.attributes.get("url") or settings().database)
    try:
        with engine.connect() as connection, references_unchecked(connection):
            context.configure(
                connection=connection,
                target_metadata=SQLModel.metadata,
                render_as_batch=True,  # SQLite changes a table by copying it
                render_item=our_words,
                process_revision_directives=leave_out_noise,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


@contextmanager
def references_unchecked(connection: Connection) -> Iterator[None]:
    """Let SQLite copy a table that others refer to; RuntimeError when a reference hangs in the air afterwards."""
    if connection.dialect.name != "sqlite":
        yield
        return
    bare = connection.connection  # within a transaction of SQLAlchemy's, SQLite would ignore the switch
    bare.cursor().execute("PRAGMA foreign_keys=OFF")
    yield
    hanging = bare.cursor().execute("PRAGMA foreign_key_check").fetchall()
    bare.cursor().execute("PRAGMA foreign_keys=ON")
    if hanging:
        raise RuntimeError(f"these rows refer to rows that are not there: {hanging[:10]}")


def our_words(kind: str, item: Any, _context: object) -> str | bool:
    """A column's type as a migration says it: on its own feet, whatever becomes of our classes."""
    if kind != "type":
        return False
    match item:
        case Moment():
            return "MOMENT"
        case LargeBinary() if on_mysql(item) is mysql.LONGBLOB:
            return "LONG_BINARY"
        case Text() if on_mysql(item) is mysql.LONGTEXT:
            return "LONG_TEXT"
        case AutoString() | Enum():  # a new word in an enumeration is no change of the schema
            return f"sa.String({item.length})"
    return False


def on_mysql(item: TypeEngine[Any]) -> type:
    """The kind of column that MySQL and MariaDB use for a type."""
    return type(item.dialect_impl(mysql.dialect()))


def leave_out_noise(_context: object, _revision: object, scripts: Sequence[ops.MigrationScript]) -> None:
    """Indexes need no copied table, and go with the table they belong to."""
    for script in scripts:
        for half in (script.upgrade_ops, script.downgrade_ops):
            if half is None:
                continue
            dropped = {change.table_name for change in half.ops if isinstance(change, ops.DropTableOp)}
            half.ops = [step for change in half.ops for step in plain_steps(change, dropped)]


def plain_steps(change: ops.MigrateOperation, dropped: set[str]) -> list[ops.MigrateOperation]:
    """What is left of one change."""
    if not isinstance(change, ops.ModifyTableOps):
        return [change]
    if change.table_name in dropped:
        return []
    only_indexes = all(isinstance(step, ops.CreateIndexOp | ops.DropIndexOp) for step in change.ops)
    return list(change.ops) if only_indexes else [change]


migrate()
