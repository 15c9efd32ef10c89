"""A company whose addresses can be named: PowerDNS's stand-in, and the DNS around it, without a socket."""

from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

import dns.message
import httpx
from dns.nameserver import Nameserver

from ezscale.integrations.http import open_http
from ezscale.integrations.powerdns.adapter import PowerDnsZones, open_zones
from ezscale.integrations.resolver.adapter import DnsResolver
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.powerdns.app import KEY, OWN_NAMES, PowerDnsStandIn
from ezscale.sandbox.powerdns.names import Names
from ezscale.sandbox.store import Store
from tests.company import Company

URL = "http://dns.test"


class NextDoor(Nameserver):
    """A server that answers from within this process."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def __str__(self) -> str:
        return "next door"

    def kind(self) -> str:
        return "next door"

    def is_always_max_size(self) -> bool:
        return True

    def answer_nameserver(self) -> str:
        return "next door"

    def answer_port(self) -> int:
        return 53

    def query(self, request: dns.message.QueryMessage, *_rest: Any, **_how: Any) -> dns.message.Message:
        return dns.message.from_wire(self._names.answer(request.to_wire()))


@dataclass
class Dns:
    """The stand-in, how to break it, and what it says."""

    stand_in: PowerDnsStandIn
    http: httpx.Client
    zones: PowerDnsZones
    resolver: DnsResolver

    def points(self, host: str, *addresses: str, rcode: str = "NOERROR") -> None:
        """A name points there from now on."""
        self.stand_in.names.point(host, list(addresses), rcode)

    def says_of(self, address: str) -> str | None:
        """What an address answers with."""
        return self.stand_in.pointer(f"{ip_address(address).reverse_pointer}.")


def a_dns(own_names: str = OWN_NAMES) -> Dns:
    """One with the zones of the demo."""
    stand_in = PowerDnsStandIn(Store())
    http = open_http(URL, transport=InProcess(stand_in))
    return Dns(stand_in, http, open_zones(URL, KEY, own_names, http=http), DnsResolver([NextDoor(stand_in.names)]))


def with_dns(company: Company) -> Dns:
    """The company keeps its addresses' names there."""
    found = a_dns()
    company.house = replace(company.house, reverse_zones=found.zones, resolver=found.resolver)
    return found
