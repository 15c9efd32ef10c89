"""The one way out to addresses that people can set: never to what only we can reach.

A name is looked up once, every answer is checked, and the connection goes to the address that was checked, so that a
second answer of the DNS changes nothing; TLS still proves the name. Vendors whose address the operator sets in the
environment are trusted, and go by `open_http`.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import httpcore
import httpx

from ezscale.kit.errors import Invalid

USUAL_PORTS = {"http": (80, 8080), "https": (443, 8443)}
LARGEST_ANSWER = 1_000_000  # bytes
LONGEST_ANSWER = 20.0  # seconds, however often a few bytes come
PATIENCE = httpx.Timeout(10, connect=5)
LONGEST_URL = 2000
NOT_PUBLIC = "This address leads to a network that is not public."

# What the standard library may count as global and is not for us: carriers' own networks, and translations into IPv4
# (NAT64, 6to4, Teredo), which lead to whatever address they hold.
NEVER = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4"),
        *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"),
        *("fec0::/10", "100::/64", "2001:db8::/32", "::/96"),
    )
)

Resolve = Callable[[str, int], list[str]]


class NotPublic(Invalid):
    """The address leads where only we can reach, or cannot be used at all."""


def resolve(host: str, port: int) -> list[str]:
    """Every network address that a name has. NotPublic for a name without any."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotPublic("There is no such name.", field="url") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def open_public_http(
    *, resolve: Resolve = resolve, allow: Iterable[str] = (), trust: ssl.SSLContext | None = None
) -> httpx.Client:
    """A client for addresses that people can set. It follows no redirects and trusts no proxy of the environment.

    `allow` are places (address:port) of a test's own servers, `trust` is whom it takes for a certificate authority.
    """
    transport = PublicTransport(resolve, frozenset(allow), trust or ssl.create_default_context())
    return httpx.Client(
        transport=transport,
        timeout=PATIENCE,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "EZSCALE/0.1", "Accept-Encoding": "identity"},
    )


def fetch(http: httpx.Client, method: str, url: str, **request: Any) -> httpx.Response:
    """An answer of bounded size. NotPublic for an address that is not for us; httpx's own errors otherwise.

    A redirect is an answer like any other: whoever wants to follow it asks again, and is checked again.
    """
    if len(url) > LONGEST_URL:
        raise NotPublic("This address is too long.", field="url")
    try:
        httpx.URL(url).host  # noqa: B018  # read, as some names are looked at no earlier
    except (httpx.InvalidURL, UnicodeError):
        raise NotPublic("This is no address of the web.", field="url") from None
    with http.stream(method, url, **request) as answer:
        body, end = b"", time.monotonic() + LONGEST_ANSWER
        for part in answer.iter_raw():
            body += part
            if time.monotonic() > end:
                raise httpx.ReadTimeout("the answer takes too long", request=answer.request)
            if len(body) > LARGEST_ANSWER:
                raise httpx.ReadError("the answer is too large", request=answer.request)
    return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=answer.request)


def is_public(address: str) -> bool:
    """Whether an address is one that everybody in the world reaches, and leads nowhere else."""
    try:
        parsed = ip_address(address)  # an address with a zone, fe80::1%eth0, is none of them
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return is_public(str(parsed.ipv4_mapped))
    if any(parsed in network for network in NEVER if network.version == parsed.version):
        return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or "%" in address)


class PublicTransport(httpx.BaseTransport):
    """Sends a request to the checked address of its host, and nowhere else."""

    def __init__(self, resolve: Resolve, allow: frozenset[str], trust: ssl.SSLContext) -> None:
        self._resolve = resolve
        self._allow = allow
        self._trust = trust

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the first checked address. A connection serves one request: nothing is left open to be used."""
        address, port = self._checked(request.url)
        line = httpx.HTTPTransport(verify=self._trust, trust_env=False)
        line._pool._network_backend = Pinned(address, port)  # noqa: SLF001  # httpx offers no other way to it
        try:
            answer = line.handle_request(request)
        except BaseException:
            line.close()
            raise
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=ClosingStream(answer, line), extensions=answer.extensions
        )

    def _checked(self, url: httpx.URL) -> tuple[str, int]:
        ports = USUAL_PORTS.get(url.scheme)
        if ports is None:
            raise NotPublic("An address begins with https://, or http://.", field="url")
        if url.userinfo:
            raise NotPublic("An address holds no name and password.", field="url")
        port = url.port or ports[0]
        host = url.host.rstrip(".")
        if not host:
            raise NotPublic("This address names no host.", field="url")
        found = self._resolve(host, port)
        if any(f"{address}:{port}" in self._allow for address in found):
            return found[0], port
        if port not in ports:
            raise NotPublic(f"Only the usual ports are used: {', '.join(map(str, ports))}.", field="url")
        if not found or not all(is_public(address) for address in found):
            raise NotPublic(NOT_PUBLIC, field="url")
        return found[0], port


class Pinned(httpcore.NetworkBackend):
    """Opens connections to one address, whatever name it is asked for."""

    def __init__(self, address: str, port: int) -> None:
        self._address, self._port = address, port
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """To the address that was checked."""
        return self._real.connect_tcp(self._address, self._port, timeout, None, socket_options)


class ClosingStream(httpx.SyncByteStream):
    """An answer's body, whose line is closed with it."""

    def __init__(self, answer: httpx.Response, line: httpx.HTTPTransport) -> None:
        self._answer, self._line = answer, line

    def __iter__(self) -> Iterator[bytes]:
        """The parts as they come."""
        stream = self._answer.stream
        if isinstance(stream, httpx.SyncByteStream):
            yield from stream

    def close(self) -> None:
        """Nothing of it is needed any more."""
        self._answer.close()
        self._line.close()
