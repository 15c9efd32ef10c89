from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from ezscale.kit.money import Money
from ezscale.models import Coupon, Invoice, Price
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.ordering.order_form import OrderState
from tests.state.order_page import euros, orders_of, typed
from tests.state.portal import Screen

CHOSEN = "/order/?plan=vps-2&months=1&currency=EUR&location=frankfurt&image=debian-13&hostname=web1.example.com"
FORM = typed("web1.example.com")


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_a_visitor_sees_the_price_line_by_line_with_the_tax_of_their_country(company):
    shop = await Screen(company, OrderState).opens("/order/?plan=vps-2&months=12&coupon=welcome10")

    lines = [(line.text, euros(line.amount)) for line in shop.price.lines]
    assert lines == [("VPS 2, yearly", "110,00 €"), ("Code WELCOME10", "-11,00 €")]
    assert (shop.price.tax_name, euros(shop.price.tax), euros(shop.price.total)) == ("VAT 19%", "18,81 €", "117,81 €")
    assert (euros(shop.price.renewal), shop.price.renews_on) == ("117,81 € a year", "2 Mar 2027")


async def test_what_does_not_exist_gives_way_to_what_does(company):
    nonsense = "/order/?plan=free&months=-3&currency=XXX&location=moon&image=windows&country=&extra=1"

    shop = await Screen(company, OrderState).opens(nonsense)

    assert (shop.basket.plan, shop.basket.months) == ("vps-2", "1")
    assert (shop.basket.currency, shop.basket.location, shop.basket.image) == ("EUR", "frankfurt", "debian-13")
    assert shop.priced


async def test_each_choice_changes_the_price(company):
    screen = Screen(company, OrderState)
    shop = await screen.opens("/order/?plan=vps-1&months=1")
    totals = [euros(shop.price.total)]

    for name, value in (("months", "3"), ("plan", "vps-3"), ("country", "FR"), ("currency", "GBP")):
        await screen.does(shop.choose(name, value))
        totals.append(euros(shop.price.total))

    assert totals == ["6,55 €", "19,64 €", "78,54 €", "79,20 €", "68,40 £"]


@pytest.mark.parametrize(("name", "value"), [("shown", 1), ("_shown_minor", "1"), ("plan", None), ("months", [1])])
async def test_nonsense_chooses_nothing(company, name, value):
    screen = Screen(company, OrderState)
    shop = await screen.opens("/order/?plan=vps-2&months=1")

    await screen.does(shop.choose(name, value))

    assert euros(shop.price.total) == "13,09 €"


async def test_an_unknown_code_is_refused_beside_its_field_and_the_full_price_shown(company):
    screen = Screen(company, OrderState)
    shop = await screen.opens("/order/?plan=vps-2&months=1")

    await screen.does(shop.choose("coupon", "FREE4EVER"))

    assert list(shop.errors) == ["coupon"]
    assert euros(shop.price.total) == "13,09 €"


async def test_a_host_name_is_looked_at_as_soon_as_it_is_typed(company):
    screen = Screen(company, OrderState)
    shop = await screen.opens("/order/")

    await screen.does(shop.name_server("not a name"))
    wrong = dict(shop.errors)
    await screen.does(shop.name_server("web1.example.com"))

    assert list(wrong) == ["hostname"]
    assert dict(shop.errors) == {}
    assert shop.basket.hostname == "web1.example.com"


async def test_a_visitor_keeps_everything_chosen_on_the_way_to_an_account(company):
    screen = Screen(company, OrderState)
    shop = await screen.opens("/order/?plan=vps-3&months=12&image=ubuntu-24-04&country=FR")

    await screen.does(shop.submit({"hostname": "shop.example.fr", "coupon": "welcome10"}))

    way = urlsplit(screen.goes_to)
    [onwards] = parse_qs(way.query)["next"]
    assert way.path == "/register/"
    assert (await Screen(company, OrderState).opens(onwards)).basket == shop.basket
    assert (shop.basket.hostname, shop.basket.coupon, shop.basket.image) == (
        "shop.example.fr",
        "welcome10",
        "ubuntu-24-04",
    )
    assert shop.login_address == screen.goes_to.replace("/register/", "/login/")
    assert orders_of(company) == []


