"""Coupons and referrals in the staff panel, and the customer's own link."""

import pytest
from sqlmodel import select

from ezscale.billing.referrals import ReferralRules, come_by_link, make_code
from ezscale.company.rules import set_rules
from ezscale.kit import rates
from ezscale.kit.actor import ANONYMOUS
from ezscale.models import Coupon, Order, Referral
from ezscale.state.account.referrals import ReferralsState as OwnReferralsState
from ezscale.state.admin.coupon import CouponState, RedemptionsState
from ezscale.state.admin.coupon_form import CouponFormState
from ezscale.state.admin.coupons import CouponsState
from ezscale.state.admin.referrals import ReferralsState
from ezscale.state.ordering.order_form import OrderState
from tests.ordering.plans import turns
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen

LIST = "/admin/coupons/"
FORM = {"code": "spring", "kind": "percent", "percent": "15", "lasts": "some", "cycles": "3", "since": "", "until": ""}


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    rates.start_over()
    yield
    rates.start_over()


def coupon_of(company, code):
    with company.robot() as work:
        return work.session.exec(select(Coupon).where(Coupon.code == code)).one()


def sent(company, referrer, name):
    with company.robot() as work:
        set_rules(work, ReferralRules, {"enabled": True})
    code, friend = referrer.does(make_code), company.signs_up(name)
    with company.house.database.opener(ANONYMOUS)() as work:
        come_by_link(work, friend.user.id, code)
    return friend


