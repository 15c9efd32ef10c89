"""Staff roles, put together in plain words."""

from dataclasses import dataclass
from typing import Any, Self

import reflex as rx

from ezscale.accounts.permission_words import PERMISSION_WORDS
from ezscale.accounts.roles import RoleOverview, add_role, change_role, delete_role, roles
from ezscale.kit.work import Work
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text

NEW = "new"


def field_of(permission: str) -> str:
    """The name of a permission's box in a form."""
    return permission.replace(".", "_")


PERMISSIONS = [(field_of(permission), sentence) for permission, sentence in PERMISSION_WORDS.items()]
OF_FIELD = {field_of(permission): permission for permission in PERMISSION_WORDS}


@dataclass
class RoleRow:
    """A role with what it allows, in sentences."""

    id: str
    name: str
    allows: list[str]
    fields: list[str]
    people: str
    may_give: bool
    may_change: bool

    @classmethod
    def of(cls, found: RoleOverview) -> Self:
        allowed = [permission for permission in PERMISSION_WORDS if permission in found.permissions]
        return cls(
            id=str(found.role.id),
            name=found.role.name,
            allows=[PERMISSION_WORDS[permission] for permission in allowed],
            fields=[field_of(permission) for permission in allowed],
            people=str(found.people),
            may_give=found.may_give,
            may_change=found.may_change,
        )


class RolesState(StaffState):
    """Which roles there are, and the window in which one is put together."""

    loading: bool = True
    rows: list[RoleRow] = []
    own: list[str] = []
    editing: str = ""
    name: str = ""
    chosen: list[str] = []

    @rx.event
    async def load(self) -> None:
        """Show every role."""
        self.editing = ""
        await self._look()

    @rx.event
    async def edit(self, role_id: str) -> None:
        """Open the window for a role, or for a new one."""
        self.editing, self.errors = sent_text(role_id, 40), {}
        row = next((row for row in self.rows if row.id == self.editing), None)
        self.name, self.chosen = (row.name, row.fields) if row else ("", [])

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The window was closed."""
        if is_open is not True:
            self.editing, self.errors = "", {}

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Keep the role as it was put together."""
        name, chosen = sent_fields(form, "name", longest=100)["name"], ticked(form)
        if self.editing == NEW:
            await self.perform(lambda work: add_role(work, name, chosen))
        else:
            role_id = sent_id(self.editing)
            await self.perform(lambda work: change_role(work, role_id, name, chosen))
        self.editing = ""
        await self._look()
        self.say("The role is saved.")

    @rx.event
    async def delete(self, role_id: str) -> None:
        """Take a role away that nobody holds."""
        row_id = sent_id(role_id)
        await self.perform(lambda work: delete_role(work, row_id))
        await self._look()
        self.say("The role is gone.")

    async def _look(self) -> None:
        def reading(work: Work) -> tuple[list[RoleRow], list[str]]:
            own = [field_of(permission) for permission in PERMISSION_WORDS if work.actor.may(permission)]
            return [RoleRow.of(found) for found in roles(work)], own

        self.rows, self.own = await self.read(reading)
        self.loading = False


def ticked(form: Any) -> list[str]:
    """The permissions whose boxes are ticked."""
    sent = form if isinstance(form, dict) else {}
    return [permission for field, permission in OF_FIELD.items() if sent.get(field) in (True, "on", "true")]
