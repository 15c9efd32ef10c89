"""A resolver as whoever knows where names point to."""

from collections.abc import Sequence

from dns.exception import DNSException
from dns.nameserver import Do53Nameserver, Nameserver
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from ezscale.kit.errors import TemporaryFailure

PATIENCE = 4.0  # seconds, with all that is tried again
PORT = 53


class DnsResolver:
    """Asks the machine's own resolvers, or those that it is told of."""

    def __init__(self, servers: Sequence[Nameserver] = ()) -> None:
        self._servers = servers

    def addresses(self, host: str, *, ipv6: bool) -> frozenset[str]:
        """The addresses of one kind behind a host name."""
        kind = "AAAA" if ipv6 else "A"
        try:
            resolver = Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = list(self._servers)
            answer = resolver.resolve(f"{host}.", kind, search=False, lifetime=PATIENCE)
        except (NXDOMAIN, NoAnswer):
            return frozenset()
        except DNSException as failure:
            raise TemporaryFailure(f"Nobody could tell where {host} points to: {failure}") from failure
        return frozenset(str(found.address) for found in answer)


def open_resolver(listed: str = "") -> DnsResolver:
    """A resolver that asks these servers (192.0.2.53, 127.0.0.1:5353), or without any the machine's own."""
    return DnsResolver([_server(one.strip()) for one in listed.split(",") if one.strip()])


def _server(written: str) -> Nameserver:
    host, colon, port = written.rpartition(":")
    if colon and port.isdecimal() and ":" not in host:
        return Do53Nameserver(host, int(port))
    return Do53Nameserver(written, PORT)
