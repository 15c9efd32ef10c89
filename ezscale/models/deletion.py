"""What is going to be deleted, because nobody pays for it any more."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment, require_status


class DeletionStatus(StrEnum):
    """Where a deletion stands."""

    PLANNED = "planned"
    CALLED_OFF = "called_off"
    BEGUN = "begun"


class BackupWord(StrEnum):
    """What staff say of a backup, before they delete something by hand."""

    MADE = "made"
    NOT_NEEDED = "not_needed"


class Deletion(Row, table=True):
    """A service whose subscription has ended, and the day from which on it is deleted.

    `live_for` is the service while the deletion is planned: one for each. `ended_on` is the end of its subscription, for
    which it is planned once, however often that end is told.
    """

    __table_args__ = (
        UniqueConstraint("service_id", "ended_on"),
        Index("ix_deletion_due", "status", "due_on", "id"),
    )
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        DeletionStatus.CALLED_OFF: "staff keep it, which the doctor remembers",
        DeletionStatus.BEGUN: "the service itself is being deleted, which is checked",
    }

    service_id: UUID = Field(foreign_key="service.id")
    live_for: UUID | None = Field(default=None, unique=True)
    status: DeletionStatus = Field(default=DeletionStatus.PLANNED, sa_type=word(DeletionStatus))
    ended_on: date
    due_on: date
    planned_at: datetime = moment()
    reminded_on: date | None = None
    reason: str = Field(default="", max_length=300)
    backup: str = Field(default="", max_length=20)
    decided_by: str = Field(default="", max_length=120)
    closed_at: datetime | None = maybe_moment()

    def move(self, due_on: date) -> None:
        """It is deleted on another day; whoever was reminded of the old one is reminded again."""
        require_status("deletion", self.status, DeletionStatus.PLANNED)
        self.due_on, self.reminded_on = due_on, None

    def remind(self, today: date) -> None:
        """Its customer is told that the day is near; it is never sooner than the day after."""
        require_status("deletion", self.status, DeletionStatus.PLANNED)
        self.reminded_on, self.due_on = today, max(self.due_on, today + timedelta(days=1))

    def explain(self, reason: str, by: str) -> None:
        """Who decided last about it, and why."""
        self.reason, self.decided_by = reason[:300], by[:120]

    def call_off(self, now: datetime) -> None:
        """It stays, until somebody decides anew."""
        require_status("deletion", self.status, DeletionStatus.PLANNED)
        self.status, self.live_for, self.closed_at = DeletionStatus.CALLED_OFF, None, now

    def plan_again(self, due_on: date) -> None:
        """What was kept goes after all."""
        require_status("deletion", self.status, DeletionStatus.CALLED_OFF)
        self.status, self.live_for, self.closed_at = DeletionStatus.PLANNED, self.service_id, None
        self.due_on, self.reminded_on = due_on, None

    def begin(self, now: datetime) -> None:
        """Nothing takes it back from here on."""
        require_status("deletion", self.status, DeletionStatus.PLANNED)
        self.status, self.live_for, self.closed_at = DeletionStatus.BEGUN, None, now
