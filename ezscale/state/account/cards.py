"""The cards on file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Self

import reflex as rx
from reflex_base.event import EventSpec

from ezscale import wiring
from ezscale.billing.cards import cards, choose_backup, choose_default, give_up_backup, remove_card
from ezscale.billing.expiring_cards import expires_soon
from ezscale.kit.work import Work
from ezscale.models import PaymentMethod
from ezscale.state.account.paying import card_page, take_cards
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_id, sent_text
from ezscale.state.other_ways import Way, other_ways


@dataclass
class CardView:
    """A card, or a wallet, as a person recognises it. A wallet does not expire."""

    id: str
    label: str
    expires: str
    status: str
    expiry: str

    @classmethod
    def of(cls, work: Work, card: PaymentMethod) -> Self:
        """A card with its place, and whether its date is near."""
        return cls(str(card.id), card.label, card.expiry, status_of(card), expiry_of(work, card))


class CardsState(PortalState):
    loaded: bool = False
    rows: list[CardView] = []
    going_to_add: bool = False
    other_ways: list[Way] = []

    @rx.event
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Show the cards; one that was just left with the gateway is taken over first."""
        self.going_to_add = False
        await self.follow(CardsState.refresh)
        await self._look()
        if self._asked("came") == "kept":
            yield None
            kept = await self.converse(take_cards)
            await self._look()
            if kept:
                self.say("It is kept for renewals.")
                yield rx.redirect("/account/cards/", replace=True)

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def add(self, through: str = "") -> AsyncIterator[EventSpec | None]:
        """Go to the page where a new card is left, or a wallet, at the gateway of a name or the first."""
        self.going_to_add, chosen = True, sent_text(through, 20)
        yield None
        try:
            origin = self._origin
            yield rx.redirect(await self.converse(lambda open_work: card_page(open_work, origin, chosen)))
        finally:
            self.going_to_add = False

    @rx.event
    async def charge_first(self, card_id: str) -> None:
        """Charge another one of the cards from now on."""
        method_id = sent_id(card_id)
        chosen = await self.perform(lambda work: choose_default(work, method_id))
        await self._look()
        self.say(f"{chosen.label} is charged from now on, and at once for what is due.")

    @rx.event
    async def use_as_backup(self, card_id: str) -> None:
        """Allow a card to be charged when the first one is refused."""
        method_id = sent_id(card_id)
        chosen = await self.perform(lambda work: choose_backup(work, method_id))
        await self._look()
        self.say(f"{chosen.label} is charged when the other card is refused.")

    @rx.event
    async def keep_unused(self, card_id: str) -> None:
        """Allow it no longer."""
        method_id = sent_id(card_id)
        chosen = await self.perform(lambda work: give_up_backup(work, method_id))
        await self._look()
        self.say(f"{chosen.label} is kept, and not charged.")

    @rx.event
    async def remove(self, card_id: str) -> None:
        """Let a card go."""
        method_id = sent_id(card_id)
        await self.converse(lambda open_work: remove_card(open_work, wiring.gateways(), method_id))
        await self._look()
        self.say("The card is removed. It will not be charged again.")

    async def _look(self) -> None:
        self.rows, self.other_ways = await self.read(card_views), other_ways()
        self.loaded = True


def card_views(work: Work) -> list[CardView]:
    """The cards on file, the one that is charged first."""
    return [CardView.of(work, card) for card in cards(work)]


def status_of(card: PaymentMethod) -> str:
    """What a card is there for."""
    if card.refused_at is not None:
        return "refused"
    if card.is_backup:
        return "backup"
    return "charged" if card.is_default else "spare"


def expiry_of(work: Work, card: PaymentMethod) -> str:
    """Whether a card has expired, or will soon. It is charged nevertheless: banks often renew a card quietly."""
    if card.expires_on is not None and card.expires_on < work.today:
        return "expired"
    return "soon" if expires_soon(work, card) else ""
