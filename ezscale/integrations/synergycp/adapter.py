"""SynergyCP as a panel of ours: machines that are always there, and change hands."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ezscale.integrations.http import Guard, Http, open_http
from ezscale.integrations.synergycp.client import IGNORED, Row, SynergyCpClient
from ezscale.integrations.synergycp.hiding import KEY
from ezscale.integrations.synergycp.installing import Installations
from ezscale.integrations.synergycp.plans import Wanted, gaps_in, installation, whole_number
from ezscale.integrations.synergycp.reading import first_and_last, has_address, traffic_months
from ezscale.integrations.synergycp.register import Register
from ezscale.integrations.synergycp.sales import Sale, id_of
from ezscale.integrations.synergycp.selling import sell
from ezscale.integrations.synergycp.shelf import images, in_stock, machines_on_shelf, unknown_codes
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import Finding, Image, Machine, PowerAction, Reinstallation, TrafficMonth
from ezscale.provisioning.ports import PanelOwner, RemoteServer, RemoteState, ServiceSpec

BUTTONS = {
    PowerAction.BOOT: "on",
    PowerAction.SHUTDOWN: "soft",
    PowerAction.RESTART: "reset",
    PowerAction.POWER_OFF: "off",
}
BOARDS = ("ipmi", "bmc")  # what knows all four; a switched socket cannot shut a system down
NOT_ALLOWED = 403
SETTLES = timedelta(minutes=10)
NO_REASON = "Suspended by its provider"


class SynergyCpPanel:
    """Sells dedicated servers and takes them back.

    Implements `Panel`, `Powers`, `Reinstalls`, `Renames`, `CountsTraffic`, `SignsIn`, `CountsStock`, `TriesOut` and `Assigns`.
    """

    name = "synergycp"
    sets = frozenset({"traffic_gb"})
    shares_room = False
    longest_build = timedelta(hours=3)
    looks_again = timedelta(seconds=30)
    keeps_keys = True
    first_user = "root"
    takes_ssh_keys = False
    quickest_install = timedelta(minutes=5)
    buttons = frozenset(BUTTONS)

    def __init__(
        self,
        client: SynergyCpClient,
        *,
        sign_on_url: str = "",
        settles: timedelta = SETTLES,
        now: Callable[[], datetime] = world_now,
    ) -> None:
        self.settles = settles
        self._panel = client
        self._sign_on_url = sign_on_url
        self._installations = Installations(now)
        self._register = Register(client, self._installations)

    def account(self, owner: PanelOwner) -> str:
        """The panel's client for this customer, found or made by our number."""
        if (known := self._register.account(owner)) is not None:
            return known
        if strangers := [row for row in self._panel.clients({"email": owner.email}) if has_address(row, owner)]:
            raise Rejected(
                f"SynergyCP's client {id_of(strangers[0])} has the e-mail address of customer {owner.ref}, but not our"
                " number: a person must look"
            )
        trouble: Rejected | UnknownOutcome | None = None
        client = {**first_and_last(owner.name), "email": owner.email, "billing_id": owner.ref, "password": ""}
        try:
            self._panel.create_client(client)
        except (Rejected, UnknownOutcome) as failure:
            trouble = failure  # it may be there nevertheless: made by this call, or by another one a moment ago
        if (known := self._register.account(owner)) is not None:
            return known
        raise trouble or UnknownOutcome(f"SynergyCP does not list the client that it made for {owner.ref} yet")

    def forget_account(self, owner: PanelOwner) -> None:
        """Nothing happens when there is no client; one that is there, only a person can delete on the panel's screens."""
        account = self._register.account(owner)
        if account is None:
            return
        if held := [server.remote_id for server in self.servers() if server.owner == account]:
            raise TemporaryFailure(f"SynergyCP's client {account} still has servers: {', '.join(held)}")
        raise Rejected(
            f"SynergyCP deletes no clients through its API: delete client {account} in its admin area, under Clients"
        )

    def reserve(self, spec: ServiceSpec, account: str) -> RemoteServer:
        """A machine with its addresses, which is installed from this moment on. Never a second one for the same number."""
        if (server := self._register.machine_with(spec.key)) is None:
            server = sell(self._panel, self._register, spec, account)
            self._installations.expect(Sale.shown_by(server))
        return self._register.given_to(account, server)

    def left_behind(self, spec: ServiceSpec, account: str, since: datetime) -> list[RemoteServer]:
        """The machine that carries the number of this service, whoever has it."""
        server = self._register.machine_with(spec.key)
        return [] if server is None else [self._register.described(server, with_addresses=True)]

    def build(self, remote_id: str, spec: ServiceSpec) -> None:
        """Install anew, which wipes the disks, unless it is being installed already."""
        sale = Sale.of(remote_id)
        server = self._register.described(self._register.sold(sale))
        if server.state is not RemoteState.BUILDING:
            self._install(sale, installation(spec.image, spec.password))

    def look(self, remote_id: str, *, with_power: bool = False) -> RemoteServer:
        """The machine as it is now. Whether it is switched on, this panel does not tell."""
        return self._register.described(self._register.sold(Sale.of(remote_id)), with_addresses=True)

    def suspend(self, remote_id: str, reason: str) -> None:
        """Take the machine from the network and keep everybody out. It runs on."""
        sale = Sale.of(remote_id)
        for access in self._accesses_to_change(sale):
            self._bring_about(
                sale, access, lambda id: self._panel.suspend(sale.server_id, id, reason or NO_REASON), active=False
            )

    def resume(self, remote_id: str) -> None:
        """Let everybody in again."""
        sale = Sale.of(remote_id)
        for access in self._accesses_to_change(sale):
            self._bring_about(sale, access, lambda id: self._panel.resume(sale.server_id, id), active=True)

    def terminate(self, remote_id: str) -> None:
        """Take the machine back. Nothing happens to one that is back already, whoever has it now."""
        sale = Sale.of(remote_id)
        if self._register.is_back(sale):
            return
        try:
            self._panel.wipe(sale.server_id)
        except (Rejected, TemporaryFailure) as trouble:
            if self._is_back_for_sure(sale):
                return
            _explain_to_staff(trouble, sale, "take back")
            raise
        if not self._register.is_back(sale):
            raise TemporaryFailure(f"SynergyCP does not show server {sale.server_id} as taken back yet")
        self._installations.forget(sale)

    def servers(self) -> Iterator[RemoteServer]:
        """Every machine that was sold with our key, each once, also when the list moves while it is read."""
        seen: set[str] = set()
        for server in self._register.all_sold():
            if server.remote_id not in seen:
                seen.add(server.remote_id)
                yield server

    def power(self, remote_id: str, action: PowerAction) -> None:
        """Press a power button."""
        sale = Sale.of(remote_id)
        server = self._register.usable(sale)
        controls = list(self._panel.controls(sale.server_id))
        boards = [control for control in controls if str(control.get("type", "")).casefold() in BOARDS]
        control = next(iter(boards or controls), None)
        if control is None:
            raise Rejected(f"SynergyCP has nothing to switch server {sale.server_id} with")
        order = {"power": BUTTONS[action]}
        try:
            self._panel.command(sale.server_id, id_of(control), order)
        except Rejected as refusal:
            if refusal.status != NOT_ALLOWED:
                raise
            # Some panels let nobody but the client switch a machine.
            self._panel.command(sale.server_id, id_of(control), order, self._key_of(server.owner))

    def images(self, remote_id: str) -> list[Image]:
        """The systems to which the panel's staff have given a billing id, without the steps that come before one."""
        return images(self._panel)

    def reinstall(self, remote_id: str, wish: Reinstallation) -> None:
        """Install anew, with the password that we have chosen. Keys are not put onto a machine here."""
        sale, order = Sale.of(remote_id), installation(wish.image, wish.password)
        self._register.usable(sale)
        if name := wish.name or wish.hostname:
            self._panel.change_server(sale.server_id, {"nickname": name})
        self._install(sale, order)

    def rename(self, remote_id: str, name: str) -> None:
        """Show the machine by another name."""
        sale = Sale.of(remote_id)
        self._register.sold(sale)
        self._panel.change_server(sale.server_id, {"nickname": name})

    def traffic(self, remote_id: str) -> list[TrafficMonth]:
        """What all its ports have counted, the newest cycle first. One sum for both ways, given as sent."""
        sale = Sale.of(remote_id)
        self._register.sold(sale)
        ports = [id_of(port) for port in self._panel.ports(sale.server_id)]
        return traffic_months(row for port in ports for row in self._panel.usage(sale.server_id, port))

    def panel_login(self, owner: PanelOwner, remote_id: str) -> str:
        """The address that signs the customer in and shows this machine. It holds a key of theirs, made for this click."""
        sale = Sale.of(remote_id)
        account, server = self._register.account(owner), self._register.described(self._register.sold(sale))
        if account is None or server.owner != account:
            raise Rejected(f"Server {sale.server_id} is not customer {owner.ref}'s on SynergyCP: a person must look")
        return self._panel.sign_on_address(self._sign_on_url, self._key_of(account), sale.server_id)

    def stock(self, spec: ServiceSpec) -> int:
        """How many more machines of this kind could be sold now, with addresses for each."""
        return in_stock(self._panel, Wanted.of(spec))

    def free_machines(self, spec: ServiceSpec) -> list[Machine]:
        """The machines on the shelf with exactly these parts."""
        return machines_on_shelf(self._panel, Wanted.of(spec))

    def dry_run(self, spec: ServiceSpec) -> list[Finding]:
        """What would go wrong, in plain words."""
        return list(gaps_in(spec)) or list(unknown_codes(self._panel, Wanted.of(spec)))

    def _key_of(self, account: str) -> str:
        key = self._panel.make_key(whole_number(account, "account")).get("key")
        if not key:
            raise TemporaryFailure("SynergyCP made a key and did not show it")
        return str(key)

    def _install(self, sale: Sale, order: Row) -> None:
        """Start an installation; a lost answer does not matter when the panel is at it."""
        try:
            self._panel.install(sale.server_id, order)
        except UnknownOutcome as lost:
            try:
                has_begun = any(True for _ in self._panel.installs(sale.server_id))
            except TemporaryFailure:
                raise lost from None
            if not has_begun:
                raise
        self._installations.expect(sale)

    def _accesses_to_change(self, sale: Sale) -> list[Row]:
        self._register.sold(sale)
        accesses = self._register.all_accesses(sale)
        if not accesses:
            raise Missing(f"Server {sale.server_id} is nobody's on SynergyCP", status=404)
        return accesses

    def _bring_about(self, sale: Sale, access: Row, call: Callable[[str], None], *, active: bool) -> None:
        """Suspend or resume one access; a refusal or a lost answer does not matter when it is already as we want it."""
        if access.get("is_active") is active:
            return
        try:
            call(id_of(access))
        except (Rejected, TemporaryFailure) as trouble:
            if not self._is_active_for_sure(sale, id_of(access), active=active):
                _explain_to_staff(trouble, sale, "resume" if active else "suspend")
                raise

    def _is_active_for_sure(self, sale: Sale, access_id: str, *, active: bool) -> bool:
        try:
            accesses = self._register.all_accesses(sale)
        except (Rejected, TemporaryFailure):
            return False
        return any(id_of(one) == access_id and one.get("is_active") is active for one in accesses)

    def _is_back_for_sure(self, sale: Sale) -> bool:
        try:
            return self._register.is_back(sale)
        except (Rejected, TemporaryFailure):
            return False


def open_panel(
    url: str,
    key: str,
    *,
    sign_on_url: str = "",
    guard: Guard | None = None,
    settles: timedelta = SETTLES,
    http: Http | None = None,
) -> SynergyCpPanel:
    """The panel at an address, with an integration's key; `sign_on_url` where browsers reach it at another one."""
    client = SynergyCpClient(http or open_http(url, guard=guard, query={KEY: key}))
    return SynergyCpPanel(client, sign_on_url=sign_on_url, settles=settles)


def _explain_to_staff(trouble: Rejected | TemporaryFailure, sale: Sale, what: str) -> None:
    """Rejected with what has to be done, when the panel does not let a machine decide; nothing for any other trouble."""
    if isinstance(trouble, Rejected) and trouble.code == IGNORED:
        raise Rejected(
            f"SynergyCP does not let us {what} server {sale.server_id}, because its client is marked as VIP there:"
            " a person has to decide, and do it on the panel",
            status=trouble.status,
            code=trouble.code,
        ) from trouble
