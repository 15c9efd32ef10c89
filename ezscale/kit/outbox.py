"""Events on their way: written with the change that caused them, handed on after it is safe."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Session, SQLModel, col, select

from ezscale.kit.bulk import insert_many
from ezscale.kit.columns import Moment
from ezscale.kit.database import table_of
from ezscale.kit.events import Event, revive
from ezscale.kit.ids import new_id, new_ids


class OutboxEvent(SQLModel, table=True):
    """An event as stored. `relayed_at` stays empty until its consequences are jobs."""

    __tablename__ = "outbox_event"
    __unaudited__: ClassVar[str] = "an event goes with the change that caused it"
    __table_args__ = (Index("ix_outbox_event_waiting", "relayed_at", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=80)
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    happened_at: datetime = Field(sa_type=Moment)
    relayed_at: datetime | None = Field(default=None, sa_type=Moment)

    def event(self) -> Event:
        """The event as its type."""
        return revive(self.name, self.payload)


def outbox_row(event: Event, now: datetime, fresh_id: Callable[[], UUID] = new_id) -> dict[str, Any]:
    """The values of an event's row, for writing many at once."""
    return {
        "id": fresh_id(),
        "name": type(event).__name__,
        "payload": event.to_plain(),
        "happened_at": now,
        "relayed_at": None,
    }


def store(session: Session, events: Iterable[Event], now: datetime) -> None:
    """Put events beside the change that caused them, in one statement."""
    ids = new_ids()
    if rows := [outbox_row(event, now, ids.__next__) for event in events]:
        insert_many(session.connection(), table_of(OutboxEvent), rows)


def waiting(session: Session, limit: int = 200) -> Sequence[OutboxEvent]:
    """The oldest events whose consequences are not yet jobs, and which nobody else is handing on just now."""
    oldest = select(OutboxEvent).where(col(OutboxEvent.relayed_at).is_(None)).order_by(col(OutboxEvent.id))
    return session.exec(oldest.limit(limit).with_for_update(skip_locked=True)).all()
