"""Whether a vendor's computer answers: what one process has found out, all of them know within a second.

After some failures in a row nobody calls it any more, except one call every half minute, which finds out whether it
answers again. So nobody waits for a computer that hangs.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, ClassVar

import sqlalchemy
import structlog
from sqlalchemy import bindparam, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, SQLModel, col, select

from ezscale.kit.actor import robot
from ezscale.kit.columns import Moment
from ezscale.kit.database import claimed, insert_new, table_of
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.events import Event
from ezscale.kit.work import Database, Work

log = structlog.get_logger()

MOST_FAILURES = 5  # in a row
LOOK_AGAIN = timedelta(seconds=30)
LONGEST_REASON = 200
TRUSTED = 1.0  # seconds


class VendorLine(SQLModel, table=True):
    """How a vendor's computer has answered lately. `silent_since` is empty while it does; `reason` is its last failure.

    No row is as good as one without failures.
    """

    __tablename__ = "vendor_line"
    __unaudited__: ClassVar[str] = "nobody decides whether somebody else's computer answers"

    name: str = Field(primary_key=True, max_length=40)
    failures: int = 0
    silent_since: datetime | None = Field(default=None, sa_type=Moment)
    next_try_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: str = Field(default="", max_length=LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class VendorFellSilent(Event):
    """A vendor's computer has not answered several times in a row."""

    name: str


@dataclass(frozen=True, slots=True)
class VendorAnsweredAgain(Event):
    """It does again."""

    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before a call. `wait` is how long nobody may call; None lets this call pass.

    `is_in_doubt` says that the outcome of this call will change what is known.
    """

    wait: timedelta | None = None
    since: datetime | None = None
    is_in_doubt: bool = False


class Breaker:
    """One vendor's line, as this process sees it. Noting an outcome never fails: an answer is worth more than a note.

    A line without failures is trusted for a second, or until this process itself meets one: then each call is looked up.
    """

    def __init__(self, database: Database, name: str) -> None:
        self.name = name
        self._database = database
        self._open_work = database.opener(robot("vendor lines"))
        self._trusted_until = 0.0

    def look(self) -> Standing:
        """Whether a call may pass. Of all that ask while the line is silent, one may when it is time to look again."""
        if (now := monotonic()) < self._trusted_until:
            return Standing()
        with self._database.reader(robot("vendor lines"))() as work:
            line = work.session.connection().execute(THIS_LINE, {"named": self.name}).first()
            if line is None or line.failures == 0:
                self._trusted_until = now + TRUSTED
                return Standing()
            if line.silent_since is None:
                return Standing(is_in_doubt=True)
            if line.next_try_at is not None and line.next_try_at > work.now:
                return Standing(line.next_try_at - work.now, line.silent_since)
            since = line.silent_since
        with self._open_work() as work:
            times = {"line": self.name, "now": work.now, "later": work.now + LOOK_AGAIN}
            is_ours = claimed(work.session.execute(TAKE_THE_TRY, times))
        return Standing(None if is_ours else LOOK_AGAIN, since, is_in_doubt=True)

    def answered(self) -> None:
        """It answers: whatever was counted before counts no more."""
        self._note(_answers)

    def failed(self, reason: str) -> None:
        """It did not answer, or said that it cannot."""
        self._trusted_until = 0.0
        self._note(lambda work, line: _fails(work, line, reason))

    def _note(self, change: Callable[[Work, VendorLine], None]) -> None:
        with suppress(TemporaryFailure):  # somebody else was just noting something: one more or less does not matter
            try:
                with self._open_work() as work:
                    insert_new(work.session, table_of(VendorLine), [VendorLine(name=self.name).model_dump()])
                    change(work, work.session.exec(_line_to_change(self.name)).one())
            except SQLAlchemyError as error:
                log.warning("vendor_line_not_noted", vendor=self.name, reason=str(error))


def silent_lines(work: Work) -> Sequence[VendorLine]:
    """The vendors that do not answer at the moment, the longest silent first."""
    silent = select(VendorLine).where(col(VendorLine.silent_since).is_not(None))
    return work.session.exec(silent.order_by(col(VendorLine.silent_since))).all()


def _line_to_change(name: str) -> Any:
    return select(VendorLine).where(VendorLine.name == name).with_for_update()


def _answers(work: Work, line: VendorLine) -> None:
    if line.silent_since is not None:
        work.emit(VendorAnsweredAgain(line.name))
        log.warning("vendor_answers_again", vendor=line.name, silent_since=line.silent_since.isoformat())
    line.failures, line.silent_since, line.next_try_at, line.reason = 0, None, None, ""


def _fails(work: Work, line: VendorLine, reason: str) -> None:
    line.failures += 1
    line.reason = reason[:LONGEST_REASON]
    if line.failures < MOST_FAILURES:
        return
    if line.silent_since is None:
        line.silent_since = work.now
        work.emit(VendorFellSilent(line.name))
        log.error("vendor_fell_silent", vendor=line.name, failures=line.failures, reason=line.reason)
    line.next_try_at = work.now + LOOK_AGAIN


LINES = table_of(VendorLine)
THIS_LINE = sqlalchemy.select(LINES.c.failures, LINES.c.silent_since, LINES.c.next_try_at).where(
    LINES.c.name == bindparam("named")
)
TAKE_THE_TRY = (
    update(LINES)
    .where(LINES.c.name == bindparam("line"), LINES.c.next_try_at <= bindparam("now"))
    .values(next_try_at=bindparam("later"))
)
