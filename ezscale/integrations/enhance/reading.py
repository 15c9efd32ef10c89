"""What Enhance's rows mean to us. Fields come and go between its releases, so nothing is taken for granted."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from ezscale.integrations.enhance.client import Row
from ezscale.kit.errors import Rejected
from ezscale.provisioning.panel_skills import Filling, Usage, Website
from ezscale.provisioning.ports import RemoteServer, RemoteState

MARK = re.compile(r"\[([^\[\]]+)\]\s*\Z")
NOT_IN_ADDRESSES = re.compile(r"[\s\\\x00-\x1f\x7f]")  # browsers read some of these otherwise than we do
COUNTED = {
    "websites": "Websites",
    "stagingWebsites": "Staging websites",
    "addonDomains": "Addon domains",
    "domainAliases": "Domain aliases",
    "subdomains": "Subdomains",
    "mailboxes": "Mailboxes",
    "forwarders": "Forwarders",
    "mysqlDbs": "Databases",
    "ftpUsers": "FTP users",
    "pageViews": "Page views",
}


def marked(name: str, mark: str) -> str:
    """A name that is found again by the mark of ours at its end."""
    return f"{name} [{mark}]".strip()


def mark_of(row: Row) -> str:
    """The mark at the end of a row's name; empty when there is none."""
    found = MARK.search(str(row.get("name") or ""))
    return found[1] if found else ""


def is_gone(row: Row) -> bool:
    """Whether something was deleted and is only still shown."""
    return row.get("status") == "deleted"


def same_address(one: object, other: str) -> bool:
    """Whether two e-mail addresses are the same, which for a panel does not depend on capitals."""
    return str(one or "").casefold() == other.casefold()


def remote_id_of(org: str, number: object) -> str:
    """Our name of a subscription: every call about one needs its organisation too. 36 + 1 + its digits long."""
    return f"{org}/{number}"


def names_of(remote_id: str) -> tuple[str, int]:
    """The organisation and the subscription that a name of ours stands for."""
    org, _, number = remote_id.partition("/")
    if not number.isascii() or not number.isdecimal():
        raise Rejected(f"{remote_id!r} is not an organisation and a subscription on Enhance")
    return organisation_id(org), int(number)


def organisation_id(text: str) -> str:
    """The id of an organisation, fit to be a part of an address."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Rejected(f"{text!r} is not the id of an organisation on Enhance") from None


def number_of(text: str, what: str) -> int:
    """A number that a plan was set up with."""
    try:
        return int(text)
    except ValueError:
        raise Rejected(f"Enhance's {what} must be a number, not {text!r}") from None


def remote_server(
    remote_id: str, row: Row, state: RemoteState, sites: tuple[Website, ...] = (), *, ours: bool = True
) -> RemoteServer:
    """A subscription under our name for it; its number of ours is told when its organisation is one of ours.

    It has no addresses: those of web hosting are shared, and each website tells where its domain points to.
    """
    org, _ = names_of(remote_id)
    name = str(row.get("friendlyName") or "")
    detail = {"plan": row.get("planName"), "kind": row.get("planType"), "php": row.get("defaultPhpVersion")}
    return RemoteServer(
        remote_id=remote_id,
        owner=str(row.get("subscriberId") or org),
        state=state,
        key=name if ours else "",
        name=name,
        hostname=sites[0].domain if sites else "",
        suspended=bool(row.get("suspendedBy")),
        gone=is_gone(row),
        package=str(row.get("planId") or ""),
        detail={word: str(value) for word, value in detail.items() if value},
    )


def state_of(sites: list[Row]) -> RemoteState:
    """Set aside until there is a website, and ready once one was installed."""
    if not sites:
        return RemoteState.RESERVED
    return RemoteState.READY if any(site.get("status") == "active" for site in sites) else RemoteState.BUILDING


def website_of(row: Row) -> Website:
    """A website as its owner knows it."""
    addresses = [one for one in row.get("serverIps") or () if isinstance(one, dict) and one.get("ip")]
    first = next((one for one in addresses if one.get("isPrimary")), addresses[0] if addresses else {})
    return Website(
        domain=domain_of(row),
        points_to=str(first.get("ip") or ""),
        php=str(row.get("phpVersion") or ""),
        size_bytes=_whole(row.get("size")),
        is_on=row.get("status", "active") == "active" and not row.get("suspendedBy"),
    )


def domain_of(row: Row) -> str:
    """The domain that a website was made for."""
    domain = row.get("domain")
    return str((domain.get("domain") if isinstance(domain, dict) else domain) or "").casefold()


def usage_of(row: Row) -> Usage:
    """What a subscription uses: room on disk in bytes, and what is counted. Nothing is said about cores and memory."""
    disk = fillings(row).get("diskspace")
    return Usage(
        disks=(disk,) if disk else (),
        counted=tuple(filling for filling in fillings(row).values() if filling.is_count),
    )


def fillings(row: Row) -> dict[str, Filling]:
    """How full each resource is, by Enhance's own name. One without a total has no limit."""
    found = {}
    for resource in (one for one in row.get("resources") or () if isinstance(one, dict)):
        name, used = str(resource.get("name") or ""), _whole(resource.get("usage"))
        words = {"diskspace": "Disk space", "transfer": "Traffic", **COUNTED}.get(name)
        if words and used is not None:
            found[name] = Filling(words, used, _whole(resource.get("total")), is_count=name in COUNTED)
    return found


def too_much(row: Row) -> tuple[str, ...]:
    """What uses more than its plan has, in sentences."""
    over = [one for one in fillings(row).values() if one.limit is not None and one.used > one.limit]
    return tuple(
        f"{one.name}: {_written(one, one.used)} in use, and the plan has {_written(one, one.limit or 0)}."
        for one in over
    )


def name_servers_of(row: Row) -> list[str]:
    """The name servers of a company, which some releases write as objects."""
    shown = row.get("nameServers") or ()
    names = [one.get("domain") if isinstance(one, dict) else one for one in shown]
    return [str(name) for name in names if name]


def is_safe_entrance(address: str, panel: httpx.URL) -> bool:
    """Whether a browser may be sent to an address: the panel's own host and port, and nobody listens on the way.

    Only a stand-in on this very machine is reached without encryption.
    """
    if NOT_IN_ADDRESSES.search(address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    usual = {"https": 443, "http": 80}
    same_host = parts.hostname == panel.host and (port or usual.get(parts.scheme)) == (
        panel.port or usual.get(panel.scheme)
    )
    unheard = parts.scheme == "https" or (parts.scheme == panel.scheme == "http" and _is_here(panel.host))
    return same_host and unheard and "@" not in parts.netloc


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return int(value)


def _written(filling: Filling, amount: int) -> str:
    return str(amount) if filling.is_count else f"{amount / 1024**3:.1f} GB"
