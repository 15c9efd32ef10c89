from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezscale.billing.periods import add_months

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("start", "months", "anchor", "end"),
    [
        (date(2026, 1, 31), 1, 31, date(2026, 2, 28)),
        (date(2026, 2, 28), 1, 31, date(2026, 3, 31)),  # not the 28th: the anchor is remembered
        (date(2026, 3, 31), 1, 31, date(2026, 4, 30)),
        (date(2028, 1, 31), 1, 31, date(2028, 2, 29)),  # a leap year
        (date(2028, 2, 29), 12, 29, date(2029, 2, 28)),
        (date(2029, 2, 28), 36, 29, date(2032, 2, 29)),
        (date(2026, 12, 15), 1, 15, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, 30, date(2027, 2, 28)),
        (date(2027, 2, 28), 3, 30, date(2027, 5, 30)),
        (date(2026, 3, 1), -1, 1, date(2026, 2, 1)),
        (date(2026, 1, 1), -13, 1, date(2024, 12, 1)),
    ],
)
def test_a_month_later_is_the_same_day_as_near_as_the_month_allows(start, months, anchor, end):
    assert add_months(start, months, anchor) == end


@given(DAYS, st.sampled_from([1, 3, 6, 12]), st.integers(2, 40))
def test_periods_follow_each_other_and_never_drift_from_their_day(start, months, count):
    day = start
    for _ in range(count):
        following = add_months(day, months, start.day)
        assert day < following
        day = following

    assert day == add_months(start, months * count, start.day)
