"""What only some panels can do: a small protocol for each skill.

A panel that implements it can, every other one cannot, and no screen offers it there: `skills_of` tells which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from ezscale.kit.errors import BusinessError
from ezscale.provisioning.ports import Login, Panel, PanelOwner, ServiceSpec


class PowerAction(StrEnum):
    """What a power button does. POWER_OFF does not wait for the system: on a game server it kills the process."""

    BOOT = "boot"
    SHUTDOWN = "shutdown"
    RESTART = "restart"
    POWER_OFF = "power_off"


@runtime_checkable
class Powers(Protocol):
    """A panel whose machines can be switched. `buttons` are those that it has."""

    buttons: frozenset[PowerAction]

    def power(self, remote_id: str, action: PowerAction) -> None:
        """Press a power button. TemporaryFailure while the panel is busy with the machine, or keeps it suspended."""
        ...


@runtime_checkable
class GivesLogins(Protocol):
    """A panel that can set a new password without installing anew.

    `opens_account` says that it opens everything the customer has on the panel: a new one ends those of all their services.
    """

    opens_account: bool

    def new_login(self, remote_id: str) -> Login:
        """A fresh password, returned when it is valid."""
        ...


@dataclass(frozen=True, slots=True)
class Image:
    """Something that can be installed. `family` sorts it in a gallery (Debian, Windows, Minecraft); `ends` is when its
    maker's support ends, where the panel knows."""

    ref: str
    name: str
    family: str = ""
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Reinstallation:
    """What shall be installed in place of what is there. `keys` are public SSH keys, one line each.

    `password` is ours where the panel lets us choose it, and empty elsewhere. `settings` are the plan's, by the panel's names.
    """

    image: str
    hostname: str
    name: str
    keys: tuple[str, ...] = ()
    password: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Reinstalls(Protocol):
    """A panel that can install a machine anew. `takes_ssh_keys` says whether the keys of the order are put onto it.

    No installation is over before `quickest_install`: where a server has no `installed` mark, one that does not show in
    that time has never begun.
    """

    takes_ssh_keys: bool
    quickest_install: timedelta

    def images(self, remote_id: str) -> list[Image]:
        """What can be installed on this machine."""
        ...

    def reinstall(self, remote_id: str, wish: Reinstallation) -> Login | None:
        """Wipe the machine and install anew; returns at once, `look` tells when it is done. The login when revealed here.

        Every call wipes: after a lost answer look first, and go on only when the panel has not begun.
        """
        ...


@runtime_checkable
class PreparesReinstall(Protocol):
    """A panel that is told something of a new installation before it is asked for it."""

    def prepare_reinstall(self, remote_id: str, wish: Reinstallation) -> None:
        """Everything but the wiping. Nothing is lost by it, and repeating does no harm."""
        ...


@runtime_checkable
class Renames(Protocol):
    """A panel that shows a name of the customer's choice."""

    def rename(self, remote_id: str, name: str) -> None:
        """Show the server by another name. Repeating does no harm."""
        ...


@dataclass(frozen=True, slots=True)
class Resizing:
    """What came of another plan. `left` are sentences about what the panel has left as it was; `restarts` says that the
    new size counts from the next start on."""

    left: tuple[str, ...] = ()
    restarts: bool = False


@runtime_checkable
class Resizes(Protocol):
    """A panel that can give a server another size.

    `changes` are the fields of `Extras` that follow by this, too, when what is bought beside a plan is changed later.
    """

    changes: frozenset[str]

    def resize(self, remote_id: str, spec: ServiceSpec) -> Resizing:
        """Make it what another plan says. Repeating does no harm. A disk never shrinks: Rejected, or told in `left`."""
        ...


@runtime_checkable
class SetsExtras(Protocol):
    """A panel that builds servers bigger than their plan. `sets` are the fields of `Extras` for which it does so."""

    sets: frozenset[str]


class ConsoleKind(StrEnum):
    """How a console is spoken to."""

    VNC = "vnc"
    LINES = "lines"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Console:
    """A way to a machine's console: a web socket for VNC or for lines of text, or a page of the panel. A secret, short-lived."""

    kind: ConsoleKind
    url: str
    password: str = ""
    token: str = ""


@runtime_checkable
class OpensConsoles(Protocol):
    """A panel that lets somebody sit before the machine."""

    def console(self, remote_id: str) -> Console:
        """A fresh way in. Made for one click, never kept."""
        ...

    def close_console(self, remote_id: str) -> None:
        """Nobody shall get in that way any more. Nothing happens where it closes by itself."""
        ...


