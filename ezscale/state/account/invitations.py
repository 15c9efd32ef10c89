"""Whom a customer has invited, wherever it is shown: on the page of its people, and on that of a shared server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import reflex as rx

from ezscale.accounts.invitations import withdraw_invitation
from ezscale.models import Invitation
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_id
from ezscale.state.reader import Reader


@dataclass
class InvitationView:
    """Somebody who was invited and has not come."""

    id: str
    email: str
    role: str
    invited_by: str
    until: str
    is_over: bool

    @classmethod
    def of(cls, invitation: Invitation, reader: Reader, now: datetime) -> Self:
        return cls(
            id=str(invitation.id),
            email=invitation.email,
            role=invitation.role.value,
            invited_by=invitation.invited_by,
            until=reader.day(invitation.expires_at),
            is_over=not invitation.is_open(now),
        )


class Inviting(PortalState, mixin=True):
    """For states that show open invitations: `_look` reads them, among other things."""

    invited: list[InvitationView] = []
    inviting: bool = False

    async def _look(self) -> None:
        """Read what is shown into the state's own vars."""
        raise NotImplementedError

    @rx.event
    async def withdraw(self, invitation_id: str) -> None:
        """Take an invitation back."""
        row_id = sent_id(invitation_id)
        await self.perform(lambda work: withdraw_invitation(work, row_id))
        await self._look()
        self.say("The invitation is taken back.")
