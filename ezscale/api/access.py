"""Who stands at the door: from which address somebody really comes, and whether the staff's side is open to them."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

from ezscale.accounts.ports import StaffPasses
from ezscale.kit.cookies import read_cookie
from ezscale.kit.network_country import HEADER
from ezscale.kit.settings import Networks
from ezscale.kit.staff_door import MARK, OPEN

ASSERTION, ASSERTION_COOKIE = "cf-access-jwt-assertion", "CF_Authorization"
STAFF_PAGES = ("/admin",)
STAFF_ROUTES = ("/api/v1/admin", "/api/exports")
STAFF_FORMS = ("/api/impersonation",)

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class StaffDoor:
    """What whoever works on the staff's side must bring: the right host name, address and pass, as far as each is asked.

    `passes` tells who reads the passes; None where none is asked for.
    """

    host: str = ""
    networks: Networks = ()
    passes: Callable[[], StaffPasses | None] | None = None

    async def is_open_to(self, scope: Scope, host: str) -> bool:
        """Whether a request, or a socket, may be staff's. Expects the client's real address in the scope."""
        if self.host and host != self.host:
            return False
        if self.networks and not is_within(read_address((scope.get("client") or ("",))[0]), self.networks):
            return False
        return self.passes is None or await self._has_pass(scope)

    async def _has_pass(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        shown = headers.get(ASSERTION) or read_cookie(headers.get("cookie", ""), ASSERTION_COOKIE)
        reader = self.passes() if self.passes else None
        if not shown or reader is None:
            return False
        return await asyncio.to_thread(reader.admit, shown)  # it may have to fetch keys


def is_staff_side(path: str) -> bool:
    """Whether nobody but staff has any business at an address."""
    own = (*STAFF_PAGES, *STAFF_ROUTES)
    return path in STAFF_FORMS or any(path == each or path.startswith(f"{each}/") for each in own)


def seen(scope: Scope, proxies: Networks) -> Scope:
    """The request as it really is: with its sender's own address, and without a mark that only we may make.

    In which country that address is may be said by our own proxies alone.
    """
    address = client_address(scope, proxies)
    peer = scope.get("client")
    is_proxys = is_within(read_address((peer or ("",))[0]), proxies)
    dropped = {MARK.encode()} if is_proxys else {MARK.encode(), HEADER.encode()}
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in dropped]
    return {**scope, "headers": headers, "client": (address, peer[1] if peer else 0) if peer or address else None}


def marked(scope: Scope) -> Scope:
    """The request with our word that it came in by the staff's door."""
    return {**scope, "headers": [*scope["headers"], (MARK.encode(), OPEN.encode())]}


def client_address(scope: Scope, proxies: Networks) -> str:
    """Where a request comes from: the last address in the chain that is not one of our own proxies.

    Whatever stands before it in X-Forwarded-For anybody may have written. A proxy of ours that passes on what is no
    address leaves us with none: then nobody is let in for their address.
    """
    peer = (scope.get("client") or ("",))[0]
    told = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
    hops = [peer, *(hop.strip() for hop in reversed(told.split(",")))] if told.strip() else [peer]
    address: Address | None = None
    for hop in hops:
        address = read_address(hop)
        if address is None or not is_within(address, proxies):
            break
    return str(address) if address else peer if hops == [peer] else ""


def read_address(text: str) -> Address | None:
    """An address as it is compared: without a port, and as IPv4 where it is one in IPv6's clothes. None for no address."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_within(address: Address | None, networks: Iterable[object]) -> bool:
    """Whether an address belongs to one of these networks. No address belongs to none."""
    return address is not None and any(address in network for network in networks)  # type: ignore[operator]
