"""What the renewal run writes: the rows of a block of invoices, put together first and stored at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from ezscale.billing import ledger
from ezscale.billing.bills import Bill, whole_of
from ezscale.billing.credit import Owner, Purse, purses_of, take_from_grants
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.due import Due, DueCustomer
from ezscale.billing.events import InvoiceIssued, InvoicePaid, ProformaIssued
from ezscale.billing.invoicing import party
from ezscale.billing.low_credit import spendings
from ezscale.billing.numbers import INVOICES, PROFORMAS, booking_of, take_document_numbers
from ezscale.billing.recurring import DISCOUNT_OVER, lost_to_discount, movement
from ezscale.billing.seller import Seller
from ezscale.billing.tax_evidence import Evidences, evidence_of, question_contradictions
from ezscale.billing.tax_standing import Standing
from ezscale.company.currencies import report_columns
from ezscale.company.rules import rules
from ezscale.kit.bulk import insert_many, update_many
from ezscale.kit.database import table_of
from ezscale.kit.events import Event
from ezscale.kit.ids import new_ids
from ezscale.kit.money import Money
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
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus

WRITTEN: tuple[type[SQLModel], ...] = (
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Posting,
    CreditEntry,
    RevenueMovement,
    OutboxEvent,
)


Billed = tuple[Due, Bill]


@dataclass(slots=True)
class Block:
    """Invoices on their way into the database, and what they have in common. `purses` hold what may still be spent."""

    work: Work
    seller: dict[str, str]
    purses: dict[Owner, Purse]
    evidences: Evidences
    worth: dict[str, tuple[str, str]] = field(default_factory=dict)
    rows: defaultdict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    moved_on: list[tuple[date | None, UUID]] = field(default_factory=list)
    discounts_used: list[tuple[int, UUID]] = field(default_factory=list)
    fresh_id: Callable[[], UUID] = field(default_factory=lambda: new_ids().__next__)

    def report_columns(self, currency: str) -> tuple[str, str]:
        """The currency of reports and what the other one is worth in it, looked up once for the block."""
        if currency not in self.worth:
            self.worth[currency] = report_columns(self.work, currency)
        return self.worth[currency]

    def emit(self, event: Event) -> None:
        """Tell the house, with the block."""
        self.rows[OutboxEvent].append(outbox_row(event, self.work.now, self.fresh_id))

    def book(self, kind: str, once_key: str, sides: Sequence[ledger.Side]) -> None:
        """An entry of the ledger, with the block."""
        entry, postings = ledger.entry_rows(kind, once_key, sides, self.work.now, self.fresh_id)
        self.rows[LedgerEntry].append(entry)
        self.rows[Posting].extend(postings)


@dataclass(slots=True)
class Asked:
    """What one invoice asks for, how much of it credit pays at once, and, once it is taken, its number and day."""

    billed: Sequence[Billed]
    whole: Bill
    used: Money
    number: str = ""
    proforma_number: str = ""
    day: date = date.min

    @property
    def customer(self) -> Customer | DueCustomer:
        """Whom it asks."""
        return self.billed[0][0].customer

    @property
    def due_on(self) -> date:
        """When the first of its periods begins, but not before it is written."""
        return max(self.day, self.whole.start)

    @property
    def is_paid(self) -> bool:
        """Credit pays for all of it, or there is nothing to pay."""
        return self.used == self.total

    @property
    def total(self) -> Money:
        """What it asks for in all, tax included."""
        return self.whole.sums.total


def write_invoices(
    work: Work, invoices: Sequence[Sequence[Billed]], who: Seller, known: Mapping[UUID, Standing]
) -> list[Money]:
    """Write each, using credit where there is some; returns their totals. How the customers stand is `known`.

    An invoice bills one subscription or several, all of one customer and in one currency.
    """
    if not invoices:
        return []
    customers = list({billed[0][0].customer.id: billed[0][0].customer for billed in invoices}.values())
    purses = purses_of(work, [customer.id for customer in customers])
    block = Block(work, who.to_plain(), purses, evidence_of(work, customers, known))
    asked = [_ask(block, billed) for billed in invoices]
    _number(work, asked)
    for each in asked:
        _add_invoice(block, each)
    if spenders := {each.customer.id for each in asked if each.used}:
        for spent in spendings(work, spenders):
            block.emit(spent)
    _store(block)
    written = {table_of(model).name: len(rows) for model, rows in block.rows.items() if rows}
    written |= {"subscription": len(block.moved_on), "subscription_item": len(block.discounts_used)}
    work.record("renewals issued", *(("invoice", row["id"]) for row in block.rows[Invoice]), written=written)
    return [each.total for each in asked]


def _ask(block: Block, billed: Sequence[Billed]) -> Asked:
    due, whole = billed[0][0], whole_of([bill for _, bill in billed])
    currency = due.subscription.currency
    purse = block.purses.get((due.customer.id, currency)) if block.purses else None
    return Asked(billed, whole, purse.take(whole.sums.total) if purse else Money.zero(currency))


def _number(work: Work, asked: Sequence[Asked]) -> None:
    """Give each a number of its own. Where the house asks by proforma, only what is paid at once takes one already."""
    by_proforma = rules(work, InvoiceRules).proforma
    waiting = [each for each in asked if by_proforma and not each.used and not each.is_paid]
    final = [each for each in asked if not by_proforma or each.used or each.is_paid]
    if waiting:
        taken = take_document_numbers(work, PROFORMAS, len(waiting))
        for each, number in zip(waiting, taken.numbers, strict=True):
            each.proforma_number, each.day = number, taken.day
    if final:
        taken = take_document_numbers(work, INVOICES, len(final))
        for each, number in zip(final, taken.numbers, strict=True):
            each.number, each.day = number, taken.day


def _add_invoice(block: Block, asked: Asked) -> None:
    customer, sums, decision = asked.customer, asked.whole.sums, asked.whole.lines[0].decision
    invoice_id, now, is_paid = block.fresh_id(), block.work.now, asked.is_paid
    report_currency, report_rate = block.report_columns(sums.total.currency)
    evidence = block.evidences.of(customer, decision.source)
    question_contradictions(block.work, customer.id, evidence, decision)
    block.rows[Invoice].append(
        {
            "id": invoice_id,
            "number": asked.number or None,
            "proforma_number": asked.proforma_number or None,
            "customer_id": customer.id,
            "status": InvoiceStatus.PAID if is_paid else InvoiceStatus.OPEN,
            "currency": sums.total.currency,
            "net_minor": sums.net.minor,
            "tax_minor": sums.tax.minor,
            "total_minor": sums.total.minor,
            "settled_minor": asked.used.minor,
            "issued_on": asked.day,
            "due_on": asked.due_on,
            "paid_at": now if is_paid else None,
            "created_at": now,
            "delivered_at": None,
            "tax_country": decision.country,
            "tax_note": decision.note,
            "tax_inclusive": decision.inclusive,
            "report_currency": report_currency,
            "report_rate": report_rate,
            "evidence": evidence,
            "origin": InvoiceOrigin.RENEWAL,
            "billed_to": party(customer),
            "seller": block.seller,
        }
    )
    _add_lines(block, asked, invoice_id)
    _tell(block, asked, invoice_id)
    if asked.used:
        _use_credit(block, customer.id, invoice_id, asked.used)
    if is_paid:
        block.emit(InvoicePaid(invoice_id, customer.id))
    for due, bill in asked.billed:
        _move_on(block, due, bill.end)


def _tell(block: Block, asked: Asked, invoice_id: UUID) -> None:
    """An invoice is booked; a proforma is no sale yet, and only asks."""
    customer_id = asked.customer.id
    if asked.proforma_number:
        block.emit(ProformaIssued(invoice_id, customer_id))
        return
    sides = [(ledger.receivable(customer_id), asked.total), *asked.whole.booked]
    block.book("invoice", booking_of(invoice_id), sides)
    block.emit(InvoiceIssued(invoice_id, customer_id))


def _add_lines(block: Block, asked: Asked, invoice_id: UUID) -> None:
    items = [item for due, _ in asked.billed for item in due.items]
    block.rows[InvoiceLine].extend(
        {**columns, "id": block.fresh_id(), "invoice_id": invoice_id, "item_id": item.id}
        for item, columns in zip(items, asked.whole.columns, strict=True)
    )


def _use_credit(block: Block, customer_id: UUID, invoice_id: UUID, used: Money) -> None:
    once_key = f"credit:{invoice_id.hex}:0"
    block.rows[CreditEntry].append(
        {
            "id": block.fresh_id(),
            "customer_id": customer_id,
            "currency": used.currency,
            "amount_minor": -used.minor,
            "left_minor": 0,
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
    block.moved_on.append((next_day, subscription.id))
    block.discounts_used.extend((item.discount_cycles - 1, item.id) for item in due.items if item.discount_cycles)
    block.rows[RevenueMovement].extend(
        movement(DISCOUNT_OVER, item, subscription.id, block.work.today, more)
        for item in due.items
        if item.discount_cycles == 1 and (more := lost_to_discount(item, subscription.months))
    )


def _store(block: Block) -> None:
    connection = block.work.session.connection()
    for table in WRITTEN:
        insert_many(connection, table_of(table), block.rows[table])
    take_from_grants(connection, [part for purse in block.purses.values() for part in purse.taken()])
    update_many(connection, table_of(Subscription).c.bill_from, block.moved_on)
    update_many(connection, table_of(SubscriptionItem).c.discount_cycles, block.discounts_used)
