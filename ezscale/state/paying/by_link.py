"""The page on which one invoice is paid by its link, without signing in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex_base.event import EventSpec

from ezscale import wiring
from ezscale.billing.checkout import NothingToPay, Return, open_checkout
from ezscale.billing.pay_links import AskedFor, asked_by_link, holder_of
from ezscale.kit import rates
from ezscale.kit.actor import Actor
from ezscale.kit.errors import NotFound, TooMany
from ezscale.kit.rates import PAY_LINKS, network_of
from ezscale.kit.settings import settings
from ezscale.kit.work import OpenWork, Work
from ezscale.state.account.paying import ask_gateway, said_plainly
from ezscale.state.arguments import sent_text
from ezscale.state.other_ways import Way, other_ways
from ezscale.state.reader import Reader, reader_of
from ezscale.state.session import SessionState, in_one_transaction

PAGE = "/pay/"


@dataclass
class AskedView:
    """What is asked for, in words. `to_pay` is empty where there is nothing to pay now."""

    number: str = ""
    due_on: str = ""
    total: str = ""
    to_pay: str = ""
    small_sums: str = ""
    positions: list[str] = field(default_factory=list)
    is_paid: bool = False
    is_under_way: bool = False
    waits: str = ""
    was_declined: bool = False

    @classmethod
    def of(cls, asked: AskedFor, reader: Reader) -> Self:
        """As this reader is used to it."""
        return cls(
            number=asked.number,
            due_on=reader.day(asked.due_on),
            total=reader.money(asked.total),
            to_pay=reader.money(asked.to_pay) if asked.to_pay else "",
            small_sums=reader.money(asked.small_sums) if asked.small_sums else "",
            positions=list(asked.positions),
            is_paid=asked.is_paid,
            is_under_way=asked.is_under_way,
            waits=asked.waits,
            was_declined=asked.was_declined,
        )


class PayState(SessionState):
    loaded: bool = False
    asked: AskedView = AskedView()
    came: str = ""
    going_to_pay: bool = False
    other_ways: list[Way] = []

    @rx.event
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Show what the link in the address asks for; whoever comes from paying it is told at once what came of it."""
        self.loaded, self.going_to_pay = False, False
        came = sent_text(self.router.url.query_parameters.get("came"), 10)
        self.came, self.other_ways = came if came in ("paid", "back") else "", other_ways()
        await self._look()
        if self.came and self.asked.to_pay:
            yield None
            secret, address = self._secret, self.router.session.client_ip
            await self.converse(lambda open_work: hear_of(open_work, secret, address))
            await self._look()

    @rx.event
    async def pay(self, through: str = "") -> AsyncIterator[EventSpec | None]:
        """Go to the page of the gateway of a name, or of the first."""
        self.going_to_pay, self.came, chosen = True, "", sent_text(through, 20)
        yield None
        secret, address = self._secret, self.router.session.client_ip
        back = back_to(self.router.headers.origin or settings().web_url, secret)
        try:
            yield rx.redirect(await self.converse(lambda open_work: page_for(open_work, secret, address, back, chosen)))
        except NothingToPay:  # paid a moment ago, perhaps: the page says how it stands
            await self._look()
        finally:
            self.going_to_pay = False

    @property
    def _secret(self) -> str:
        return sent_text(self.router.url.query_parameters.get("link"), 100)

    async def _look(self) -> None:
        secret, address = self._secret, self.router.session.client_ip
        reader = reader_of(self.router.headers.accept_language)
        self.asked = AskedView()
        try:
            self.asked = await self.read(lambda work: asked_view(work, secret, address, reader))
        except NotFound:
            pass  # the page says so
        finally:
            self.loaded = True


def asked_view(work: Work, secret: str, address: str, reader: Reader) -> AskedView:
    """What a link that is tried from an address asks for."""
    with guessing(address):
        return AskedView.of(asked_by_link(work, secret), reader)


@contextmanager
def guessing(address: str) -> Iterator[None]:
    """Let a link be tried from an address. TooMany after too many wrong ones, right or not."""
    caller = network_of(address)
    if wait := rates.test(PAY_LINKS, caller):
        raise TooMany(f"Too many links were tried. Please wait {ceil(wait / 60)} minutes.", wait=wait)
    try:
        yield
    except NotFound:
        rates.hit(PAY_LINKS, caller)
        raise


def page_for(open_work: OpenWork, secret: str, address: str, back: Return, through: str = "") -> str:
    """The address of the gateway's page where a link's invoice is paid; what was paid on an earlier one is booked first."""
    holder, invoice_id = hear_of(open_work, secret, address)
    with said_plainly(open_work, invoice_id):
        return open_checkout(wiring.work_of(holder), wiring.gateways(), invoice_id, back, through)


def hear_of(open_work: OpenWork, secret: str, address: str) -> tuple[Actor, UUID]:
    """Ask the gateway what became of the page of a link's invoice; who came by the link, and that invoice.

    The house itself books the answer: it may pay small invoices along, of which the link's holder sees nothing.
    """
    with guessing(address):
        holder, invoice_id = in_one_transaction(open_work, lambda work: holder_of(work, secret))
    ask_gateway(wiring.automation("pay link"), invoice_id)
    return holder, invoice_id


def link_address(secret: str) -> str:
    """Where a link leads, to be handed on."""
    return f"{settings().web_url}{PAGE}?link={secret}"


def back_to(origin: str, secret: str) -> Return:
    """Where the gateway sends whoever paid, or did not."""

    def address(came: str) -> str:
        return f"{origin}{PAGE}?{urlencode({'link': secret, 'came': came})}"

    return Return(address("paid"), address("back"))
