from datetime import UTC, date, datetime

import pytest

from ezscale.kit.money import Money
from ezscale.state.reader import Reader, reader_of


@pytest.mark.parametrize(
    ("header", "country"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "CH"),
        ("de", "DE"),
        ("en-GB", "GB"),
        ("zh-Hant-TW", "TW"),
        ("en-001", ""),
        ("*", ""),
        ("", ""),
        (";;;,,,", ""),
        ("x" * 100_000, ""),
    ],
)
def test_the_first_language_of_a_browser_tells_the_country(header, country):
    assert reader_of(header) == Reader(country)


@pytest.mark.parametrize(
    ("country", "money", "day"),
    [("US", "$1,234.50", "Mar 2, 2026"), ("IE", "US$1,234.50", "2 Mar 2026"), ("DE", "1.234,50 US$", "2 Mar 2026")],
)
def test_money_and_days_follow_the_habits_of_the_country(country, money, day):
    reader = Reader(country)

    assert reader.money(Money.of("1234.50", "USD")).replace("\N{NO-BREAK SPACE}", " ") == money
    assert reader.day(date(2026, 3, 2)) == day


def test_a_country_whose_english_nobody_has_described_reads_the_worlds():
    assert Reader("JP").day(date(2026, 3, 2)) == "2 Mar 2026"


def test_a_moment_names_its_time_zone():
    assert Reader("DE").moment(datetime(2026, 3, 2, 15, 4, tzinfo=UTC)) == "2 Mar 2026, 15:04 UTC"


def test_a_country_suggests_its_currency_if_we_have_it():
    ours = ("USD", "EUR", "GBP")

    suggested = [Reader(country).currency(ours) for country in ("DE", "GB", "CH", "")]

    assert suggested == ["EUR", "GBP", "USD", "USD"]
