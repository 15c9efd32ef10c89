"""Beginnings that many tests share are lived through twice, and copied from then on."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ezscale.kit.clock import FixedClock
from ezscale.kit.work import Database
from ezscale.sandbox.store import Store
from tests.databases import COPY

T = TypeVar("T")
Steps = tuple[object, ...]


@dataclass(frozen=True)
class Moment:
    """All that a company and its vendors know at one time, and what came of the step that led there."""

    rows: sqlite3.Connection
    vendors: tuple[bytes, ...]
    mail: dict[str, bytes]
    now: datetime
    outcome: Any


MOST_KEPT = 200  # of two or three megabytes each
_moments: dict[Steps, Moment] = {}
_lived_once: set[Steps] = set()


class Beginning:
    """How a company has come to where it is, for as long as nothing but whole steps has happened to it.

    The same steps lead to the same rows, ids included: in a SQLite file of ours, with stand-ins of this process.
    """

    def __init__(self, database: Database, clock: FixedClock, stores: Sequence[Store], folder: Path) -> None:
        self._clock, self._mail = clock, folder / "mail"
        self._vendors = [store._connection for store in stores]  # nobody else reads all of it
        self._rows = empty_copy(database) if stores else None
        self._steps: Steps | None = None if self._rows is None else (str(database.zone),)
        self._seen = self._marks()

    @property
    def is_shared(self) -> bool:
        """Whether nothing but whole steps has happened so far."""
        return self._rows is not None and self._steps is not None and self._seen == self._marks()

    def step(self, name: Steps, live: Callable[[], T]) -> T:
        """What comes of a step: lived through, or gone to when it has been lived through before."""
        if self._rows is None or self._steps is None or not self.is_shared:
            self._steps = None
            return live()
        here = (*self._steps, self._clock.now, name)
        known, self._steps = _moments.get(here), None  # what happens within a step is no step of its own
        outcome: T = live() if known is None else self._go_to(known, self._rows)
        if known is None and here in _lived_once and len(_moments) < MOST_KEPT:
            _moments[here] = self._keep(outcome, self._rows)
        _lived_once.add(here)
        self._steps, self._seen = here, self._marks()
        return outcome

    def _marks(self) -> Steps:
        """What differs as soon as anything else has changed anything."""
        if self._rows is None:
            return ()
        (version,) = self._rows.execute("PRAGMA data_version").fetchone()
        return (version, self._clock.now, *(vendor.total_changes for vendor in self._vendors))

    def _keep(self, outcome: object, rows: sqlite3.Connection) -> Moment:
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        rows.backup(copy)
        mail = {letter.name: letter.read_bytes() for letter in self._mail.glob("*.eml")}
        return Moment(copy, tuple(vendor.serialize() for vendor in self._vendors), mail, self._clock.now, outcome)

    def _go_to(self, moment: Moment, rows: sqlite3.Connection) -> Any:
        moment.rows.backup(rows)
        for vendor, content in zip(self._vendors, moment.vendors, strict=True):
            vendor.deserialize(content)
        for name, letter in moment.mail.items():
            self._mail.mkdir(parents=True, exist_ok=True)
            (self._mail / name).write_bytes(letter)
        self._clock.now = moment.now
        return moment.outcome


def empty_copy(database: Database) -> sqlite3.Connection | None:
    """A way into the SQLite file that a test has been given, if it is that and still empty."""
    file = Path(database.engine.url.database or "")
    if file.name != COPY:
        return None
    rows = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    rows.execute("PRAGMA synchronous = OFF")
    tables = [name for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    is_full = rows.execute(" UNION ALL ".join(f'SELECT 1 WHERE EXISTS (SELECT 1 FROM "{each}")' for each in tables))
    return None if is_full.fetchone() else rows
