"""What each kind of coupon takes off, over the cycles it runs, to the minor unit."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.billing.discounts import (
    BasketItem,
    discounted_basket,
    next_cycle,
    recurring_discounts,
)
from ezscale.billing.lines import Position, add_up, price_lines
from ezscale.billing.recurring import discount_of
from ezscale.billing.tax import Tax, TaxDecision
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import Coupon, SubscriptionItem
from ezscale.models.coupon import CouponKind
from ezscale.models.invoice import LineKind

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
CYCLES = (1, 2, None)


def coupon(kind, **values):
    return Coupon(code="SPRING", kind=CouponKind(kind), since=BEGAN, **values)


def position(minor, kind=LineKind.PERIOD, quantity=1, currency="EUR"):
    return Position(kind.value, Money(minor, currency), Money.zero(currency), kind=kind, quantity=quantity)


def basket(currency="EUR", plan=1000, option=333, add_on=250, setup=500, once=700):
    """A plan with an option, two of an add-on, a setup fee, and something that is paid once."""
    return [
        position(plan, currency=currency),
        position(option, currency=currency),
        position(add_on, quantity=2, currency=currency),
        position(setup, LineKind.SETUP, currency=currency),
        position(once, LineKind.ONCE, currency=currency),
    ]


def on_one(positions, given):
    """A coupon on a basket with a single server."""
    return discounted_basket([BasketItem(positions)], given)[0]


def off(positions):
    return [each.discount.minor for each in positions]


@pytest.mark.parametrize(
    ("given", "taken_off"),
    [
        (coupon("percent", percent=10), [100, 33, 50, 0, 0]),  # 33.3
        (coupon("percent", percent=50), [500, 167, 250, 0, 0]),  # 166.5
        (coupon("percent", percent=100), [1000, 333, 500, 0, 0]),
        (coupon("fixed", amounts={"EUR": 100}), [55, 18, 27, 0, 0]),  # 54.56, 18.17, 27.28
        (coupon("fixed", amounts={"EUR": 1}), [1, 0, 0, 0, 0]),
        (coupon("fixed", amounts={"EUR": 1833}), [1000, 333, 500, 0, 0]),
        (coupon("fixed", amounts={"EUR": 99999}), [1000, 333, 500, 0, 0]),
        (coupon("fixed", amounts={"USD": 100}), [0, 0, 0, 0, 0]),
        (coupon("override", amounts={"EUR": 400}), [600, 0, 0, 0, 0]),
        (coupon("override", amounts={"EUR": 0}), [1000, 0, 0, 0, 0]),
        (coupon("override", amounts={"EUR": 1200}), [0, 0, 0, 0, 0]),  # it never makes anything dearer
        (coupon("free_setup"), [0, 0, 0, 500, 0]),
        (None, [0, 0, 0, 0, 0]),
    ],
    ids=lambda value: f"{value.kind} {value.percent} {value.amounts}" if isinstance(value, Coupon) else "",
)
def test_what_is_taken_off_each_position(given, taken_off):
    assert off(on_one(basket(), given)) == taken_off


@pytest.mark.parametrize(
    ("currency", "given", "taken_off"),
    [
        ("JPY", coupon("percent", percent=15), [150, 50, 75, 0, 0]),  # 49.95
        ("JPY", coupon("fixed", amounts={"JPY": 100}), [55, 18, 27, 0, 0]),
        ("KWD", coupon("percent", percent=33), [330, 110, 165, 0, 0]),  # 109.89
        ("KWD", coupon("fixed", amounts={"KWD": 1000, "EUR": 1}), [545, 182, 273, 0, 0]),  # 545.55, 181.67, 272.78
        ("HUF", coupon("override", amounts={"HUF": 999}), [1, 0, 0, 0, 0]),
    ],
    ids=lambda value: f"{value.kind} {value.amounts}" if isinstance(value, Coupon) else str(value),
)
def test_currencies_with_other_digits(currency, given, taken_off):
    positions = on_one(basket(currency), given)

    assert off(positions) == taken_off
    assert {each.discount.currency for each in positions} == {currency}


def test_tax_is_taken_from_what_is_left():
    vat = TaxDecision((Tax("VAT 23%", "IE", 230000),), "IE")

    sums = add_up(price_lines(on_one([position(1000)], coupon("percent", percent=10)), vat), "EUR")

    assert (sums.net.minor, sums.tax.minor, sums.total.minor) == (900, 207, 1107)


def test_a_fixed_sum_comes_off_a_whole_basket_once():
    items = [
        BasketItem([position(1000)], "vps-1", 1),
        BasketItem([position(3000), position(500, LineKind.SETUP)], "vps-2", 1),
    ]

    taken = [off(each) for each in discounted_basket(items, coupon("fixed", amounts={"EUR": 400}))]

    assert taken == [[100], [300, 0]]


def test_another_price_holds_for_each_plan_of_a_basket():
    items = [BasketItem([position(1000), position(200)], "vps-1", 1)] * 2

    taken = [off(each) for each in discounted_basket(items, coupon("override", amounts={"EUR": 300}))]

    assert taken == [[700, 0], [700, 0]]


def test_only_what_a_coupon_is_for_gets_cheaper():
    items = [BasketItem([position(1000)], plan, months) for plan, months in (("vps-1", 1), ("vps-1", 12), ("vps-2", 1))]
    only = coupon("fixed", amounts={"EUR": 400}, plans=["vps-1"], months=[1])

    assert [off(each) for each in discounted_basket(items, only)] == [[400], [0], [0]]
    only.cycles = 3
    assert recurring_discounts(only, items) == [[(0, 400, 2)], [(0, 0, 0)], [(0, 0, 0)]]


@pytest.mark.parametrize("cycles", CYCLES, ids=str)
@pytest.mark.parametrize(
    ("kind", "value", "with_it", "without"),
    [
        ("percent", {"percent": 10}, 1650, 1833),
        ("fixed", {"amounts": {"EUR": 100}}, 1733, 1833),
        ("override", {"amounts": {"EUR": 400}}, 1233, 1833),
        ("free_setup", {}, 1833, 1833),
    ],
)
def test_each_kind_over_its_cycles(kind, value, with_it, without, cycles):
    """Four cycles as the renewal run bills them, from what the items store."""
    given, positions = coupon(kind, cycles=cycles, **value), basket()
    items = [
        SubscriptionItem(
            subscription_id=new_id(),
            plan_id=new_id(),
            description=each.description,
            currency="EUR",
            price_minor=each.price.minor,
            quantity=each.quantity,
            discount_percent=again.percent,
            discount_minor=again.minor,
            discount_cycles=again.cycles,
        )
        for each, again in zip(positions, recurring_discounts(given, [BasketItem(positions)])[0], strict=True)
        if each.kind is LineKind.PERIOD
    ]
    periods = [each for each in on_one(positions, given) if each.kind is LineKind.PERIOD]
    asked = [sum(each.amount.minor for each in periods)]

    for _ in range(3):
        asked.append(sum(item.price_minor * item.quantity - discount_of(item).minor for item in items))
        for item in items:
            item.discount_cycles = item.discount_cycles - 1 if item.discount_cycles else item.discount_cycles

    lasts = 4 if cycles is None else cycles
    assert asked == [with_it] * lasts + [without] * (4 - lasts)
    shown = next_cycle([BasketItem(positions)], [recurring_discounts(given, [BasketItem(positions)])[0]])[0]
    assert sum(each.amount.minor for each in shown) == asked[1]


@given(
    prices=st.lists(
        st.tuples(st.integers(0, 10**7), st.integers(1, 5), st.sampled_from(LineKind)), min_size=1, max_size=8
    ),
    kind=st.sampled_from(CouponKind),
    percent=st.integers(1, 100),
    minor=st.integers(0, 10**8),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "HUF"]),
    cycles=st.sampled_from([1, 2, 12, None]),
)
def test_no_line_is_ever_negative_and_the_next_cycle_takes_off_the_same(prices, kind, percent, minor, currency, cycles):
    given = coupon(kind, percent=percent, amounts={currency: minor}, cycles=cycles)
    positions = [position(price, line, quantity, currency) for price, quantity, line in prices]

    now = on_one(positions, given)

    assert all(0 <= each.discount.minor <= each.price.minor * each.quantity for each in now)
    assert [each.price for each in now] == [each.price for each in positions]
    periods = [each for each in now if each.kind is LineKind.PERIOD]
    if kind is CouponKind.FIXED:
        full = sum(each.price.minor * each.quantity for each in periods)
        assert sum(each.discount.minor for each in now) == min(minor, full)
    later = next_cycle([BasketItem(positions)], [recurring_discounts(given, [BasketItem(positions)])[0]])[0]
    assert [each.discount.minor for each in later] == [0 if cycles == 1 else each.discount.minor for each in periods]
