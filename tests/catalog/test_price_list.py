"""Prices: one now, perhaps one planned, and all that were."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from ezscale.catalog.cycles import CYCLES
from ezscale.catalog.plans import plan_on_sale
from ezscale.catalog.price_list import (
    ADD_ONS,
    PLANS,
    PriceWish,
    Standing,
    end_price,
    give_up_plan,
    price_history,
    price_now,
    set_price,
    standing,
)
from ezscale.catalog.showing import mark_of_the_shop
from ezscale.kit.actor import ANONYMOUS, robot
from ezscale.kit.errors import Invalid, NotFound, NotSignedIn
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import AddOn
from tests.builders import OFFERED

MONTH = timedelta(days=30)
SOON = timedelta(days=10)


def costs(work, plan, months=1, currency="EUR"):
    price = price_now(work, PLANS, plan.id, currency, months)
    return price and str(price.amount)


def history(work, plan, months=1, currency="EUR"):
    every = price_history(work, PLANS, plan.id)
    return [
        (str(price.amount), standing(price, work.now).value)
        for price in every
        if (price.currency, price.months) == (currency, months)
    ]


def test_a_change_is_a_new_price_and_the_old_one_stays_to_be_read(shop, plan):
    shop.now += MONTH

    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "6.20", setup="3"))
    shop.now += MONTH
    set_price(shop, PLANS, plan.id, PriceWish("eur ", 1, "6.90"))

    assert history(shop, plan) == [("6.90 EUR", "current"), ("6.20 EUR", "past"), ("5.50 EUR", "past")]
    offer = plan_on_sale(shop, "vps-1").price("EUR", 1)
    assert offer
    assert (offer.amount, offer.setup) == (Money(690, "EUR"), Money(0, "EUR"))
    assert costs(shop, plan, currency="USD") == "6.00 USD"


def test_what_it_costs_already_is_not_written_again(shop, plan):
    before = price_now(shop, PLANS, plan.id, "EUR", 1)

    assert set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "5.5")) is before
    assert len(history(shop, plan)) == 1


def test_a_planned_price_takes_over_at_its_moment_and_not_before(shop, plan):
    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "7", since=shop.now + SOON))

    before = (costs(shop, plan), history(shop, plan))
    shop.now += SOON
    after = (costs(shop, plan), history(shop, plan))

    assert before == ("5.50 EUR", [("7.00 EUR", "planned"), ("5.50 EUR", "current")])
    assert after == ("7.00 EUR", [("7.00 EUR", "current"), ("5.50 EUR", "past")])


def test_another_decision_gives_up_what_was_planned_and_leaves_no_day_without_a_price(shop, plan):
    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "7", since=shop.now + SOON))
    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "8", since=shop.now + 2 * SOON))

    assert history(shop, plan) == [("8.00 EUR", "planned"), ("7.00 EUR", "given_up"), ("5.50 EUR", "current")]
    shop.now += SOON + timedelta(days=1)
    assert costs(shop, plan) == "5.50 EUR"
    shop.now += SOON
    assert costs(shop, plan) == "8.00 EUR"


def test_a_planned_price_can_be_given_up_and_the_present_one_stays(shop, plan):
    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "7", since=shop.now + SOON))

    give_up_plan(shop, PLANS, plan.id, "EUR", 1)

    shop.now += 2 * SOON
    assert history(shop, plan) == [("7.00 EUR", "given_up"), ("5.50 EUR", "current")]
    with pytest.raises(NotFound):
        give_up_plan(shop, PLANS, plan.id, "EUR", 1)


def test_a_cycle_can_be_taken_from_sale(shop, plan):
    shop.now += SOON
    end_price(shop, PLANS, plan.id, "EUR", 12)

    assert plan_on_sale(shop, "vps-1").price("EUR", 12) is None
    assert history(shop, plan, 12)[0][1] == Standing.PAST
    with pytest.raises(NotFound):
        end_price(shop, PLANS, plan.id, "EUR", 12)


@pytest.mark.parametrize("months", CYCLES)
def test_every_cycle_can_be_priced_in_any_currency(shop, plan, months):
    yen = set_price(shop, PLANS, plan.id, PriceWish("JPY", months, "1250"))
    dinar = set_price(shop, PLANS, plan.id, PriceWish("KWD", months, "1.255"))

    assert (yen.amount, dinar.amount) == (Money(1250, "JPY"), Money(1255, "KWD"))


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        ("currency", PriceWish("XYZ", 1, "5")),
        ("currency", PriceWish("", 1, "5")),
        ("months", PriceWish("EUR", 0, "5")),
        ("months", PriceWish("EUR", 2, "5")),
        ("months", PriceWish("EUR", -1, "5")),
        ("amount", PriceWish("EUR", 1, "")),
        ("amount", PriceWish("EUR", 1, "-5")),
        ("amount", PriceWish("EUR", 1, "1,000")),
        ("amount", PriceWish("EUR", 1, "1.000")),
        ("amount", PriceWish("EUR", 1, "NaN")),
        ("amount", PriceWish("EUR", 1, "1e9")),
        ("amount", PriceWish("EUR", 1, "٥")),
        ("amount", PriceWish("JPY", 1, "5.5")),
        ("amount", PriceWish("EUR", 1, "1000000000.01")),
        ("setup", PriceWish("EUR", 1, "5", setup="-1")),
        ("setup", PriceWish("EUR", 1, "5", setup="9" * 15)),
    ],
)
def test_what_cannot_be_a_price_is_refused_beside_its_field(shop, plan, field, wish):
    before = price_history(shop, PLANS, plan.id)

    with pytest.raises(Invalid) as refusal:
        set_price(shop, PLANS, plan.id, wish)

    assert refusal.value.field == field
    assert price_history(shop, PLANS, plan.id) == before


@pytest.mark.parametrize("ahead", [timedelta(seconds=-1), timedelta(days=3 * 366)])
def test_a_price_begins_in_a_future_that_one_can_see(shop, plan, ahead):
    with pytest.raises(Invalid) as refusal:
        set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "7", since=shop.now + ahead))

    assert refusal.value.field == "since"


def test_what_is_paid_once_has_no_cycle_and_what_recurs_has_one(shop):
    once, monthly = AddOn(slug="by-hand", name="By hand", recurring=False), AddOn(slug="ip", name="IP")
    shop.session.add_all([once, monthly])
    shop.session.flush()

    assert set_price(shop, ADD_ONS, once.id, PriceWish("EUR", 0, "49")).months == 0
    assert set_price(shop, ADD_ONS, monthly.id, PriceWish("EUR", 1, "2")).months == 1
    for add_on, months in ((once, 1), (monthly, 0)):
        with pytest.raises(Invalid):
            set_price(shop, ADD_ONS, add_on.id, PriceWish("EUR", months, "2"))


def test_only_whoever_keeps_the_catalog_changes_a_price(shop, plan):
    shop.actor = ANONYMOUS

    with pytest.raises(NotSignedIn):
        set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "1"))
    with pytest.raises(NotSignedIn):
        price_history(shop, PLANS, plan.id)


def test_a_price_of_nothing_we_know_is_not_found(shop):
    with pytest.raises(NotFound):
        set_price(shop, PLANS, new_id(), PriceWish("EUR", 1, "1"))


@pytest.mark.all_databases
def test_two_who_change_a_price_at_once_leave_one(database, open_work, work, shop, plan):
    work.session.commit()
    start = Barrier(4)

    def changes(number):
        start.wait()
        with database.opener(robot("staff"))() as mine:
            set_price(mine, PLANS, plan.id, PriceWish("EUR", 1, str(10 + number)))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(changes, range(4)))

    with open_work() as after:
        every = [
            price for price in price_history(after, PLANS, plan.id) if (price.currency, price.months) == ("EUR", 1)
        ]
    assert len(every) == 5
    assert [price.until for price in every].count(None) == 1


def test_the_shop_is_built_anew_when_a_price_changes_begins_or_ends(shop, plan):
    marks = [mark_of_the_shop(shop, OFFERED)]
    shop.now += SOON
    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "6"))
    marks.append(mark_of_the_shop(shop, OFFERED))
    set_price(shop, PLANS, plan.id, PriceWish("EUR", 1, "7", since=shop.now + SOON))
    planned = mark_of_the_shop(shop, OFFERED)
    shop.now += SOON
    marks.append(mark_of_the_shop(shop, OFFERED))
    end_price(shop, PLANS, plan.id, "EUR", 1)
    marks.append(mark_of_the_shop(shop, OFFERED))

    assert planned == marks[1]
    assert len(set(marks)) == len(marks)
