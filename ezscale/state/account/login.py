"""Showing how to get into a service, to whoever has just entered their own password."""

import asyncio
from typing import Any, ClassVar

import reflex as rx
from reflex_base.event import EventHandler

from ezscale import wiring
from ezscale.accounts.signing_in import confirm_password
from ezscale.provisioning.credentials import reveal_login
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_id

LONGEST_PASSWORD = 1000


class LoginState(PortalState):
    asking: bool = False
    username: str = ""
    password: str = ""
    service_id: str = ""

    _shown: int = 0
    _shown_for: ClassVar[float] = 60.0

    @rx.event
    async def load(self) -> None:
        """Another page: what was shown on the last one is gone."""
        self._hide()
        self.asking = False

    @rx.event
    async def ask(self, is_open: bool) -> None:
        """Open or close the question for one's own password."""
        self.asking = is_open is True
        self.errors = {}

    @rx.event
    async def reveal(self, form: dict[str, Any]) -> EventHandler:
        """Show the login for a minute."""
        service_id, entered = sent_id(self._asked("id")), form.get("password") if isinstance(form, dict) else ""
        entered = entered[:LONGEST_PASSWORD] if isinstance(entered, str) else ""
        token, address = self._session_token(), self.router.session.client_ip
        await self.converse(lambda open_work: confirm_password(open_work, token, entered, address=address))
        vault = wiring.vault()
        login = await self.perform(lambda work: reveal_login(work, vault, service_id))
        self.username, self.password, self.service_id = login.username, login.password, str(service_id)
        self.asking = False
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
