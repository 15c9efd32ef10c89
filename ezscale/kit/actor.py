"""Who asks for something, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType
from uuid import UUID

from ezscale.kit.errors import NotAllowed, NotConfirmed, NotSignedIn

Permission = NewType("Permission", str)


class ActorKind(StrEnum):
    """The sorts of actor a use case can meet."""

    ANONYMOUS = "anonymous"
    USER = "user"
    STAFF = "staff"
    TOKEN = "token"  # noqa: S105  # a program with a customer's own key
    ROBOT = "robot"
    LINK = "link"  # whoever holds an invoice's pay link


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program behind a piece of work.

    `customer_id` is the customer they act for, if any; `permissions` what role, scopes and suspension leave them.
    `services` are the only ones a delegate may see; None means all of the customer's. `behind_id` and `behind_name` are
    the colleague who acts as this person; `lacks_second_factor` is said of a colleague who may do nothing before they
    have one. `door` and `address` say which way they came, for the audit trail; `network` is the country that our own
    proxy says their address is in, when there is one that does. `invoice_id` is the only invoice that whoever came by
    its pay link may see and pay.
    A robot (our own tasks and commands) may do everything.
    """

    kind: ActorKind
    name: str
    user_id: UUID | None = None
    customer_id: UUID | None = None
    permissions: frozenset[Permission] = frozenset()
    confirmed: bool = False
    services: frozenset[UUID] | None = None
    behind_id: UUID | None = None
    behind_name: str = ""
    door: str = ""
    address: str = ""
    network: str = ""
    lacks_second_factor: bool = False
    invoice_id: UUID | None = None

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

    def require_confirmed(self) -> None:
        """Go on only when the person has proven a short while ago that it is still them. NotConfirmed otherwise.

        A colleague who acts as somebody cannot prove to be them: NotAllowed.
        """
        if self.behind_id is not None:
            raise NotAllowed("This is the customer's own to do: it is closed to whoever acts for them.")
        if self.kind is not ActorKind.ROBOT and not self.confirmed:
            raise NotConfirmed

    def came_by(self, door: str, address: str = "", network: str = "") -> "Actor":
        """The same person, with the way they came."""
        return replace(self, door=door[:40], address=address[:64], network=network[:2])

    def own_customer(self) -> UUID:
        """The customer this actor acts for; NotSignedIn or NotAllowed when there is none."""
        if self.customer_id is None:
            raise (NotAllowed("This needs a customer account.") if self.is_signed_in else NotSignedIn())
        return self.customer_id


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "visitor")


def robot(name: str) -> Actor:
    """Our own automation, under the name that logs will show."""
    return Actor(ActorKind.ROBOT, name, door="automation")


def permissions(*names: Iterable[Permission]) -> frozenset[Permission]:
    """Several groups of permissions as one."""
    return frozenset(name for group in names for name in group)
