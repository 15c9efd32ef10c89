"""Who waits for a plan that is sold out, and to whom one was offered."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, false
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment, require_status


class WaitlistStatus(StrEnum):
    """Where a place stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"
    EXPIRED = "expired"
    REMOVED = "removed"


class WaitlistPlace(Row, table=True):
    """A customer's place in the queue for a plan. `live_for` is both of them while it lives: one place for each.

    While it is offered, one piece is the customer's until `offered_until`; `holds_piece` says that it was counted.
    `location_id` is where they would like it. `why` is what staff said who offered out of turn, or removed somebody.
    """

    __tablename__ = "waitlist_place"
    __table_args__ = (Index("ix_waitlist_place_queue", "plan_id", "status", "id"),)
    __at_rest__: ClassVar[dict[StrEnum, str]] = {
        WaitlistStatus.WAITING: "it waits for its turn, however long nothing is free",
        WaitlistStatus.TAKEN: "the customer has ordered",
        WaitlistStatus.LEFT: "the customer does not wait any more",
        WaitlistStatus.EXPIRED: "the customer did not order in time",
        WaitlistStatus.REMOVED: "a person took it away",
    }

    plan_id: UUID = Field(foreign_key="plan.id")
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    location_id: UUID | None = Field(default=None, foreign_key="location.id")
    live_for: str | None = Field(default=None, max_length=65, unique=True)
    status: WaitlistStatus = Field(default=WaitlistStatus.WAITING, sa_type=word(WaitlistStatus))
    joined_at: datetime = moment()
    offered_at: datetime | None = maybe_moment()
    offered_until: datetime | None = maybe_moment()
    holds_piece: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    ended_at: datetime | None = maybe_moment()
    why: str = Field(default="", max_length=250)
    decided_by: str = Field(default="", max_length=120)

    def offer(self, now: datetime, until: datetime) -> None:
        """One is the customer's until then, if they order it."""
        require_status("waitlist place", self.status, WaitlistStatus.WAITING)
        self.status, self.offered_at, self.offered_until = WaitlistStatus.OFFERED, now, until

    def hold_piece(self) -> None:
        """What it offers was counted, and is counted again when nobody takes it."""
        self.holds_piece = True

    def take(self, now: datetime) -> None:
        """They have ordered what was offered."""
        self._end(WaitlistStatus.TAKEN, now, WaitlistStatus.OFFERED)

    def expire(self, now: datetime) -> None:
        """They did not order in time."""
        self._end(WaitlistStatus.EXPIRED, now, WaitlistStatus.OFFERED)

    def leave(self, now: datetime) -> None:
        """They do not want it any more."""
        self._end(WaitlistStatus.LEFT, now, WaitlistStatus.WAITING, WaitlistStatus.OFFERED)

    def remove(self, why: str, by: str, now: datetime) -> None:
        """A person takes it away."""
        self._end(WaitlistStatus.REMOVED, now, WaitlistStatus.WAITING, WaitlistStatus.OFFERED)
        self.explain(why, by)

    def explain(self, why: str, by: str) -> None:
        """A person decided about it, and said why."""
        self.why, self.decided_by = why, by

    def _end(self, status: WaitlistStatus, now: datetime, *before: WaitlistStatus) -> None:
        require_status("waitlist place", self.status, *before)
        self.status, self.ended_at, self.live_for = status, now, None
