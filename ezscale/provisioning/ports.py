"""What provisioning needs from every panel that runs servers. What only some can do is in `panel_skills`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from ezscale.kit.errors import Rejected


class OutOfStock(Rejected):
    """The panel has no room left for what was ordered."""


class RemoteState(StrEnum):
    """How far a server is on its panel."""

    RESERVED = "reserved"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PanelOwner:
    """The customer, as a panel should know them. Found again by `ref`, compared exactly; never by e-mail."""

    ref: str
    name: str
    email: str


NOT_TOLD = -1


@dataclass(frozen=True, slots=True)
class Sizes:
    """How big a plan is: whole cores, memory in MB, disk in GB, traffic in GB a month. 0 is without a limit.

    Of a server, NOT_TOLD stands where its panel knows no such limit.
    """

    cpu_cores: int = 0
    memory_mb: int = 0
    disk_gb: int = 0
    traffic_gb: int = 0


@dataclass(frozen=True, slots=True)
class Extras:
    """What was bought beside a plan, of what panels count: options and add-ons together. `ipv4` is addresses more."""

    cpu_cores: int = 0
    memory_mb: int = 0
    disk_gb: int = 0
    traffic_gb: int = 0
    ipv4: int = 0

    def __bool__(self) -> bool:
        return self != Extras()


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """What was sold, in the panel's own numbers. `key` is our number of the service.

    `image` is what is installed: a template, a game, a version of PHP. `password` is ours for a panel that lets us choose
    the first one, and empty elsewhere. `sizes` are those of the plan with the `extras`. `settings` are what else the panel has to know of the plan, by its own names.
    Where machines can be chosen, `machine` is the one that it has to be, by the panel's id, and `kept` are those that it
    must not be, because other services are to have them.
    """

    key: str
    package: str
    location: str
    image: str
    hostname: str
    password: str = ""
    sizes: Sizes = Sizes()
    extras: Extras = Extras()
    settings: Mapping[str, str] = field(default_factory=dict)
    machine: str = ""
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Login:
    """How to get into a server, or into the customer's account on its panel. Never logged, stored encrypted."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server as its panel describes it now. `busy` is true while the panel still works on it.

    `key` is our number of the service where the panel keeps it, and empty where it does not. `gone` is true for one that
    was deleted and can still be read. `installed` is a mark that is another one after every installation (and maybe after
    other things, too); empty where the panel has none. `percent` is how far an installation is, where the panel tells.
    """

    remote_id: str
    owner: str
    state: RemoteState
    key: str = ""
    name: str = ""
    hostname: str = ""
    suspended: bool = False
    busy: bool = False
    gone: bool = False
    power: str = ""
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    port: int = 0
    package: str = ""
    sizes: Sizes | None = None
    created_at: datetime | None = None
    installed: str = ""
    percent: int | None = None
    detail: dict[str, str] = field(default_factory=dict)


class Panel(Protocol):
    """Whatever can build and stop what a customer bought.

    Calls raise TemporaryFailure when trying again is right, UnknownOutcome when the answer was lost after the panel
    may have acted, and Rejected when the panel refuses for good (its reason as the message); OutOfStock, which is one of
    those, when it has no room left.

    `settles` is how long after a lost answer the panel may still act, or not yet list what it has made. `longest_build` is
    how long an installation may take before a person has to look, and `looks_again` how soon it is worth asking whether a
    quick one is done. `keeps_keys` says that a server carries our number of the
    service from the first moment, so that it is found by that number whoever made it and whenever. `first_user` is whose
    password we choose, and store before the panel hears of it; empty where the panel chooses.
    """

    name: str
    settles: timedelta
    longest_build: timedelta
    looks_again: timedelta
    keeps_keys: bool
    first_user: str

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
        """Set aside a server. Where the panel keeps no keys, a second call makes a second server."""
        ...

    def left_behind(self, spec: ServiceSpec, account: str, since: datetime) -> list[RemoteServer]:
        """What an earlier `reserve` of this service may have made: candidates for adoption.

        Where the panel keeps our keys, the one server with this very key, whatever its state and owner. Elsewhere the
        account's servers that were set aside after a moment and never built.
        """
        ...

    def build(self, remote_id: str, spec: ServiceSpec) -> Login | None:
        """Install what was ordered; returns at once. The login when the panel reveals it here. Wipes what was there.

        Called only while the server is RESERVED or FAILED: a panel that installs as it reserves begins anew here.
        """
        ...

    def look(self, remote_id: str, *, with_power: bool = False) -> RemoteServer:
        """The server as it is now. `with_power` also asks the machine itself, which is slow. Missing when it is not there."""
        ...

    def suspend(self, remote_id: str, reason: str) -> None:
        """Stop it and keep its owner out, for a reason in plain words. Repeating does no harm."""
        ...

    def resume(self, remote_id: str) -> None:
        """Undo `suspend`. Repeating does no harm."""
        ...

    def terminate(self, remote_id: str) -> None:
        """Delete it for good, with what is on it. No error when it is already gone."""
        ...

    def servers(self) -> Iterator[RemoteServer]:
        """Every server the panel holds, each once, for the comparison with our records. Read page by page."""
        ...
