"""What cannot be had is not offered for payment: a plan that is sold out, a location that is full."""

import pytest

from ezscale.pages.ordering.order import order as order_page
from ezscale.state.ordering.order_form import OrderState
from tests.ordering.plans import counts_on_panel, has_room, turns
from tests.state.order_page import orders_of, typed
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno")


async def test_a_location_that_is_full_is_said_to_be_and_another_one_chosen(company, ada):
    has_room(company, 0, elsewhere=2)
    counts_on_panel(company)

    page = await Screen(company, OrderState, ada).opens("/order/?plan=vps-2&location=frankfurt")

    assert {place.value: place.is_full for place in page.places} == {
        "frankfurt": True,
        "new-york": True,
        "london": False,
    }
    assert page.basket.location == "london"
    assert page.errors == {"location": "Frankfurt is full at the moment, so London is chosen instead."}


async def test_a_location_that_fills_up_while_somebody_orders_is_refused_there_and_nothing_is_ordered(company, ada):
    has_room(company, 1, elsewhere=2)
    counts_on_panel(company)
    screen = Screen(company, OrderState, ada)
    page = await screen.opens("/order/?plan=vps-2&location=frankfurt")
    company.signs_up("Ben Orr").orders()

    await screen.does(page.submit(typed("late.example.com")))

    assert "VPS 2 is sold out in Frankfurt" in page.errors["location"]
    assert (page.basket.location, page.places[0].is_full, len(orders_of(company))) == ("frankfurt", True, 1)
    await screen.does(page.choose("location", "london"))
    await screen.does(page.submit(typed("late.example.com")))
    assert len(orders_of(company)) == 2


async def test_a_plan_that_is_sold_out_meanwhile_offers_its_waitlist(company, ada):
    turns(company, stock=1)
    screen = Screen(company, OrderState, ada)
    page = await screen.opens("/order/?plan=vps-2")
    company.signs_up("Ben Orr").orders()

    await screen.does(page.submit(typed("late.example.com")))

    assert page.errors == {"plan": "VPS 2 is sold out at the moment."}
    assert (page.waiting.standing, page.priced, len(orders_of(company))) == ("sold-out", False, 1)


def test_the_button_that_orders_cannot_be_pressed_without_a_price_and_is_not_there_for_what_is_gone():
    before, _, _ = str(order_page()).partition('"Order and pay"')
    instead, _, button = before.rpartition('jsx("button"')

    assert "priced_rx_state_" in button.partition("disabled:")[2].partition("type:")[0]
    assert "Join the waitlist" in instead[instead.rindex("is sold out at the moment.") :]
