"""Who asks for something, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

from ezscale.kit.errors import NotAllowed, NotSignedIn

Permission = NewType("Permission", str)


class ActorKind(StrEnum):
    """The sorts of actor a use case can meet."""

    ANONYMOUS = "anonymous"
    USER = "user"
    STAFF = "staff"
    ROBOT = "robot"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program behind a piece of work.

    `customer_id` is the customer they act for, if any; `permissions` what role, scopes and suspension leave them.
    A robot (our own tasks and commands) may do everything.
    """

    kind: ActorKind
    name: str
    user_id: UUID | None = None
    customer_id: UUID | None = None
    permissions: frozenset[Permission] = frozenset()
    confirmed: bool = False

    @property
    def is_signed_in(self) -> bool:
        """A known person or program, whatever they may do."""
        return self.kind is not ActorKind.ANONYMOUS

    def may(self, permission: Permission) -> bool:
        """Whether this actor holds a permission."""
        return self.kind is ActorKind.ROBOT or permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Go on only with this permission: NotSignedIn for nobody, NotAllowed for everyone else without it."""
        if self.may(permission):
            return
        raise NotAllowed() if self.is_signed_in else NotSignedIn()

    def own_customer(self) -> UUID:
        """The customer this actor acts for; NotSignedIn or NotAllowed when there is none."""
        if self.customer_id is None:
            raise (NotAllowed("This needs a customer account.") if self.is_signed_in else NotSignedIn())
        return self.customer_id


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "visitor")


def robot(name: str) -> Actor:
    """Our own automation, under the name that logs will show."""
    return Actor(ActorKind.ROBOT, name)


def permissions(*names: Iterable[Permission]) -> frozenset[Permission]:
    """Several groups of permissions as one."""
    return frozenset(name for group in names for name in group)
