import operator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.kit.money import CurrencyMismatch, Money, digits, half_up, total

AMOUNTS = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("10.50", "EUR", 1050),
        ("10.5", "EUR", 1050),
        (Decimal("-0.01"), "USD", -1),
        (7, "GBP", 700),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
    ],
)
def test_what_a_person_writes_is_kept_in_the_smallest_unit(typed, currency, minor):
    amount = Money.of(typed, currency)

    assert amount == Money(minor, currency)
    assert amount.major == Decimal(typed)


@pytest.mark.parametrize(("typed", "currency"), [("1.001", "EUR"), ("0.5", "JPY"), ("1.2345", "KWD"), ("NaN", "EUR")])
def test_more_decimals_than_a_currency_has_are_refused(typed, currency):
    with pytest.raises(ValueError, match="more decimals"):
        Money.of(typed, currency)


def test_a_currency_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="ISO 4217"):
        digits("EZS")


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0", 0), ("1/2", 1), ("-1/2", -1), ("3/2", 2), ("5/2", 3), ("-5/2", -3), ("49/100", 0), ("-49/100", 0)],
)
def test_a_half_goes_away_from_zero(value, rounded):
    assert half_up(Fraction(value)) == rounded


@pytest.mark.parametrize(
    ("minor", "part", "share"),
    [(1100, "23/100", 253), (950, "1/10", 95), (1, "1/2", 1), (-1, "1/2", -1), (333, "255/1000", 85), (10, "0", 0)],
)
def test_a_share_is_rounded_once(minor, part, share):
    assert Money(minor, "EUR").share(Fraction(part)) == Money(share, "EUR")


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_a_split_always_adds_up_and_is_fair_to_the_cent(minor, weights):
    parts = Money(minor, "EUR").split(weights)

    assert total(parts, "EUR") == Money(minor, "EUR")
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(weights))) < 1


def test_nothing_can_be_split_among_nobody():
    with pytest.raises(ValueError, match="more than nothing"):
        Money(100, "EUR").split([0, 0])


@pytest.mark.parametrize("mix", [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge])
def test_two_currencies_never_meet_in_one_sum(mix):
    with pytest.raises(CurrencyMismatch):
        mix(Money(100, "EUR"), Money(100, "USD"))
    with pytest.raises(CurrencyMismatch):
        total([Money(100, "EUR")], "USD")


@pytest.mark.parametrize(
    ("amount", "locale", "shown"),
    [
        (Money(1050, "USD"), "en_US", "$10.50"),
        (Money(1050, "EUR"), "de_DE", "10,50\xa0€"),
        (Money(1050, "JPY"), "en_US", "¥1,050"),
        (Money(1050, "KWD"), "de_DE", "1,050\xa0KWD"),
        (Money(123450, "HUF"), "en_US", "HUF1,234.50"),
        (Money(1050, "RSD"), "en_US", "RSD10.50"),  # of which locales show no decimals
        (Money(-1050, "IQD"), "de_DE", "-1,050\xa0IQD"),
    ],
)
def test_each_reader_sees_money_as_they_write_it(amount, locale, shown):
    assert amount.format(locale) == shown
