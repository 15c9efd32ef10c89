"""Stories of subscriptions that change: each day is billed once, and what was quoted is what was charged."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing.change_lines import from_plain
from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.billing.lines import add_up
from ezscale.billing.periods import add_months
from ezscale.models import Customer, Invoice, InvoiceLine, Plan, Price, SubscriptionChange, SubscriptionItem
from ezscale.models.invoice import InvoiceOrigin, InvoiceStatus, LineKind
from ezscale.models.subscription import ChangeStatus
from tests.company import Company
from tests.journeys.records import credit_of, subscription_of
from tests.sizes import size

DAYS = range(0, 31, size(6, 1))  # of a month, its first and its last among them
STRIPES_SMALLEST = 50  # cents: it charges no less
BEGINNINGS = {
    "31 January": (datetime(2026, 1, 31, 9, tzinfo=UTC), ""),
    "29 February": (datetime(2028, 2, 29, 9, tzinfo=UTC), ""),
    "the night that loses an hour": (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Dublin"),
    "the night that wins an hour": (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Dublin"),
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_every_cycle_keeps_its_day_and_bills_each_day_once(database, clock, tmp_path, beginning):
    clock.now, zone = BEGINNINGS[beginning]
    at = Company(database, clock, tmp_path, rounds=False)
    offers_every_cycle(at)
    people = {}
    for months in (1, 3, 6, 12, 24, 36):
        person = at.signs_up(f"Ada{months} Moreno", country="IE")
        lives_in(at, person, zone)
        person.buys("vps-2", months=months)
        people[months] = person
    began = {months: subscription_of(person).started_on for months, person in people.items()}

    for _ in range(size(14, 26)):  # more than one of each cycle up to a year, or two years
        at.sleeps(days=22)  # and whatever was due meanwhile is made up for
        at.lives(days=7)

    for months, person in people.items():
        first = began[months]
        assert first is not None
        expected, day = [], first
        while day <= clock.now.date() + timedelta(days=14):
            after = add_months(day, months, first.day)
            expected.append((day, after))
            day = after
        assert periods(at, person) == expected
    assert at.complaints() == {}


@pytest.mark.parametrize(("first", "then"), [("vps-2", "vps-3"), ("vps-3", "vps-2")])
def test_on_every_day_of_a_month_the_quote_is_the_invoice_and_the_charge(database, clock, tmp_path, first, then):
    at = Company(database, clock, tmp_path, rounds=False)
    people = [at.signs_up(f"Ada{day} Moreno", country="IE") for day in DAYS]
    for person in people:
        order = person.orders(first)
        person.pays(order.invoice_id)
    at.lives(days=0.01)

    too_small: list[int] = []
    for person in people:
        mine = subscription_of(person)
        quote = changes(person, mine.id, then)
        at.works()
        bill = next(invoice for invoice in person.invoices() if invoice.origin is InvoiceOrigin.CHANGE)
        assert bill.total_minor == asked_in(quote)
        at_stripe = at.stripe_did()["invoices"].get(str(bill.id), {"captured": 0})
        if 0 < quote.total_minor < STRIPES_SMALLEST:  # a known limit: it waits, and is dropped with the period
            assert (bill.status, at_stripe["captured"]) == (InvoiceStatus.OPEN, 0)
            too_small.append(quote.total_minor)
        else:
            assert (bill.status, at_stripe["captured"]) == (InvoiceStatus.PAID, max(quote.total_minor, 0))
        assert credit_of(person) == max(-quote.total_minor, 0)
        assert subscription_of(person).bill_from == date(2026, 4, 2)  # what was billed ahead is to be billed anew
        at.lives(days=DAYS.step)
    at.lives(days=3)

    assert too_small == ([44] if then == "vps-3" else [])  # the last day of the month, and no other
    for person in people:
        standing = [invoice for invoice in person.invoices() if invoice.status is not InvoiceStatus.VOID]
        assert standing[-1].origin is InvoiceOrigin.RENEWAL
        assert set(times_billed(at, person).values()) == {1}
    assert at.complaints() == {}


def changes(person, subscription_id, plan):
    """They ask for the price of another plan, and agree to what they see."""
    quote = person.does(lambda work: quote_change(work, subscription_id, ChangeWish(plan)))
    person.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    return quote


def asked_in(quote):
    """What the invoice for a change asks for: where more is given back, credit notes do that."""
    lines = [from_plain(line) for line in quote.lines]
    asked = [line for line in lines if quote.total_minor >= 0 or line.position.kind is not LineKind.UNUSED]
    return add_up(asked, quote.currency).total.minor


def periods(at, person):
    """The days that were billed and not voided, in order."""
    mine = subscription_of(person).id
    with at.robot() as work:
        billed = (
            select(InvoiceLine)
            .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
            .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
            .where(
                SubscriptionItem.subscription_id == mine,
                InvoiceLine.kind == LineKind.PERIOD,
                Invoice.status != InvoiceStatus.VOID,
            )
        )
        lines = work.session.exec(billed.order_by(col(InvoiceLine.period_start)))
        return [(line.period_start, line.period_end) for line in lines]


def times_billed(at, person):
    """How often each day was billed, less how often it was given back."""
    mine = subscription_of(person).id
    days: dict[date, int] = {}
    with at.robot() as work:
        lines = work.session.exec(
            select(InvoiceLine)
            .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
            .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
            .where(SubscriptionItem.subscription_id == mine, Invoice.status != InvoiceStatus.VOID)
        )
        for line in lines:
            assert line.period_start is not None
            assert line.period_end is not None
            count(days, line.period_start, line.period_end, -1 if line.kind is LineKind.UNUSED else 1)
        gave_more = select(SubscriptionChange).where(
            SubscriptionChange.subscription_id == mine,
            SubscriptionChange.status == ChangeStatus.APPLIED,
            SubscriptionChange.total_minor < 0,
        )
        for change in work.session.exec(gave_more):
            for line in (from_plain(plain).position for plain in change.lines):
                if line.kind is LineKind.UNUSED:
                    count(days, line.period_start, line.period_end, -1)
    return days


def count(days, start, end, times):
    for offset in range((end - start).days):
        day = start + timedelta(days=offset)
        days[day] = days.get(day, 0) + times


def lives_in(at, person, zone):
    with at.robot() as work:
        customer = work.session.get_one(Customer, person.actor.customer_id)
        customer.time_zone = zone
        work.session.add(customer)


def offers_every_cycle(at):
    """Prices for the cycles that the starting range does not have."""
    with at.robot() as work:
        plan = work.session.exec(select(Plan).where(Plan.slug == "vps-2")).one()
        for months in (6, 24, 36):
            work.session.add(
                Price(plan_id=plan.id, currency="EUR", months=months, amount_minor=1100 * months, since=work.now)
            )
