"""The renewal run bills each period once and leaves none out, whoever runs it, however often, and whatever breaks."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, delete, func, select

from ezscale.billing.periods import add_months
from ezscale.billing.renewals import issue_renewals
from ezscale.company.runs import Tally
from ezscale.kit.actor import robot
from ezscale.kit.clock import FixedClock
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.numbering import take_number
from ezscale.kit.work import Database
from ezscale.models import Invoice, InvoiceLine, RunReport, Subscription, SubscriptionItem
from ezscale.reporting.doctor import examine
from tests.bulk import write_book
from tests.sizes import figures, size

pytestmark = pytest.mark.all_databases
RUNS = 8
LAST_OF_JANUARY = date(2026, 1, 31)


class Lost(Exception):
    """What was written shall not be."""


def test_runs_at_once_bill_everybody_once(engine: Engine, clock: FixedClock) -> None:
    count = size(60, 1000)
    write_book(engine, count, clock.now)
    start = Barrier(RUNS)

    def run(_number: int) -> int:
        start.wait()
        return sum(bills(engine, clock, block=size(7, 100)).counts.get("invoices", 0) for _ in range(2))

    with ThreadPoolExecutor(RUNS) as threads:
        billed = list(threads.map(run, range(RUNS)))

    figures("runs at once", database=engine.dialect.name, subscriptions=count, billed_by_each=billed)
    assert sum(billed) == count
    assert numbers(engine) == list(range(1, count + 1))
    assert complaints(engine, clock) == {}


def test_a_second_run_does_nothing(engine: Engine, clock: FixedClock) -> None:
    write_book(engine, 30, clock.now)

    first = bills(engine, clock)
    second = bills(engine, clock)

    assert (first.counts, second.counts) == ({"invoices": 30}, {})
    assert rows(engine, RunReport) == 1


def test_bad_records_are_set_aside_by_name(engine: Engine, clock: FixedClock) -> None:
    count = size(40, 10_000)
    write_book(engine, count, clock.now)
    without_items, below_nothing, billed_already = poison(engine, clock)

    first = bills(engine, clock, block=size(10, 500))
    second = bills(engine, clock, block=size(10, 500))

    named = {aside["name"] for aside in first.set_aside}
    assert named == {without_items, below_nothing, billed_already}
    assert len(first.set_aside) == 3
    assert first.counts == {"invoices": count - 3}
    assert (second.counts, len(second.set_aside)) == ({}, 3)
    assert numbers(engine) == list(range(1, count - 2))


@pytest.mark.parametrize("away", [timedelta(days=7), timedelta(days=365)], ids=["a week", "a year"])
def test_time_without_a_run_is_made_up_for(engine: Engine, clock: FixedClock, away: timedelta) -> None:
    clock.now = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
    write_book(engine, 12, clock.now, LAST_OF_JANUARY)

    clock.move(away)
    bills(engine, clock, block=5)

    horizon = (clock.now + timedelta(days=14)).date()
    for months, starts in periods(engine):
        due = [LAST_OF_JANUARY]
        while (next_day := add_months(LAST_OF_JANUARY, months * len(due), 31)) <= horizon:
            due.append(next_day)
        assert starts == due
    assert complaints(engine, clock) == {}


def test_numbers_have_no_gap_though_every_tenth_is_rolled_back(engine: Engine, clock: FixedClock) -> None:
    writers, each = 8, size(25, 200)
    opener = Database(engine, clock).opener(robot("test"))

    def write(writer: int) -> list[int]:
        taken = []
        for turn in range(each):
            with suppress(Lost), opener() as work:
                number = take_number(work.session, "test")
                if (turn + writer) % 10 == 0:
                    raise Lost
                taken.append(number)
        return taken

    with ThreadPoolExecutor(writers) as threads:
        taken = sorted(number for numbers in threads.map(write, range(writers)) for number in numbers)

    figures("numbers", database=engine.dialect.name, taken=len(taken))
    assert taken == list(range(1, len(taken) + 1))
    assert len(taken) == sum((turn + writer) % 10 > 0 for turn in range(each) for writer in range(writers))


def bills(engine: Engine, clock: FixedClock, block: int = 500) -> Tally:
    """A renewal run, tried again when it had to give way to another."""
    while True:
        try:
            return issue_renewals(Database(engine, clock).opener(robot("renewals")), block)
        except TemporaryFailure:
            continue


def poison(engine: Engine, clock: FixedClock) -> list[str]:
    """Spoil three subscriptions in three ways; their numbers."""
    with Database(engine, clock).opener(robot("test"))() as work:
        without_items, below_nothing, billed_already = work.session.exec(
            select(Subscription).order_by(col(Subscription.id)).limit(3)
        ).all()
        work.session.exec(delete(SubscriptionItem).where(col(SubscriptionItem.subscription_id) == without_items.id))
        item = work.session.exec(
            select(SubscriptionItem).where(SubscriptionItem.subscription_id == below_nothing.id)
        ).first()
        assert item is not None
        item.price_minor = -1
        work.session.add(item)
        twin = work.session.exec(
            select(SubscriptionItem).where(SubscriptionItem.subscription_id == billed_already.id)
        ).first()
        assert twin is not None
        draft = Invoice(customer_id=billed_already.customer_id, currency="EUR", created_at=work.now)
        work.session.add(draft)
        work.session.flush()
        sums: Any = {"price_minor": 0, "net_minor": 0, "tax_minor": 0}
        line: Any = {"position": 1, "item_id": twin.id, "description": "", "currency": "EUR", **sums}
        work.session.add(InvoiceLine(invoice_id=draft.id, period_start=billed_already.bill_from, **line))
        return [subscription.number for subscription in (without_items, below_nothing, billed_already)]


def periods(engine: Engine) -> list[tuple[int, list[date]]]:
    """Each item's cycle in months, and the days on which its billed periods begin."""
    billed = (
        select(SubscriptionItem.id, Subscription.months, col(InvoiceLine.period_start))
        .join(Subscription, col(Subscription.id) == SubscriptionItem.subscription_id)
        .join(InvoiceLine, col(InvoiceLine.item_id) == SubscriptionItem.id)
        .order_by(col(SubscriptionItem.id), col(InvoiceLine.period_start))
    )
    found: dict[object, tuple[int, list[date]]] = {}
    with engine.connect() as connection:
        for item_id, months, start in connection.execute(billed):
            found.setdefault(item_id, (months, []))[1].append(start or date.min)
    return list(found.values())


def numbers(engine: Engine) -> list[int]:
    """All invoice numbers of the year."""
    with engine.connect() as connection:
        found = connection.execute(select(Invoice.number).where(col(Invoice.number).is_not(None))).scalars()
        return sorted(int(number.rpartition("-")[2]) for number in found if number)


def rows(engine: Engine, table: type) -> int:
    """How many there are."""
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)


def complaints(engine: Engine, clock: FixedClock) -> dict[str, Counter[str]]:
    """What the doctor finds."""
    with Database(engine, clock).opener(robot("test"))() as work:
        return {finding.check: Counter(finding.broken) for finding in examine(work) if finding.broken}