@dataclass(frozen=True, slots=True)
class TrafficMonth:
    """What a server sent and received between two moments, in bytes. `limit` is empty where there is none."""

    start: datetime
    end: datetime
    received: int
    sent: int
    limit: int | None = None


@runtime_checkable
class CountsTraffic(Protocol):
    """A panel that counts traffic."""

    def traffic(self, remote_id: str) -> list[TrafficMonth]:
        """Month by month, the newest first, as far back as the panel remembers."""
        ...


@dataclass(frozen=True, slots=True)
class Filling:
    """How full something is, in bytes; or in pieces, for what is counted. `limit` is empty where there is none."""

    name: str
    used: int
    limit: int | None = None
    is_count: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server uses at this moment. What the panel does not tell is None, or empty.

    `cpu_percent` is of everything the server may use: 100 is all of it.
    """

    cpu_percent: float | None = None
    memory: Filling | None = None
    disks: tuple[Filling, ...] = ()
    counted: tuple[Filling, ...] = ()
    up_for: timedelta | None = None


@runtime_checkable
class Measures(Protocol):
    """A panel that knows what a server uses now."""

    def usage(self, remote_id: str) -> Usage | None:
        """What it uses now; None while it is off, suspended, or does not answer."""
        ...


@runtime_checkable
class IncludesBackups(Protocol):
    """A panel whose customers make backups there by themselves, up to a number."""

    def backups(self, remote_id: str) -> int:
        """How many a server may have."""
        ...


@runtime_checkable
class SignsIn(Protocol):
    """A panel into which a customer can be led without a password."""

    def panel_login(self, owner: PanelOwner, remote_id: str) -> str:
        """The address for the customer's browser, opening this server. Good once and briefly: made for a click, never kept."""
        ...


@runtime_checkable
class HasPages(Protocol):
    """A panel with a page for each server, behind the customer's own sign-in there."""

    def page(self, remote_id: str) -> str:
        """Its address. Nothing secret, and nobody is asked."""
        ...


@runtime_checkable
class CountsStock(Protocol):
    """A panel that knows how much room it has.

    `shares_room` says that all plans take from the same room in a place, each by its size; otherwise each has its own.
    """

    shares_room: bool

    def stock(self, spec: ServiceSpec) -> int:
        """How many more of these could be built now."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with how a plan is set up. `field` is package, location, image, or the name of a setting."""

    field: str
    words: str


@runtime_checkable
class TriesOut(Protocol):
    """A panel that can be asked whether a plan could be built, without building it."""

    def dry_run(self, spec: ServiceSpec) -> list[Finding]:
        """What would go wrong, in plain words; empty when it would work. Changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that is nobody's yet. `id` is the panel's; the rest are words for people."""

    id: str
    name: str
    cpu: str = ""
    memory: str = ""
    disks: str = ""


@runtime_checkable
class Assigns(Protocol):
    """A panel whose machines can be told apart before they are sold: `reserve` takes the one that a spec names."""

    def free_machines(self, spec: ServiceSpec) -> list[Machine]:
        """Those that are free now and are exactly what the spec asks for, in its place."""
        ...


@dataclass(frozen=True, slots=True)
class Website:
    """A site of a web hosting. `points_to` is the address that its domain has to point to."""

    domain: str
    points_to: str = ""
    php: str = ""
    size_bytes: int | None = None
    is_on: bool = True


@runtime_checkable
class HostsWebsites(Protocol):
    """A panel on which one service holds several websites."""

    def websites(self, remote_id: str) -> list[Website]:
        """Those that are there now."""
        ...

    def name_servers(self) -> list[str]:
        """Whom a domain may be handed to."""
        ...


Skill = TypeVar("Skill")
# How screens and programs call what a panel can do.
SKILLS: dict[str, type[Any]] = {
    "power": Powers,
    "login": GivesLogins,
    "reinstall": Reinstalls,
    "rename": Renames,
    "resize": Resizes,
    "console": OpensConsoles,
    "traffic": CountsTraffic,
    "usage": Measures,
    "sign_in": SignsIn,
    "page": HasPages,
    "websites": HostsWebsites,
}


def skills_of(panel: Panel | None) -> list[str]:
    """What a panel can do, by the names in `SKILLS`; nothing when there is no such panel."""
    return [name for name, skill in SKILLS.items() if isinstance(panel, skill)]


def able(panel: Panel, skill: type[Skill]) -> Skill:
    """The panel as something that can do this; BusinessError when it cannot."""
    if not isinstance(panel, skill):
        raise BusinessError("This panel cannot do that.")
    return panel
