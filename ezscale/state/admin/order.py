"""One order: what it asks for, what was said about it, and holding, approving or rejecting it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import customer
from ezscale.accounts.permissions import MANAGE_ORDERS
from ezscale.billing.invoicing import invoice, invoice_lines
from ezscale.billing.payments import LET_GO
from ezscale.billing.reserving import reservations_of, reserved_for
from ezscale.kit.work import Work
from ezscale.models import Customer, Invoice, Order, OrderHold, PaymentAttempt
from ezscale.models.order import OrderStatus
from ezscale.ordering.deciding import approve_order, hold_order, holds_on, reject_order
from ezscale.ordering.offering import offer_of_order
from ezscale.ordering.placing import order, placer_of, services_of_order
from ezscale.provisioning.services import service_overview
from ezscale.state.account.invoice_views import LineView
from ezscale.state.admin.rows import ServiceRow
from ezscale.state.admin.staff import Record, StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.reader import Reader

WAITING = (OrderStatus.PLACED, OrderStatus.RESERVED)
HOLD, APPROVE, REJECT = "hold", "approve", "reject"
LONGEST_REASON = 251
Deed = Callable[[Work, UUID, str], Order]
DEEDS: dict[str, tuple[Deed, str]] = {
    HOLD: (hold_order, "Held. Nothing is built before somebody approves it."),
    APPROVE: (approve_order, "Approved."),
    REJECT: (reject_order, "Rejected. The customer is told by mail."),
}


@dataclass
class OrderView:
    """An order in words. `reserved` is how much a bank keeps for us; `is_decided` that it is being taken, or let go."""

    id: str = ""
    number: str = ""
    status: str = ""
    customer: str = ""
    customer_id: str = ""
    placed: str = ""
    placed_by: str = ""
    address: str = ""
    expires: str = ""
    paid: str = ""
    coupon: str = ""
    total: str = ""
    invoice: str = ""
    invoice_id: str = ""
    offer: str = ""
    offer_id: str = ""
    on_hold: bool = False
    reserved: str = ""
    reserved_until: str = ""
    is_decided: bool = False

    @classmethod
    def of(cls, row: Order, whose: Customer, bill: Invoice, by: str, reader: Reader) -> Self:
        """An order with whose it is, and by whom it was placed."""
        return cls(
            id=str(row.id),
            number=row.number,
            status=row.status.value,
            customer=whose.company or whose.name,
            customer_id=str(whose.id),
            placed=reader.moment(row.placed_at),
            placed_by=by,
            address=row.address,
            expires=reader.moment(row.expires_at) if row.status in WAITING else "",
            paid=reader.moment(row.paid_at),
            coupon=row.coupon_code,
            total=reader.money(row.total),
            invoice=bill.number or "",
            invoice_id=str(bill.id) if bill.number else "",
        )


@dataclass
class StepView:
    """Something that happened to an order."""

    id: str
    at: str
    what: str
    is_bad: bool = False


@dataclass
class OrderFile:
    """Everything on one order, as a screen shows it."""

    order: OrderView
    services: list[ServiceRow]
    lines: list[LineView]
    steps: list[StepView]
    may_decide: bool


class OrderState(Record, StaffState):
    """The file of one order, and the one question that is open about it."""

    order: OrderView = OrderView()
    services: list[ServiceRow] = []
    lines: list[LineView] = []
    steps: list[StepView] = []
    may_decide: bool = False
    question: str = ""

    @rx.event
    async def ask(self, question: str) -> None:
        """Open a question."""
        self.question, self.errors = sent_text(question, 20), {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The question was closed without an answer."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def decide(self, form: dict[str, Any]) -> None:
        """Hold, approve or reject, whichever was asked, with the words that were given."""
        if self.question not in DEEDS:
            return
        deed, done = DEEDS[self.question]
        order_id, words = sent_id(self._id), sent_fields(form, "reason", longest=LONGEST_REASON)["reason"]
        await self.perform(lambda work: deed(work, order_id, words))
        if self.question == APPROVE and self.order.reserved:
            done = "Approved. The money is being taken."
        self.question = ""
        await self._look()
        self.say(done)

    async def _show(self, row_id: UUID) -> None:
        reader = self._reader()
        file = await self.read(lambda work: file_of(work, row_id, reader))
        self.order, self.services, self.lines = file.order, file.services, file.lines
        self.steps, self.may_decide = file.steps, file.may_decide


def file_of(work: Work, order_id: UUID, reader: Reader) -> OrderFile:
    """Everything on an order, in one transaction."""
    row = order(work, order_id)
    whose, bill, holds = customer(work, row.customer_id), invoice(work, row.invoice_id), holds_on(work, order_id)
    view = OrderView.of(row, whose, bill, placer_of(work, row), reader)
    view.on_hold = any(hold.ended_at is None for hold in holds)
    if (reserved := reserved_for(work, row.invoice_id)) is not None:
        view.reserved, view.reserved_until = reader.money(reserved.amount), reader.moment(reserved.reserved_until)
        view.is_decided = not reserved.is_undecided
    if (offered := offer_of_order(work, row)) is not None:
        view.offer, view.offer_id = offered.number, str(offered.id)
    services = [service_overview(work, service.id) for service in services_of_order(work, order_id)]
    return OrderFile(
        order=view,
        services=[ServiceRow.of(seen, reader) for seen in services],
        lines=[LineView.of(line, reader) for line in invoice_lines(work, row.invoice_id)],
        steps=steps_of(row, view.placed_by, holds, reservations_of(work, row.invoice_id), reader),
        may_decide=work.actor.may(MANAGE_ORDERS),
    )


def steps_of(
    row: Order, placed_by: str, holds: list[OrderHold], reserved: list[PaymentAttempt], reader: Reader
) -> list[StepView]:
    """What happened to an order, newest first."""
    told: list[tuple[datetime, str, bool]] = [
        (row.placed_at, f"Placed by {placed_by}" if placed_by else "Placed", False)
    ]
    if row.paid_at is not None:
        told.append((row.paid_at, "Paid", False))
    for attempt in reserved:
        sum_, why = reader.money(attempt.amount), attempt.decline_code.replace("_", " ")
        if attempt.reserved_at is not None:
            told.append((attempt.reserved_at, f"{sum_} reserved on a card", False))
        if attempt.finished_at is not None and why:
            told.append((attempt.finished_at, f"{sum_} not taken: {why}", why != LET_GO))
    for hold in holds:
        told.append((hold.held_at, f"Held by {hold.held_by}: {hold.reason}", True))
        if hold.ended_at is not None:
            told.append((hold.ended_at, f"{hold.ended_by}: {hold.answer}", row.status is OrderStatus.REJECTED))
    if row.status is OrderStatus.EXPIRED:
        told.append((row.expires_at, "Expired: nobody paid in time", True))
    told.sort(key=lambda step: step[0])
    newest_first = enumerate(told[::-1])
    return [StepView(str(place), reader.moment(at), what, bad) for place, (at, what, bad) in newest_first]
