"""The addresses of a service, and their names."""

from dataclasses import dataclass
from math import ceil
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale import wiring
from ezscale.accounts.permissions import USE_SERVICES
from ezscale.kit import rates
from ezscale.kit.errors import NotFound, TooMany
from ezscale.kit.rates import REVERSE_NAMES
from ezscale.kit.work import Work
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.reverse_dns import HeldAddress, drop_name, held_addresses, wish_name
from ezscale.provisioning.services import service_overview
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_fields, sent_id, sent_text


@dataclass
class AddressRow:
    """An address or a network, with the name of a single one. `standing` is empty where it has none."""

    address: str
    is_network: bool = False
    name: str = ""
    standing: str = ""
    trouble: str = ""

    @classmethod
    def of(cls, held: HeldAddress) -> Self:
        if held.name is None:
            return cls(held.address, held.is_network)
        return cls(held.address, held.is_network, held.name.name, held.name.status.value, held.name.trouble)


class AddressesState(PortalState):
    rows: list[AddressRow] = []
    has_names: bool = False
    may_name: bool = False
    naming: bool = False
    chosen: AddressRow = AddressRow("")

    @rx.event
    async def load(self) -> None:
        """Show the addresses of the service that the address names."""
        self.rows, self.has_names, self.may_name, self.naming = [], False, False, False
        self.chosen = AddressRow("")
        await self._look()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def think_of(self, address: str) -> None:
        """Open the window in which one of them gets a name."""
        wanted = sent_text(address, 60)
        found = next((row for row in self.rows if row.address == wanted), None)
        if found is not None:
            self.chosen, self.naming, self.errors = found, True, {}

    @rx.event
    async def think_again(self, is_open: bool) -> None:
        """Close that window."""
        self.naming, self.errors = is_open is True and self.naming, {}

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Let the chosen address, or the one that was typed within a network, have a name that points to it."""
        sent, service_id = sent_fields(form, "address", "name", longest=300), self._named()
        address = sent["address"] or self.chosen.address
        await self._count()
        name = await self.converse(
            lambda open_work: wish_name(open_work, wiring.resolver(), service_id, address, sent["name"])
        )
        self.naming = False
        await self._look()
        self.say(f"{name} is being set. It can take some minutes until everybody sees it.")

    @rx.event
    async def remove(self, address: str) -> None:
        """Take its name away from an address."""
        service_id, wanted = self._named(), sent_text(address, 60)
        await self.perform(lambda work: drop_name(work, service_id, wanted))
        await self._look()
        self.say("The name is being removed.")

    def _named(self) -> UUID:
        return sent_id(self._asked("id"))

    async def _count(self) -> None:
        """Each try asks other people's name servers: TooMany after too many within an hour."""
        actor = await self.actor()
        caller = str(actor.behind_id or actor.user_id or self.router.session.client_ip)
        if wait := rates.hit(REVERSE_NAMES, caller):
            raise TooMany(f"That was a lot within an hour. Please wait {ceil(wait / 60)} minutes.", wait=wait)

    async def _look(self) -> None:
        try:
            service_id = self._named()
            rows, may_name = await self.read(lambda work: addresses_of(work, service_id))
        except NotFound:
            return
        self.has_names = wiring.reverse_zones() is not None
        self.rows, self.may_name = rows, may_name and self.has_names


def addresses_of(work: Work, service_id: UUID) -> tuple[list[AddressRow], bool]:
    """What a service holds, and whether its holder can name it now."""
    service = service_overview(work, service_id).service
    may_name = work.actor.may(USE_SERVICES) and service.status is ServiceStatus.ACTIVE
    return [AddressRow.of(held) for held in held_addresses(work, service_id)], may_name
