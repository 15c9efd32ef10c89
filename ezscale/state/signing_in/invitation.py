"""What an invitation offers, for whoever holds its link."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import reflex as rx

from ezscale.accounts.invitations import Offer, offer_behind
from ezscale.accounts.members import themself
from ezscale.kit.errors import NotAllowed, NotSignedIn
from ezscale.kit.work import Work
from ezscale.state.arguments import sent_text
from ezscale.state.session import SessionState


@dataclass
class OfferView:
    """An invitation in words. `server` is empty unless it is about a single one."""

    email: str = ""
    role: str = ""
    customer: str = ""
    invited_by: str = ""
    server: str = ""
    has_account: bool = False

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls(
            email=offer.email,
            role=offer.role.value,
            customer=offer.customer,
            invited_by=offer.invited_by,
            server=offer.server,
            has_account=offer.has_account,
        )


class InvitationState(SessionState):
    loaded: bool = False
    is_open: bool = False
    is_for_me: bool = False
    offer: OfferView = OfferView()
    sign_in_at: str = "/login/"

    @rx.event
    async def load(self) -> None:
        """Show what the link in the address offers; one that is used, too old or made up offers nothing."""
        secret = sent_text(self.router.url.query_parameters.get("token"), 100)
        here = f"/invitation/?{urlencode({'token': secret})}"
        self.sign_in_at = f"/login/?{urlencode({'next': here})}"
        offer = await self.read(lambda work: offer_behind(work, secret))
        self.is_open = offer is not None
        self.offer = OfferView.of(offer) if offer else OfferView()
        self.is_for_me = offer is not None and await self.read(lambda work: is_for(work, offer.email))
        self.loaded = True


def is_for(work: Work, email: str) -> bool:
    """Whether the signed-in person is the one with this address."""
    try:
        return themself(work).email == email
    except (NotSignedIn, NotAllowed):  # a visitor, a colleague
        return False
