"""Consoles that somebody has open in a browser: until when each may stay so."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment, require_status


class ConsoleStatus(StrEnum):
    """Whether somebody may still come in by it."""

    OPEN = "open"
    CLOSED = "closed"


class ConsoleSession(Row, table=True):
    """A console that a person has open. `open_until` moves on for as long as their page says that they are there."""

    __tablename__ = "console_session"
    __unaudited__: ClassVar[str] = "the provisioning log tells who has opened it, and when it was closed"
    __table_args__ = (Index("ix_console_session_due", "status", "open_until"),)
    __at_rest__: ClassVar[dict[StrEnum, str]] = {ConsoleStatus.CLOSED: "nobody comes in by it any more"}

    service_id: UUID = Field(foreign_key="service.id", index=True)
    user_id: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    status: ConsoleStatus = Field(default=ConsoleStatus.OPEN, sa_type=word(ConsoleStatus))
    opened_at: datetime = moment()
    open_until: datetime = moment()
    closed_at: datetime | None = maybe_moment()

    def keep(self, now: datetime, lease: timedelta, longest: timedelta) -> None:
        """Whoever has opened it is still there; it ends at the latest so long after it was opened."""
        require_status("console", self.status, ConsoleStatus.OPEN)
        self.open_until = min(now + lease, self.opened_at + longest)

    def leave(self, until: datetime) -> None:
        """Whoever had opened it is gone: it is to be closed then, if they do not come back."""
        self.open_until = min(self.open_until, until)

    def put_off(self, until: datetime) -> None:
        """Its panel does not let it be closed now, and nobody in either."""
        self.open_until = until

    def close(self, now: datetime) -> None:
        """The panel lets nobody in by it any more."""
        require_status("console", self.status, ConsoleStatus.OPEN)
        self.status, self.closed_at = ConsoleStatus.CLOSED, now
