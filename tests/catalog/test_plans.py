from itertools import product

import pytest
from sqlmodel import select

from ezscale.catalog.fitting import Wanted, fit_out, fittings
from ezscale.catalog.plans import locations, plan_on_sale, plans_on_sale, system_images
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.kit.errors import Invalid
from ezscale.models import (
    AddOn,
    AddOnPrice,
    Coupon,
    Location,
    Option,
    OptionPrice,
    OptionValue,
    Plan,
    Price,
    SystemImage,
)
from ezscale.models.plan import Family

TABLES = (Plan, Price, Location, SystemImage, Coupon, Option, OptionValue, OptionPrice, AddOn, AddOnPrice)


def test_the_shop_starts_with_five_servers_in_shop_order(shop):
    offers = plans_on_sale(shop)

    assert [offer.slug for offer in offers] == ["vps-1", "vps-2", "vps-3", "vps-4", "vps-5"]
    assert {(price.amount.currency, price.months) for offer in offers for price in offer.prices} == {
        *product(("USD", "EUR", "GBP"), (1, 3, 6, 12, 24, 36))
    }
    assert [place.slug for place in locations(shop, "virtfusion")] == ["frankfurt", "new-york", "london"]
    assert system_images(shop, "virtfusion")[0].slug == "debian-13"
    assert plans_on_sale(shop, Family.GAME) == []


def test_stocking_the_shop_again_changes_nothing(shop):
    before = [shop.session.exec(select(table)).all() for table in TABLES]

    stock_the_shop(shop)

    assert [shop.session.exec(select(table)).all() for table in TABLES] == before


def test_an_archived_plan_and_an_ended_price_are_not_for_sale(shop):
    shop.session.exec(select(Plan).where(Plan.slug == "vps-1")).one().archive(shop.now)
    for price in shop.session.exec(select(Price).where(Price.months == 12)):
        price.replace(shop.now)

    offers = plans_on_sale(shop)

    assert [offer.slug for offer in offers] == ["vps-2", "vps-3", "vps-4", "vps-5"]
    assert {price.months for offer in offers for price in offer.prices} == {1, 3, 6, 24, 36}
    with pytest.raises(Invalid, match="not for sale"):
        plan_on_sale(shop, "vps-1")


def test_a_shorter_cycle_never_costs_less_a_month_than_a_longer_one(shop):
    for offer, currency in product(plans_on_sale(shop), ("USD", "EUR", "GBP")):
        monthly = [price.per_month.minor for price in offer.prices if price.amount.currency == currency]
        assert monthly == sorted(monthly, reverse=True)


def test_every_server_can_be_fitted_out_in_every_currency_and_cycle(shop):
    wanted = Wanted({"extra-disk": 150, "control-panel": "plesk"}, {"extra-ipv4": 8, "migration": 1})

    every = [(offer, price) for offer in plans_on_sale(shop) for price in offer.prices]
    for offer, price in every:
        parts = fit_out(fittings(shop, offer.plan_id), wanted, price.amount.currency, price.months)
        assert [(part.quantity, part.recurring, part.price.minor > 0, part.setup.minor) for part in parts] == [
            *((3, True, True, 0), (1, True, True, 0), (8, True, True, 0), (1, False, True, 0)),
        ]
        assert price.setup.minor == 0
    with pytest.raises(Invalid, match="up to 8"):
        fit_out(fittings(shop, every[0][0].plan_id), Wanted({}, {"extra-ipv4": 9}), "EUR", 1)
