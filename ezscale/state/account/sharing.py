"""With whom a service is shared."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.delegates import delegates, end_delegation, share_service
from ezscale.accounts.invitations import unused_invitations
from ezscale.accounts.permissions import MANAGE_PEOPLE
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models import Delegation, User
from ezscale.state.account.invitations import InvitationView, Inviting
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader


@dataclass
class DelegateView:
    """Somebody who may use the service, and nothing else."""

    id: str
    name: str
    email: str
    since: str

    @classmethod
    def of(cls, delegation: Delegation, user: User, reader: Reader) -> Self:
        return cls(str(delegation.id), user.name, user.email, reader.day(delegation.created_at))


class SharingState(Inviting, PortalState):
    may_share: bool = False
    delegates: list[DelegateView] = []

    @rx.event
    async def load(self) -> None:
        """Show with whom the service that the address names is shared, to whoever may share it."""
        self.may_share, self.delegates, self.invited, self.inviting = False, [], [], False
        await self._look()

    @rx.event
    async def think_of_sharing(self, is_open: bool) -> None:
        """Open or close the question with whom."""
        self.inviting, self.errors = is_open is True, {}

    @rx.event
    async def share(self, form: dict[str, Any]) -> None:
        """Ask somebody by mail to use the service."""
        service_id, email = self._named(), sent_fields(form, "email")["email"]
        await self.perform(lambda work: share_service(work, service_id, email))
        self.inviting = False
        await self._look()
        self.say(f"An invitation is on its way to {email}.")

    @rx.event
    async def end(self, delegation_id: str) -> None:
        """Somebody may not use the service any more."""
        row_id = sent_id(delegation_id)
        await self.perform(lambda work: end_delegation(work, row_id))
        await self._look()
        self.say("Their access has ended.")

    def _named(self) -> UUID:
        return sent_id(self._asked("id"))

    async def _look(self) -> None:
        reader = self._reader
        try:
            service_id = self._named()
            shared = await self.read(lambda work: sharing_of(work, service_id, reader))
        except NotFound:
            return
        self.may_share = shared is not None
        self.delegates, self.invited = shared or ([], [])


def sharing_of(work: Work, service_id: UUID, reader: Reader) -> tuple[list[DelegateView], list[InvitationView]] | None:
    """With whom a service is shared, and with whom it will be; None for whoever has no say in it."""
    if not work.actor.may(MANAGE_PEOPLE):
        return None
    there = [DelegateView.of(delegation, user, reader) for delegation, user in delegates(work, service_id)]
    return there, [InvitationView.of(asked, reader, work.now) for asked in unused_invitations(work, service_id)]
