"""People who sign in, and what colleagues among them may do."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field

from ezscale.models.base import Row, maybe_moment, moment


class StaffRole(Row, table=True):
    """A named set of permissions for people who work here."""

    __tablename__ = "staff_role"

    name: str = Field(max_length=60, unique=True)
    permissions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class User(Row, table=True):
    """A person who signs in. `email` is kept in lower case and is unique.

    `new_email` is where they want to be reached instead, until that address is proven. `password_hash` is empty for
    somebody who signs in with a passkey alone.
    """

    __tablename__ = "user_account"

    email: str = Field(max_length=190, unique=True)
    name: str = Field(max_length=120)
    password_hash: str = Field(max_length=255)
    email_verified_at: datetime | None = maybe_moment()
    suspended_at: datetime | None = maybe_moment()
    staff_role_id: UUID | None = Field(default=None, foreign_key="staff_role.id", index=True)
    created_at: datetime = moment()
    new_email: str = Field(default="", max_length=190)
    second_factor_since: datetime | None = maybe_moment()
    erased_at: datetime | None = maybe_moment()

    def verify_email(self, now: datetime) -> None:
        """The address is proven to be theirs."""
        self.email_verified_at = self.email_verified_at or now

    def change_email(self, now: datetime) -> None:
        """The new address is proven: it takes the place of the old one."""
        self.email, self.new_email, self.email_verified_at = self.new_email, "", now
