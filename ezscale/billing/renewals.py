"""The renewal run: an invoice for every subscription whose next period comes near, written in blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, insert, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel, col, exists, select

from ezscale.billing import ledger
from ezscale.billing.credit import credit_balances, lock_customers
from ezscale.billing.events import InvoiceIssued, InvoicePaid
from ezscale.billing.invoicing import invoice_number, line_values, party, series
from ezscale.billing.lines import Position, PricedLine, add_up, discount_on, price_line
from ezscale.billing.periods import add_months
from ezscale.billing.policy import POLICY
from ezscale.billing.runs import Tally, reported
from ezscale.billing.seller import Seller, seller
from ezscale.billing.tax import TaxDecision, decide_tax
from ezscale.kit.database import table_of
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.kit.numbering import take_numbers
from ezscale.kit.outbox import OutboxEvent, outbox_row
from ezscale.kit.work import OpenWork, Work
from ezscale.models import (
    Cancellation,
    CreditEntry,
    Customer,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Posting,
    Subscription,
    SubscriptionItem,
)
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.subscription import SubscriptionStatus

BLOCK = 500
WRITTEN: tuple[type[SQLModel], ...] = (Invoice, InvoiceLine, LedgerEntry, Posting, CreditEntry, OutboxEvent)
BILLED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)


@dataclass(slots=True)
class Due:
    """A subscription with everything its next invoice needs."""

    subscription: Subscription
    customer: Customer
    items: list[SubscriptionItem]


@dataclass(slots=True)
class Rows:
    """What a block writes, by table."""

    tables: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    moved_on: list[dict[str, Any]] = field(default_factory=list)
    discounts_used: list[dict[str, Any]] = field(default_factory=list)

    def add(self, table: type[SQLModel], *rows: dict[str, Any]) -> None:
        """More rows for a table."""
        self.tables.setdefault(table, []).extend(rows)


def issue_renewals(open_work: OpenWork, block: int = BLOCK) -> Tally:
    """Invoice every period that begins within the next days. Running it again, or twice at once, does nothing more.

    A subscription that cannot be billed is set aside by name; the others are billed all the same.
    """
    with reported(open_work, "renewals") as tally:
        aside: set[UUID] = set()
        while _renew_block(open_work, block, aside, tally):
            pass
    return tally


def _renew_block(open_work: OpenWork, size: int, aside: set[UUID], tally: Tally) -> bool:
    """One block in one transaction; False when nothing was left to do."""
    try:
        with open_work() as work:
            block = _due_block(work, size, aside)
            written = _write_block(work, block, aside, tally)
    except SQLAlchemyError as problem:
        if size == 1:
            tally.put_aside("one of the block", problem)
            raise
        return _find_the_bad_ones(open_work, size, aside, tally)
    for amount in written:
        tally.count("invoices")
        tally.add(amount)
    return bool(block)


def _find_the_bad_ones(open_work: OpenWork, size: int, aside: set[UUID], tally: Tally) -> bool:
    """The database refused a block: write its subscriptions one by one and set aside those that it refuses."""
    with open_work() as work:
        block = [due.subscription for due in _due_block(work, size, aside)]
    for subscription in block:
        try:
            with open_work() as work:
                alone = _due_block(work, 1, aside, only=subscription.id)
                written = _write_block(work, alone, aside, tally)
        except SQLAlchemyError as problem:
            aside.add(subscription.id)
            tally.put_aside(subscription.number, problem)
        else:
            for amount in written:
                tally.count("invoices")
                tally.add(amount)
    return bool(block)


def _due_block(work: Work, size: int, aside: set[UUID], only: UUID | None = None) -> list[Due]:
    horizon = work.today + timedelta(days=POLICY.invoice_days_before)
    due = (
        select(Subscription, Customer)
        .join(Customer, col(Customer.id) == Subscription.customer_id)
        .where(col(Subscription.status).in_(BILLED), col(Subscription.bill_from) <= horizon, ~_leaves_before())
        .order_by(col(Subscription.bill_from), col(Subscription.id))
        .limit(size)
        .with_for_update(of=Subscription)
        .execution_options(populate_existing=True)
    )
    if aside:
        due = due.where(col(Subscription.id).not_in(aside))
    if only is not None:
        due = due.where(Subscription.id == only)
    block = {subscription.id: Due(subscription, customer, []) for subscription, customer in work.session.exec(due)}
    items = select(SubscriptionItem).where(col(SubscriptionItem.subscription_id).in_(block))
    for item in work.session.exec(items.order_by(col(SubscriptionItem.id))):
        block[item.subscription_id].items.append(item)
    return list(block.values())


def _leaves_before() -> Any:
    """A standing cancellation that ends before the next period begins."""
    return exists().where(
        col(Cancellation.subscription_id) == col(Subscription.id),
        col(Cancellation.withdrawn_at).is_(None),
        col(Cancellation.effective_on) <= col(Subscription.bill_from),
    )


def _write_block(work: Work, block: Sequence[Due], aside: set[UUID], tally: Tally) -> list[Money]:
    """Calculate and write the invoices of a block; returns their totals."""
    who = seller()
    priced: list[tuple[Due, list[PricedLine]]] = []
    for due in block:
        try:
            priced.append((due, renewal_lines(due, who)))
        except Exception as problem:  # noqa: BLE001  # one bad record must not stop the night
            aside.add(due.subscription.id)
            tally.put_aside(due.subscription.number, problem)
    if not priced:
        return []
    rows, totals = Rows(), []
    credits = _credit_of(work, [due.customer.id for due, _ in priced])
    numbers = take_numbers(work.session, series(work.today), len(priced))
    for number, (due, lines) in zip(numbers, priced, strict=True):
        totals.append(_add_invoice(work, rows, due, lines, number, who, credits))
    _store(work, rows)
    return totals


def renewal_lines(due: Due, who: Seller) -> list[PricedLine]:
    """The next period of a subscription at its own prices. ValueError for one that has nothing to bill."""
    subscription = due.subscription
    if not due.items or subscription.bill_from is None:
        raise ValueError("has nothing to bill")
    decision = decide_tax(who.country, due.customer.country, due.customer.tax_id)
    period_end = next_period_start(subscription, subscription.bill_from)
    return [_price_item(item, subscription.bill_from, period_end, decision) for item in due.items]


def next_period_start(subscription: Subscription, start: date) -> date:
    """When the period after the one beginning on `start` begins."""
    return add_months(start, subscription.months, subscription.anchor_day)


def _price_item(item: SubscriptionItem, start: date, end: date, decision: TaxDecision) -> PricedLine:
    if item.price_minor < 0:
        raise ValueError(f"{item.description} has a negative price")
    discount = Money.zero(item.currency)
    if item.discount_cycles is None or item.discount_cycles > 0:
        discount = discount_on(item.price, item.discount_percent, item.discount_minor)
    return price_line(Position(item.description, item.price, discount, item.id, start, end), decision)


def _credit_of(work: Work, customer_ids: list[UUID]) -> dict[tuple[UUID, str], int]:
    """The credit that may be spent in this transaction: its customers are locked before it is read for good."""
    if not (some := credit_balances(work, customer_ids)):
        return {}
    lock_customers(work, {customer_id for customer_id, _ in some})
    return credit_balances(work, {customer_id for customer_id, _ in some})


def _add_invoice(
    work: Work, rows: Rows, due: Due, lines: list[PricedLine], number: int, who: Seller, credits: dict[Any, int]
) -> Money:
    subscription, customer = due.subscription, due.customer
    sums, decision = add_up(lines, subscription.currency), lines[0].decision
    invoice_id, start = new_id(), lines[0].position.period_start
    used = max(0, min(credits.get((customer.id, subscription.currency), 0), sums.total.minor))
    is_paid = used == sums.total.minor
    rows.add(
        Invoice,
        {
            "id": invoice_id,
            "number": invoice_number(work.today, number),
            "customer_id": customer.id,
            "status": InvoiceStatus.PAID if is_paid else InvoiceStatus.OPEN,
            "currency": subscription.currency,
            "net_minor": sums.net.minor,
            "tax_minor": sums.tax.minor,
            "total_minor": sums.total.minor,
            "settled_minor": used,
            "issued_on": work.today,
            "due_on": max(start or work.today, work.today),
            "paid_at": work.now if is_paid else None,
            "created_at": work.now,
            "delivered_at": None,
            "tax_country": decision.country,
            "tax_note": decision.note,
            "billed_to": party(customer),
            "seller": who.to_plain(),
        },
    )
    for place, line in enumerate(lines, start=1):
        rows.add(InvoiceLine, {"id": new_id(), **line_values(invoice_id, place, line)})
    sides = ledger.invoice_sides(customer.id, sums.net, sums.tax, decision.country)
    _add_entry(rows, ledger.entry_rows("invoice", f"invoice:{invoice_id.hex}", sides, work.now))
    rows.add(OutboxEvent, outbox_row(InvoiceIssued(invoice_id, customer.id), work.now))
    if used:
        credits[customer.id, subscription.currency] -= used
        _add_credit_use(work, rows, customer.id, invoice_id, Money(used, subscription.currency))
    if is_paid:
        rows.add(OutboxEvent, outbox_row(InvoicePaid(invoice_id, customer.id), work.now))
    rows.moved_on.append({"row_id": subscription.id, "next_day": lines[0].position.period_end})
    rows.discounts_used.extend(
        {"row_id": item.id, "left": item.discount_cycles - 1} for item in due.items if item.discount_cycles
    )
    return sums.total


def _add_credit_use(work: Work, rows: Rows, customer_id: UUID, invoice_id: UUID, used: Money) -> None:
    once_key = f"credit:{invoice_id.hex}:0"
    rows.add(
        CreditEntry,
        {
            "id": new_id(),
            "customer_id": customer_id,
            "currency": used.currency,
            "amount_minor": -used.minor,
            "reason": "Used for a renewal",
            "once_key": once_key,
            "created_at": work.now,
        },
    )
    sides = [(ledger.credit(customer_id), used), (ledger.receivable(customer_id), -used)]
    _add_entry(rows, ledger.entry_rows("credit_used", once_key, sides, work.now))


def _add_entry(rows: Rows, entry: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    rows.add(LedgerEntry, entry[0])
    rows.add(Posting, *entry[1])


def _store(work: Work, rows: Rows) -> None:
    for table in WRITTEN:
        if rows.tables.get(table):
            work.session.execute(insert(table_of(table)), rows.tables[table])
    connection = work.session.connection()
    by_id: BindParameter[UUID] = bindparam("row_id")
    subscriptions, items = table_of(Subscription), table_of(SubscriptionItem)
    moved_on = update(subscriptions).where(subscriptions.c.id == by_id).values(bill_from=bindparam("next_day"))
    connection.execute(moved_on, rows.moved_on)
    if rows.discounts_used:
        used = update(items).where(items.c.id == by_id).values(discount_cycles=bindparam("left"))
        connection.execute(used, rows.discounts_used)
