"""Keys for programs, invitations for people, and colleagues who act as a customer."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment
from ezscale.models.customer import MemberRole


class ApiToken(Row, table=True):
    """A key for programs. Shown once; `prefix` recognises it.

    A personal one acts as its `user_id`, for one customer or as staff; without a `user_id` it is the customer's own and
    outlives the people who come and go. `scopes` are the permissions it has at most; empty means all of its owner's.
    `replaced_at` is when a newer one took over: it works a while longer, until `expires_at`.
    """

    __tablename__ = "api_token"
    __quiet__: ClassVar[tuple[str, ...]] = ("last_used_at",)

    user_id: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id", index=True)
    name: str = Field(max_length=80)
    prefix: str = Field(max_length=16)
    token_hash: str = Field(max_length=64, unique=True)
    scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_by: str = Field(default="", max_length=120)
    created_at: datetime = moment()
    expires_at: datetime | None = maybe_moment()
    replaced_at: datetime | None = maybe_moment()
    last_used_at: datetime | None = maybe_moment()
    revoked_at: datetime | None = maybe_moment()

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor run out."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def replace(self, now: datetime, works_until: datetime) -> None:
        """A newer one has taken over; this one works a while longer, but never longer than it would have."""
        self.replaced_at = now
        self.expires_at = min(works_until, self.expires_at or works_until)

    def revoke(self, now: datetime) -> None:
        """It never works again."""
        self.revoked_at = self.revoked_at or now


class Invitation(Row, table=True):
    """Somebody is asked by mail to join a customer: in a role, or as a delegate for one service."""

    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    email: str = Field(max_length=190)
    role: MemberRole = Field(sa_type=word(MemberRole))
    service_id: UUID | None = Field(default=None, foreign_key="service.id")
    token_hash: str = Field(max_length=64, unique=True)
    invited_by: str = Field(max_length=120)
    invited_at: datetime = moment()
    expires_at: datetime = moment()
    accepted_at: datetime | None = maybe_moment()
    withdrawn_at: datetime | None = maybe_moment()

    def is_open(self, now: datetime) -> bool:
        """Neither accepted, taken back, nor too old."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at

    def send_again(self, now: datetime, expires_at: datetime, token_hash: str) -> None:
        """Another mail shall go out; the link before stops working."""
        self.invited_at, self.expires_at, self.token_hash = now, expires_at, token_hash

    def accept(self, now: datetime) -> None:
        """Whoever was invited has come."""
        self.accepted_at = now

    def withdraw(self, now: datetime) -> None:
        """Nobody is invited any more."""
        self.withdrawn_at = self.withdrawn_at or now


class Delegation(Row, table=True):
    """A service that a delegate may use: power and console, no money."""

    membership_id: UUID = Field(foreign_key="membership.id", index=True)
    service_id: UUID = Field(foreign_key="service.id", index=True)
    created_at: datetime = moment()


class Impersonation(Row, table=True):
    """A colleague acts as a customer's person for a while, for a reason. Read-only unless `may_write`.

    It ends with the colleague's own session (`session_id`), from which it was begun.
    """

    session_id: UUID = Field(index=True)
    staff_id: UUID = Field(foreign_key="user_account.id", index=True)
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    customer_id: UUID = Field(foreign_key="customer.id", index=True)
    reason: str = Field(max_length=500)
    may_write: bool = False
    began_at: datetime = moment()
    ends_at: datetime = moment()
    ended_at: datetime | None = maybe_moment()

    def is_live(self, now: datetime) -> bool:
        """Neither ended nor run out."""
        return self.ended_at is None and now < self.ends_at

    def end(self, now: datetime) -> None:
        """The colleague is themself again."""
        self.ended_at = self.ended_at or now
