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


@dataclass(frozen=True, slots=True)
class ColleagueInvited(Event):
    """Somebody shall work here, and is asked to choose a password."""

    user_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class AccessChanged(Event):
    """What a person may do has changed; `how` names it, `words` are the role they have now or the reason."""

    user_id: UUID
    how: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerSuspended(Event):
    """A customer can only look at invoices and pay them from now on."""

    customer_id: UUID
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerBroughtBack(Event):
    """A customer can do everything again."""

    customer_id: UUID
    reason: str
    at: datetime
