"""People who work here: invited, given roles, suspended, brought back, removed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.roles import roles
from ezscale.accounts.staff import (
    Colleague,
    bring_back_colleague,
    colleagues,
    give_role,
    invite_again,
    invite_colleague,
    remove_colleague,
    suspend_colleague,
)
from ezscale.kit.work import Work
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader

NEW = "new"


@dataclass
class ColleagueRow:
    """A colleague on one line."""

    id: str
    name: str
    email: str
    role: str
    role_id: str
    standing: str
    second_factor: bool
    since: str
    may_change: bool

    @classmethod
    def of(cls, found: Colleague, reader: Reader) -> Self:
        user = found.user
        return cls(
            id=str(user.id),
            name=user.name,
            email=user.email,
            role=found.role.name,
            role_id=str(found.role.id),
            standing="suspended" if user.suspended_at else "invited" if found.is_invited else "active",
            second_factor=user.second_factor_since is not None,
            since=reader.day(user.created_at),
            may_change=found.may_change,
        )


@dataclass
class Choice:
    """A role that can be given."""

    value: str
    text: str


class ColleaguesState(StaffState):
    """Everybody who works here, and the windows in which somebody is invited or given another role."""

    loading: bool = True
    rows: list[ColleagueRow] = []
    choices: list[Choice] = []
    editing: str = ""
    person: str = ""
    role_id: str = ""

    @rx.event
    async def load(self) -> None:
        """Show everybody."""
        self.editing = ""
        await self._look()

    @rx.event
    async def edit(self, user_id: str) -> None:
        """Open the window for somebody, or for somebody new."""
        self.editing, self.errors = sent_text(user_id, 40), {}
        row = next((row for row in self.rows if row.id == self.editing), None)
        self.person, self.role_id = (row.name, row.role_id) if row else ("", "")

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.editing, self.errors = "", {}

    @rx.event
    async def invite(self, form: dict[str, Any]) -> None:
        """Invite somebody new."""
        typed = sent_fields(form, "name", "email", "role")
        role_id = sent_id(typed["role"])
        await self._do(lambda work: invite_colleague(work, typed["name"], typed["email"], role_id))
        self.say(f"An invitation is on its way to {typed['email']}.")

    @rx.event
    async def invite_again(self, user_id: str) -> None:
        """Send another invitation."""
        row_id = sent_id(user_id)
        await self._do(lambda work: invite_again(work, row_id))
        self.say("Another invitation is on its way.")

    @rx.event
    async def give(self, form: dict[str, Any]) -> None:
        """Give somebody another role."""
        user_id, role_id = sent_id(self.editing), sent_id(sent_fields(form, "new_role")["new_role"])
        await self._do(lambda work: give_role(work, user_id, role_id))
        self.say("The role is changed. They sign in again with it.")

    @rx.event
    async def suspend(self, user_id: str) -> None:
        """Keep somebody out."""
        await self._step(suspend_colleague, user_id, "Suspended, and signed out everywhere.")

    @rx.event
    async def bring_back(self, user_id: str) -> None:
        """Let somebody in again."""
        await self._step(bring_back_colleague, user_id, "They may sign in again.")

    @rx.event
    async def remove(self, user_id: str) -> None:
        """Somebody works here no more."""
        await self._step(remove_colleague, user_id, "Removed, and signed out everywhere.")

    async def _step(self, use_case: Callable[[Work, UUID], None], user_id: str, said: str) -> None:
        row_id = sent_id(user_id)
        await self._do(lambda work: use_case(work, row_id))
        self.say(said)

    async def _do(self, use_case: Callable[[Work], Any]) -> None:
        await self.perform(use_case)
        self.editing = ""
        await self._look()

    async def _look(self) -> None:
        reader = self._reader()

        def reading(work: Work) -> tuple[list[ColleagueRow], list[Choice]]:
            given = [Choice(str(each.role.id), each.role.name) for each in roles(work) if each.may_give]
            return [ColleagueRow.of(found, reader) for found in colleagues(work)], given

        self.rows, self.choices = await self.read(reading)
        self.loading = False
