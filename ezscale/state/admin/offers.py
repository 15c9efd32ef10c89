"""The list of offers, and one offer."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import MANAGE_ORDERS
from ezscale.kit.work import Work
from ezscale.models import Customer, Offer
from ezscale.ordering.offering import items_of, offer, offers, order_of_offer, price_offer, stands, withdraw_offer
from ezscale.state.account.offer_views import OfferedServer, servers_of
from ezscale.state.admin.staff import Listing, Record, StaffState
from ezscale.state.arguments import sent_id
from ezscale.state.reader import Reader
from ezscale.state.turning import PAGE


@dataclass
class OfferRow:
    """An offer on one line."""

    id: str
    number: str
    customer: str
    customer_id: str
    made: str
    until: str
    servers: int
    status: str

    @classmethod
    def of(cls, row: Offer, whose: Customer, reader: Reader) -> Self:
        """An offer with to whom it was made."""
        return cls(
            id=str(row.id),
            number=row.number,
            customer=whose.company or whose.name,
            customer_id=str(whose.id),
            made=reader.moment(row.made_at),
            until=reader.day(row.valid_until.date()),
            servers=len(row.items),
            status=row.status.value,
        )


class OffersState(Listing, StaffState):
    """What was offered to customers."""

    rows: list[OfferRow] = []

    _address = "/admin/offers/"

    async def _show(self) -> None:
        status, before, descending, reader = self.status, self._before, self.descending, self._reader()

        def reading(work: Work) -> list[OfferRow]:
            found = offers(work, status=status, before=before, limit=PAGE + 1, descending=descending)
            return [OfferRow.of(row, whose, reader) for row, whose in found]

        self.rows = self._cut(await self.read(reading))


@dataclass
class OfferView:
    """An offer in words."""

    id: str = ""
    number: str = ""
    status: str = ""
    customer: str = ""
    customer_id: str = ""
    made: str = ""
    made_by: str = ""
    until: str = ""
    words: str = ""
    total: str = ""
    answered: str = ""
    answer: str = ""
    order: str = ""
    order_id: str = ""


@dataclass
class OfferFile:
    """Everything on one offer, as a screen shows it."""

    offer: OfferView
    servers: list[OfferedServer]
    may_withdraw: bool


class OfferState(Record, StaffState):
    """The file of one offer."""

    offer: OfferView = OfferView()
    servers: list[OfferedServer] = []
    may_withdraw: bool = False

    @rx.event
    async def withdraw(self) -> None:
        """Offer it no more."""
        offer_id = sent_id(self._id)
        await self.perform(lambda work: withdraw_offer(work, offer_id))
        await self._look()
        self.say("The offer is withdrawn.")

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()
        file = await self.read(lambda work: file_of(work, row_id, reader))
        self.offer, self.servers, self.may_withdraw = file.offer, file.servers, file.may_withdraw


def file_of(work: Work, offer_id: UUID, reader: Reader) -> OfferFile:
    """Everything on an offer, in one transaction."""
    row = offer(work, offer_id)
    whose, became, priced = customer(work, row.customer_id), order_of_offer(work, offer_id), price_offer(work, row)
    answered = f"{reader.moment(row.answered_at)} by {row.answered_by}" if row.answered_at else ""
    view = OfferView(
        id=str(row.id),
        number=row.number,
        status=row.status.value,
        customer=whose.company or whose.name,
        customer_id=str(whose.id),
        made=reader.moment(row.made_at),
        made_by=row.made_by,
        until=reader.moment(row.valid_until),
        words=row.words,
        total=reader.money(priced.sums.total),
        answered=answered,
        answer=row.answer,
        order=became.number if became else "",
        order_id=str(became.id) if became else "",
    )
    may = stands(row, work.now) and work.actor.may(MANAGE_ORDERS)
    return OfferFile(view, servers_of(items_of(row), priced, reader), may)
