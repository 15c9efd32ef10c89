"""What time it is for the company. The one place that reads a clock."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol

from sqlmodel import Field, Session, SQLModel

from ezscale.kit.columns import Moment


class Clock(Protocol):
    """Tells the company's time, within a transaction."""

    def read(self, session: Session) -> datetime:
        """Now: aware, UTC."""
        ...


class ClockShift(SQLModel, table=True):
    """How far the time machine has moved the company ahead of the world, and where it is going; one row, or none."""

    __tablename__ = "clock_shift"
    __unaudited__: ClassVar[str] = "the time machine's order is told, not each of its steps"

    id: int = Field(default=1, primary_key=True)
    seconds: int = 0
    destination: datetime | None = Field(default=None, sa_type=Moment)


def world_now() -> datetime:
    """The real time, for leases and signatures, which the time machine must not touch."""
    return datetime.now(UTC)


class WorldClock:
    """The real time: the only clock of a company with a live gateway."""

    def read(self, session: Session) -> datetime:
        """Now, as the world has it."""
        return world_now()


class ShiftedClock:
    """The real time, moved ahead by what the time machine has stored; the same for every process."""

    def read(self, session: Session) -> datetime:
        """Now, as the company has it."""
        return world_now() + shift(session)


class FixedClock:
    """A clock that stands still until it is moved: for tests and simulations."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def read(self, session: Session) -> datetime:
        """The moment it was set to."""
        return self.now

    def move(self, by: timedelta) -> None:
        """Go ahead (or back, as real clocks sometimes do)."""
        self.now += by


def shift(session: Session) -> timedelta:
    """How far ahead of the world the company lives."""
    row = session.get(ClockShift, 1)
    return timedelta(seconds=row.seconds if row else 0)


def head_for(session: Session, destination: datetime | None) -> None:
    """Note where the time machine is going, or that it has arrived."""
    row = session.get(ClockShift, 1, with_for_update=True) or ClockShift()
    row.destination = destination
    session.add(row)


def heading_for(session: Session) -> datetime | None:
    """Where the time machine is going, None when it stands still."""
    row = session.get(ClockShift, 1)
    return row.destination if row else None


def move_ahead(session: Session, by: timedelta) -> None:
    """Let the company's time jump ahead. Time never goes back: ValueError."""
    if by < timedelta(0):
        raise ValueError("the company's clock only moves ahead")
    row = session.get(ClockShift, 1, with_for_update=True) or ClockShift()
    row.seconds += round(by.total_seconds())
    session.add(row)
