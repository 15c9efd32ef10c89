"""The shop window, as public pages are built from it."""

from sqlmodel import select

from ezscale.catalog.starting_range import stock_the_shop
from ezscale.kit.money import Money
from ezscale.models import Plan
from ezscale.state.marketing.catalog import read_the_shop, short_price, window_of


def test_a_plan_that_left_the_shop_leaves_the_window(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
        work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one().archive(work.now)

    window = read_the_shop(window_of)

    assert [plan.slug for plan in window.plans] == ["vps-2", "vps-3", "vps-4", "vps-5"]


def test_a_longer_cycle_says_what_a_month_comes_to_and_what_it_saves(house):
    with house.automation("test")() as work:
        stock_the_shop(work)

    year = read_the_shop(window_of).plans[0].price("EUR", 12)

    assert year is not None
    assert (year.total, year.per_month, year.saves) == ("€55", "€4.58", 17)


def test_an_empty_shop_shows_nothing_that_could_not_be_ordered(house):
    window = read_the_shop(window_of)

    assert (window.plans, window.currencies, window.cycles, window.best_saving) == ((), (), (), 0)


def test_round_prices_are_written_without_cents():
    assert (short_price(Money.of("6.00", "USD")), short_price(Money.of("5.50", "EUR"))) == ("$6", "€5.50")
