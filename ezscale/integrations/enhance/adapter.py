"""Enhance as a panel of ours: a service is a subscription, and what is installed on it is its first website."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx

from ezscale.integrations.enhance.accounts import close_account, new_password, open_account, sole_owner
from ezscale.integrations.enhance.client import EnhanceClient, Row
from ezscale.integrations.enhance.reading import (
    domain_of,
    fillings,
    is_gone,
    is_safe_entrance,
    mark_of,
    name_servers_of,
    names_of,
    number_of,
    organisation_id,
    remote_id_of,
    remote_server,
    state_of,
    too_much,
    usage_of,
    website_of,
)
from ezscale.integrations.http import Guard, open_http
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import Finding, Resizing, TrafficMonth, Usage, Website
from ezscale.provisioning.ports import Login, OutOfStock, PanelOwner, RemoteServer, RemoteState, ServiceSpec

PATIENCE = 45.0  # seconds: what changes something is carried out before it is answered, and wiping may be slow
LOOK_AGAIN = 5.0
CONFLICT = 409


def open_panel(
    url: str,
    token: str,
    master: str,
    *,
    guard: Guard | None = None,
    transport: httpx.BaseTransport | None = None,
) -> "EnhancePanel":
    """The panel at https://<panel-host>/api. `master` is the organisation that sells, and `token` one of its tokens."""
    asking, changing = (open_http(url, token, guard=guard, transport=transport) for _ in range(2))
    changing.timeout = httpx.Timeout(PATIENCE, connect=3)
    return EnhancePanel(EnhanceClient(asking, changing, organisation_id(master)))


