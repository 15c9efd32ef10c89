"""VirtFusion as a panel of ours."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ezscale.integrations.virtfusion.client import Row, VirtFusionClient
from ezscale.integrations.virtfusion.reading import is_of, relation_of, remote_server
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.ports import Login, PanelOwner, RemoteServer, RemoteState, ServiceSpec

BUTTONS = {
    PowerAction.BOOT: "boot",
    PowerAction.SHUTDOWN: "shutdown",
    PowerAction.RESTART: "restart",
    PowerAction.POWER_OFF: "poweroff",
}

# A new password counts only once its queue item is finished: seconds to wait between looks.
PATIENCE = (0.5, 0.5, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0)
SETTLES = timedelta(minutes=1)


class VirtFusionPanel:
    """Builds and stops virtual servers. Implements `Panel`, `Powers` and `GivesLogins`."""

    name = "virtfusion"
    longest_build = timedelta(minutes=30)
    keeps_keys = False
    first_user = ""
    opens_account = False
    buttons = frozenset(BUTTONS)

    def __init__(
        self,
        client: VirtFusionClient,
        *,
        pause: Callable[[float], None] = time.sleep,
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
        order = {
            "packageId": _number(spec.package, "package"),
            "userId": _number(account, "account"),
            "hypervisorId": _number(spec.location, "location"),  # a group's id, in spite of its name
            "ipv4": 1,
        }
        return remote_server(self._panel.allocate(order))

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
        image = _number(spec.image, "image")
        template = next((row for row in self._panel.templates(remote_id) if row.get("id") == image), None)
        if template is None:
            raise Rejected(f"VirtFusion does not offer template {image} for server {remote_id}")
        server = self._panel.build(
            remote_id,
            {
                "operatingSystemId": image,
                "name": spec.key,
                "hostname": spec.hostname,
                "ipv6": True,
                "email": False,
            },
        )
        password = (server.get("settings") or {}).get("decryptedPassword")
        return Login(_administrator(template), str(password)) if password else None

    def new_login(self, remote_id: str) -> Login:
        """A fresh password, returned when it is valid."""
        username = self._administrator_of(remote_id)
        answer = self._panel.reset_password(remote_id, username)
        self._follow(int(answer["queueId"]))
        return Login(username, str(answer["expectedPassword"]))

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

    def _administrator_of(self, remote_id: str) -> str:
        installed = (self._panel.server(remote_id).get("settings") or {}).get("osTemplateInstallId")
        templates = self._panel.templates(remote_id)
        return _administrator(next((row for row in templates if row.get("id") == installed), {}))

    def _follow(self, queue_id: int) -> None:
        for seconds in PATIENCE:
            item = self._panel.queue_item(queue_id)
            if item.get("failed"):
                raise TemporaryFailure(f"VirtFusion could not set the password: {_exception(item)}")
            if item.get("finished"):
                return
            self._pause(seconds)
        raise TemporaryFailure("VirtFusion is still setting the password", retry_after=60)


def _account_id(user: Row, owner: PanelOwner) -> str:
    if not is_of(user, owner):
        raise Rejected(f"VirtFusion's user {user.get('id')} is not customer {owner.ref}: a person must look")
    return str(user["id"])


def _number(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Rejected(f"VirtFusion's {what} must be a number, not {text!r}") from None


def _administrator(template: Row) -> str:
    return "Administrator" if template.get("type") == "windows" else "root"


def _exception(item: Row) -> str:
    errors = item.get("errors")
    exception = errors.get("exception") if isinstance(errors, dict) else None
    return str(exception.get("message") if isinstance(exception, dict) else errors)
