"""The first page of the portal."""

from dataclasses import dataclass
from datetime import date

import reflex as rx

from ezscale.billing.cards import cards
from ezscale.billing.invoicing import invoices
from ezscale.billing.upcoming import Upcoming, upcoming
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Invoice, Order
from ezscale.models.order import OrderStatus
from ezscale.models.service import ServiceStatus
from ezscale.ordering.placing import orders
from ezscale.provisioning.services import ServiceOverview, services
from ezscale.state.account.invoice_views import ComingRow, InvoiceRow, OrderRow
from ezscale.state.account.portal import PortalState
from ezscale.state.account.service_views import ServiceRow
from ezscale.state.reader import Reader

SHOWN = 5
COUNTED = 100


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on a customer's desk."""

    services: list[ServiceOverview]
    open_invoices: list[Invoice]
    placed: list[Order]
    coming: list[Upcoming]
    card: str
    today: date


class OverviewState(PortalState):
    loaded: bool = False
    is_new: bool = False
    services: list[ServiceRow] = []
    more_services: bool = False
    running: str = ""
    owed: str = ""
    next_total: str = ""
    next_on: str = ""
    card: str = ""
    unpaid: list[InvoiceRow] = []
    placed: list[OrderRow] = []
    coming: list[ComingRow] = []

    @rx.event
    async def load(self) -> None:
        """Show the desk, and keep it up to date."""
        await self.follow(OverviewState.refresh)
        await self._look()

    @rx.event
    async def refresh(self) -> None:
        """Something has happened."""
        await self._look()

    async def _look(self) -> None:
        desk = await self.read(desk_of)
        reader = self._reader
        self.services = [ServiceRow.of(seen) for seen in desk.services[:SHOWN]]
        self.more_services = len(desk.services) > SHOWN
        self.running = running(desk.services)
        self.owed = owed(desk.open_invoices, reader)
        self.card = desk.card
        self.unpaid = [InvoiceRow.of(invoice, desk.today, reader) for invoice in desk.open_invoices]
        self.placed = [OrderRow.of(order, reader) for order in desk.placed]
        self.coming = [ComingRow.of(coming, reader) for coming in desk.coming[:SHOWN]]
        self.next_total = self.coming[0].total if self.coming else ""
        self.next_on = self.coming[0].on if self.coming else ""
        self.is_new = not (desk.services or desk.open_invoices or desk.placed)
        self.loaded = True


def desk_of(work: Work) -> Desk:
    """Everything the first page shows, in one transaction."""
    on_file = cards(work)
    return Desk(
        services=[
            seen for seen in services(work, limit=COUNTED) if seen.service.status is not ServiceStatus.TERMINATED
        ],
        open_invoices=invoices(work, status="open"),
        placed=[order for order, _ in orders(work, status=OrderStatus.PLACED, limit=SHOWN)],
        coming=[coming for coming in upcoming(work) if coming.will_be_billed],
        card=on_file[0].label if on_file else "",
        today=work.today,
    )


def running(seen: list[ServiceOverview]) -> str:
    """How many services run, as far as they were counted."""
    active = sum(overview.service.status is ServiceStatus.ACTIVE for overview in seen)
    return f"{active}+" if active == COUNTED else str(active)


def owed(open_invoices: list[Invoice], reader: Reader) -> str:
    """What is to be paid on open invoices; nothing when nothing is."""
    by_currency: dict[str, list[Money]] = {}
    for invoice in open_invoices:
        by_currency.setdefault(invoice.currency, []).append(invoice.open_amount)
    return " + ".join(reader.money(total(amounts, currency)) for currency, amounts in by_currency.items())
