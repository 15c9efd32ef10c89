"""People who sign in, and how they prove it."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from ezscale.kit.columns import word
from ezscale.models.base import Row, maybe_moment, moment

CONFIRMED_FOR = timedelta(minutes=15)


class StaffRole(Row, table=True):
    """A named set of permissions for people who work here."""

    __tablename__ = "staff_role"

    name: str = Field(max_length=60, unique=True)
    permissions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class User(Row, table=True):
    """A person who signs in. `email` is kept in lower case and is unique."""

    __tablename__ = "user_account"

    email: str = Field(max_length=190, unique=True)
    name: str = Field(max_length=120)
    password_hash: str = Field(max_length=255)
    email_verified_at: datetime | None = maybe_moment()
    suspended_at: datetime | None = maybe_moment()
    staff_role_id: UUID | None = Field(default=None, foreign_key="staff_role.id", index=True)
    created_at: datetime = moment()

    def verify_email(self, now: datetime) -> None:
        """The address is proven to be theirs."""
        self.email_verified_at = self.email_verified_at or now


class LoginSession(Row, table=True):
    """One signed-in browser. The token is in its cookie; we keep the token's fingerprint."""

    __tablename__ = "login_session"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment()
    last_seen_at: datetime = moment()
    expires_at: datetime = moment()
    confirmed_at: datetime | None = maybe_moment()
    ended_at: datetime | None = maybe_moment()
    address: str = Field(default="", max_length=64)
    device: str = Field(default="", max_length=255)

    def is_live(self, now: datetime) -> bool:
        """Neither ended nor run out."""
        return self.ended_at is None and now < self.expires_at

    def is_confirmed(self, now: datetime) -> bool:
        """The person has entered their password again a short while ago."""
        return self.confirmed_at is not None and now - self.confirmed_at < CONFIRMED_FOR

    def end(self, now: datetime) -> None:
        """Signed out, here and for good."""
        self.ended_at = self.ended_at or now


class TokenPurpose(StrEnum):
    """What a mailed link is good for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # a purpose, not a password


class OneTimeToken(Row, table=True):
    """A link that works once and for a while."""

    __tablename__ = "one_time_token"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    purpose: TokenPurpose = Field(sa_type=word(TokenPurpose))
    token_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = moment()
    used_at: datetime | None = maybe_moment()


class LoginAttempt(Row, table=True):
    """A try to get in, by account or by network address; what locks are counted from."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_subject", "subject", "at"),)

    subject: str = Field(max_length=100)
    at: datetime = moment()


class ApiToken(Row, table=True):
    """A key for programs, acting as a person for one customer or as staff. Shown once; `prefix` recognises it."""

    __tablename__ = "api_token"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id", index=True)
    name: str = Field(max_length=80)
    prefix: str = Field(max_length=16)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment()
    last_used_at: datetime | None = maybe_moment()
    revoked_at: datetime | None = maybe_moment()
