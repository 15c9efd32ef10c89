"""A hidden plan: for whoever has its address, from the order page to the change of what they have, and for nobody else."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from ezscale.models import Subscription
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.state.account.subscription import SubscriptionState
from ezscale.state.marketing.catalog import mark_of, window_of
from ezscale.state.ordering.order_form import OrderState
from tests.ordering.plans import turns
from tests.state.order_page import typed
from tests.state.portal import Screen

LINK = "/order/?plan=vps-1&months=1&currency=EUR&location=frankfurt&image=debian-13&hostname=small.example.com"
FORM = typed("small.example.com")


@pytest.fixture
def ada(company):
    turns(company, "vps-1", hidden=True)
    return company.signs_up("Ada Moreno", country="DE")


def shown(page):
    return [plan.slug for plan in page.plans]


async def test_its_link_leads_through_signing_up_and_the_checkout_to_a_server(company, ada):
    visitor = Screen(company, OrderState)
    shop = await visitor.opens(LINK)
    assert "vps-1" in shown(shop)
    assert (shop.basket.plan, shop.price.total) == ("vps-1", "6,55\N{NO-BREAK SPACE}€")
    await visitor.does(shop.submit({"hostname": "small.example.com", "coupon": ""}))
    [onwards] = parse_qs(urlsplit(visitor.goes_to).query)["next"]

    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(onwards)
    await screen.does(shop.submit(FORM))
    back = pay_on_page(company.browser, screen.goes_to).headers["location"]
    company.lives(days=0.01)

    assert "came=paid" in back
    assert ada.service().hostname == "small.example.com"


async def test_it_stays_in_a_basket_beside_others_and_is_not_shown_again_without_its_link(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(LINK)
    await screen.does(shop.park())
    await screen.does(shop.choose("plan", "vps-2"))

    assert [item.hostname for item in shop.parked] == ["small.example.com"]
    assert "vps-1" not in shown(shop)
    await screen.does(shop.name_server("big.example.com"))
    await screen.does(shop.take_up(1))
    assert (shop.basket.plan, "vps-1" in shown(shop)) == ("vps-1", True)
    await screen.does(shop.submit(FORM))
    assert ada.invoices()[0].total_minor == 655 + 1309


async def test_no_list_and_no_public_page_knows_of_it(company, ada):
    with company.robot() as work:
        cards, mark = window_of(work).plans, mark_of(work)
    turns(company, "vps-1", summary="Only for friends")

    with company.robot() as work:
        assert mark_of(work) == mark
    assert "vps-1" not in [card.slug for card in cards]
    assert "vps-1" not in shown(await Screen(company, OrderState, ada).opens("/order/"))


async def test_only_whoever_has_it_can_choose_another_cycle_of_it(company, ada):
    bob = company.signs_up("Bob Byrne")
    ada.buys("vps-1")
    bob.buys("vps-2")
    forms = []
    for person in (ada, bob):
        with company.robot() as work:
            own = select(Subscription).where(Subscription.customer_id == person.actor.own_customer())
            held = work.session.exec(own).one()
        page = await Screen(company, SubscriptionState, person).opens(f"/account/subscription/?id={held.id}")
        forms.append(page.form)

    assert (forms[0].plans[0].value, len(forms[0].cycles) > 1) == ("vps-1", True)
    assert "vps-1" not in [pick.value for pick in forms[1].plans]
