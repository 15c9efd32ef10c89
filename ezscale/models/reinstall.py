"""What shall be installed in place of what is on a server."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Column, false
from sqlmodel import Field

from ezscale.kit.columns import Sealed
from ezscale.models.base import Row, maybe_moment, moment


class ReinstallWish(Row, table=True):
    """What a job shall install: the panel's `image`, a host name, and public keys as they were when it was asked for.

    `was` is how the panel described what was there just before it was asked to wipe it; empty until then. Up to `idle_until`
    it has surely not begun. `reason` is why staff have asked for it. `secret` is the password that we have chosen for the
    new system, sealed; empty before, afterwards, and where the panel chooses.
    """

    __tablename__ = "reinstall_wish"

    job_id: UUID = Field(foreign_key="provisioning_job.id", unique=True)
    service_id: UUID = Field(foreign_key="service.id", index=True)
    image: str = Field(max_length=60)
    image_name: str = Field(max_length=120)
    hostname: str = Field(max_length=190)
    keys: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    asked_by: str = Field(max_length=120)
    by_staff: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    reason: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": ""})
    asked_at: datetime = moment()
    was: str = Field(default="", max_length=120)
    idle_until: datetime | None = maybe_moment()
    secret: str = Field(default="", sa_type=Sealed)

    def begin(self, was: str, secret: str, now: datetime) -> None:
        """The panel is being asked to wipe what is there."""
        self.was, self.secret, self.idle_until = was, secret, now

    def is_idle(self, now: datetime) -> None:
        """The panel has not begun yet."""
        self.idle_until = now

    def has_begun(self) -> None:
        """The panel is at it; the password is kept where passwords are."""
        self.secret = ""
