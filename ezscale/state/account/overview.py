"""The first page of the portal."""

from dataclasses import dataclass

import reflex as rx

from ezscale.billing.cards import cards
from ezscale.billing.invoicing import invoices
from ezscale.billing.upcoming import upcoming
from ezscale.kit.money import Money, total
from ezscale.kit.work import Work
from ezscale.models import Invoice
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.order import OfferStatus, OrderStatus
from ezscale.models.service import UNBUILT, ServiceStatus
from ezscale.ordering.offering import offers, stands
from ezscale.ordering.placing import orders
from ezscale.provisioning.services import ServiceOverview, services
from ezscale.state.account.invoice_views import ComingRow, OrderRow, UnpaidRow
from ezscale.state.account.maintenance_views import MaintenanceView, maintenance_views
from ezscale.state.account.portal import PortalState
from ezscale.state.account.service_views import ServiceRow
from ezscale.state.reader import Reader

SHOWN = 5
COUNTED = 100
WAITING = (OrderStatus.PLACED, OrderStatus.RESERVED)
NOT_THERE = (*UNBUILT, ServiceStatus.TERMINATED)


@dataclass
class OfferRow:
    """An offer that waits for an answer."""

    id: str
    number: str
    until: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on a customer's desk, in words."""

    is_new: bool
    running: str
    owed: str
    card: str
    services: list[ServiceRow]
    unpaid: list[UnpaidRow]
    placed: list[OrderRow]
    coming: list[ComingRow]
    offers: list[OfferRow]
    maintenance: list[MaintenanceView]


class OverviewState(PortalState):
    loaded: bool = False
    is_new: bool = False
    running: str = ""
    owed: str = ""
    next_total: str = ""
    next_on: str = ""
    card: str = ""
    services: list[ServiceRow] = []
    unpaid: list[UnpaidRow] = []
    placed: list[OrderRow] = []
    coming: list[ComingRow] = []
    offers: list[OfferRow] = []
    maintenance: list[MaintenanceView] = []

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
        reader = self._reader
        desk = await self.read(lambda work: desk_of(work, reader))
        self.is_new, self.running, self.owed, self.card = desk.is_new, desk.running, desk.owed, desk.card
        self.services, self.unpaid, self.placed, self.coming = desk.services, desk.unpaid, desk.placed, desk.coming
        self.offers, self.maintenance = desk.offers, desk.maintenance
        self.next_total = desk.coming[0].total if desk.coming else ""
        self.next_on = desk.coming[0].on if desk.coming else ""
        self.loaded = True


def desk_of(work: Work, reader: Reader) -> Desk:
    """Everything the first page shows, in one transaction."""
    there = [seen for seen in services(work, limit=COUNTED) if seen.service.status not in NOT_THERE]
    unpaid = invoices(work, status=InvoiceStatus.OPEN)
    placed = [order for status in WAITING for order, _ in orders(work, status=status, limit=SHOWN)]
    offered = [row for row, _ in offers(work, status=OfferStatus.OFFERED, limit=SHOWN) if stands(row, work.now)]
    coming = [period for period in upcoming(work) if period.will_be_billed]
    hostnames = {seen.service.item_id: seen.service.hostname for seen in there}
    on_file = cards(work)
    return Desk(
        is_new=not (there or unpaid or placed or offered),
        running=running(there),
        owed=owed(unpaid, reader),
        card=on_file[0].label if on_file else "",
        services=[ServiceRow.of(seen) for seen in there[:SHOWN]],
        unpaid=[UnpaidRow.of(work, invoice, reader) for invoice in unpaid],
        placed=[OrderRow.of(order, reader) for order in placed],
        coming=[ComingRow.of(period, hostnames, reader) for period in coming[:SHOWN]],
        offers=[OfferRow(str(row.id), row.number, reader.day(row.valid_until.date())) for row in offered],
        maintenance=maintenance_views(work, reader) if there else [],
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
