"""What happens to people."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ezscale.kit.events import Event


@dataclass(frozen=True, slots=True)
class UserSignedUp(Event):
    """Somebody made an account."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class PasswordResetAsked(Event):
    """The owner of an address, or somebody else, asked for a new password."""

    user_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """A password was changed; all other sessions have ended."""

    user_id: UUID
    at: datetime
