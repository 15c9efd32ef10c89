"""Work on panels and in places that customers should know of before and while it is done."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment


class MaintenanceLevel(StrEnum):
    """How much customers notice of it."""

    NOTICE = "notice"
    OUTAGE = "outage"


class Maintenance(Row, table=True):
    """Work that was announced. `panel` is empty, and `location_id` none, where it is about all of them.

    It is shown from its announcement until `ends_at`, and never after `cancelled_at`.
    """

    __table_args__ = (Index("ix_maintenance_shown", "cancelled_at", "ends_at"),)

    panel: str = Field(default="", max_length=40)
    location_id: UUID | None = Field(default=None, foreign_key="location.id")
    level: MaintenanceLevel = Field(default=MaintenanceLevel.NOTICE, sa_type=word(MaintenanceLevel))
    title: str = Field(max_length=120)
    text: str = Field(max_length=1000)
    begins_at: datetime = moment()
    ends_at: datetime = moment()
    announced_at: datetime = moment()
    announced_by: str = Field(max_length=120)
    cancelled_at: datetime | None = maybe_moment()

    def is_over(self, now: datetime) -> bool:
        """It was cancelled, or is done."""
        return self.cancelled_at is not None or self.ends_at <= now

    def is_on(self, now: datetime) -> bool:
        """It is being worked right now."""
        return self.begins_at <= now and not self.is_over(now)

    def end_early(self, now: datetime) -> None:
        """It is done sooner than was said."""
        self.ends_at = min(self.ends_at, now)

    def cancel(self, now: datetime) -> None:
        """It does not happen."""
        self.cancelled_at = self.cancelled_at or now
