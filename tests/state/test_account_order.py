import pytest

from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.account.order import PlacedOrderState
from tests.company import with_rounds
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_an_unpaid_order_offers_the_payment_page_and_leads_back_here(company, ada):
    order = ada.orders("vps-2")
    screen = Screen(company, PlacedOrderState, ada)
    page = await screen.opens(f"/account/order/?id={order.id}&came=back")

    await screen.does(page.pay())

    assert (page.order.status, page.came) == ("to_pay", "back")
    back = pay_on_page(company.browser, screen.goes_to).headers["location"]
    assert back == f"http://localhost/account/order/?id={order.id}&came=paid"


async def test_whoever_comes_from_paying_sees_at_once_that_the_money_is_here(company, ada):
    order = ada.orders("vps-2")
    ada.pays(order.invoice_id, returns=False)

    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={order.id}&came=paid")

    assert page.order.status == "paid"
    assert not page.asking


async def test_a_gateway_that_does_not_answer_leaves_the_page_waiting(company, ada):
    order = ada.orders("vps-2")
    ada.pays(order.invoice_id, returns=False)
    company.breaks(company.stripe_http, "down", path="*checkout*", times=0)

    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={order.id}&came=paid")

    assert page.loaded
    assert list(page.messages) == []


async def test_the_page_follows_the_build_until_the_server_runs(company, ada):
    order = ada.orders("vps-2")
    screen = Screen(company, PlacedOrderState, ada)
    page = await screen.opens(f"/account/order/?id={order.id}")
    ada.pays(order.invoice_id)
    company.breaks(company.panel_http, "down", path="*build*", times=0)
    company.works()

    await screen.does(page.refresh())
    building = (page.service.status, page.service.done)
    company.mends(company.panel_http)
    company.lives(days=0.1)
    await screen.does(page.refresh())

    assert building == ("building", 3)
    assert (page.service.status, page.service.done) == ("active", 5)


@with_rounds
async def test_an_order_that_was_not_paid_in_time_is_shown_as_expired(company, ada):
    order = ada.orders("vps-2")
    company.lives(days=3)

    page = await Screen(company, PlacedOrderState, ada).opens(f"/account/order/?id={order.id}")

    assert (page.order.status, page.order.plan) == ("expired", "vps-2")


async def test_an_order_of_somebody_else_is_not_there_and_cannot_be_paid(company, ada):
    order = ada.orders("vps-2")
    bob = company.signs_up("Bob Byrne")
    screen = Screen(company, PlacedOrderState, bob)

    page = await screen.opens(f"/account/order/?id={order.id}")
    await screen.does(page.pay())

    assert page.missing
    assert screen.goes_to == ""
    assert [message.text for message in page.messages] == ["We could not find this order."]
