"""Changing the table of rates: from a day on, and never what was before."""

from datetime import date, timedelta

import pytest

from ezscale.accounts.permissions import SEE_EVERYTHING
from ezscale.billing.tax import STANDARD_RATES
from ezscale.billing.tax_book import Buyer
from ezscale.billing.tax_rates import NewRate, add_rate, change_rate, end_rate, stock_tax_rates, tax_book, tax_rates
from ezscale.kit.actor import ANONYMOUS, Actor, ActorKind
from ezscale.kit.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from ezscale.kit.ids import new_id

NEXT_YEAR = date(2027, 1, 1)
TEXAS = NewRate("US", "Sales tax", "8.25", date(2026, 1, 1), region="TX")


def german(work):
    return next(rate for rate in tax_rates(work, "Germany") if rate.country == "DE")


def test_a_new_company_has_the_standard_rates_of_the_eu_and_the_united_kingdom(work):
    stock_tax_rates(work)
    stock_tax_rates(work)

    rates = {rate.country: rate.rate for rate in tax_rates(work, limit=100)}
    assert rates == {country: rate * 100 for country, rate in STANDARD_RATES.items()} | {"GB": 200_000}


def test_a_company_without_a_table_goes_by_the_rates_it_was_delivered_with(work):
    assert tax_book(work).decide(Buyer("DE"), work.today).name == "VAT 19%"


@pytest.mark.all_databases
def test_a_change_is_another_row_from_a_day_on(work, clock):
    stock_tax_rates(work)

    change_rate(work, german(work).id, "20", NEXT_YEAR)

    before = tax_book(work).decide(Buyer("DE"), work.today).rate
    old, new = sorted(tax_rates(work, "DE", with_past=True), key=lambda rate: rate.valid_from)
    assert (old.rate, old.valid_to, new.rate, new.valid_to) == (190_000, NEXT_YEAR, 200_000, None)
    assert before == 190_000
    work.now += timedelta(days=310)
    assert tax_book(work).decide(Buyer("DE"), work.today).rate == 200_000


@pytest.mark.parametrize(
    ("percent", "day", "field"),
    [
        ("19", NEXT_YEAR, "percent"),
        ("", NEXT_YEAR, "percent"),
        ("-1", NEXT_YEAR, "percent"),
        ("101", NEXT_YEAR, "percent"),
        ("7.12345", NEXT_YEAR, "percent"),
        ("nan", NEXT_YEAR, "percent"),
        ("1e99999", NEXT_YEAR, "percent"),
        ("20", date(2020, 1, 1), "valid_from"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(work, percent, day, field):
    stock_tax_rates(work)
    rate = german(work)

    with pytest.raises(Invalid) as refused:
        change_rate(work, rate.id, percent, day)

    assert refused.value.field == field
    assert (rate.rate, rate.valid_to, len(tax_rates(work, "DE", with_past=True))) == (190_000, None, 1)


def test_the_same_place_has_one_rate_at_a_time(work):
    first = add_rate(work, TEXAS)
    with pytest.raises(Invalid, match="for the same place") as refused:
        add_rate(work, NewRate("US", "Sales tax", "9", date(2026, 6, 1), region="tx"))

    end_rate(work, first.id, date(2026, 6, 1))
    second = add_rate(work, NewRate("US", "Sales tax", "9", date(2026, 6, 1), region="US-TX"))

    assert refused.value.field == "valid_from"
    assert (second.region, second.rate) == ("TX", 90_000)
    add_rate(
        work, NewRate("US", "City tax", "1", date(2026, 1, 1), region="TX", level=2)
    )  # another level is another tax


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"country": "ZZ"}, "country"),
        ({"region": "ZZ"}, "region"),
        ({"postcode": "[0-9]"}, "postcode"),
        ({"name": "  "}, "name"),
        ({"percent": "abc"}, "percent"),
        ({"level": 3}, "level"),
        ({"compound": True}, "compound"),
        ({"category": "cars"}, "category"),
        ({"valid_to": date(2026, 1, 1)}, "valid_to"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_beside_its_field(work, change, field):
    values = {name: getattr(TEXAS, name) for name in TEXAS.__slots__}

    with pytest.raises(Invalid) as refused:
        add_rate(work, NewRate(**values | change))

    assert refused.value.field == field


def test_only_whoever_may_change_taxes_does(work):
    stock_tax_rates(work)
    rate_id = german(work).id
    for actor, no in (
        (ANONYMOUS, NotSignedIn),
        (Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING})), NotAllowed),
    ):
        work.actor = actor
        for deed in (
            lambda: add_rate(work, TEXAS),
            lambda: change_rate(work, rate_id, "20", NEXT_YEAR),
            lambda: end_rate(work, rate_id, NEXT_YEAR),
        ):
            with pytest.raises(no):
                deed()


def test_a_rate_that_is_not_there_cannot_be_changed(work):
    with pytest.raises(NotFound):
        change_rate(work, new_id(), "20", NEXT_YEAR)
