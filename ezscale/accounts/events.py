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
class UnknownAddressTried(Event):
    """Somebody asked for a new password for an address that has no account.

    Nothing follows from it: it is told so that asking takes as long as for an address that has one.
    """

    at: datetime


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """A password was changed; all other sessions have ended."""

    user_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class EmailChangeAsked(Event):
    """A person wants to be reached elsewhere: the new address must be proven, the old one is told."""

    user_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class EmailChanged(Event):
    """The new address was proven; it has taken the old one's place."""

    user_id: UUID
    old_email: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SecondFactorChanged(Event):
    """`what` tells, in words, what was added to or taken from a person's ways to prove who they are."""

    user_id: UUID
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonInvited(Event):
    """Somebody shall be asked by mail to join a customer, perhaps once more."""

    invitation_id: UUID
    customer_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    """Somebody has accepted an invitation. `service_id` is what a delegate was given."""

    user_id: UUID
    customer_id: UUID
    service_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RoleChanged(Event):
    """A member may do something else than before; their sessions and keys have ended."""

    user_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MemberRemoved(Event):
    """Somebody does not belong to a customer any more, or (with `service_id`) may not use that service any more."""

    user_id: UUID
    customer_id: UUID
    service_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    """Somebody has left a customer by themself."""

    user_id: UUID
    customer_id: UUID


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


@dataclass(frozen=True, slots=True)
class TaxDetailsChanged(Event):
    """Where a customer is, or their tax id, is another one now; or somebody wants it checked once more."""

    customer_id: UUID
