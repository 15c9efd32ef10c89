"""VirtFusion as a panel of ours."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ezscale.integrations.virtfusion.addresses import page_at
from ezscale.integrations.virtfusion.client import Row, VirtFusionClient, nonsense
from ezscale.integrations.virtfusion.consoles import close_console, open_console
from ezscale.integrations.virtfusion.installing import administrator, images_in, install, install_anew
from ezscale.integrations.virtfusion.measuring import traffic_months, usage_of
from ezscale.integrations.virtfusion.names import name_with
from ezscale.integrations.virtfusion.queue import Pause, follow
from ezscale.integrations.virtfusion.reading import (
    installed_template,
    is_of,
    relation_of,
    remote_server,
    templates_in,
    whole,
)
from ezscale.integrations.virtfusion.stock import (
    bigger_than_package,
    count_stock,
    findings,
    number_of,
    other_sizes,
    reserve,
)
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import (
    Console,
    Finding,
    Image,
    PowerAction,
    Reinstallation,
    Resizing,
    TrafficMonth,
    Usage,
)
from ezscale.provisioning.ports import Login, PanelOwner, RemoteServer, RemoteState, ServiceSpec

BUTTONS = {
    PowerAction.BOOT: "boot",
    PowerAction.SHUTDOWN: "shutdown",
    PowerAction.RESTART: "restart",
    PowerAction.POWER_OFF: "poweroff",
}
SETTLES = timedelta(minutes=1)


class VirtFusionPanel:
    """Builds and stops virtual servers. Implements `Panel` and every skill but `HasPages` and `HostsWebsites`."""

    name = "virtfusion"
    sets = frozenset({"cpu_cores", "memory_mb", "disk_gb", "traffic_gb", "ipv4"})
    changes = frozenset({"cpu_cores", "memory_mb", "traffic_gb", "ipv4"})
    shares_room = True
    longest_build = timedelta(minutes=30)
    looks_again = timedelta(seconds=5)
    keeps_keys = False
    first_user = ""
    opens_account = False
    takes_ssh_keys = True
    quickest_install = timedelta(0)
    buttons = frozenset(BUTTONS)

    def __init__(
        self,
        client: VirtFusionClient,
        *,
        pause: Pause = time.sleep,
        settles: timedelta = SETTLES,
    ) -> None:
        self.settles = settles
        self._panel = client
        self._pause = pause

    def account(self, owner: PanelOwner) -> str:
        """The panel's user for this customer, found or made by our reference."""
        try:
            return self._known_account(owner)
        except Missing:
            pass
        relation, _ = relation_of(owner.ref)
        user = {"name": owner.name, "email": owner.email, "selfService": 0, "sendMail": False, **relation}
        try:
            return _account_id(self._panel.create_user(user), owner)
        except (Rejected, UnknownOutcome) as trouble:
            # It may be there nevertheless: made by this call, or by another one a moment ago.
            try:
                return self._known_account(owner)
            except Missing:
                raise trouble from None

    def forget_account(self, owner: PanelOwner) -> None:
        """Delete the panel's user for this customer; nothing happens when there is none."""
        _, query = relation_of(owner.ref)
        try:
            account = self._known_account(owner)
            # What becomes of a deleted user's servers is not written anywhere, so there must be none.
            if held := [str(row["id"]) for row in self._panel.servers_of(account)]:
                raise TemporaryFailure(f"VirtFusion's user {account} still has servers: {', '.join(held)}")
            self._panel.delete_user(owner.ref, query)
        except Missing:
            return

    def reserve(self, spec: ServiceSpec, account: str) -> RemoteServer:
        """A server with its addresses, not yet built. A second call makes a second one."""
        return remote_server(reserve(self._panel, spec, account))

    def left_behind(self, spec: ServiceSpec, account: str, since: datetime) -> list[RemoteServer]:
        """The account's servers that were set aside after a moment and never built."""
        waiting = [row for row in self._panel.servers_of(account) if remote_server(row).state is RemoteState.RESERVED]
        # Only a single server tells when it was made.
        reserved = [server for row in waiting if (server := self._look_or_none(str(row["id"]))) is not None]
        return [
            server
            for server in reserved
            if server.state is RemoteState.RESERVED
            and server.owner == account
            and server.created_at is not None
            and server.created_at >= since
        ]

    def build(self, remote_id: str, spec: ServiceSpec) -> Login | None:
        """Start the installation, which wipes the disk. The panel reveals the password only here."""
        return install(self._panel, remote_id, spec)

    def images(self, remote_id: str) -> list[Image]:
        """What can be installed on this server."""
        return images_in(self._panel.template_groups(remote_id))

    def reinstall(self, remote_id: str, wish: Reinstallation) -> Login | None:
        """Wipe the server and install anew. None when the panel is doing just that already."""
        return install_anew(self._panel, remote_id, wish)

    def new_login(self, remote_id: str) -> Login:
        """A fresh password, returned when it is valid."""
        username = self._administrator_of(remote_id)
        answer = self._panel.reset_password(remote_id, username)
        queue_id, password = whole(answer.get("queueId")), answer.get("expectedPassword")
        if queue_id is None or not password:
            raise nonsense("POST", "a new password")
        follow(self._panel, queue_id, self._pause, "setting the password")
        return Login(username, str(password))

    def look(self, remote_id: str, *, with_power: bool = False) -> RemoteServer:
        """The server as it is now. It is ready to use when its state is READY and it is not busy."""
        return remote_server(self._panel.server(remote_id, remote_state=with_power))

    def suspend(self, remote_id: str, reason: str) -> None:
        """Stop the server and keep its owner out. This panel has no room for a reason."""
        self._bring_about(self._panel.suspend, remote_id, suspended=True)

    def resume(self, remote_id: str) -> None:
        """Let the owner in again, and switch the server on if the panel left it off."""
        self._bring_about(self._panel.unsuspend, remote_id, suspended=False)
        server = self.look(remote_id, with_power=True)
        if server.state is RemoteState.READY and server.power == "shutoff" and not server.busy:
            self._panel.press(remote_id, BUTTONS[PowerAction.BOOT])

    def terminate(self, remote_id: str) -> None:
        """Delete the server; nothing happens when it is already gone."""
        try:
            self._panel.delete(remote_id)
        except Missing:
            return

    def power(self, remote_id: str, action: PowerAction) -> None:
        """Press a power button."""
        self._panel.press(remote_id, BUTTONS[action])

    def rename(self, remote_id: str, name: str) -> None:
        """Show the server by another name, with our number behind it: it is how the comparison finds the server."""
        self._panel.rename(remote_id, name_with(name, self.look(remote_id).key))

    def resize(self, remote_id: str, spec: ServiceSpec) -> Resizing:
        """Make it what another plan says. The disk never shrinks; memory and cores may count only from the next start."""
        try:
            left = self._panel.change_package(remote_id, number_of(spec.package, "package"))
        except Missing as missing:
            self.look(remote_id)  # a package that is not there must not look like a server that is gone
            raise Rejected(missing.message, status=missing.status) from missing
        disk = bigger_than_package(spec).get("storage", 0)
        there = self.look(remote_id)
        for name, size in other_sizes(there, spec).items():
            self._panel.change_size(remote_id, name, size)
        self._add_addresses(there, 1 + spec.extras.ipv4)
        if disk:
            left = [*left, f"With its options its disk has to have {disk} GB: a person has to see to that"]
        return Resizing(tuple(left), restarts=True)

    def console(self, remote_id: str) -> Console:
        """A web socket for VNC on the control host, when the panel has opened it."""
        return open_console(self._panel, remote_id, self._pause)

    def close_console(self, remote_id: str) -> None:
        """Switch the console off."""
        close_console(self._panel, remote_id, self._pause)

    def traffic(self, remote_id: str) -> list[TrafficMonth]:
        """Month by month, the newest first."""
        return traffic_months(self._panel.traffic(remote_id))

    def usage(self, remote_id: str) -> Usage | None:
        """What it uses now. Disks are told only by a guest agent."""
        return usage_of(self._panel.server(remote_id, remote_state=True))

    def panel_login(self, owner: PanelOwner, remote_id: str) -> str:
        """The address that opens this server for its owner; good once, for a minute."""
        account, holder = self._known_account(owner), self.look(remote_id).owner
        if account != holder:
            raise Rejected(f"VirtFusion's server {remote_id} belongs to user {holder}, not to customer {owner.ref}")
        _, query = relation_of(owner.ref)
        authentication = self._panel.sign_in(owner.ref, remote_id, query)
        return page_at(self._panel.address, authentication.get("endpoint_complete"))

    def stock(self, spec: ServiceSpec) -> int:
        """How many more of these could be built now."""
        return count_stock(self._panel, spec)

    def dry_run(self, spec: ServiceSpec) -> list[Finding]:
        """What would go wrong with an order."""
        return findings(self._panel, spec)

    def servers(self) -> Iterator[RemoteServer]:
        """Every server once, also when the list moves while it is read."""
        seen: set[str] = set()
        for server in map(remote_server, self._panel.servers()):
            if server.remote_id not in seen:
                seen.add(server.remote_id)
                yield server

    def _known_account(self, owner: PanelOwner) -> str:
        _, query = relation_of(owner.ref)
        return _account_id(self._panel.user(owner.ref, query), owner)

    def _look_or_none(self, remote_id: str) -> RemoteServer | None:
        try:
            return self.look(remote_id)
        except Missing:
            return None

    def _bring_about(self, call: Callable[[str], None], remote_id: str, *, suspended: bool) -> None:
        """Make a call; a refusal or a lost answer does not matter when the server is already as we want it."""
        try:
            call(remote_id)
        except Missing:
            raise
        except (Rejected, TemporaryFailure):
            if self.look(remote_id).suspended is not suspended:
                raise

    def _add_addresses(self, there: RemoteServer, sold: int) -> None:
        """Give a server as many as are sold. None is taken away: which one goes is for its owner to say."""
        if (lacking := sold - len(there.ipv4)) <= 0:
            return
        try:
            self._panel.add_ipv4(there.remote_id, lacking)
        except UnknownOutcome as lost:  # before they have turned up, the next try would add them once more
            raise UnknownOutcome(lost.message, retry_after=self.settles.total_seconds()) from lost

    def _administrator_of(self, remote_id: str) -> str:
        installed = installed_template(self._panel.server(remote_id))
        templates = templates_in(self._panel.template_groups(remote_id))
        return administrator(next((row for row in templates if whole(row.get("id")) == installed), {}))


def _account_id(user: Row, owner: PanelOwner) -> str:
    if not is_of(user, owner):
        raise Rejected(f"VirtFusion's user {user.get('id')} is not customer {owner.ref}: a person must look")
    return str(user["id"])
