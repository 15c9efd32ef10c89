"""The statement of account of one customer, for staff."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from ezscale.state.account.statement_views import StatementView, period_typed, statement_view
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.telling import Answer


class StatementState(Record, StaffState):
    """A customer's account, from one day to another."""

    statement: StatementView = StatementView()

    @rx.event
    async def choose(self, form: dict[str, Any]) -> Answer:
        """Another period."""
        typed = sent_fields(form, "since", "until", longest=10)
        period_typed(**typed)
        return rx.redirect(f"/admin/statement/?{urlencode({'id': str(sent_id(self._id)), **typed})}")

    async def _show(self, row_id: UUID) -> None:
        since, until, reader = self._asked("since", 10), self._asked("until", 10), self._reader()
        self.statement = await self.read(lambda work: statement_view(work, str(row_id), since, until, reader))
