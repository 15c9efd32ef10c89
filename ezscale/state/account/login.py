"""Showing how to get into a service, to whoever has just proven who they are."""

import asyncio
from typing import ClassVar

import reflex as rx
from reflex_base.event import EventHandler

from ezscale import wiring
from ezscale.provisioning.credentials import reveal_login
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_id


class LoginState(PortalState):
    username: str = ""
    password: str = ""
    service_id: str = ""

    _shown: int = 0
    _shown_for: ClassVar[float] = 60.0

    @rx.event
    async def load(self) -> None:
        """Another page: what was shown on the last one is gone."""
        self._hide()

    @rx.event
    async def reveal(self) -> EventHandler:
        """Show the login for a minute; whoever has not proven for a while that it is them, does so first."""
        service_id, vault = sent_id(self._asked("id")), wiring.vault()
        login = await self.perform(lambda work: reveal_login(work, vault, service_id))
        self.username, self.password, self.service_id = login.username, login.password, str(service_id)
        self._shown += 1
        return LoginState.hide_later

    @rx.event
    async def hide(self) -> None:
        """Enough seen."""
        self._hide()

    @rx.event(background=True)
    async def hide_later(self) -> None:
        """Nobody leaves a password on a screen over lunch."""
        shown = self._shown
        await asyncio.sleep(self._shown_for)
        async with self:
            if self._shown == shown:
                self._hide()

    def _hide(self) -> None:
        self.username = self.password = self.service_id = ""
