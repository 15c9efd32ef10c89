"""So many days before a period its invoice is written: the same for all, or own days for some lengths."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.renewals import renewals_due
from ezscale.billing.renewing import renew
from ezscale.company.rules import set_rules
from ezscale.kit.actor import robot
from ezscale.models import Subscription
from tests.bulk import write_book

pytestmark = pytest.mark.all_databases
LENGTHS = (1, 3, 6, 12, 24, 36)


@pytest.fixture
def open_work(database, clock):
    """Six subscriptions, one of each length; the next period of each begins when the test says."""
    write_book(database.engine, len(LENGTHS), clock.now)
    opener = database.opener(robot("test"))
    with opener() as work:
        for row, months in zip(work.session.exec(select(Subscription)).all(), LENGTHS, strict=True):
            row.months = months
            work.session.add(row)
    return opener


def begin_in(open_work, days):
    with open_work() as work:
        for row in work.session.exec(select(Subscription)).all():
            row.bill_from, row.anchor_day = work.today + timedelta(days=days), 1
            work.session.add(row)


def decide(open_work, **typed):
    with open_work() as work:
        set_rules(work, RenewalRules, typed)


def invoiced(open_work, days):
    """Which lengths the run invoices so many days before; what is foreseen is what it does."""
    begin_in(open_work, days)
    with open_work() as work:
        before = {row.months: row.bill_from for row in work.session.exec(select(Subscription))}
        foreseen = renewals_due(work)["invoices"]
    tally = renew(open_work)
    with open_work() as work:
        after = {row.months: row.bill_from for row in work.session.exec(select(Subscription))}
    assert tally.set_aside == []
    moved = [months for months in LENGTHS if after[months] != before[months]]
    assert len(moved) == foreseen
    return moved


@pytest.mark.parametrize(("days", "expected"), [(15, []), (14, list(LENGTHS))])
def test_fourteen_days_before_unless_somebody_decides(open_work, days, expected):
    assert invoiced(open_work, days) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(31, []), (30, [12]), (15, [12]), (14, [3, 6, 12, 24, 36]), (6, [3, 6, 12, 24, 36]), (5, list(LENGTHS))],
)
def test_lengths_with_days_of_their_own_keep_to_them(open_work, days, expected):
    decide(open_work, days_before_monthly=5, days_before_yearly=30)

    assert invoiced(open_work, days) == expected


def test_all_at_another_time(open_work):
    decide(open_work, invoice_days_before=20, days_before_yearly=20)

    assert invoiced(open_work, 20) == list(LENGTHS)
