"""An offer, as the customer sees it: order it, or say no."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.kit.errors import Invalid, NotFound
from ezscale.kit.work import Work
from ezscale.ordering.offering import (
    accept_offer,
    decline_offer,
    items_of,
    offer,
    order_of_offer,
    price_offer,
    stands,
)
from ezscale.ordering.placing import PriceChanged, is_payable
from ezscale.state.account.offer_views import OfferedServer, field_of, servers_of
from ezscale.state.account.paying import ORDER, checkout_of_order
from ezscale.state.account.portal import PortalState
from ezscale.state.arguments import sent_fields, sent_id
from ezscale.state.reader import Reader

AGREE = "Please agree, so that your servers can be renewed."


@dataclass
class OfferView:
    """An offer in words. `total_minor` is what its customer saw, to the cent."""

    id: str = ""
    number: str = ""
    status: str = ""
    words: str = ""
    made: str = ""
    until: str = ""
    tax_name: str = ""
    tax: str = ""
    total: str = ""
    order_id: str = ""
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer as it is shown, and the sum that is accepted with it."""

    offer: OfferView
    servers: list[OfferedServer] = field(default_factory=list)
    total_minor: int = 0


class OfferState(PortalState):
    loaded: bool = False
    missing: bool = False
    offer: OfferView = OfferView()
    servers: list[OfferedServer] = []
    price_note: str = ""
    ordering: bool = False
    visits: int = 0

    _shown_minor: int = 0

    @rx.event
    async def load(self) -> None:
        """Show the offer that the address names."""
        self.loaded, self.missing, self.ordering, self.price_note = False, False, False, ""
        self.visits += 1
        await self._look()

    @rx.event
    async def accept(self, form: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Order it, and go to pay."""
        offer_id, shown, origin = sent_id(self._asked("id")), self._shown_minor, self._origin
        if not isinstance(form, dict) or not form.get("consent"):
            raise Invalid(AGREE, field="consent")
        names = list(sent_fields(form, *(server.named for server in self.servers)).values())
        self.ordering = True
        yield None
        try:
            order_id, invoice_id, payable = await self._order(offer_id, names, shown)
            if payable:
                yield rx.redirect(
                    await self.converse(lambda open_work: checkout_of_order(open_work, order_id, invoice_id, origin))
                )
            else:
                yield rx.redirect(f"{ORDER}?{urlencode({'id': str(order_id)})}")
        except PriceChanged:
            before = self.offer.total
            await self._look()
            self.price_note = f"With the tax it was {before} when you looked, and is {self.offer.total} now."
        finally:
            self.ordering = False

    @rx.event
    async def decline(self, form: dict[str, Any]) -> None:
        """Do without it."""
        offer_id, why = sent_id(self._asked("id")), sent_fields(form, "why", longest=500)["why"]
        await self.perform(lambda work: decline_offer(work, offer_id, why))
        await self._look()
        self.say("Thank you for telling us.")

    async def _order(self, offer_id: UUID, names: list[str], shown: int) -> tuple[UUID, UUID, bool]:
        def use_case(work: Work) -> tuple[UUID, UUID, bool]:
            placed = accept_offer(work, offer_id, names, shown)
            return placed.id, placed.invoice_id, is_payable(work, placed)

        try:
            return await self.perform(use_case)
        except Invalid as refusal:
            place = refusal.field.removeprefix("item-").partition("-")[0]
            named = field_of(int(place)) if place.isdecimal() else field_of(1)
            raise Invalid(refusal.message, field=named) from None

    async def _look(self) -> None:
        reader = self._reader
        try:
            offer_id = sent_id(self._asked("id"))
            shown = await self.read(lambda work: shown_of(work, offer_id, reader))
        except NotFound:
            self.loaded = self.missing = True
            return
        self.offer, self.servers, self._shown_minor = shown.offer, shown.servers, shown.total_minor
        self.loaded = True


def shown_of(work: Work, offer_id: UUID, reader: Reader) -> Shown:
    """An offer with what it comes to today."""
    row = offer(work, offer_id)
    priced, became = price_offer(work, row), order_of_offer(work, offer_id)
    view = OfferView(
        id=str(row.id),
        number=row.number,
        status=row.status.value,
        words=row.words,
        made=reader.day(row.made_at.date()),
        until=reader.moment(row.valid_until),
        tax_name=priced.tax.name or "Tax",
        tax=reader.money(priced.sums.tax),
        total=reader.money(priced.sums.total),
        order_id=str(became.id) if became else "",
        stands=stands(row, work.now),
    )
    return Shown(view, servers_of(items_of(row), priced, reader), priced.sums.total.minor)