async def test_a_code_is_made_in_the_window(company):
    screen = Screen(company, CouponFormState, administrator(company))
    form = await screen.opens(LIST)

    await screen.does(form.ask("new", ""))
    await screen.does(form.save({**FORM, "plan_vps-1": "on", "month_1": "on", "new_customers_only": "on"}))

    made = coupon_of(company, "SPRING")
    assert screen.goes_to == f"/admin/coupon/?id={made.id}"
    assert (made.percent, made.cycles, made.plans, made.months, made.new_customers_only) == (
        15,
        3,
        ["vps-1"],
        [1],
        True,
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "x"}, "code"),
        ({"percent": "lots"}, "percent"),
        ({"percent": ""}, "percent"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "fixed", "amounts": "five"}, "amounts"),
        ({"kind": "override", "amounts": "EUR 5"}, "months"),
        ({"cycles": ""}, "cycles"),
        ({"since": "tomorrow"}, "since"),
        ({"until": "2020-01-01"}, "until"),
        ({"max_uses": "-1"}, "max_uses"),
        ({"plan_vps-99": "on"}, "plans"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_said_beside_its_field(company, changed, field):
    screen = Screen(company, CouponFormState, administrator(company))
    form = await screen.opens(LIST)
    await screen.does(form.ask("new", ""))

    await screen.does(form.save({**FORM, **changed}))

    assert list(form.errors) == [field]
    assert form.question == "new"


async def test_many_codes_are_made_at_once_and_listed(company):
    olivia = administrator(company)
    screen = Screen(company, CouponFormState, olivia)
    form = await screen.opens(LIST)
    await screen.does(form.ask("many", ""))
    await screen.does(form.save({**FORM, "prefix": "fair", "number": "30"}))

    screen = Screen(company, CouponsState, olivia)
    page = await screen.opens("/admin/coupons/?q=FAIR")

    assert len(page.rows) == 25
    assert page.has_more
    assert (page.rows[0].gives, page.rows[0].lasts, page.rows[0].used) == ("15% off", "3 cycles", "0 of 1")


async def test_of_a_used_code_only_end_uses_and_note_change(company):
    ada = company.signs_up("Ada Moreno")
    ada.orders(coupon="WELCOME10")
    known = coupon_of(company, "WELCOME10")
    screen = Screen(company, CouponFormState, administrator(company))
    form = await screen.opens(f"/admin/coupon/?id={known.id}")

    await screen.does(form.ask("edit", str(known.id)))
    assert form.is_used
    await screen.does(form.save({"percent": "90", "until": "2027-01-31", "max_uses": "50", "note": "till January"}))

    now = coupon_of(company, "WELCOME10")
    assert (now.percent, now.max_uses, now.note, form.question) == (10, 50, "till January", "")
    assert now.until.isoformat() == "2027-02-01T00:00:00+00:00"


async def test_a_code_can_be_for_a_hidden_plan(company):
    turns(company, "vps-1", hidden=True)
    screen = Screen(company, CouponFormState, administrator(company))
    form = await screen.opens(LIST)

    await screen.does(form.ask("new", ""))
    [offered] = [box for box in form.plans if box.name == "VPS 1 (hidden)"]
    await screen.does(form.save({**FORM, offered.field: "on"}))
    await screen.does(form.ask("edit", str(coupon_of(company, "SPRING").id)))

    assert [box.field for box in form.plans if box.ticked] == [offered.field]


async def test_a_coupons_file_shows_who_used_it_and_ends_it(company):
    ada = company.signs_up("Ada Moreno")
    ada.buys("vps-2", coupon="WELCOME10")
    known, olivia = coupon_of(company, "WELCOME10"), administrator(company)
    screen, uses = Screen(company, CouponState, olivia), Screen(company, RedemptionsState, olivia)

    page, rows = await screen.opens(f"/admin/coupon/?id={known.id}"), await uses.opens(f"/admin/coupon/?id={known.id}")
    assert (page.coupon.row.code, page.coupon.row.status, page.sums[0].currency) == ("WELCOME10", "active", "EUR")
    assert [(row.customer, row.status) for row in rows.rows] == [("Ada Moreno", "paid")]

    await screen.does(page.end())
    assert page.coupon.row.status == "ended"


async def test_whoever_may_not_look_after_coupons_sees_and_makes_none(company):
    sam = onlooker(company)
    listing, form = Screen(company, CouponsState, sam), Screen(company, CouponFormState, sam)

    page = await listing.opens(LIST)
    window = await form.opens(LIST)
    await form.does(window.save(FORM))

    assert page.rows == []
    with company.robot() as work:
        assert len(work.session.exec(select(Coupon)).all()) == 1


async def test_a_referral_is_refused_with_a_word(company):
    ada = company.signs_up("Ada Moreno")
    sent(company, ada, "Ben Orr")
    screen = Screen(company, ReferralsState, administrator(company))
    page = await screen.opens("/admin/referrals/")
    assert [(row.referrer, row.referred, row.status) for row in page.rows] == [("Ada Moreno", "Ben Orr", "came")]

    await screen.does(page.ask(page.rows[0].id))
    await screen.does(page.turn_down({"reason": ""}))
    assert list(page.errors) == ["reason"]
    await screen.does(page.turn_down({"reason": "Same household"}))

    assert (page.rows[0].status, page.rows[0].words, page.refusing) == (
        "refused",
        "Same household (Olivia Harbour)",
        "",
    )


async def test_a_customer_gives_their_link_away_and_sees_initials_only(company):
    ada = company.signs_up("Ada Moreno")
    sent(company, ada, "Ben Orr")
    screen = Screen(company, OwnReferralsState, ada)

    page = await screen.opens("/account/referrals/")

    code = ada.does(make_code)
    assert page.link.address.endswith(f"/?ref={code}")
    assert (page.link.reward, page.link.wait_days) == ("10,00\xa0€", "30")
    assert [(row.who, row.status) for row in page.rows] == [("B. O.", "came")]


async def test_a_customer_makes_a_link_by_asking_for_it(company):
    with company.robot() as work:
        set_rules(work, ReferralRules, {"enabled": True})
    screen = Screen(company, OwnReferralsState, company.signs_up("Ada Moreno"))
    page = await screen.opens("/account/referrals/")
    assert page.link.address == ""

    await screen.does(page.make())

    assert "/?ref=" in page.link.address


async def test_whoever_tries_codes_is_stopped_even_with_a_right_one(company):
    screen = Screen(company, OrderState)
    shop = await screen.opens("/order/?plan=vps-2")
    for number in range(30):
        await screen.does(shop.choose("coupon", f"GUESS{number}"))
        assert "do not know" in shop.errors["coupon"]

    await screen.does(shop.choose("coupon", "WELCOME10"))

    assert "Too many codes" in shop.errors["coupon"]
    assert not any("Code" in line.text for line in shop.price.lines)
    with company.robot() as work:
        assert work.session.exec(select(Order)).all() == []


async def test_whoever_was_sent_finds_the_welcome_code_in_the_form(company):
    ada = company.signs_up("Ada Moreno")
    ben = sent(company, ada, "Ben Orr")
    with company.robot() as work:
        set_rules(work, ReferralRules, {"welcome_coupon": "welcome10"})

    assert (await Screen(company, OrderState, ben).opens("/order/?plan=vps-2")).basket.coupon == "WELCOME10"
    assert (await Screen(company, OrderState, ada).opens("/order/?plan=vps-2")).basket.coupon == ""
    with company.robot() as work:
        assert len(work.session.exec(select(Referral)).all()) == 1
