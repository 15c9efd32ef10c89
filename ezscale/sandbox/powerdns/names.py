"""The DNS around a stand-in: where names point to, told over UDP as a resolver tells it.

A label that is an address with dashes points to it, in whatever domain: mail.203-0-113-7.example.com. Every other name
points to where the stand-in was told that it does, and does not exist before.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.exception import DNSException

from ezscale.sandbox.store import Store

KIND = "name"
LIFE = 60
VERSIONS = {dns.rdatatype.A: 4, dns.rdatatype.AAAA: 6}


class Names:
    """What a resolver would find."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def point(self, host: str, addresses: list[str], rcode: str = "NOERROR") -> None:
        """From now on a name points there, or looking it up fails."""
        self._store.put(KIND, host.lower(), {"addresses": addresses, "rcode": rcode})

    def answer(self, wire: bytes) -> bytes:
        """The answer to a question, both as they travel."""
        try:
            query = dns.message.from_wire(wire)
        except DNSException:
            return b""
        response = dns.message.make_response(query, recursion_available=True)
        if len(query.question) != 1:
            response.set_rcode(dns.rcode.FORMERR)
            return response.to_wire()
        question = query.question[0]
        known = self._known(question.name.to_text(omit_final_dot=True).lower())
        response.set_rcode(dns.rcode.from_text(known["rcode"]) if known else dns.rcode.NXDOMAIN)
        found = [each for each in (known or {}).get("addresses", ()) if _fits(each, question.rdtype)]
        if found and response.rcode() == dns.rcode.NOERROR:
            response.answer.append(dns.rrset.from_text_list(question.name, LIFE, "IN", question.rdtype, found))
        return response.to_wire()

    def _known(self, host: str) -> dict[str, Any] | None:
        told = self._store.get(KIND, host)
        if told is not None:
            return told
        within = [address for label in host.split(".") if (address := _address_in(label))]
        return {"addresses": within, "rcode": "NOERROR"} if within else None


class OverUdp(asyncio.DatagramProtocol):
    """Answers each question where it came from."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # not every loop's is one by its class

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """A question has come."""
        if self._transport is not None and (answer := self._names.answer(data)):
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def answering(names: Names, host: str, port: int) -> AsyncIterator[int]:
    """Answer on a port for as long as the block lasts; on any that is free for 0. Returns which."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: OverUdp(names), local_addr=(host, port))
    try:
        yield int(transport.get_extra_info("sockname")[1])
    finally:
        transport.close()


def _fits(address: str, kind: int) -> bool:
    return ip_address(address).version == VERSIONS.get(dns.rdatatype.RdataType.make(kind))


def _address_in(label: str) -> str:
    for separator in (".", ":"):
        try:
            return str(ip_address(label.replace("-", separator)))
        except ValueError:
            continue
    return ""
