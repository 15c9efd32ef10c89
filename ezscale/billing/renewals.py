"""The renewal run: an invoice for every subscription whose next period comes near, written in blocks."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, exists

from ezscale.billing.lines import Position, PricedLine, price_line
from ezscale.billing.periods import add_months
from ezscale.billing.policy import POLICY
from ezscale.billing.recurring import discount_of
from ezscale.billing.renewal_rows import Due, write_invoices
from ezscale.billing.runs import Tally, reported
from ezscale.billing.seller import Seller, seller
from ezscale.billing.tax import TaxDecision, decide_tax
from ezscale.kit.database import table_of
from ezscale.kit.money import Money
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Cancellation, Customer, Subscription, SubscriptionItem
from ezscale.models.subscription import SubscriptionStatus

BLOCK = 500
BILLED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
Place = tuple[date, UUID]  # subscriptions are billed in the order of their next day, then of their ids


def issue_renewals(open_work: OpenWork, size: int = BLOCK) -> Tally:
    """Invoice every period that begins within the next days. Running it again, or twice at once, does nothing more.

    A subscription that cannot be billed is set aside by name; the others are billed all the same. One that has several
    periods to catch up with is met again for each: its next place lies further on.
    """
    with reported(open_work, "renewals") as tally:
        for status in BILLED:  # one after the other, so that the index gives each block without sorting all the rest
            reached: Place | None = None
            while block := _renew_block(open_work, size, _further_on(status, reached), tally):
                reached = _place(block[-1])
    return tally


def renewal_lines(due: Due, who: Seller) -> list[PricedLine]:
    """The next period of a subscription at its own prices. ValueError for one that has nothing to bill."""
    subscription, start = due.subscription, due.subscription.bill_from
    if not due.items or start is None:
        raise ValueError("has nothing to bill")
    decision = decide_tax(who.country, due.customer.country, due.customer.tax_id)
    end = add_months(start, subscription.months, subscription.anchor_day)
    return [_price_item(item, start, end, decision) for item in due.items]


def _price_item(item: SubscriptionItem | Row[Any], start: date, end: date, decision: TaxDecision) -> PricedLine:
    if item.price_minor < 0:
        raise ValueError(f"{item.description} has a negative price")
    price = Money(item.price_minor, item.currency)
    return price_line(Position(item.description, price, discount_of(item), item.id, start, end), decision)


def _renew_block(open_work: OpenWork, size: int, which: ColumnElement[bool], tally: Tally) -> list[Due]:
    """The next block in one transaction; empty when nothing was left to do."""
    block, done = [], Tally()
    try:
        with open_work() as work:
            block = _lock_due(work, size, which)
            _write(work, block, done)
    except SQLAlchemyError:
        if not block:
            raise
        for due in block:  # the database refuses some of them: the others can be written alone
            _renew_alone(open_work, due.subscription.id, due.subscription.number, tally)
    else:
        tally.include(done)
    return block


def _renew_alone(open_work: OpenWork, subscription_id: UUID, number: str, tally: Tally) -> None:
    done = Tally()
    try:
        with open_work() as work:
            this = col(Subscription.status).in_(BILLED) & (col(Subscription.id) == subscription_id)
            _write(work, _lock_due(work, 1, this), done)
    except SQLAlchemyError as problem:
        tally.put_aside(number, problem)
    else:
        tally.include(done)


def _write(work: Work, block: Sequence[Due], done: Tally) -> None:
    who, priced = seller(), []
    for due in block:
        with done.apart(due.subscription.number):
            priced.append((due, renewal_lines(due, who)))
    for total in write_invoices(work, priced, who):
        done.count("invoices")
        done.add(total)


def _lock_due(work: Work, size: int, which: ColumnElement[bool]) -> list[Due]:
    """The first subscriptions to be billed. They are read as rows: objects would take longer than all the rest."""
    horizon = work.today + timedelta(days=POLICY.invoice_days_before)
    due = (
        select(*SUBSCRIPTION)
        .where(which, col(Subscription.bill_from) <= horizon, ~LEAVES_BEFORE)
        .order_by(col(Subscription.bill_from), col(Subscription.id))
        .limit(size)
        .with_for_update()
    )
    work.session.flush()
    read = work.session.connection().execute
    subscriptions = read(due).all()
    owners = {each.customer_id for each in subscriptions}
    customers = {row.id: row for row in read(select(*CUSTOMER).where(col(Customer.id).in_(owners)))}
    items: dict[UUID, list[Row[Any]]] = {each.id: [] for each in subscriptions}
    theirs = select(*ITEM).where(col(SubscriptionItem.subscription_id).in_(items))
    for item in read(theirs.order_by(col(SubscriptionItem.id))):
        items[item.subscription_id].append(item)
    return [Due(each, customers[each.customer_id], items[each.id]) for each in subscriptions]


def _further_on(status: SubscriptionStatus, reached: Place | None) -> ColumnElement[bool]:
    of_status, next_day = col(Subscription.status) == status, col(Subscription.bill_from)
    if reached is None:
        return of_status
    day, subscription_id = reached
    return of_status & (next_day >= day) & or_(next_day > day, col(Subscription.id) > subscription_id)


def _place(due: Due) -> Place:
    return due.subscription.bill_from or date.min, due.subscription.id


def _columns(model: type[Any], *names: str) -> list[ColumnElement[Any]]:
    return [table_of(model).c[name] for name in names]


SUBSCRIPTION = _columns(Subscription, "id", "number", "customer_id", "currency", "months", "anchor_day", "bill_from")
CUSTOMER = _columns(
    Customer, "id", "number", "name", "company", "email", "address", "city", "postcode", "country", "tax_id"
)
ITEM = _columns(
    SubscriptionItem,
    *("id", "subscription_id", "plan_id", "description", "currency", "price_minor"),
    *("discount_percent", "discount_minor", "discount_cycles"),
)
# A standing cancellation that ends before the next period begins.
LEAVES_BEFORE = exists().where(
    col(Cancellation.subscription_id) == col(Subscription.id),
    col(Cancellation.withdrawn_at).is_(None),
    col(Cancellation.effective_on) <= col(Subscription.bill_from),
)
