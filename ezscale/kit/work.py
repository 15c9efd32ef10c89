"""One transaction, with the time and the person behind it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from ezscale.kit import outbox
from ezscale.kit.actor import Actor
from ezscale.kit.audit import seal
from ezscale.kit.clock import Clock
from ezscale.kit.database import READING, giving_way
from ezscale.kit.events import Event
from ezscale.kit.turns import Turns
from ezscale.kit.witness import WatchedSession


@dataclass(slots=True)
class Work:
    """What a use case gets. Whoever opened it commits it; a use case never does."""

    session: Session
    now: datetime
    actor: Actor
    zone: tzinfo = UTC
    emitted: list[Event] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day it is where the seller is."""
        return self.now.astimezone(self.zone).date()

    def emit(self, event: Event) -> None:
        """Tell the house, if and when this transaction commits."""
        self.emit_all([event])

    def emit_all(self, events: Sequence[Event]) -> None:
        """The same of many at once, written in one statement."""
        self.emitted += events
        outbox.store(self.session, events, self.now)

    def record(self, action: str, *about: tuple[str, UUID], **facts: Any) -> None:
        """Say in the audit trail what is being done, where the rows that change do not tell it by themselves.

        `about` are the things it concerns, as (table, id); `facts` what else should be known. Secrets stay out of it.
        """
        if isinstance(self.session, WatchedSession):
            self.session.witness.say(action, facts, [(kind, str(row_id)) for kind, row_id in about])


OpenWork = Callable[[], AbstractContextManager[Work]]
Ring = Callable[[float], None]  # wakes whoever works, in so many seconds


def _nobody_hears(_after: float) -> None:
    """Where nobody waits to be woken: the next sweep finds the work."""


class Database:
    """Where work is opened. `ring` wakes who does what was emitted: after each such commit, so that nobody has to wait."""

    def __init__(self, engine: Engine, clock: Clock, zone: tzinfo = UTC, ring: Ring | None = None) -> None:
        self.engine = engine
        self.clock = clock
        self.zone = zone
        self.ring: Ring = ring or _nobody_hears
        self.turn: AbstractContextManager[object] = nullcontext()  # of writers; one that has it may have it again

    def take_turns(self) -> None:
        """From now on one thread of this process writes at a time. For workers, whose many hands write all the time.

        Hands that write at once wait for one another's interpreter at each statement, and keep what they have locked
        meanwhile: together they write less than half of what they write one after the other. On SQLite all writers of
        the machine stand in one line anyway.
        """
        if self.engine.dialect.name != "sqlite":
            self.turn = Turns()

    def opener(self, actor: Actor) -> OpenWork:
        """Opens transactions for an actor, one after the other; each commits unless an error leaves it.

        What it changed, and who did it, goes into the audit trail with it.

        TemporaryFailure when it had to give way to another one: then nothing was changed.
        """

        @contextmanager
        def open_work() -> Iterator[Work]:
            with self.turn, giving_way(), WatchedSession(self.engine, expire_on_commit=False) as session:
                work = Work(session, self.clock.read(session), actor, self.zone)
                yield work
                seal(session, actor, work.now, [type(event).__name__ for event in work.emitted])
                session.commit()
            if work.emitted:
                self.ring(0)

        return open_work

    def reader(self, actor: Actor) -> OpenWork:
        """Opens transactions that only read, and so never wait for a writer."""

        @contextmanager
        def open_work() -> Iterator[Work]:
            with Session(self.engine.execution_options(**{READING: True}), expire_on_commit=False) as session:
                yield Work(session, self.clock.read(session), actor, self.zone)
                session.rollback()

        return open_work