class EnhancePanel:
    """Hosts websites. Implements `Panel`, `GivesLogins`, `Resizes`, `Measures`, `CountsTraffic`, `SignsIn`,
    `HostsWebsites` and `TriesOut`. The name that this panel shows is our number, so customers cannot choose one.
    """

    name = "enhance"
    settles = timedelta(minutes=3)
    longest_build = timedelta(minutes=15)
    looks_again = timedelta(seconds=3)
    keeps_keys = True
    first_user = ""
    opens_account = True
    changes: frozenset[str] = frozenset()

    def __init__(self, client: EnhanceClient) -> None:
        self._panel = client

    def account(self, owner: PanelOwner) -> str:
        """The id of the customer's organisation, found or made by our reference, with a login that owns it."""
        return open_account(self._panel, owner)

    def forget_account(self, owner: PanelOwner) -> None:
        """Delete the customer's organisation; nothing happens when there is none."""
        close_account(self._panel, owner)

    def reserve(self, spec: ServiceSpec, account: str) -> RemoteServer:
        """A subscription under our number; the one that is there already, when there is one."""
        org, plan = organisation_id(account), number_of(spec.package, "package")
        if (known := self._only(spec, org)) is not None:
            return known
        try:
            number = self._panel.create_subscription(org, plan, spec.key)
        except UnknownOutcome:
            if (made := self._only(spec, org)) is not None:
                return made
            raise
        except Rejected as refusal:
            raise _no_room_or(refusal) from None
        return RemoteServer(
            remote_id_of(org, number), org, RemoteState.RESERVED, spec.key, name=spec.key, package=spec.package
        )

    def left_behind(self, spec: ServiceSpec, account: str, since: datetime) -> list[RemoteServer]:
        """The account's subscription with this very number. Nobody else's are looked through: they are listed one
        customer at a time, and a customer can give theirs any name.
        """
        org = organisation_id(account)
        rows = [row for row in self._panel.subscriptions(org) if row.get("friendlyName") == spec.key]
        return [self._described(remote_id_of(org, row.get("id")), row) for row in rows if not is_gone(row)]

    def build(self, remote_id: str, spec: ServiceSpec) -> Login | None:
        """Host the domain that was ordered, unless it is there already. Nothing is wiped, and no login comes of it."""
        org, number = names_of(remote_id)
        domain = spec.hostname.casefold()
        site = {"domain": domain, "subscriptionId": number}
        site |= {"serverGroupId": spec.location} if spec.location else {}
        site |= {"phpVersion": spec.image} if spec.image else {}
        if self._hosts(org, number, domain):
            return None
        try:
            self._panel.create_website(org, site)
        except (Rejected, UnknownOutcome) as trouble:
            if self._hosts(org, number, domain):
                return None
            if isinstance(trouble, Rejected):
                raise _no_room_or(trouble, f"Enhance hosts {domain} elsewhere already") from None
            raise
        return None

    def look(self, remote_id: str, *, with_power: bool = False) -> RemoteServer:
        """The subscription as it is now. It is ready when its website is installed, and there is no power to ask for."""
        return self._described(remote_id, self._panel.subscription(*names_of(remote_id)))

    def suspend(self, remote_id: str, reason: str) -> None:
        """Take its websites offline, and read back that they are. This panel has no room for a reason."""
        self._change(remote_id, {"isSuspended": True}, lambda row: bool(row.get("suspendedBy")))

    def resume(self, remote_id: str) -> None:
        """Bring its websites back. Rejected while all that its customer has is suspended, which we never did."""
        self._change(remote_id, {"isSuspended": False}, lambda row: not row.get("suspendedBy"))
        org, _ = names_of(remote_id)
        if self._panel.organisation(org).get("suspendedBy"):
            raise Rejected(f"Enhance holds the whole organisation {org} suspended: a person must lift that there")

    def terminate(self, remote_id: str) -> None:
        """Delete the subscription with its websites and their data; nothing happens when it is already gone."""
        org, number = names_of(remote_id)
        trouble: Exception = TemporaryFailure(f"Enhance still shows subscription {number}", retry_after=LOOK_AGAIN)
        try:
            self._panel.wipe_subscription(org, number)
        except Missing:
            return
        except (Rejected, TemporaryFailure) as failure:
            trouble = failure
        if not self._is_away(org, number):
            raise trouble

    def servers(self) -> Iterator[RemoteServer]:
        """Every customer's subscriptions, each once. Whether their websites are installed is not asked, only counted."""
        seen: set[str] = set()
        for customer in self._panel.customers():
            if is_gone(customer):
                continue
            org = str(customer.get("id"))
            for row in self._panel.subscriptions(org):
                remote_id, sites = remote_id_of(org, row.get("id")), fillings(row).get("websites")
                state = RemoteState.READY if sites and sites.used else RemoteState.RESERVED
                if remote_id not in seen:
                    seen.add(remote_id)
                    yield remote_server(remote_id, row, state, ours=bool(mark_of(customer)))

    def new_login(self, remote_id: str) -> Login:
        """A fresh password for the login that owns the customer's organisation, and with it all their services here."""
        member = sole_owner(self._panel, names_of(remote_id)[0])
        email, login = str(member.get("email") or ""), str(member.get("loginId") or "")
        if not email or not login:
            raise TemporaryFailure("Enhance does not tell whose login it is")
        password = new_password()
        self._panel.set_password(organisation_id(login), password)
        return Login(email, password)

    def resize(self, remote_id: str, spec: ServiceSpec) -> Resizing:
        """Another plan. What uses more than the new one has stays, and is told."""
        plan = number_of(spec.package, "package")
        row = self._change(remote_id, {"planId": plan}, lambda now: now.get("planId") == plan)
        return Resizing(left=too_much(row))

    def usage(self, remote_id: str) -> Usage | None:
        """What it uses of its plan; None while it is suspended."""
        row = self._panel.subscription(*names_of(remote_id))
        return None if row.get("suspendedBy") or is_gone(row) else usage_of(row)

    def traffic(self, remote_id: str) -> list[TrafficMonth]:
        """This month alone, up to twelve hours old. Both directions are one figure here, told as sent."""
        org, number = names_of(remote_id)
        start = world_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        end = (start + timedelta(days=32)).replace(day=1)
        used = fillings(self._panel.subscription(org, number)).get("transfer")
        return [TrafficMonth(start, end, 0, self._panel.bandwidth(org, number), used.limit if used else None)]

    def panel_login(self, owner: PanelOwner, remote_id: str) -> str:
        """The address that opens the customer's organisation. It is theirs by our reference in its name."""
        org, _ = names_of(remote_id)
        if mark_of(self._panel.organisation(org)) != owner.ref:
            raise Rejected(f"Organisation {org} on Enhance is not customer {owner.ref}: a person must look")
        member = organisation_id(str(sole_owner(self._panel, org, owner.email).get("id")))
        address = self._panel.sign_in(org, member)
        if not is_safe_entrance(address, self._panel.address):
            raise Rejected("Enhance sends its sign-in to another host, or unencrypted: a person must look")
        return address

    def websites(self, remote_id: str) -> list[Website]:
        """The websites that are there now, with the address that each domain has to point to."""
        return [website_of(row) for row in self._sites(*names_of(remote_id))]

    def name_servers(self) -> list[str]:
        """Whom a domain may be handed to."""
        return name_servers_of(self._panel.branding())

    def dry_run(self, spec: ServiceSpec) -> list[Finding]:
        """Whether the plan and the place exist, and the plan allows this version of PHP."""
        findings = []
        plan = next((row for row in self._panel.plans() if str(row.get("id")) == spec.package), None)
        if plan is None:
            findings.append(Finding("package", f"Enhance has no plan {spec.package}."))
        if spec.location and all(str(row.get("id")) != spec.location for row in self._panel.server_groups()):
            findings.append(Finding("location", f"Enhance has no server group {spec.location}."))
        allowed = (plan or {}).get("allowedPhpVersions") or ()
        if spec.image and allowed and spec.image not in allowed:
            findings.append(Finding("image", f"The plan allows {', '.join(map(str, allowed))}, not {spec.image}."))
        return findings

    def _only(self, spec: ServiceSpec, org: str) -> RemoteServer | None:
        found = self.left_behind(spec, org, world_now())
        if len(found) > 1:
            numbers = ", ".join(server.remote_id for server in found)
            raise Rejected(f"Several subscriptions on Enhance have our number {spec.key} ({numbers}): please choose")
        if found and found[0].owner != org:
            raise Rejected(f"Subscription {found[0].remote_id} on Enhance has our number {spec.key} and another owner")
        return found[0] if found else None

    def _described(self, remote_id: str, row: Row) -> RemoteServer:
        rows = [] if is_gone(row) else self._sites(*names_of(remote_id))
        return remote_server(remote_id, row, state_of(rows), tuple(map(website_of, rows)))

    def _sites(self, org: str, number: int) -> list[Row]:
        rows = self._panel.websites(org, number)
        return [row for row in rows if row.get("subscriptionId", number) == number and not is_gone(row)]

    def _hosts(self, org: str, number: int, domain: str) -> bool:
        return any(domain_of(row) == domain for row in self._sites(org, number))

    def _change(self, remote_id: str, changes: Row, is_so: Callable[[Row], bool]) -> Row:
        """Make a change, and read back; a refusal or a lost answer does not matter when it is already as we want it."""
        org, number = names_of(remote_id)
        trouble: Exception = TemporaryFailure("Enhance does not show the change yet", retry_after=LOOK_AGAIN)
        try:
            self._panel.change_subscription(org, number, changes)
        except Missing:
            raise
        except (Rejected, TemporaryFailure) as failure:
            trouble = failure
        row = self._panel.subscription(org, number)
        if not is_so(row):
            raise trouble
        return row

    def _is_away(self, org: str, number: int) -> bool:
        try:
            return is_gone(self._panel.subscription(org, number))
        except Missing:
            return True


def _no_room_or(refusal: Rejected, already_there: str = "") -> Rejected:
    """What a refusal means: a conflict without a code is about room, be it a quota or servers that are full."""
    if refusal.status == CONFLICT and not refusal.code:
        return OutOfStock(f"Enhance has no room left for this: {refusal.message}", status=CONFLICT)
    if refusal.code == "already_exists" and already_there:
        return Rejected(f"{already_there}: {refusal.message}", status=refusal.status, code=refusal.code)
    return refusal
