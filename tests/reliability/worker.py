"""A worker that can die: the real engine in a process of its own, killed where it is told to be."""

import os
import re
import signal
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Protocol
from urllib.parse import urlsplit
from zlib import crc32

import httpx
from sqlalchemy import event
from sqlalchemy.orm import configure_mappers
from sqlmodel import Session

from ezscale.billing import renewals
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.kit.clock import FixedClock
from ezscale.kit.database import open_engine
from ezscale.kit.work import Database
from ezscale.messaging.ports import Letter
from ezscale.tasks import company
from ezscale.wiring import House
from tests.company import Lines, open_house

configure_mappers()  # once in the server that forks the workers, instead of in each of them
SETTLES = timedelta(seconds=0.3)


class FiledClock(FixedClock):
    """A clock that stands still until it is moved, the same for all processes."""

    def __init__(self, file: Path, now: datetime | None = None) -> None:
        self._file = file
        super().__init__(now or self.now)

    @property
    def now(self) -> datetime:
        """The moment it was set to."""
        return datetime.fromisoformat(self._file.read_text())

    @now.setter
    def now(self, now: datetime) -> None:
        new = self._file.with_suffix(f".{os.getpid()}")
        new.write_text(now.isoformat())
        new.replace(self._file)


class Fate(Protocol):
    """Decides at every step boundary whether the worker dies there."""

    def passes(self, boundary: str) -> bool:
        """Whether it lives on."""


class LiveOn:
    """Never."""

    def passes(self, boundary: str) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class DieEverywhereOnce:
    """At every boundary at which nobody has died before, as the book of the dead says; of commits at one in so many.

    What lies before a step is left as it was after the last one, so `before_too` is for those who want to be very sure.
    """

    book: Path
    one_in: int = 1
    before_too: bool = False

    def passes(self, boundary: str) -> bool:
        """Known boundaries let the worker live on; a new one is written into the book, and is the end."""
        if "before" in boundary and not self.before_too:
            return True
        if "commit" in boundary and crc32(boundary.encode()) % self.one_in:
            return True
        if boundary in self.book.read_text().splitlines():
            return True
        with self.book.open("a") as book:
            book.write(boundary + "\n")
        return False


@dataclass
class DieAt:
    """At the n-th boundary of this life; 0 is never. The file says how many there were."""

    number: int
    counted: Path
    passed: int = 0

    def passes(self, boundary: str) -> bool:
        """Count."""
        self.passed += 1
        self.counted.write_text(str(self.passed))
        return self.passed != self.number


@dataclass(frozen=True)
class Workplace:
    """Where a worker works."""

    database: str
    lines: Lines
    folder: Path

    @property
    def clock(self) -> Path:
        """The file that holds the company's time."""
        return self.folder / "clock"


def work_until(place: Workplace, until: datetime, fate: Fate) -> None:
    """A worker's life: the company lives on until a moment, unless fate has it otherwise."""
    company.travel(house_of(place, fate), until)


def renew(place: Workplace, block: int, fate: Fate) -> None:
    """A worker's night: a renewal run."""
    renewals.issue_renewals(house_of(place, fate).automation("renewals"), block)


def house_of(place: Workplace, fate: Fate) -> House:
    """The house of this process, with fate at every step boundary."""
    event.listen(Session, "before_commit", lambda _session: meet(fate, "before commit"))
    event.listen(Session, "after_commit", lambda _session: meet(fate, "after commit"))
    lines = replace(
        place.lines,
        stripe=FatefulLine(fate, place.lines.stripe_url),
        panel=FatefulLine(fate, place.lines.panel_url),
    )
    database = Database(open_engine(place.database), FiledClock(place.clock))
    house = open_house(database, place.folder, lines, settles=SETTLES)
    return replace(house, mailer=FatefulMail(place.folder / "mail", fate))


class FatefulLine(httpx.HTTPTransport):
    """The network, with fate on both sides of every call."""

    def __init__(self, fate: Fate, url: str) -> None:
        super().__init__(verify=False)  # reading the certificates that loopback does not need takes the longest
        self._fate = fate
        self._root = urlsplit(url).path

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(self._root)
        call = f"{request.method} {re.sub('[^/]*[0-9][^/]+|[0-9]+', '*', path.removeprefix('/v1'))}"
        meet(self._fate, f"before {call}")
        answer = super().handle_request(request)
        answer.read()
        meet(self._fate, f"after {call}")
        return answer


class FatefulMail(KeptMail):
    """A mail folder, with fate on both sides of every letter."""

    def __init__(self, folder: Path, fate: Fate) -> None:
        super().__init__(folder)
        self._fate = fate

    def send(self, letter: Letter) -> None:
        meet(self._fate, "before a letter")
        super().send(letter)
        meet(self._fate, "after a letter")


def meet(fate: Fate, what: str) -> None:
    """Live on, or die here and now, without a chance to clean up."""
    if not fate.passes(f"{whereabouts(sys._getframe(1))}, {what}"):
        os.kill(os.getpid(), signal.SIGKILL)


def whereabouts(frame: FrameType | None) -> str:
    """Which line of which task is running: "messaging.receipt: sending.py:62"."""
    place = task = ""
    while frame is not None and not task:
        floor, _, module = frame.f_globals.get("__name__", "").removeprefix("ezscale.").partition(".")
        if floor in ("billing", "ordering", "provisioning", "messaging", "reporting", "privacy", "tasks") and not place:
            place = f"{module or floor}.py:{frame.f_lineno}"
        if floor == "tasks":
            task = f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back
    return f"{task}: {place}"
