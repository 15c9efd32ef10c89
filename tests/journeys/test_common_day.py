"""Orders whose first period ends on a common day: a part of a period first, then whole ones from that day on."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from ezscale.billing.cancelling import cancel_now
from ezscale.billing.discounts import NONE
from ezscale.billing.explaining import explain_invoice
from ezscale.billing.first_periods import first_period, first_positions
from ezscale.billing.house_rules import RenewalRules
from ezscale.billing.lines import Position
from ezscale.billing.upcoming import upcoming
from ezscale.company.rules import set_rules
from ezscale.kit.money import Money
from ezscale.models import Coupon, InvoiceLine, Price
from ezscale.models.coupon import CouponKind
from ezscale.models.invoice import LineKind
from ezscale.ordering.quoting import Wish, quote
from tests.journeys.records import credit_of, monthly_revenue, subscription_of

# VPS 2 in Ireland: 11.00 a month, 23 % VAT. The stories begin on 2 March 2026.
FULL = 1353


@pytest.fixture
def rounds():
    return False


@pytest.fixture
def at(at):
    """New orders renew on the first; the first invoice is for April, too, when fewer than five days are left of March."""
    with at.robot() as work:
        set_rules(work, RenewalRules, {"first_period_until": 1, "next_period_below": 5})
    return at


def periods_of(at, invoice):
    with at.robot() as work:
        lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id, InvoiceLine.kind == LineKind.PERIOD)
        in_order = work.session.exec(lines.order_by(col(InvoiceLine.position)))
        return [(line.period_start, line.period_end, line.net_minor, line.share, line.share_of) for line in in_order]


def totals(person):
    return [invoice.total_minor for invoice in person.invoices()]


@pytest.mark.all_databases
def test_the_days_up_to_the_first_are_billed_by_the_day_and_whole_months_after_it(at):
    ada, lea = at.signs_up("Ada Moreno"), at.signs_up("Lea Roy")
    ada.buys()
    at.sleeps(26)  # 28 March: four days are left
    lea.buys()

    for days in (3, 17, 10, 4, 20, 10):
        at.sleeps(days)

    first, april, *_ = ada.invoices()
    assert periods_of(at, first) == [(date(2026, 3, 2), date(2026, 4, 1), 1065, 30, 31)]  # 11.00 x 30 / 31
    assert periods_of(at, april) == [(date(2026, 4, 1), date(2026, 5, 1), 1100, None, None)]
    assert totals(ada) == [1310, FULL, FULL, FULL]
    both, may, *_ = lea.invoices()
    assert periods_of(at, both) == [
        (date(2026, 3, 28), date(2026, 4, 1), 142, 4, 31),  # 11.00 x 4 / 31
        (date(2026, 4, 1), date(2026, 5, 1), 1100, None, None),
    ]
    assert periods_of(at, may)[0][:2] == (date(2026, 5, 1), date(2026, 6, 1))
    assert totals(lea) == [175 + FULL, FULL, FULL]
    assert monthly_revenue(at) == {"EUR": 2200}


def test_what_is_shown_is_charged_and_the_invoice_says_how_it_was_reckoned(at):
    ada = at.signs_up("Ada Moreno")

    shown = ada.does(lambda work: quote(work, Wish("vps-2", 1, "EUR", "IE")))
    ada.buys()

    [bill] = ada.invoices()
    assert (bill.total_minor, shown.sums.total.minor) == (1310, 1310)
    assert (shown.renewal.minor, shown.next_day) == (FULL, date(2026, 4, 1))
    [coming] = ada.does(upcoming)
    assert (coming.starts_on, coming.total.minor) == (date(2026, 4, 1), FULL)
    said = ada.does(lambda work: explain_invoice(work, bill.id, str))
    assert said == {1: "11.00 EUR × 30 of 31 days = 10.65 EUR; 23 % VAT 2.45 EUR"}


def test_a_part_of_a_period_is_a_cycle_of_a_coupon_and_setup_is_paid_in_full(at):
    with at.robot() as work:
        for price in work.session.exec(select(Price)):
            price.setup_minor = 500
        work.session.add(Coupon(code="TWICE", kind=CouponKind.PERCENT, cycles=2, percent=10, since=work.now))
    ada, lea = at.signs_up("Ada Moreno"), at.signs_up("Lea Roy")
    ada.buys(coupon="TWICE")
    at.sleeps(26)
    lea.buys(coupon="TWICE")

    for days in (4, 17, 10, 2, 20):
        at.sleeps(days)

    assert totals(ada)[:3] == [1180 + 615, 1218, FULL]  # (10.65 - 1.06) and its VAT, 5.00 and its VAT
    assert totals(lea)[:2] == [157 + 1218 + 615, FULL]  # (1.42 - 0.14), April with the coupon's last cycle


def test_several_of_an_add_on_are_billed_by_the_day_as_well(at):
    ada = at.signs_up("Ada Moreno")

    ada.buys(add_ons={"extra-ipv4": 2})
    at.sleeps(17)

    first, april = ada.invoices()
    assert [row[2:] for row in periods_of(at, first)] == [(1065, 30, 31), (358, 30, 31)]  # 2 x 1.85 x 30 / 31
    assert [row[2] for row in periods_of(at, april)] == [1100, 370]


def test_whoever_pays_a_day_later_has_the_days_that_were_shown(at):
    ada = at.signs_up("Ada Moreno")
    order = ada.orders()
    at.lives(days=1)

    ada.pays(order.invoice_id)
    at.lives(days=0.01)

    assert periods_of(at, ada.invoices()[0])[0][:2] == (date(2026, 3, 2), date(2026, 4, 1))
    mine = subscription_of(ada)
    assert (mine.started_on, mine.bill_from, mine.anchor_day) == (date(2026, 3, 3), date(2026, 4, 1), 1)


@pytest.mark.parametrize(("ordered", "renews"), [(27, date(2026, 5, 6)), (24, date(2026, 4, 9))])
def test_whoever_pays_when_the_days_are_over_has_as_many_from_then_on_and_no_more(at, ordered, renews):
    ada = at.signs_up("Ada Moreno")
    at.lives(days=ordered)
    order = ada.orders()  # on 29 March for three days and April, or on 26 March for six
    at.lives(days=32 - ordered)

    ada.pays(order.invoice_id)
    at.lives(days=0.01)

    assert subscription_of(ada).bill_from == renews


def test_an_order_on_the_day_itself_has_a_whole_period_also_when_it_is_paid_later(at):
    ada = at.signs_up("Ada Moreno")
    at.lives(days=30)
    order = ada.orders()
    at.lives(days=1)

    ada.pays(order.invoice_id)
    at.lives(days=0.01)

    assert totals(ada) == [FULL]
    assert subscription_of(ada).bill_from == date(2026, 5, 1)


def test_a_part_of_a_period_is_given_back_like_any_other(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys()
    at.lives(days=15)

    mine = subscription_of(ada)
    ada.does(lambda work: cancel_now(work, mine.id))

    assert credit_of(ada) == 533 + 123  # 15 of 30 days of 10.65 and of its VAT, 2.45


@given(
    begins=st.dates(date(2026, 1, 1), date(2029, 12, 31)),
    day=st.integers(1, 28),
    below=st.integers(0, 28),
    months=st.sampled_from([1, 3, 12]),
)
def test_the_first_days_end_on_the_day_and_cost_their_part(begins, day, below, months):
    first = first_period(RenewalRules(first_period_until=day, next_period_below=below), begins, months)
    position = Position("A server", Money(1100, "EUR"), Money(100, "EUR"), quantity=2)

    assert first is not None
    part, *whole = first_positions(position, NONE, first)

    assert (first.days.start, first.days.end.day, first.next_day.day) == (begins, day, day)
    assert timedelta(0) < first.days.end - begins
    assert part.price == Money(2200, "EUR").share(Fraction(first.part.share, first.part.of))
    assert bool(whole) == (first.part.share < below and begins.day != day)
    assert [(each.amount.minor, each.period_start) for each in whole] == [(2200, first.days.end)] * len(whole)
