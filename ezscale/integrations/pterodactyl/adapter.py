"""Pterodactyl as a panel of ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from ezscale.integrations.http import Guard, open_http
from ezscale.integrations.pterodactyl import orders
from ezscale.integrations.pterodactyl.accounts import account_of, forget, new_password
from ezscale.integrations.pterodactyl.client import PterodactylClient, Row, nonsense
from ezscale.integrations.pterodactyl.installing import install_again, install_instead, make_ready, order
from ezscale.integrations.pterodactyl.nodes import panel_guard
from ezscale.integrations.pterodactyl.reading import (
    LONGEST_NAME,
    as_dict,
    number,
    power_word,
    remote_server,
    text,
    usage_of,
)
from ezscale.integrations.pterodactyl.resizing import resize
from ezscale.integrations.pterodactyl.stock import count_stock, findings
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import (
    Console,
    ConsoleKind,
    Finding,
    Image,
    PowerAction,
    Reinstallation,
    Resizing,
    Usage,
)
from ezscale.provisioning.ports import Login, PanelOwner, RemoteServer, RemoteState, ServiceSpec

BUTTONS = {
    PowerAction.BOOT: "start",
    PowerAction.SHUTDOWN: "stop",
    PowerAction.RESTART: "restart",
    PowerAction.POWER_OFF: "kill",
}

TAKEN = 422  # among others: our number is on a server already
SETTLES = timedelta(minutes=1)
PATIENCE = httpx.Timeout(30, connect=3)  # the panel waits for its nodes while we wait for it
QUESTION = httpx.Timeout(5, connect=3)  # its application API answers those by itself
OWNERS_PATIENCE = httpx.Timeout(20, connect=3)
LATER = 15.0  # seconds, when the panel is busy with a server


class PterodactylPanel:
    """Builds and stops game servers.

    Implements `Panel`, `Powers`, `GivesLogins`, `Reinstalls`, `PreparesReinstall`, `Renames`, `Resizes`,
    `OpensConsoles`, `Measures`, `HasPages`, `CountsStock` and `TriesOut`.
    """

    name = "pterodactyl"
    sets = frozenset({"cpu_cores", "memory_mb", "disk_gb"})
    changes = frozenset({"cpu_cores", "memory_mb", "disk_gb"})
    shares_room = True
    longest_build = timedelta(minutes=60)
    looks_again = timedelta(seconds=5)
    keeps_keys = True
    first_user = ""
    opens_account = True
    takes_ssh_keys = False
    quickest_install = timedelta(0)
    buttons = frozenset(BUTTONS)

    def __init__(self, client: PterodactylClient, address: str, *, settles: timedelta = SETTLES) -> None:
        self.settles = settles
        self._panel = client
        self._address = address.rstrip("/")
        self._names: dict[str, str] = {}  # the client API's names of servers, which never change

    def account(self, owner: PanelOwner) -> str:
        """The panel's user for this customer, found or made by our reference."""
        return account_of(self._panel, owner)

    def forget_account(self, owner: PanelOwner) -> None:
        """Delete the panel's user for this customer; nothing happens when there is none."""
        forget(self._panel, owner)

    def reserve(self, spec: ServiceSpec, account: str) -> RemoteServer:
        """The one server with our number: ordered now, or found when it is there already. It is being installed."""
        try:
            return self._known(remote_server(order(self._panel, spec, account)))
        except UnknownOutcome:
            found = self._found_after_all(spec.key)
            if found is None:
                raise
        except Rejected as refusal:
            found = self._with_key(spec.key) if refusal.status == TAKEN else None
            if found is None:
                raise
        return _owned_by(found, account)

    def left_behind(self, spec: ServiceSpec, account: str, since: datetime) -> list[RemoteServer]:
        """The one server with this very number, whatever its state and owner."""
        found = self._with_key(spec.key)
        return [] if found is None else [found]

    def build(self, remote_id: str, spec: ServiceSpec) -> Login | None:
        """Install a server again whose installation has failed; any other one is left alone. Reveals no login."""
        if self.look(remote_id).state is RemoteState.FAILED:
            install_again(self._panel, remote_id, spec)
        return None

    def look(self, remote_id: str, *, with_power: bool = False) -> RemoteServer:
        """The server as it is now. It is ready to use when its state is READY and it is not busy."""
        server = self._known(remote_server(self._server(remote_id)))
        return replace(server, power=self._power_of(server)) if with_power else server

    def suspend(self, remote_id: str, reason: str) -> None:
        """Stop the server and keep its owner out. This panel has no room for a reason."""
        self._bring_about(self._panel.suspend, remote_id, suspended=True)

    def resume(self, remote_id: str) -> None:
        """Let the owner in again, and start the server, which the panel leaves off."""
        self._bring_about(self._panel.unsuspend, remote_id, suspended=False)
        server = self.look(remote_id)
        if server.state is RemoteState.READY and not server.busy:
            self.power(remote_id, PowerAction.BOOT)  # no harm is done when it runs

    def terminate(self, remote_id: str) -> None:
        """Delete the server; nothing happens when it is already gone. A node that is away must come back first."""
        try:
            with _busy_is_temporary():
                self._panel.delete(remote_id)
        except Missing:
            return
        except UnknownOutcome:
            if not self._is_gone(remote_id):
                raise

    def servers(self) -> Iterator[RemoteServer]:
        """Every server once, also when the list moves while it is read."""
        seen: set[str] = set()
        for server in map(remote_server, self._panel.servers()):
            if server.remote_id not in seen:
                seen.add(server.remote_id)
                yield server

    def power(self, remote_id: str, action: PowerAction) -> None:
        """Press a power button."""
        with _busy_is_temporary():
            self._panel.press(self._name(remote_id), BUTTONS[action])

    def new_login(self, remote_id: str) -> Login:
        """A fresh password of the owner's, for the panel and for the files of all their servers."""
        return new_password(self._panel, self.look(remote_id).owner)

    def images(self, remote_id: str) -> list[Image]:
        """The games of the family that the server has now."""
        nest, _ = orders.game_of(self._server(remote_id))
        family = next((text(row.get("name")) for row in self._panel.nests() if text(row.get("id")) == nest), "")
        return [Image(f"{nest}/{egg['id']}", text(egg.get("name")), family) for egg in self._panel.eggs(nest)]

    def prepare_reinstall(self, remote_id: str, wish: Reinstallation) -> None:
        """Let the server be what shall be installed; its files stay as they are."""
        make_ready(self._panel, self._server(remote_id), wish)

    def reinstall(self, remote_id: str, wish: Reinstallation) -> Login | None:
        """Install the same game anew, or another one of its family; whether files survive is the game's own affair."""
        install_instead(self._panel, self._server(remote_id), wish)
        return None

    def rename(self, remote_id: str, name: str) -> None:
        """Show the server by another name; our number, which the panel would forget, goes with it."""
        row = self._server(remote_id)
        if "external_id" not in row or "user" not in row:
            raise nonsense("GET", "a server")
        kept = {field: row[field] for field in ("user", "external_id")}
        self._panel.change_details(
            remote_id, {"name": name[:LONGEST_NAME], "description": row.get("description"), **kept}
        )

    def resize(self, remote_id: str, spec: ServiceSpec) -> Resizing:
        """Make it what another plan says; Rejected when its files would not fit."""
        row = self._server(remote_id)
        with _busy_is_temporary():
            return resize(self._panel, row, spec)

    def console(self, remote_id: str) -> Console:
        """The socket of the console, which speaks lines of text, and the token that opens it for ten minutes."""
        with _busy_is_temporary():
            way_in = self._panel.console(self._name(remote_id))
        return Console(ConsoleKind.LINES, url=text(way_in.get("socket")), token=text(way_in.get("token")))

    def close_console(self, remote_id: str) -> None:
        """Nothing is to be done: the token ends by itself."""

    def backups(self, remote_id: str) -> int:
        """How many backups the owner may keep; they make and restore them on the panel."""
        return number(as_dict(self._server(remote_id).get("feature_limits")).get("backups"))

    def usage(self, remote_id: str) -> Usage | None:
        """What it uses now; None while it is off, suspended, or does not answer."""
        row = self._server(remote_id)
        server = self._known(remote_server(row))
        stats = self._stats(server)
        return usage_of(row, stats) if stats is not None else None

    def page(self, remote_id: str) -> str:
        """The server's page on the panel, behind the customer's own password; the panel's first page where unknown."""
        try:
            return f"{self._address}/server/{self._name(remote_id)}"
        except (TemporaryFailure, Rejected):
            return self._address

    def stock(self, spec: ServiceSpec) -> int:
        """How many more of these the nodes of its place have room and ports for."""
        return count_stock(self._panel, spec)

    def dry_run(self, spec: ServiceSpec) -> list[Finding]:
        """What would go wrong with such an order, in plain words."""
        return findings(self._panel, spec)

    def _server(self, remote_id: str) -> Row:
        row = self._panel.server(remote_id)
        if text(row.get("id")) != remote_id:
            raise nonsense("GET", f"server {remote_id}")
        return row

    def _with_key(self, key: str) -> RemoteServer | None:
        """The server with this very number: one that differs in capitals is somebody else's."""
        try:
            found = remote_server(self._panel.server_by_external(key))
        except Missing:
            return None
        return self._known(found) if found.key == key else None

    def _found_after_all(self, key: str) -> RemoteServer | None:
        """What became of an order whose answer was lost; None while that cannot be told."""
        try:
            return self._with_key(key)
        except (TemporaryFailure, Rejected):
            return None

    def _known(self, server: RemoteServer) -> RemoteServer:
        if name := server.detail.get("identifier") or server.detail.get("uuid"):
            self._names[server.remote_id] = name
        return server

    def _name(self, remote_id: str) -> str:
        if remote_id not in self._names:
            self.look(remote_id)
        if remote_id not in self._names:
            raise nonsense("GET", f"server {remote_id}")
        return self._names[remote_id]

    def _power_of(self, server: RemoteServer) -> str:
        if server.suspended:  # the panel answers no such question then
            return "shutoff"
        stats = self._stats(server)
        return power_word(stats) if stats is not None else ""

    def _stats(self, server: RemoteServer) -> Row | None:
        """What the machine itself says; None while it cannot be asked, or does not answer."""
        if server.suspended or server.busy or server.state is not RemoteState.READY:
            return None
        try:
            with _busy_is_temporary():
                return self._panel.usage(self._name(server.remote_id))
        except TemporaryFailure:
            return None

    def _is_gone(self, remote_id: str) -> bool:
        try:
            self._panel.server(remote_id)
        except Missing:
            return True
        return False

    def _bring_about(self, call: Callable[[str], None], remote_id: str, *, suspended: bool) -> None:
        """Make a call; a lost answer does not matter when the server is already as we want it."""
        try:
            with _busy_is_temporary():
                call(remote_id)
        except TemporaryFailure:
            if self.look(remote_id).suspended is not suspended:
                raise


