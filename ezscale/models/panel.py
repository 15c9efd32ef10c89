"""What panels hold beside what we have on record: when they were compared, and where the two did not agree."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment


class FindingKind(StrEnum):
    """In which way a panel and our records do not agree."""

    ORPHAN = "orphan"
    MISSING = "missing"
    WRONG_OWNER = "wrong_owner"
    WRONG_SIZE = "wrong_size"
    RUNS_THOUGH_SUSPENDED = "runs_though_suspended"
    SUSPENDED_THOUGH_PAID = "suspended_though_paid"
    TWIN = "twin"


class PanelComparison(Row, table=True):
    """When a panel was last compared with our records, and how many servers it held then.

    `compared_at` is when it was last gone through to the end; `trouble` is why the last try was not.
    """

    __tablename__ = "panel_comparison"
    __unaudited__: ClassVar[str] = "it says when a panel was looked at"

    panel: str = Field(max_length=40, unique=True)
    tried_at: datetime = moment()
    compared_at: datetime | None = maybe_moment()
    servers: int = 0
    trouble: str = Field(default="", max_length=500)

    def succeed(self, servers: int, now: datetime) -> None:
        """It was gone through to the end."""
        self.tried_at, self.compared_at, self.servers, self.trouble = now, now, servers, ""

    def fail(self, trouble: str, now: datetime) -> None:
        """It was not."""
        self.tried_at, self.trouble = now, trouble[:500]


class PanelFinding(Row, table=True):
    """A server and our records do not agree. `live_key` names it while it is open: it is told once.

    `service_id` is the service that it is about, where there is one; `remote_id` the server. A dismissed one is meant to
    be so: it stays open, and counts again as soon as its `facts` are others.
    """

    __tablename__ = "panel_finding"
    __table_args__ = (Index("ix_panel_finding_open", "closed_at", "dismissed_at", "id"),)

    panel: str = Field(max_length=40)
    kind: FindingKind = Field(sa_type=word(FindingKind))
    live_key: str | None = Field(default=None, max_length=160, unique=True)
    remote_id: str | None = Field(default=None, max_length=60)
    service_id: UUID | None = Field(default=None, foreign_key="service.id", index=True)
    facts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    found_at: datetime = moment()
    dismissed_at: datetime | None = maybe_moment()
    note: str = Field(default="", max_length=700)
    closed_at: datetime | None = maybe_moment()
    done: str = Field(default="", max_length=700)

    @property
    def is_open(self) -> bool:
        """The panel and our records still do not agree."""
        return self.closed_at is None

    def see_again(self, facts: dict[str, str], now: datetime) -> None:
        """It is still so. Where it is otherwise than it was, nobody has said yet that it is meant to be so."""
        if facts == self.facts:
            return
        if self.dismissed_at is not None:
            self.dismissed_at, self.found_at = None, now
        self.facts = facts

    def dismiss(self, note: str, now: datetime) -> None:
        """It is meant to be so, as long as it stays as it is."""
        self.dismissed_at, self.note = now, note

    def recall(self) -> None:
        """It is not meant to be so after all."""
        self.dismissed_at = None

    def close(self, done: str, now: datetime) -> None:
        """They agree again, or somebody has seen to it."""
        self.facts = {
            name: words for name, words in self.facts.items() if name != "name"
        }  # a customer may have given it
        self.closed_at, self.live_key, self.done = now, None, done
