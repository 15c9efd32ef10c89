"""The cards on file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Self

import reflex as rx
from reflex_base.event import EventSpec

from ezscale import wiring
from ezscale.billing.cards import cards, remove_card
from ezscale.kit.work import Work
from ezscale.models import PaymentMethod
from ezscale.state.account.paying import card_page, take_card
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_id


@dataclass
class CardView:
    """A card as a person recognises it."""

    id: str
    label: str
    expires: str
    status: str

    @classmethod
    def of(cls, card: PaymentMethod, today: date) -> Self:
        return cls(str(card.id), card.label, f"{card.exp_month:02}/{card.exp_year % 100:02}", status_of(card, today))


class CardsState(PortalState):
    loaded: bool = False
    rows: list[CardView] = []
    going_to_add: bool = False

    @rx.event
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Show the cards; one that was just left with the gateway is taken over first."""
        self.going_to_add = False
        await self.follow(CardsState.refresh)
        await self._look()
        if page := self._asked("page"):
            yield None
            kept = await self.converse(lambda open_work: take_card(open_work, page))
            await self._look()
            if kept:
                self.say("Your card is kept for renewals.")
                yield rx.redirect("/account/cards/", replace=True)

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def add(self) -> AsyncIterator[EventSpec | None]:
        """Go to the page where a new card is left."""
        self.going_to_add = True
        yield None
        try:
            origin = self._origin
            yield rx.redirect(await self.converse(lambda open_work: card_page(open_work, origin)))
        finally:
            self.going_to_add = False

    @rx.event
    async def remove(self, card_id: str) -> None:
        """Let a card go."""
        method_id = sent_id(card_id)
        await self.converse(lambda open_work: remove_card(open_work, wiring.payments(), method_id))
        await self._look()
        self.say("The card is removed. It will not be charged again.")

    async def _look(self) -> None:
        self.rows = await self.read(card_views)
        self.loaded = True


def card_views(work: Work) -> list[CardView]:
    """The cards on file, the one that is charged first."""
    return [CardView.of(card, work.today) for card in cards(work)]


def status_of(card: PaymentMethod, today: date) -> str:
    """Whether a card can be charged."""
    if card.refused_at is not None:
        return "refused"
    if (card.exp_year, card.exp_month) < (today.year, today.month):
        return "expired"
    return "charged" if card.is_default else "spare"