def open_panel(
    url: str,
    application_key: str,
    client_key: str,
    *,
    guard: Guard | None = None,
    client_guard: Guard | None = None,
    transport: httpx.BaseTransport | None = None,
) -> PterodactylPanel:
    """The panel at an address, with the keys of its two APIs. Each API counts calls by itself, so each has its guard."""
    base = f"{url.rstrip('/')}/api"
    application = open_http(base, application_key, guard=panel_guard(guard), transport=transport)
    client = open_http(base, client_key, guard=panel_guard(client_guard or guard), transport=transport)
    application.timeout, client.timeout = PATIENCE, OWNERS_PATIENCE
    application.event_hooks = {"request": [_ask_briefly]}
    return PterodactylPanel(PterodactylClient(application, client), url)


def _ask_briefly(request: httpx.Request) -> None:
    if request.method == "GET":
        request.extensions["timeout"] = QUESTION.as_dict()


def _owned_by(server: RemoteServer, account: str) -> RemoteServer:
    if server.owner != account:
        raise Rejected(f"Server {server.remote_id} has our number {server.key} and belongs to somebody else.")
    return server


@contextmanager
def _busy_is_temporary() -> Iterator[None]:
    """What the panel refuses because of the state that a server is in now, it will do later."""
    try:
        yield
    except Rejected as refusal:
        if refusal.status == httpx.codes.CONFLICT:
            raise TemporaryFailure(refusal.message, retry_after=LATER) from refusal
        raise
