"""The shop window, as public pages are built from it."""

from sqlmodel import select

from ezscale.catalog.showing import read_the_shop
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.company.currencies import CurrencyRules
from ezscale.company.rules import set_rules
from ezscale.kit.clock import WorldClock
from ezscale.kit.database import open_engine
from ezscale.kit.money import Money
from ezscale.kit.work import Database
from ezscale.models import Plan, Price
from ezscale.pages.marketing.offers import offers, prices
from ezscale.state.marketing.catalog import mark_of, short_price, window_of
from ezscale.state.marketing.prices import PricesState
from tests.state.conftest import open_tab, state_of


def sold_in_yen(work):
    """The smallest plan has a price in yen, too."""
    small = work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one()
    work.session.add(Price(plan_id=small.id, currency="JPY", months=1, amount_minor=900, since=work.now))


def test_a_plan_that_left_the_shop_leaves_the_window(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
        work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one().archive(work.now)

    window = read_the_shop(house.database, window_of)

    assert [plan.slug for plan in window.plans] == ["vps-2", "vps-3", "vps-4", "vps-5"]


def test_a_longer_cycle_says_what_a_month_comes_to_and_what_it_saves(house):
    with house.automation("test")() as work:
        stock_the_shop(work)

    year = read_the_shop(house.database, window_of).plans[0].price("EUR", 12)

    assert year is not None
    assert (year.total, year.per_month, year.saves) == ("€55", "€4.58", 17)


def test_the_window_shows_what_is_offered_and_no_other_price(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
        sold_in_yen(work)
    before = read_the_shop(house.database, window_of)
    with house.automation("test")() as work:
        set_rules(work, CurrencyRules, {"offered": ["JPY", "KWD", "EUR"]})

    after = read_the_shop(house.database, window_of)

    assert (before.currencies, before.plans[0].price("JPY", 1)) == (("USD", "EUR", "GBP"), None)
    assert after.currencies == ("JPY", "EUR")  # nothing has a price in dinars yet
    assert {tag.currency for plan in after.plans for tag in plan.prices} == {"JPY", "EUR"}
    assert (tag.total if (tag := after.plans[0].price("JPY", 1)) else "") == "¥900"
    assert before.mark != after.mark


def test_a_plan_without_a_price_in_a_currency_says_so(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
        sold_in_yen(work)
        set_rules(work, CurrencyRules, {"offered": ["EUR", "JPY"]})
    shop = read_the_shop(house.database, window_of)

    small, big = (str(prices(shop, plan)) for plan in shop.plans[:2])

    assert "Not sold in JPY" not in small
    assert "Not sold in JPY" in big


def test_an_empty_shop_shows_nothing_that_could_not_be_ordered(house):
    window = read_the_shop(house.database, window_of)

    assert (window.plans, window.currencies, window.cycles, window.best_saving) == ((), (), (), 0)


def test_round_prices_are_written_without_cents():
    assert (short_price(Money.of("6.00", "USD")), short_price(Money.of("5.50", "EUR"))) == ("$6", "€5.50")


def dearer(work):
    """The smallest plan costs a euro more a month from now on."""
    plan = work.session.exec(select(Plan).where(Plan.slug == "vps-1")).one()
    known = select(Price).where(Price.plan_id == plan.id, Price.currency == "EUR", Price.months == 1)
    old = work.session.exec(known).one()
    old.until = work.now
    fresh = {"plan_id": plan.id, "currency": "EUR", "months": 1, "since": work.now}
    work.session.add(Price(**fresh, amount_minor=old.amount_minor + 100))


async def test_a_page_that_was_built_of_todays_window_is_left_alone(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
    window = read_the_shop(house.database, window_of)
    prices = await state_of(open_tab(), PricesState)

    await prices.look(window.mark)

    assert (prices.currencies, prices.per_month, prices.notes) == ([], {}, {})


async def test_a_price_that_has_changed_since_the_build_is_shown_at_once(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
    built = read_the_shop(house.database, window_of)
    with house.automation("test")() as work:
        dearer(work)
    prices = await state_of(open_tab(), PricesState)

    await prices.look(built.mark)

    was = {f"{plan.slug} {tag.currency} {tag.months}": tag for plan in built.plans for tag in plan.prices}
    changed = {key: text for key, text in prices.per_month.items() if text != was[key].per_month}
    assert (was["vps-1 EUR 1"].per_month, changed) == ("€5.50", {"vps-1 EUR 1": "€6.50"})
    assert prices.per_month.keys() == prices.notes.keys() == was.keys()
    assert prices.notes["vps-1 EUR 12"] == "€55 yearly, 29% less"


async def test_a_currency_that_is_offered_since_the_build_can_be_chosen_at_once(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
        sold_in_yen(work)
    built = read_the_shop(house.database, window_of)
    with house.automation("test")() as work:
        set_rules(work, CurrencyRules, {"offered": ["JPY", "EUR"]})
    today = await state_of(open_tab(), PricesState)

    await today.look(built.mark)

    assert (built.currencies, today.currencies) == (("USD", "EUR", "GBP"), ["JPY", "EUR"])
    assert today.per_month["vps-1 JPY 1"] == "¥900"
    assert not [key for key in today.per_month if "USD" in key]
    on_the_page = str(offers(built, cycles=built.cycles))
    assert "prices_state.currencies" in on_the_page.partition('name:"currency"')[0]


def test_the_mark_of_the_shop_knows_what_is_shown_and_nothing_else(house):
    with house.automation("test")() as work:
        stock_the_shop(work)
        begun = mark_of(work)
    elsewhere = read_the_shop(Database(open_engine("sqlite:////nowhere/shop.db"), WorldClock()), mark_of)

    with house.automation("test")() as work:
        dearer(work)
        with_another_price = mark_of(work)
        work.session.exec(select(Plan).where(Plan.slug == "vps-5")).one().archive(work.now)
        with_a_plan_less = mark_of(work)

    assert begun == elsewhere  # the same range under other ids
    assert len({begun, with_another_price, with_a_plan_less}) == 3
