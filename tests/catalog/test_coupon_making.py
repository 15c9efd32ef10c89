"""Making codes, changing them while nobody has used them, and ending them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from ezscale.catalog.coupon_making import (
    SAME,
    Terms,
    amounts_typed,
    change_coupon,
    end_coupon,
    make_codes,
    make_coupon,
    terms_of,
)
from ezscale.catalog.coupons import coupon_for, use_coupon
from ezscale.catalog.redemptions import coupons, earned, redemptions, standing
from ezscale.catalog.starting_range import stock_the_shop
from ezscale.kit.errors import Invalid, NotAllowed
from ezscale.kit.money import Money
from ezscale.models import Coupon
from ezscale.models.coupon import CouponKind
from tests.catalog.test_coupons import a_customer, orders
from tests.company import Company

TEN = Terms(percent=10)
FIVE = Terms(kind=CouponKind.FIXED, amounts={"EUR": 500})
LESS = Terms(kind=CouponKind.OVERRIDE, amounts={"EUR": 100}, months=(1,))


@pytest.fixture
def shop(work):
    """The starting range, on sale."""
    stock_the_shop(work)
    return work


@pytest.fixture
def at(database, clock, tmp_path):
    company = Company(database, clock, tmp_path)
    yield company
    assert company.complaints() == {}


@pytest.mark.parametrize(
    ("field", "code", "terms"),
    [
        ("code", "AB", TEN),
        ("code", "-SPRING-", TEN),
        ("code", "SPRING SALE", TEN),
        ("code", "welcome10", TEN),  # there is one
        ("percent", "SPRING", Terms(percent=0)),
        ("percent", "SPRING", Terms(percent=101)),
        ("percent", "SPRING", Terms(percent=-5)),
        ("amounts", "SPRING", replace(FIVE, amounts={})),
        ("amounts", "SPRING", replace(FIVE, amounts={"EUR": 0})),
        ("amounts", "SPRING", replace(FIVE, amounts={"EUR": -1})),
        ("amounts", "SPRING", replace(FIVE, amounts={"EUR": 10**12})),
        ("months", "SPRING", replace(LESS, months=())),
        ("months", "SPRING", replace(LESS, months=(1, 12))),
        ("months", "SPRING", replace(TEN, months=(2,))),
        ("plans", "SPRING", replace(TEN, plans=("vps-9",))),
        ("cycles", "SPRING", replace(TEN, cycles=0)),
        ("max_uses", "SPRING", replace(TEN, max_uses=0)),
        ("uses_each", "SPRING", replace(TEN, uses_each=-1)),
        ("until", "SPRING", replace(TEN, since=date(2026, 4, 1), until=date(2026, 3, 31))),
        ("note", "SPRING", replace(TEN, note="x" * 201)),
    ],
    ids=str,
)
def test_terms_that_cannot_be_are_refused_at_their_field(shop, field, code, terms):
    with pytest.raises(Invalid) as refusal:
        make_coupon(shop, code, terms)

    assert refusal.value.field == field
    assert len(shop.session.exec(select(Coupon)).all()) == 1


def test_a_code_begins_and_ends_with_its_days(shop, clock):
    made = make_coupon(shop, " spring ", replace(TEN, since=date(2026, 3, 3), until=date(2026, 3, 4)))

    assert (made.code, standing(shop, made)) == ("SPRING", "planned")
    assert terms_of(shop, made) == replace(TEN, since=date(2026, 3, 3), until=date(2026, 3, 4))
    found = []
    for hours in (14, 1, 46, 2):
        clock.move(timedelta(hours=hours))
        shop.now = clock.now
        try:
            found.append(bool(coupon_for(shop, "SPRING", "EUR")))
        except Invalid:
            found.append(False)
    assert found == [False, True, True, False]


def test_what_the_release_before_reads_is_written_for_it(shop):
    one = make_coupon(shop, "FIVE", FIVE)
    two = make_coupon(shop, "FIVES", replace(FIVE, amounts={"EUR": 500, "USD": 600}))

    assert (one.currency, one.amount_minor) == ("EUR", 500)
    assert (two.currency, two.amount_minor) == ("", 0)


def test_what_was_used_can_only_be_ended_or_extended(shop):
    made = make_coupon(shop, "SPRING", replace(TEN, max_uses=5, until=date(2026, 3, 31)))
    change_coupon(shop, made.id, replace(terms_of(shop, made), percent=20))
    assert made.percent == 20
    use_coupon(shop, made.id, orders(shop, a_customer(shop)).id)
    kept = terms_of(shop, made)

    changes: dict[str, Any] = {
        "percent": 50,
        "cycles": None,
        "plans": ("vps-1",),
        "months": (1,),
        "uses_each": 1,
        "new_customers_only": True,
        "referred_only": True,
        "since": date(2026, 3, 1),
    }
    for field, value in changes.items():
        with pytest.raises(Invalid) as refusal:
            change_coupon(shop, made.id, replace(kept, **{field: value}))
        assert (refusal.value.field, refusal.value.message) == (field, SAME)
    assert terms_of(shop, made) == kept

    change_coupon(shop, made.id, replace(kept, until=date(2026, 5, 31), max_uses=None, note="longer"))
    assert (made.used, made.max_uses, made.note, made.percent) == (1, None, "longer", 20)
    end_coupon(shop, made.id)
    assert standing(shop, made) == "ended"
    with pytest.raises(Invalid):
        coupon_for(shop, "SPRING", "EUR")


def test_the_limit_never_falls_below_what_was_used(shop):
    made = make_coupon(shop, "SPRING", replace(TEN, max_uses=5))
    for _ in range(2):
        use_coupon(shop, made.id, orders(shop, a_customer(shop)).id)

    with pytest.raises(Invalid) as refusal:
        change_coupon(shop, made.id, replace(terms_of(shop, made), max_uses=1))

    assert (refusal.value.field, made.max_uses) == ("max_uses", 5)


def test_many_codes_are_each_for_one_use(shop):
    made = make_codes(shop, "fair-", 300, TEN)

    assert len({coupon.code for coupon in made}) == 300
    assert all(coupon.code.startswith("FAIR-") and coupon.max_uses == 1 for coupon in made)
    assert len(coupons(shop, words="fair", limit=1000)) == 300


@pytest.mark.parametrize(
    ("field", "prefix", "number"), [("prefix", "", 1), ("prefix", "A B", 1), ("number", "A", 0), ("number", "A", 1001)]
)
def test_what_cannot_be_made_in_number_is_refused(shop, field, prefix, number):
    with pytest.raises(Invalid) as refusal:
        make_codes(shop, prefix, number, TEN)

    assert refusal.value.field == field


def test_codes_are_found_by_their_standing_and_their_words(shop):
    day = timedelta(days=1)
    for code, values in (
        ("RUNS", {}),
        ("COMES", {"since": shop.now + day}),
        ("ENDED", {"until": shop.now - day}),
        ("SPENT", {"max_uses": 1, "used": 1, "note": "for the Fair"}),
    ):
        shop.session.add(Coupon(**{"code": code, "percent": 5, "since": shop.now - 2 * day} | values))
    shop.session.flush()

    found = {status: [row.code for row in coupons(shop, status=status)] for status in ("planned", "ended", "used_up")}

    assert found == {"planned": ["COMES"], "ended": ["ENDED"], "used_up": ["SPENT"]}
    assert {row.code for row in coupons(shop, status="active")} == {"RUNS", "WELCOME10"}
    assert [row.code for row in coupons(shop, words="FAIR")] == ["SPENT"]
    assert [row.code for row in coupons(shop, words="wel")] == ["WELCOME10"]
    assert coupons(shop, words="%") == []


@pytest.mark.parametrize(
    ("typed", "amounts"),
    [
        ("EUR 5, usd 6.50", {"EUR": 500, "USD": 650}),
        ("JPY 500\nKWD 1.234; HUF 100", {"JPY": 500, "KWD": 1234, "HUF": 10000}),
        ("", {}),
        ("EUR", None),
        ("EUR 5 6", None),
        ("EUR five", None),
        ("EUR NaN", None),
        ("XXY 5", None),
        ("JPY 1.5", None),
        ("EUR 1, EUR 2", None),
    ],
)
def test_sums_as_people_write_them(typed, amounts):
    if amounts is not None:
        assert amounts_typed(typed) == amounts
        return
    with pytest.raises(Invalid) as refusal:
        amounts_typed(typed)
    assert refusal.value.field == "amounts"


def test_who_used_a_code_and_what_came_in(at):
    ada, ben = at.signs_up("Ada Moreno"), at.signs_up("Ben Orr")
    ada.buys("vps-2", coupon="WELCOME10")  # 10 % of 11.00, for three cycles
    at.sleeps(29)
    at.sleeps(4)
    ben.orders("vps-1", coupon="WELCOME10")

    with at.robot() as work:
        coupon = work.session.exec(select(Coupon)).one()
        latest, first = redemptions(work, coupon.id)
        assert (latest.customer.name, latest.discount.minor, latest.revenue.minor) == ("Ben Orr", 0, 0)
        assert (first.customer.name, first.discount.minor, first.revenue.minor) == ("Ada Moreno", 220, 1980)
        assert earned(work, coupon.id) == {"EUR": (Money(220, "EUR"), Money(1980, "EUR"))}
        assert [row.order.id for row in redemptions(work, coupon.id, before=latest.use.id)] == [first.order.id]
    for forbidden in (
        coupons,
        lambda work: redemptions(work, coupon.id),
        lambda work: make_coupon(work, "MINE", TEN),
        lambda work: end_coupon(work, coupon.id),
    ):
        with pytest.raises(NotAllowed):
            ada.does(forbidden)
