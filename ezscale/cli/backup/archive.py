"""The file of a backup: a compressed tar that is written from front to back and read the same way, in little memory."""

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import IO, cast

from ezscale.cli.backup.manifest import MANIFEST, TABLES, Damaged, Manifest, Part, TableAtCut, read_manifest
from ezscale.kit.errors import BusinessError

COMPRESSION = 1  # rows of text shrink to a tenth already; more takes many times as long
PART = 8_000_000  # bytes of rows that are kept in memory
UNREADABLE = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError)


class Archive:
    """A backup that is being written."""

    def __init__(self, tar: tarfile.TarFile, at: datetime) -> None:
        self._tar, self._at = tar, at
        self.parts: list[Part] = []

    def add(self, name: str, content: bytes, rows: int = 0) -> None:
        """One more part."""
        self.parts.append(Part(name=name, sha256=sha256(content).hexdigest(), size=len(content), rows=rows))
        self._put(name, content)

    def add_table(self, table: str, lines: Iterable[bytes]) -> int:
        """All rows of a table, in as many parts as they need; how many there were."""
        rows, buffer = 0, io.BytesIO()
        for some in lines:
            buffer.write(some)
            if buffer.tell() >= PART:
                rows += self._add_rows(table, buffer.getvalue())
                buffer = io.BytesIO()
        return rows + (self._add_rows(table, buffer.getvalue()) if buffer.tell() else 0)

    def finish(self, manifest: Manifest) -> None:
        """The manifest comes last, since it knows what all the others are."""
        self._put(MANIFEST, manifest.model_dump_json(indent=1).encode())

    def _add_rows(self, table: str, lines: bytes) -> int:
        rows = lines.count(b"\n")
        self.add(f"{TABLES}{table}/{len(self.parts):06}.jsonl", lines, rows)
        return rows

    def _put(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = len(content), 0o600, int(self._at.timestamp())
        self._tar.addfile(entry, io.BytesIO(content))


@contextmanager
def written(path: Path, at: datetime) -> Iterator[Archive]:
    """Write a backup that nobody else may read: under another name until it is complete and on the disk."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            packed = gzip.GzipFile("", "wb", COMPRESSION, file, at.timestamp())
            with packed, tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w|", bufsize=PART) as tar:
                yield Archive(tar, at)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def read_parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every part with its content, the manifest at the end. Damaged when the file cannot be read through."""
    try:
        with gzip.open(path) as packed:
            with tarfile.open(fileobj=packed, mode="r|", bufsize=PART) as tar:
                for entry in tar:
                    content = tar.extractfile(entry)
                    if content is None:
                        raise Damaged(f"{entry.name} in {path.name} is no file.")
                    yield entry.name, content.read()
            while packed.read(PART):  # up to the sum at its very end
                pass
    except UNREADABLE as error:
        raise Damaged(f"{path.name} is damaged: {error}") from None
    except OSError as error:
        raise BusinessError(f"{path} cannot be read: {error.strerror or error}") from None


def checked(path: Path) -> Manifest:
    """What a backup says of itself, after every part was found as it was written. Damaged otherwise, naming the first."""
    found, manifest = {}, None
    for name, content in read_parts(path):
        if name == MANIFEST:
            manifest = read_manifest(content)
            continue
        rows = content.count(b"\n") if name.startswith(TABLES) else 0
        found[name] = Part(name=name, sha256=sha256(content).hexdigest(), size=len(content), rows=rows)
    if manifest is None:
        raise Damaged(f"{path.name} is damaged: it has no manifest, and so no end.")
    told = {part.name: part for part in manifest.parts}
    for name in sorted(told.keys() | found.keys()):
        if told.get(name) != found.get(name):
            raise Damaged(f"{path.name} is damaged: {name} is not what the manifest says.")
    for table in manifest.tables:
        if sum(part.rows for part in manifest.parts if table.holds(part.name)) != table.rows:
            raise Damaged(f"{path.name} is damaged: {table.name} does not have {table.rows} rows.")
    return manifest


def rows_of(path: Path, manifest: Manifest) -> Iterator[tuple[TableAtCut, Iterator[bytes]]]:
    """Each table that has rows, with a line for each: those must be read before the next table is asked for."""
    known = {table.name: table for table in manifest.tables}
    parts = ((name, content) for name, content in read_parts(path) if name.startswith(TABLES))
    for table, its_parts in groupby(parts, key=lambda part: part[0].split("/")[1]):
        yield known[table], (line for _, content in its_parts for line in io.BytesIO(content))


def sync_folder(folder: Path) -> None:
    """Make sure that what was named in a folder is still named so after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
