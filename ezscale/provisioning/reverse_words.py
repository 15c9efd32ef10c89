"""Host names and addresses as people type them, and what is wrong with those that cannot be used."""

import re
from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import idna

from ezscale.kit.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_HOST = 253
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
MOST_SHOWN = 3
PATIENCE = "Changes of DNS can take some minutes."


def host_name(typed: str) -> str:
    """A host name as the DNS writes it: lower case, ASCII, without a dot at the end. Invalid, on `name`, for what is none."""
    text = typed.strip().removesuffix(".")
    try:
        host = idna.encode(text, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        host = ""
    labels = host.split(".")
    fits = len(host) <= LONGEST_HOST and len(labels) > 1 and all(LABEL.fullmatch(label) for label in labels)
    if not fits or labels[-1].isdecimal():
        raise Invalid("Please enter a full host name, such as mail.example.com.", field="name")
    return host


def single_address(typed: str) -> Address:
    """One address. Invalid, on `address`, for what is none."""
    try:
        return ip_address(typed.strip())
    except ValueError:
        raise Invalid("Please enter one address, such as 2001:db8::25.", field="address") from None


def network_of(held: str) -> Network | None:
    """What a service holds, as a network: one of a single address, mostly. None for what is no address at all."""
    try:
        return ip_network(held, strict=False)
    except ValueError:
        return None


def is_within(address: Address, held: Iterable[str]) -> bool:
    """Whether an address is one of these, or lies within one of these networks."""
    return any(network is not None and address in network for network in map(network_of, held))


def require_confirmation(host: str, address: Address, found: Collection[str]) -> None:
    """A name is an address's only when it points back to it. Invalid, on `name`, saying where it points to instead."""
    if any(ip_address(one) == address for one in found):
        return
    if not found:
        raise Invalid(f"{host} does not point to {address} yet. Please set that first. {PATIENCE}", field="name")
    shown = ", ".join(sorted(found)[:MOST_SHOWN])
    raise Invalid(f"{host} points to {shown}, not to {address}. {PATIENCE}", field="name")
