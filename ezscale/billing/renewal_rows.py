"""What the renewal run writes: the rows of a block of invoices, put together first and stored at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, update
from sqlmodel import SQLModel

from ezscale.billing import ledger
from ezscale.billing.credit import credit_balances, lock_customers
from ezscale.billing.events import InvoiceIssued, InvoicePaid
from ezscale.billing.invoicing import invoice_number, line_values, party, series
from ezscale.billing.lines import PricedLine, add_up
from ezscale.billing.recurring import DISCOUNT_OVER, lost_to_discount, movement
from ezscale.billing.seller import Seller
from ezscale.kit.bulk import insert_many
from ezscale.kit.database import table_of
from ezscale.kit.events import Event
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.numbering import take_numbers
from ezscale.kit.outbox import OutboxEvent, outbox_row
from ezscale.kit.work import Work
from ezscale.models import (
    CreditEntry,
    Customer,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Posting,
    RevenueMovement,
    Subscription,
    SubscriptionItem,
)
from ezscale.models.invoice import InvoiceStatus

WRITTEN: tuple[type[SQLModel], ...] = (
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Posting,
    CreditEntry,
    RevenueMovement,
    OutboxEvent,
)


@dataclass(frozen=True, slots=True)
class Due:
    """A subscription with everything its next invoice needs: objects, or rows that hold only the columns asked for."""

    subscription: Subscription | Row[Any]
    customer: Customer | Row[Any]
    items: Sequence[SubscriptionItem | Row[Any]]


@dataclass(slots=True)
class Block:
    """Invoices on their way into the database, and what they have in common. `credits` is what may still be spent."""

    work: Work
    today: date
    seller: dict[str, str]
    credits: dict[tuple[UUID, str], int]
    rows: defaultdict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    moved_on: list[dict[str, Any]] = field(default_factory=list)
    discounts_used: list[dict[str, Any]] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        """Tell the house, with the block."""
        self.rows[OutboxEvent].append(outbox_row(event, self.work.now))

    def book(self, kind: str, once_key: str, sides: Sequence[ledger.Side]) -> None:
        """An entry of the ledger, with the block."""
        entry, postings = ledger.entry_rows(kind, once_key, sides, self.work.now)
        self.rows[LedgerEntry].append(entry)
        self.rows[Posting].extend(postings)


def write_invoices(work: Work, priced: Sequence[tuple[Due, list[PricedLine]]], who: Seller) -> list[Money]:
    """Write an invoice for each, using credit where there is some; returns their totals."""
    if not priced:
        return []
    credits = _credit_of(work, [due.customer.id for due, _ in priced])
    block = Block(work, work.today, who.to_plain(), credits)
    numbers = take_numbers(work.session, series(block.today), len(priced))
    totals = [_add_invoice(block, due, lines, number) for (due, lines), number in zip(priced, numbers, strict=True)]
    _store(block)
    written = {table_of(model).name: len(rows) for model, rows in block.rows.items() if rows}
    written |= {"subscription": len(block.moved_on), "subscription_item": len(block.discounts_used)}
    work.record("renewals issued", *(("invoice", row["id"]) for row in block.rows[Invoice]), written=written)
    return totals


def _credit_of(work: Work, customer_ids: list[UUID]) -> dict[tuple[UUID, str], int]:
    """The credit that may be spent in this transaction: its customers are locked before it is read for good."""
    if not (some := credit_balances(work, customer_ids)):
        return {}
    lock_customers(work, {customer_id for customer_id, _ in some})
    return credit_balances(work, {customer_id for customer_id, _ in some})


def _add_invoice(block: Block, due: Due, lines: list[PricedLine], number: int) -> Money:
    customer, currency = due.customer, due.subscription.currency
    sums, decision, period = add_up(lines, currency), lines[0].decision, lines[0].position
    invoice_id, now = new_id(), block.work.now
    used = max(0, min(block.credits.get((customer.id, currency), 0), sums.total.minor))
    is_paid = used == sums.total.minor
    block.rows[Invoice].append(
        {
            "id": invoice_id,
            "number": invoice_number(block.today, number),
            "customer_id": customer.id,
            "status": InvoiceStatus.PAID if is_paid else InvoiceStatus.OPEN,
            "currency": currency,
            "net_minor": sums.net.minor,
            "tax_minor": sums.tax.minor,
            "total_minor": sums.total.minor,
            "settled_minor": used,
            "issued_on": block.today,
            "due_on": max(period.period_start or block.today, block.today),
            "paid_at": now if is_paid else None,
            "created_at": now,
            "delivered_at": None,
            "tax_country": decision.country,
            "tax_note": decision.note,
            "billed_to": party(customer),
            "seller": block.seller,
        }
    )
    block.rows[InvoiceLine].extend(
        {"id": new_id(), **line_values(invoice_id, place, line)} for place, line in enumerate(lines, start=1)
    )
    sides = ledger.invoice_sides(customer.id, sums.net, sums.tax, decision.country)
    block.book("invoice", f"invoice:{invoice_id.hex}", sides)
    block.emit(InvoiceIssued(invoice_id, customer.id))
    if used:
        _use_credit(block, customer.id, invoice_id, Money(used, currency))
    if is_paid:
        block.emit(InvoicePaid(invoice_id, customer.id))
    _move_on(block, due, period.period_end)
    return sums.total


def _use_credit(block: Block, customer_id: UUID, invoice_id: UUID, used: Money) -> None:
    block.credits[customer_id, used.currency] -= used.minor
    once_key = f"credit:{invoice_id.hex}:0"
    block.rows[CreditEntry].append(
        {
            "id": new_id(),
            "customer_id": customer_id,
            "currency": used.currency,
            "amount_minor": -used.minor,
            "reason": "Used for a renewal",
            "once_key": once_key,
            "created_at": block.work.now,
        }
    )
    sides = [(ledger.credit(customer_id), used), (ledger.receivable(customer_id), -used)]
    block.book("credit_used", once_key, sides)


def _move_on(block: Block, due: Due, next_day: date | None) -> None:
    """The subscription waits for its next period, and a coupon has one cycle less to go. After its last, more comes in."""
    subscription = due.subscription
    block.moved_on.append({"row_id": subscription.id, "value": next_day})
    block.discounts_used.extend(
        {"row_id": item.id, "value": item.discount_cycles - 1} for item in due.items if item.discount_cycles
    )
    block.rows[RevenueMovement].extend(
        movement(DISCOUNT_OVER, item, subscription.id, block.today, more)
        for item in due.items
        if item.discount_cycles == 1 and (more := lost_to_discount(item, subscription.months))
    )


def _store(block: Block) -> None:
    connection = block.work.session.connection()
    for table in WRITTEN:
        insert_many(connection, table_of(table), block.rows[table])
    _change(block, table_of(Subscription), "bill_from", block.moved_on)
    _change(block, table_of(SubscriptionItem), "discount_cycles", block.discounts_used)


def _change(block: Block, table: Table, column: str, values: list[dict[str, Any]]) -> None:
    if values:
        change = update(table).where(table.c.id == bindparam("row_id")).values({column: bindparam("value")})
        block.work.session.connection().execute(change, values)
