"""How people prove who they are: sessions, mailed links, second factors, passkeys."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from ezscale.kit.columns import LongText, Sealed, word
from ezscale.models.base import Row, maybe_moment, moment

CONFIRMED_FOR = timedelta(minutes=15)


class LoginSession(Row, table=True):
    """One signed-in browser. The token is in its cookie; we keep the token's fingerprint.

    `customer_id` is the customer the person has chosen, who may belong to several. A session with an `impersonation_id`
    is a colleague's, acting as a customer.
    """

    __tablename__ = "login_session"
    __quiet__: ClassVar[tuple[str, ...]] = ("last_seen_at",)

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment()
    last_seen_at: datetime = moment()
    expires_at: datetime = moment()
    confirmed_at: datetime | None = maybe_moment()
    ended_at: datetime | None = maybe_moment()
    address: str = Field(default="", max_length=64)
    device: str = Field(default="", max_length=255)
    how: str = Field(default="", max_length=40)
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id")
    impersonation_id: UUID | None = Field(default=None, foreign_key="impersonation.id", index=True)

    def is_live(self, now: datetime) -> bool:
        """Neither ended nor run out."""
        return self.ended_at is None and now < self.expires_at

    def is_confirmed(self, now: datetime) -> bool:
        """The person has entered their password again a short while ago."""
        return self.confirmed_at is not None and now - self.confirmed_at < CONFIRMED_FOR

    def choose(self, customer_id: UUID) -> None:
        """The person acts for this one of their customers from now on."""
        self.customer_id = customer_id

    def end(self, now: datetime) -> None:
        """Signed out, here and for good."""
        self.ended_at = self.ended_at or now


class TokenPurpose(StrEnum):
    """What a mailed link is good for."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # a purpose, not a password


class OneTimeToken(Row, table=True):
    """A link that works once and for a while."""

    __tablename__ = "one_time_token"
    __unaudited__: ClassVar[str] = "asking for a link changes nothing; using it does, and is told"

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    purpose: TokenPurpose = Field(sa_type=word(TokenPurpose))
    token_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = moment()
    used_at: datetime | None = maybe_moment()


class LoginAttempt(Row, table=True):
    """A try to get in, by account or by network address; what locks are counted from."""

    __tablename__ = "login_attempt"
    __unaudited__: ClassVar[str] = "it only counts knocks"
    __table_args__ = (Index("ix_login_attempt_subject", "subject", "at"),)

    subject: str = Field(max_length=100)
    at: datetime = moment()


class SignIn(Row, table=True):
    """One line of somebody's sign-in history: they came in, or somebody tried. `how` names what was shown."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_user", "user_id", "id"), Index("ix_sign_in_age", "ok", "at"))
    __unaudited__: ClassVar[str] = "it is a history itself, shown to its owner"

    user_id: UUID = Field(foreign_key="user_account.id")
    at: datetime = moment()
    ok: bool = True
    how: str = Field(max_length=40)
    address: str = Field(default="", max_length=64)
    device: str = Field(default="", max_length=255)


class SignInStep(Row, table=True):
    """Half-way in: what was proven so far, and what is asked for next. Its token is in a short-lived cookie.

    `user_id` is empty for somebody who comes with a passkey alone; `challenge` is what a passkey must sign.
    """

    __tablename__ = "sign_in_step"
    __unaudited__: ClassVar[str] = "half-way in changes nothing"

    token_hash: str = Field(max_length=64, unique=True)
    user_id: UUID | None = Field(default=None, foreign_key="user_account.id", index=True)
    purpose: str = Field(max_length=40)
    challenge: str = Field(default="", max_length=120)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = maybe_moment()
    tries: int = 0


class Authenticator(Row, table=True):
    """An app that shows six digits (TOTP). `secret` is sealed, bound to this row; each time step is accepted once."""

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    name: str = Field(max_length=80)
    secret: str = Field(sa_type=Sealed)
    last_step: int = 0
    created_at: datetime = moment()
    confirmed_at: datetime | None = maybe_moment()
    last_used_at: datetime | None = maybe_moment()


class RecoveryCode(Row, table=True):
    """A code for whoever has lost their second factor; it works once."""

    __tablename__ = "recovery_code"
    __quiet__: ClassVar[tuple[str, ...]] = ("code_hash",)

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    code_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment()
    used_at: datetime | None = maybe_moment()


class Passkey(Row, table=True):
    """A key pair whose private half never leaves the person's device. Ids and keys are base64url."""

    __quiet__: ClassVar[tuple[str, ...]] = ("sign_count", "backed_up", "last_used_at")

    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    name: str = Field(max_length=80)
    key_id: str = Field(max_length=700, unique=True)
    public_key: str = Field(sa_type=LongText)
    sign_count: int = 0
    transports: str = Field(default="", max_length=120)
    backed_up: bool = False
    created_at: datetime = moment()
    last_used_at: datetime | None = maybe_moment()
