"""The list of services."""

from collections.abc import AsyncIterator
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
    async def load(self) -> AsyncIterator[Answer]:
        """Show the list that the address asks for, and keep it up to date."""
        self.words, self.status = self._asked("q"), self._asked("status")
        self._to_first_page()
        yield self._fill_box(self.words)
        await self.follow(ServicesState.refresh)
        await self._show()

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
