"""The place into which a backup is restored: a file beside the company's own, or a server's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import MetaData, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from ezscale.cli.demo.founding import has_database
from ezscale.kit.database import open_engine
from ezscale.kit.settings import BadSettings, Settings

DWELLERS = ("user_account", "customer", "audit_entry")  # what migrations write by themselves is nobody's


def is_lived_in(own: Settings) -> bool:
    """Whether there is a company in the database already. BadSettings when it cannot be reached."""
    if not has_database(own):
        return False
    engine = open_engine(own.database)
    try:
        present = set(inspect(engine).get_table_names())
        with engine.connect() as connection:
            first = [f"SELECT 1 FROM {name} LIMIT 1" for name in DWELLERS if name in present]  # noqa: S608  # our own
            return any(connection.exec_driver_sql(each).first() for each in first)
    except OperationalError as error:
        raise BadSettings(f"EZSCALE_DATABASE_URL: the database cannot be reached: {error.orig}") from None
    finally:
        engine.dispose()


@contextmanager
def building_site(own: Settings) -> Iterator[str]:
    """The address of a database without tables, which is the company's own once the block has ended well.

    A file is made beside the old one and takes its place as a whole. On a server the old tables go first.
    """
    if make_url(own.database).get_backend_name() != "sqlite":
        _clear(own.database)
        yield own.database
        return
    home = Path(make_url(own.database).database or "")
    beside = home.with_name(f"{home.name}.restoring")
    _remove(beside)
    try:
        yield f"sqlite:///{beside}"
        _remove(home)
        beside.rename(home)
    finally:
        _remove(beside)


def _clear(url: str) -> None:
    ours = {*SQLModel.metadata.tables, "alembic_version"}
    engine = open_engine(url)
    try:
        present = MetaData()
        present.reflect(engine, only=lambda name, _: name in ours)
        present.drop_all(engine)
    finally:
        engine.dispose()


def _remove(file: Path) -> None:
    """A SQLite file with its log."""
    for ending in ("-wal", "-shm", ""):
        file.with_name(file.name + ending).unlink(missing_ok=True)