async def test_an_order_charges_exactly_what_was_shown_and_keeps_the_address(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(f"{CHOSEN}&coupon=WELCOME10")
    asked_for_address = shop.needs_address

    await screen.does(shop.submit({**FORM, "coupon": "WELCOME10"}))

    [order] = orders_of(company)
    assert asked_for_address
    assert order.total == Money(1178, "EUR")
    assert euros(shop.price.total) == "11,78 €"
    back = pay_on_page(company.browser, screen.goes_to).headers["location"]
    assert back == f"http://localhost/account/order/?id={order.id}&came=paid"
    assert company.stripe_did()["captured"] == {"eur": 1178}
    assert not (await screen.opens(CHOSEN)).needs_address


async def test_pressing_twice_orders_once(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)

    await screen.does(shop.submit(FORM))
    first = screen.goes_to
    await screen.does(shop.submit(FORM))

    assert screen.goes_to == first
    assert len(orders_of(company)) == 1


async def test_another_choice_is_another_order(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)
    await screen.does(shop.submit(FORM))

    await screen.does(shop.submit({**FORM, "hostname": "web2.example.com"}))

    assert len(orders_of(company)) == 2


async def test_a_paid_order_can_be_ordered_again(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)
    await screen.does(shop.submit(FORM))
    ada.pays(orders_of(company)[0].invoice_id)

    await screen.does(shop.submit(FORM))

    assert len(orders_of(company)) == 2


async def test_a_price_that_has_changed_is_shown_before_anything_is_ordered(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)
    with company.robot() as work:
        for price in work.session.exec(select(Price)):
            price.amount_minor += 100

    await screen.does(shop.submit(FORM))
    asked_again = (screen.goes_to, orders_of(company), euros(shop.price_note), euros(shop.price.total))
    await screen.does(shop.submit(FORM))

    note = "It was 13,09 € when you looked, and is 14,28 € now. Please order again."
    assert asked_again == ("", [], note, "14,28 €")
    assert [order.total for order in orders_of(company)] == [Money(1428, "EUR")]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({**FORM, "consent": False}, "consent"),
        ({name: typed for name, typed in FORM.items() if name != "consent"}, "consent"),
        ({**FORM, "city": ""}, "city"),
        ({**FORM, "hostname": "localhost"}, "hostname"),
        ({**FORM, "hostname": ["web1.example.com"]}, "hostname"),
        ({**FORM, "coupon": "NONSENSE"}, "coupon"),
        (None, "consent"),
    ],
)
async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_ordered(company, ada, form, field):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)

    await screen.does(shop.submit(form))

    assert list(shop.errors) == [field]
    assert screen.goes_to == ""
    assert not shop.ordering
    assert orders_of(company) == []


async def test_an_order_that_costs_nothing_needs_no_payment_page(company, ada):
    with company.robot() as work:
        work.session.add(Coupon(code="FRIENDS", percent=100, cycles=1, since=work.now))
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(f"{CHOSEN}&coupon=FRIENDS")

    await screen.does(shop.submit({**FORM, "coupon": "FRIENDS"}))

    [order] = orders_of(company)
    assert screen.goes_to == f"/account/order/?id={order.id}"
    with company.robot() as work:
        assert work.session.get_one(Invoice, order.invoice_id).status == "paid"


async def test_a_gateway_that_is_down_loses_no_order(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)
    company.breaks(company.stripe_http, "down", times=0)
    await screen.does(shop.submit(FORM))
    told = [message.tone for message in shop.messages]
    company.mends(company.stripe_http)

    await screen.does(shop.submit(FORM))

    assert told == ["danger"]
    assert "/pay/" in screen.goes_to
    assert len(orders_of(company)) == 1
