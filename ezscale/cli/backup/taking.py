"""Taking a backup: the database at one moment, and the files that are records, while the company works."""

import fcntl
import os
import shutil
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from ezscale.cli.backup.archive import Archive, written
from ezscale.cli.backup.manifest import FILES, KEYS, Manifest, TableAtCut
from ezscale.cli.schema import revision_of
from ezscale.cli.surroundings import ROOT
from ezscale.kit.actor import robot
from ezscale.kit.clock import world_now
from ezscale.kit.cuts import cut
from ezscale.kit.errors import BusinessError
from ezscale.kit.plain_rows import plain_columns, read_rows
from ezscale.kit.work import Database

NAME = "ezscale-{:%Y%m%dT%H%M%SZ}.tar.gz"
OURS, UNFINISHED, CUT = "ezscale-????????T??????Z.tar.gz", ".ezscale-*.part", ".cut-"
RECORDS = ("mail",)  # folders of the data folder in which something lies that the database does not hold


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was taken, and the older ones that gave way to it."""

    file: Path
    manifest: Manifest
    removed: tuple[Path, ...]


def take_backup(database: Database, data_dir: Path, folder: Path, *, keep: int = 0, with_keys: bool = False) -> Taken:
    """Take a backup into a folder, and leave its newest `keep` there; 0 leaves all.

    BusinessError while another one is being taken there, when the folder cannot be written to or is full, and when the
    database goes away: then nothing of this one is left, and no older one is gone.
    """
    taken_at = world_now()
    try:
        with database.reader(robot("backup"))() as work:  # rather a moment before the cut than after it
            company_time = work.now
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(folder):
            _clear_up(folder)
            file = folder / NAME.format(taken_at)
            with (
                TemporaryDirectory(prefix=CUT, dir=folder) as scratch,
                written(file, taken_at) as archive,
                cut(database.engine, Path(scratch)) as connection,
            ):
                tables = _write_tables(archive, connection)
                _write_files(archive, data_dir, with_keys=with_keys)
                manifest = Manifest(
                    release=release(),
                    revision=revision_of(connection) or "",
                    database=database.engine.dialect.name,
                    taken_at=taken_at,
                    company_time=company_time,
                    tables=tables,
                    parts=tuple(archive.parts),
                )
                archive.finish(manifest)
            return Taken(file, manifest, tuple(_remove_older(folder, keep)))
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise BusinessError(f"No backup was taken: {error}") from None


def release() -> str:
    """Which release this is."""
    project: str = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return project


def _clear_up(folder: Path) -> None:
    """Take away what a backup that was killed has left."""
    for left in folder.glob(UNFINISHED):
        left.unlink()
    for left in folder.glob(f"{CUT}*"):
        shutil.rmtree(left, ignore_errors=True)


def _write_tables(archive: Archive, connection: Connection) -> tuple[TableAtCut, ...]:
    tables = []
    for table in SQLModel.metadata.sorted_tables:
        columns = plain_columns(table)
        rows = archive.add_table(table.name, read_rows(connection, table.name, columns))
        tables.append(TableAtCut(name=table.name, columns=tuple(columns), rows=rows))
    return tuple(tables)


def _write_files(archive: Archive, data_dir: Path, *, with_keys: bool) -> None:
    """After the cut: what the database says was kept is kept by then."""
    for folder in RECORDS:
        for file in sorted((data_dir / folder).rglob("*")):
            if file.is_file() and file.suffix != ".part":
                archive.add(f"{FILES}{file.relative_to(data_dir).as_posix()}", file.read_bytes())
    if with_keys:
        archive.add(KEYS, (data_dir / KEYS).read_bytes())


def _remove_older(folder: Path, keep: int) -> Iterator[Path]:
    older = sorted(folder.glob(OURS))[:-keep] if keep else []
    for file in older:
        file.unlink()
        yield file


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder; a process that dies lets go of it. BusinessError while another one does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BusinessError(f"Another backup into {folder} is under way.") from None
    finally:
        os.close(descriptor)
