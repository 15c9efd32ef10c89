"""What is shown is what is charged, to the cent."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from ezscale.billing.tax import STANDARD_RATES
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.kit.errors import Invalid
from ezscale.models import Coupon, Price
from ezscale.ordering.quoting import Wish, quote

WISH = Wish("vps-2", 1, "EUR", "IE")
VISITORS = count()
COUNTRIES = ("IE", "DE", "FI", "HU", "US", "GB")


@pytest.fixture
def shop(work):
    """The starting range, on sale."""
    stock_the_shop(work)
    return work


def with_coupon(shop, **values):
    shop.session.add(Coupon(**{"code": "SPRING", "percent": 10, "since": shop.now} | values))


def asks(shop, **changes):
    return quote(shop, replace(WISH, **changes))


@pytest.mark.parametrize(
    ("wish", "net", "tax", "renewal"),
    [
        ({}, 1100, 253, 1353),
        ({"months": 12}, 11000, 2530, 13530),
        ({"currency": "USD", "country": "US"}, 1200, 0, 1200),
        ({"currency": "GBP", "country": "GB"}, 950, 0, 950),
        ({"country": "FI"}, 1100, 281, 1381),  # 280.50
        ({"country": "DE", "tax_id": "DE136695976"}, 1100, 209, 1309),  # until the register knows it
        ({"coupon": "welcome10"}, 990, 228, 1218),  # for three cycles
        ({"coupon": "welcome10", "country": "HU"}, 990, 267, 1257),
    ],
    ids=str,
)
def test_a_price_with_its_tax(shop, wish, net, tax, renewal):
    offer = asks(shop, **wish)

    assert (offer.sums.net.minor, offer.sums.tax.minor, offer.renewal.minor) == (net, tax, renewal)
    assert offer.sums.total.minor == net + tax


@pytest.mark.parametrize(
    ("given", "now", "later"),
    [
        ({"percent": 100}, 0, 0),
        ({"percent": 100, "cycles": 1}, 0, 1353),
        ({"kind": "fixed", "percent": 0, "amounts": {"EUR": 200}, "cycles": 2}, 1107, 1107),
        ({"kind": "fixed", "percent": 0, "amounts": {"EUR": 99999}, "cycles": 1}, 0, 1353),
    ],
    ids=str,
)
def test_a_coupon_lowers_this_cycle_and_as_many_more_as_it_says(shop, given, now, later):
    with_coupon(shop, **given)

    offer = asks(shop, coupon=" spring ")

    assert (offer.sums.total.minor, offer.renewal.minor) == (now, later)


def test_a_setup_fee_is_asked_once_and_not_discounted(shop):
    with_coupon(shop, percent=50)
    for price in shop.session.exec(select(Price)):
        price.setup_minor = 500

    offer = asks(shop, coupon="SPRING")

    assert [(line.net.minor, line.tax.minor) for line in offer.lines] == [(550, 127), (500, 115)]
    assert offer.renewal.minor == 677


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        ("plan", {"plan": "vps-9"}),
        ("plan", {"plan": ""}),
        ("months", {"months": 2}),
        ("months", {"months": -1}),
        ("months", {"currency": "JPY"}),
        ("coupon", {"coupon": "NOSUCHCODE"}),
        ("coupon", {"coupon": "x" * 500}),
    ],
    ids=str,
)
def test_what_is_not_for_sale_is_refused_at_its_field(shop, field, wish):
    with pytest.raises(Invalid) as refusal:
        asks(shop, **wish)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"since": timedelta(seconds=1)}, "do not know"),
        ({"until": timedelta(0)}, "do not know"),
        ({"max_uses": 3, "used": 3}, "used up"),
        ({"kind": "fixed", "percent": 0, "amounts": {"USD": 200}}, "prices in USD"),
    ],
    ids=["not yet", "no longer", "used up", "another currency"],
)
def test_a_coupon_that_does_not_count_says_why(shop, given, words):
    moments = {name: shop.now + value for name, value in given.items() if isinstance(value, timedelta)}
    with_coupon(shop, **given | moments)

    with pytest.raises(Invalid, match=words) as refusal:
        asks(shop, coupon="SPRING")

    assert refusal.value.field == "coupon"


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=st.sampled_from(["vps-1", "vps-2", "vps-5"]),
    months=st.sampled_from([1, 3, 12]),
    currency=st.sampled_from(["EUR", "USD", "GBP"]),
    country=st.sampled_from([*COUNTRIES, *sorted(STANDARD_RATES)]),
    code=st.sampled_from(["", "WELCOME10"]),
)
def test_quote_order_invoice_and_capture_are_one_sum(at, plan, months, currency, country, code):
    person = at.signs_up(f"Visitor{next(VISITORS)} Moreno", country, currency)
    with at.robot() as work:
        offer = quote(work, Wish(plan, months, currency, country, code))

    order = person.orders(plan, months, code)
    person.pays(order.invoice_id)
    at.works()

    [invoice] = person.invoices()
    captured = at.stripe_did()["invoices"][str(invoice.id)]
    assert offer.sums.total == order.total == invoice.total == invoice.settled
    assert (captured["captured"], captured["currency"]) == (offer.sums.total.minor, currency.lower())
    assert (invoice.net, invoice.tax) == (offer.sums.net, offer.sums.tax)
