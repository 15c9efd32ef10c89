"""What provisioning needs from a panel that runs servers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class RemoteState(StrEnum):
    """How far a server is on its panel."""

    RESERVED = "reserved"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


class PowerAction(StrEnum):
    """What a power button does."""

    BOOT = "boot"
    SHUTDOWN = "shutdown"
    RESTART = "restart"
    POWER_OFF = "power_off"


@dataclass(frozen=True, slots=True)
class PanelOwner:
    """The customer, as a panel should know them. Found again by `ref`, compared exactly; never by e-mail."""

    ref: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """What was sold, in the panel's own numbers. `key` is our number of the service."""

    key: str
    package: str
    location: str
    image: str
    hostname: str


@dataclass(frozen=True, slots=True)
class Login:
    """How to get into a server. Never logged, stored encrypted."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server as its panel describes it now. `busy` is true while the panel still works on it."""

    remote_id: str
    owner: str
    state: RemoteState
    name: str = ""
    hostname: str = ""
    suspended: bool = False
    busy: bool = False
    power: str = ""
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    package: str = ""
    created_at: datetime | None = None
    detail: dict[str, str] = field(default_factory=dict)


class Panel(Protocol):
    """Whatever can build and stop what a customer bought.

    Calls raise TemporaryFailure when trying again is right, UnknownOutcome when the answer was lost after the panel
    may have acted, and Rejected when the panel refuses for good (its reason as the message).

    `settles` is how long after a lost answer the panel may still act, or not yet list what it has made.
    """

    name: str
    settles: timedelta

    def account(self, owner: PanelOwner) -> str:
        """The panel's id of the customer's account; made once, found by our reference ever after."""
        ...

    def forget_account(self, owner: PanelOwner) -> None:
        """Delete the customer's account for good. No error when there is none; the owner's name does not matter.

        TemporaryFailure while it holds servers: they are never deleted with it. A panel that cannot delete accounts
        raises Rejected, and says what a person has to do there.
        """
        ...

    def reserve(self, spec: ServiceSpec, account: str) -> RemoteServer:
        """Set aside a server. The panel has no key for this: a second call makes a second server."""
        ...

    def reserved_since(self, account: str, since: datetime) -> list[RemoteServer]:
        """Servers of an account that were set aside after a moment and never built: candidates for adoption."""
        ...

    def build(self, remote_id: str, spec: ServiceSpec) -> Login | None:
        """Install the system; returns at once. The login when the panel reveals it here. Wipes what was there."""
        ...

    def new_login(self, remote_id: str) -> Login:
        """A fresh root password, for when the first one was lost on its way."""
        ...

    def look(self, remote_id: str, *, with_power: bool = False) -> RemoteServer:
        """The server as it is now. `with_power` also asks the machine itself, which is slow."""
        ...

    def suspend(self, remote_id: str) -> None:
        """Stop it and keep its owner out. Repeating does no harm."""
        ...

    def resume(self, remote_id: str) -> None:
        """Undo `suspend`. Repeating does no harm."""
        ...

    def terminate(self, remote_id: str) -> None:
        """Delete it for good. No error when it is already gone."""
        ...

    def power(self, remote_id: str, action: PowerAction) -> None:
        """Press a power button."""
        ...

    def servers(self) -> list[RemoteServer]:
        """Every server the panel holds, for the comparison with our records."""
        ...
