"""The renewal run: an invoice for every subscription whose next period comes near, written in blocks."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, exists

from ezscale.billing.bills import as_parts_of_one, next_bill
from ezscale.billing.coming_near import comes_near
from ezscale.billing.due import CUSTOMER, ITEM, SUBSCRIPTION, Due, DueCustomer, DueItem, DueSubscription
from ezscale.billing.earnings import plan_families
from ezscale.billing.holds import is_held
from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.pricing import taxes_of
from ezscale.billing.renewal_rows import Billed, write_invoices
from ezscale.billing.seller import seller
from ezscale.company.rules import rules
from ezscale.company.runs import Tally, reported
from ezscale.kit.database import table_of
from ezscale.kit.work import OpenWork, Work
from ezscale.models import Cancellation, Customer, Subscription, SubscriptionChange, SubscriptionItem
from ezscale.models.hold import Deed
from ezscale.models.subscription import SubscriptionStatus

BLOCK = 1_000
BILLED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)
Place = tuple[date, UUID]  # subscriptions are billed in the order of their next day, then of their ids


def issue_renewals(open_work: OpenWork, size: int = BLOCK) -> Tally:
    """Invoice every period that begins within the next days, without a brake. Again, or twice at once: nothing more.

    A subscription that cannot be billed is set aside by name; the others are billed all the same.
    """
    with reported(open_work, "renewals") as tally:
        invoice_due(open_work, tally, size)
    return tally


def invoice_due(open_work: OpenWork, tally: Tally, size: int = BLOCK, *, until: date | None = None) -> None:
    """The same as a part of a run, which may end with the periods that begin `until` a day.

    A subscription that has several periods to catch up with is met again for each: its next place lies further on.
    """
    for status in BILLED:  # one after the other, so that the index gives each block without sorting all the rest
        reached: Place | None = None
        while (further := _renew_block(open_work, size, _further_on(status, reached), until, tally)) is not None:
            reached = further
    named = {aside["name"]: aside for aside in tally.set_aside}  # met beside others, and then in its own place
    tally.set_aside = list(named.values())


def renewals_due(work: Work) -> dict[str, int]:
    """How many subscriptions are to be invoiced now."""
    due = select(func.count()).select_from(Subscription).where(col(Subscription.status).in_(BILLED), *_is_due(work))
    return {"invoices": work.session.execute(due).scalar_one()}


def _renew_block(
    open_work: OpenWork, size: int, which: ColumnElement[bool], until: date | None, tally: Tally
) -> Place | None:
    """The next block in one transaction; how far it reached, or nothing when nothing was left to do."""
    block, together, done = [], [], Tally()
    try:
        with open_work() as work:
            block = _lock_due(work, which, until, size)
            if not block:
                return None
            together = _invoices_of(work, block, until)
            _write(work, together, done)
    except SQLAlchemyError:
        if not block:
            raise
        for invoice in together or [[due] for due in block]:  # the database refuses some: the others can be written
            _renew_apart(open_work, invoice, until, tally)
    else:
        tally.include(done)
    return _place(block[-1])


def _renew_apart(open_work: OpenWork, dues: Sequence[Due], until: date | None, tally: Tally) -> None:
    """One invoice in a transaction of its own; when it is refused, each of its subscriptions."""
    done = Tally()
    these = col(Subscription.id).in_([due.subscription.id for due in dues])
    try:
        with open_work() as work:
            _write(work, [_lock_due(work, col(Subscription.status).in_(BILLED) & these, until)], done)
    except SQLAlchemyError as problem:
        if len(dues) == 1:
            tally.put_aside(dues[0].subscription.number, problem)
        else:
            for due in dues:
                _renew_apart(open_work, [due], until, tally)
    else:
        tally.include(done)


def _invoices_of(work: Work, block: list[Due], until: date | None) -> list[list[Due]]:
    """What of a block stands on one invoice: a subscription, or everything of its customer that is due as well."""
    if not rules(work, RenewalRules).one_invoice_a_day:
        return [[due] for due in block]
    known = {due.subscription.id for due in block}
    theirs = col(Subscription.customer_id).in_({due.customer.id for due in block})
    others = col(Subscription.status).in_(BILLED) & theirs & col(Subscription.id).not_in(known)
    more = _lock_due(work, others, until)
    together: dict[tuple[UUID, str], list[Due]] = {}
    for due in [*block, *more]:
        together.setdefault((due.customer.id, due.subscription.currency), []).append(due)
    return list(together.values())


def _write(work: Work, together: Sequence[Sequence[Due]], done: Tally) -> None:
    who, invoices = seller(), []
    customers = list({due.customer.id: due.customer for dues in together for due in dues}.values())
    taxes, families = taxes_of(work, customers), plan_families(work)
    for dues in together:
        priced: list[Billed] = []
        for due in dues:
            with done.apart(due.subscription.number):
                priced.append((due, next_bill(due, taxes, families)))
        if priced:
            parts = as_parts_of_one([bill for _, bill in priced], taxes, dues[0].customer)
            invoices.append([(due, bill) for (due, _), bill in zip(priced, parts, strict=True)])
    totals = write_invoices(work, invoices, who, taxes.standings)
    if totals:
        done.count("invoices", len(totals))
    for total in totals:
        done.add(total)
    if rules(work, RenewalRules).one_invoice_a_day and invoices:
        done.count("subscriptions", sum(map(len, invoices)))


def _lock_due(work: Work, which: ColumnElement[bool], until: date | None, size: int | None = None) -> list[Due]:
    """The first subscriptions to be billed."""
    due = (
        select(*SUBSCRIPTION)
        .where(which, *_is_due(work, until))
        .order_by(col(Subscription.bill_from), col(Subscription.id))
        .limit(size)
        .with_for_update()
    )
    work.session.flush()
    read = work.session.connection().execute
    subscriptions = [*map(DueSubscription._make, read(due).all())]
    if not subscriptions:
        return []
    owners = [each.customer_id for each in subscriptions]
    theirs = read(select(*CUSTOMER).where(col(Customer.id).in_(owners))).all()
    customers = {customer.id: customer for customer in map(DueCustomer._make, theirs)}
    items: dict[UUID, list[DueItem]] = {each.id: [] for each in subscriptions}
    within = select(*ITEM).where(
        col(SubscriptionItem.subscription_id).in_(items), col(SubscriptionItem.ended_on).is_(None)
    )
    for item in map(DueItem._make, read(within.order_by(col(SubscriptionItem.id))).all()):
        items[item.subscription_id].append(item)
    return [Due(each, customers[each.customer_id], items[each.id]) for each in subscriptions]


def _is_due(work: Work, until: date | None = None) -> tuple[ColumnElement[bool], ...]:
    """Its next period comes near, nobody leaves or changes it before that, and nobody holds its invoice."""
    columns = table_of(Subscription).c
    near = comes_near(work, columns.bill_from, columns.months)
    within = [col(Subscription.bill_from) <= until] if until else []
    return near, *within, ~LEAVES_BEFORE, ~IS_CHANGING, ~is_held(Deed.INVOICE, work.today)


def _further_on(status: SubscriptionStatus, reached: Place | None) -> ColumnElement[bool]:
    of_status, next_day = col(Subscription.status) == status, col(Subscription.bill_from)
    if reached is None:
        return of_status
    day, subscription_id = reached
    return of_status & (next_day >= day) & or_(next_day > day, col(Subscription.id) > subscription_id)


def _place(due: Due) -> Place:
    return due.subscription.bill_from or date.min, due.subscription.id


# A standing cancellation that ends before the next period begins.
LEAVES_BEFORE = exists().where(
    col(Cancellation.subscription_id) == col(Subscription.id),
    col(Cancellation.withdrawn_at).is_(None),
    col(Cancellation.effective_on) <= col(Subscription.bill_from),
)
# A change that waits for its money or its day: it is settled before the next period is billed.
IS_CHANGING = exists().where(col(SubscriptionChange.live_for) == col(Subscription.id))
