"""An order between paying and running: the page to which the gateway sends people back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import reflex as rx
from reflex_base.event import EventSpec

from ezscale.billing.approval import Approval, approval_of
from ezscale.billing.checkout import was_declined
from ezscale.billing.reserving import reserved_for
from ezscale.kit.errors import NotFound
from ezscale.kit.work import Work
from ezscale.models import Order
from ezscale.models.order import UNPAID, OrderStatus
from ezscale.ordering.deciding import holds_on
from ezscale.ordering.placing import is_payable, order, services_of_order
from ezscale.provisioning.services import service_overview
from ezscale.state.account.paying import ask_gateway, checkout_of_order
from ezscale.state.account.portal import PortalState
from ezscale.state.account.service_views import ServiceView
from ezscale.state.arguments import sent_id, sent_text
from ezscale.state.other_ways import Way, other_ways
from ezscale.state.reader import Reader


@dataclass
class OrderView:
    """An order. `status` is to_pay, paid, reserved, held, rejected or expired; `answer` says why it was refused.

    `reserved` is how much a bank keeps for us; `is_looked_at` says that a card's money is only reserved at first.
    """

    id: str = ""
    number: str = ""
    status: str = ""
    total: str = ""
    placed_at: str = ""
    until: str = ""
    plan: str = ""
    answer: str = ""
    reserved: str = ""
    is_looked_at: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """An order with what it asks for, in words, and what has to be paid while it has to be."""

    order: OrderView
    services: list[ServiceView]
    to_pay: UUID | None
    was_declined: bool


class PlacedOrderState(PortalState):
    loaded: bool = False
    missing: bool = False
    order: OrderView = OrderView()
    service: ServiceView = ServiceView()
    services: list[ServiceView] = []
    came: str = ""
    asking: bool = False
    going_to_pay: bool = False
    other_ways: list[Way] = []

    @rx.event
    async def load(self) -> AsyncIterator[EventSpec | None]:
        """Show the order that the address names, follow it, and ask the gateway while its money is not here."""
        self.loaded, self.missing, self.going_to_pay = False, False, False
        self.order = OrderView()
        self.came, self.other_ways = self._asked("came"), other_ways()
        await self.follow(PlacedOrderState.refresh)
        progress = await self._look()
        if progress is not None and (invoice_id := progress.to_pay) is not None:
            self.asking = self.came == "paid"
            yield None
            await self.converse(lambda open_work: ask_gateway(open_work, invoice_id))
            await self._look()
            self.asking = False

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    @rx.event
    async def pay(self, through: str = "") -> AsyncIterator[EventSpec | None]:
        """Go to the page where it is paid, through the gateway of a name or the first."""
        self.going_to_pay, chosen = True, sent_text(through, 20)
        yield None
        try:
            order_id, origin = self._named(), self._origin
            invoice_id = await self.read(lambda work: order(work, order_id).invoice_id)
            address = await self.converse(
                lambda open_work: checkout_of_order(open_work, order_id, invoice_id, origin, chosen)
            )
            yield rx.redirect(address)
        finally:
            self.going_to_pay = False

    def _named(self) -> UUID:
        return sent_id(self._asked("id"))

    async def _look(self) -> Progress | None:
        reader = self._reader
        try:
            order_id = self._named()
            progress = await self.read(lambda work: progress_of(work, order_id, reader))
        except NotFound:
            self.loaded = self.missing = True
            return None
        self.order, self.services = progress.order, progress.services
        self.service = progress.services[0]
        if self.came == "paid" and progress.was_declined:
            self.came = "declined"
        self.loaded = True
        return progress


def progress_of(work: Work, order_id: UUID, reader: Reader) -> Progress:
    """How far an order is."""
    placed = order(work, order_id)
    asked_for = [service_overview(work, service.id) for service in services_of_order(work, order_id)]
    to_pay = placed.invoice_id if is_payable(work, placed) else None
    reserved = reserved_for(work, placed.invoice_id)
    view = OrderView(
        id=str(placed.id),
        number=placed.number,
        status="reserved" if reserved is not None and placed.status in UNPAID else standing(placed, to_pay is not None),
        total=reader.money(placed.total),
        placed_at=reader.moment(placed.placed_at),
        until=reader.moment(placed.expires_at),
        plan=asked_for[0].plan.slug,
        answer=next((hold.answer for hold in holds_on(work, order_id)), "")
        if placed.status is OrderStatus.REJECTED
        else "",
        reserved=reader.money(reserved.amount) if reserved is not None else "",
        is_looked_at=to_pay is not None and approval_of(work, to_pay) is Approval.AWAITED,
    )
    services = [ServiceView.of(seen, reader) for seen in asked_for]
    for service in services:
        if view.status == "paid":  # the money is here, even while nobody has yet begun to build
            service.done = max(service.done, 1)
    return Progress(view, services, to_pay, was_declined=to_pay is not None and was_declined(work, to_pay))


def standing(placed: Order, is_unpaid: bool) -> str:
    """Where an order stands, for whoever waits in front of it."""
    if is_unpaid:
        return "to_pay"
    return "paid" if placed.status is OrderStatus.PLACED else placed.status.value
