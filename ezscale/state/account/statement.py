"""The statement of account in the portal."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from ezscale.state.account.portal import PortalState
from ezscale.state.account.statement_views import StatementView, period_typed, statement_view
from ezscale.state.arguments import sent_fields
from ezscale.state.telling import Answer


class StatementState(PortalState):
    """One's own account, from one day to another."""

    statement: StatementView = StatementView()
    loading: bool = True

    @rx.event
    async def load(self) -> None:
        """Show the period that the address asks for, and keep it up to date."""
        await self.follow(StatementState.refresh)
        await self._show()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._show()

    @rx.event
    async def choose(self, form: dict[str, Any]) -> Answer:
        """Another period."""
        typed = sent_fields(form, "since", "until", longest=10)
        period_typed(**typed)
        return rx.redirect(f"/account/statement/?{urlencode(typed)}")

    async def _show(self) -> None:
        since, until, reader = self._asked("since"), self._asked("until"), self._reader
        whose = str((await self.actor()).own_customer())
        self.statement = await self.read(lambda work: statement_view(work, whose, since, until, reader))
        self.loading = False
