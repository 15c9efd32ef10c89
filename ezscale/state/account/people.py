"""Who belongs to the customer, and who is invited."""

from dataclasses import dataclass
from typing import Any, Self

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.accounts.invitations import invite, send_invitation_again, unused_invitations
from ezscale.accounts.members import Member, change_role, leave, members, remove_member
from ezscale.accounts.permissions import MANAGE_PEOPLE
from ezscale.kit.work import Work
from ezscale.models.customer import MemberRole
from ezscale.state.account.invitations import InvitationView, Inviting
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_choice, sent_fields, sent_id
from ezscale.state.reader import Reader


@dataclass
class MemberView:
    """Somebody who belongs to the customer. `servers` names those that a delegate may use."""

    id: str
    name: str
    email: str
    role: str
    since: str
    second_factor: bool
    servers: str
    is_me: bool

    @classmethod
    def of(cls, member: Member, reader: Reader, me: object) -> Self:
        return cls(
            id=str(member.membership.id),
            name=member.user.name,
            email=member.user.email,
            role=member.membership.role.value,
            since=reader.day(member.membership.created_at),
            second_factor=member.user.second_factor_since is not None,
            servers=", ".join(service.hostname for service in member.services),
            is_me=member.user.id == me,
        )


@dataclass(frozen=True, slots=True)
class Register:
    """Everybody, in words."""

    people: list[MemberView]
    invited: list[InvitationView]
    may_manage: bool


class PeopleState(Inviting, PortalState):
    loaded: bool = False
    may_manage: bool = False
    people: list[MemberView] = []
    changing: str = ""
    changing_name: str = ""
    changing_role: str = ""

    @rx.event
    async def load(self) -> None:
        """Show everybody, and keep the list up to date."""
        self.inviting, self.changing = False, ""
        await self.follow(PeopleState.refresh)
        await self._look()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def think_of_inviting(self, is_open: bool) -> None:
        """Open or close the form for a new person."""
        self.inviting, self.errors = is_open is True, {}

    @rx.event
    async def invite(self, form: dict[str, Any]) -> None:
        """Ask somebody by mail to join."""
        typed = sent_fields(form, "email", "role")
        role = sent_choice(typed["role"], MemberRole)
        await self.perform(lambda work: invite(work, typed["email"], role))
        self.inviting = False
        await self._look()
        self.say(f"An invitation is on its way to {typed['email']}.")

    @rx.event
    async def send_again(self, invitation_id: str) -> None:
        """Mail an invitation once more."""
        row_id = sent_id(invitation_id)
        again = await self.perform(lambda work: send_invitation_again(work, row_id))
        await self._look()
        self.say(f"Another invitation is on its way to {again.email}; the link in the first one no longer works.")

    @rx.event
    async def think_of_changing(self, membership_id: str) -> None:
        """Open the question which role somebody shall have; close it when nobody is named."""
        row = next((row for row in self.people if row.id == membership_id), None)
        self.changing, self.changing_name, self.changing_role = (row.id, row.name, row.role) if row else ("", "", "")
        self.errors = {}

    @rx.event
    async def close_changing(self, is_open: bool) -> None:
        """Close that question."""
        if is_open is not True:
            self.changing = ""

    @rx.event
    async def change(self, form: dict[str, Any]) -> None:
        """Give somebody another role."""
        sent = sent_fields(form, "member", "role")
        row_id, role = sent_id(sent["member"]), sent_choice(sent["role"], MemberRole)
        await self.perform(lambda work: change_role(work, row_id, role))
        self.changing = ""
        await self._look()
        self.say("The role is changed. The person signs in again to use it.")

    @rx.event
    async def remove(self, membership_id: str) -> None:
        """End somebody's access."""
        row_id = sent_id(membership_id)
        await self.perform(lambda work: remove_member(work, row_id))
        await self._look()
        self.say("Their access has ended.")

    @rx.event
    async def leave(self) -> EventSpec:
        """End one's own access."""
        await self.perform(leave)
        return rx.redirect("/account/")

    async def _look(self) -> None:
        reader = self._reader
        register = await self.read(lambda work: register_of(work, reader))
        self.people, self.invited, self.may_manage = register.people, register.invited, register.may_manage
        self.loaded = True


def register_of(work: Work, reader: Reader) -> Register:
    """Everybody whom the person may see: all, or themself; nobody when they belong to no customer."""
    may_manage = work.actor.may(MANAGE_PEOPLE)
    there = members(work) if work.actor.customer_id else []
    invited = unused_invitations(work) if may_manage else []
    return Register(
        people=[MemberView.of(member, reader, work.actor.user_id) for member in there],
        invited=[InvitationView.of(asked, reader, work.now) for asked in invited],
        may_manage=may_manage,
    )
