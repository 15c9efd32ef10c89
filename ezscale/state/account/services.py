"""The list of services."""

from typing import ClassVar

import reflex as rx

from ezscale.kit.work import Work
from ezscale.provisioning.services import services
from ezscale.state.account.portal import Listing, PortalState
from ezscale.state.account.service_views import ServiceRow
from ezscale.state.telling import Answer
from ezscale.state.turning import PAGE


class ServicesState(Listing, PortalState):
    rows: list[ServiceRow] = []

    _address: ClassVar[str] = "/account/services/"

    @rx.event
    async def load(self) -> Answer:
        """Show the list that the address asks for, and keep it up to date."""
        before, self.words, self.status = self.words, self._asked("q"), self._asked("status")
        self._to_first_page()
        await self.follow(ServicesState.refresh)
        await self._show()
        return rx.set_value("search", self.words) if self.words != before else None

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._show()

    async def _show(self) -> None:
        status, words, before = self.status, self.words, self._before

        def page(work: Work) -> list[ServiceRow]:
            found = services(work, status=status, words=words, before=before, limit=PAGE + 1)
            return [ServiceRow.of(seen) for seen in found]

        self.rows = self._cut(await self.read(page))
        self.loading = False
