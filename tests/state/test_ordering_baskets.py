"""Several servers on the order page, and what each is fitted with."""

import pytest
from sqlmodel import select

from ezscale.models import SubscriptionItem
from ezscale.ordering.quoting import MOST_ITEMS
from ezscale.state.ordering.order_form import OrderState
from tests.ordering.fitted import fit_the_shop
from tests.ordering.plans import turns
from tests.state.order_page import euros, orders_of, typed
from tests.state.portal import Screen

CHOSEN = "/order/?plan=vps-2&months=1&currency=EUR&location=frankfurt&image=debian-13&hostname=shop.example.com"
FORM = typed("mail.example.com")


@pytest.fixture
def ada(company):
    with company.robot() as work:
        fit_the_shop(work)
    return company.signs_up("Ada Moreno", country="DE")


@pytest.fixture
async def screen(company, ada):
    """Ada's order page with one server put aside, named shop.example.com, and a small one being chosen."""
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)
    await screen.does(shop.park())
    await screen.does(shop.choose("plan", "vps-1"))
    return screen


async def test_options_change_the_price_and_stand_in_the_address(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)
    totals = [euros(shop.price.total)]

    for handler, name, value in (
        (shop.size, "memory", "8"),
        (shop.size, "panel", "cpanel"),
        (shop.add, "backups", "2"),
        (shop.toggle, "toolbox", True),
        (shop.size, "panel", ""),
    ):
        await screen.does(handler(name, value))
        totals.append(euros(shop.price.total))

    assert totals == ["13,09 €", "17,85 €", "41,65 €", "51,17 €", "55,93 €", "27,37 €"]
    assert shop.basket.fit == "memory:8,+backups:2"
    assert (await Screen(company, OrderState).opens(shop.basket.address)).basket.fit == shop.basket.fit


async def test_only_what_goes_together_is_shown(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)
    before = [add_on.slug for add_on in shop.add_ons]

    await screen.does(shop.size("panel", "cpanel"))
    with_panel = [add_on.slug for add_on in shop.add_ons]
    await screen.does(shop.choose("plan", "vps-1"))

    assert before == ["backups", "extra-ipv4", "moving", "migration"]
    assert [slug for slug in with_panel if slug not in before] == ["toolbox"]
    assert "panel" not in {option.slug for option in shop.options}
    assert shop.basket.fit == ""


@pytest.mark.parametrize(
    ("handler", "name", "value"),
    [
        *(("size", "memory", value) for value in ("5", "36", "-4", "9" * 30, "", None, ["8"], {"a": 1})),
        *(("size", name, "8") for name in ("", "price", None, "memory:8,panel")),
        *(("add", "backups", value) for value in ("-1", "x", None, "0", [5])),
        ("toggle", "toolbox", True),
        ("toggle", "backups", "yes"),
    ],
)
async def test_nonsense_fits_nothing(company, ada, handler, name, value):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)

    await screen.does(getattr(shop, handler)(name, value))

    assert euros(shop.price.total) == "13,09 €"


async def test_more_of_an_add_on_than_there_may_be_is_the_most_there_may_be(company, ada):
    screen = Screen(company, OrderState, ada)
    shop = await screen.opens(CHOSEN)

    await screen.does(shop.add("backups", "9999"))

    assert {add_on.slug: add_on.count for add_on in shop.add_ons}["backups"] == 5


async def test_two_servers_are_one_sum_and_one_order(company, screen):
    shop = screen.state
    shown = (
        [(item.hostname, item.name, euros(item.price)) for item in shop.parked],
        [(line.text, euros(line.amount), line.head) for line in shop.price.lines],
        euros(shop.price.total),
    )

    await screen.does(shop.submit(FORM))

    [order] = orders_of(company)
    assert shown == (
        [("shop.example.com", "VPS 2", "13,09 €")],
        [
            ("shop.example.com", "13,09 €", True),
            ("VPS 2, monthly", "11,00 €", False),
            ("This server", "6,55 €", True),
            ("VPS 1, monthly", "5,50 €", False),
        ],
        "19,64 €",
    )
    assert order.total.minor == 1964
    assert "/pay/" in screen.goes_to
    with company.robot() as work:
        assert len(work.session.exec(select(SubscriptionItem)).all()) == 2


async def test_a_server_is_taken_up_again_and_left_out(company, screen):
    shop = screen.state

    await screen.does(shop.name_server("mail.example.com"))
    await screen.does(shop.take_up(1))
    swapped = (shop.basket.hostname, [item.hostname for item in shop.parked])
    await screen.does(shop.leave_out(1))
    alone = (shop.basket.hostname, list(shop.parked), euros(shop.price.total))
    await screen.does(shop.leave_this_out())

    assert swapped == ("shop.example.com", ["mail.example.com"])
    assert alone == ("shop.example.com", [], "13,09 €")
    assert shop.basket.hostname == "shop.example.com"


async def test_without_the_one_being_chosen_the_last_one_put_aside_is_chosen(screen):
    await screen.does(screen.state.leave_this_out())

    assert (screen.state.basket.hostname, screen.state.basket.plan) == ("shop.example.com", "vps-2")
    assert list(screen.state.parked) == []


@pytest.mark.parametrize("place", [0, 2, -1, True, None, "1", 1.5, 10**30])
async def test_a_place_where_nothing_is_changes_nothing(screen, place):
    for handler in ("take_up", "leave_out"):
        await screen.does(getattr(screen.state, handler)(place))

    assert [item.hostname for item in screen.state.parked] == ["shop.example.com"]


async def test_a_server_without_a_name_is_not_put_aside(company, screen):
    await screen.does(screen.state.park())
    unnamed = dict(screen.state.errors)
    await screen.does(screen.state.name_server("shop.example.com"))
    await screen.does(screen.state.park())

    assert list(unnamed) == ["hostname"]
    assert screen.state.errors["hostname"] == "Another server of this order has this name."
    assert len(screen.state.parked) == 1


async def test_there_is_an_end_of_putting_aside(company, screen):
    for number in range(MOST_ITEMS):
        await screen.does(screen.state.name_server(f"web{number}.example.com"))
        await screen.does(screen.state.park())

    assert len(screen.state.parked) == MOST_ITEMS - 1
    assert screen.state.is_full


async def test_a_visitor_keeps_every_server_on_the_way_to_an_account(company, ada):
    screen = Screen(company, OrderState)
    shop = await screen.opens(f"{CHOSEN}&fit=memory:8")
    await screen.does(shop.park())

    again = await Screen(company, OrderState, ada).opens(shop.basket.address)

    assert [item.hostname for item in again.parked] == ["shop.example.com"]
    assert again.basket.parked[0].fit == "memory:8"


@pytest.mark.parametrize(
    "others",
    [";;;", "|||||", "vps-9|1|moon|x|a.example.com|", "a|b", "vps-1|1|frankfurt|debian-13|a.example.com", "x" * 4000],
)
async def test_what_cannot_be_read_of_an_address_is_left_out(company, ada, others):
    shop = await Screen(company, OrderState).opens(f"{CHOSEN}&others={others}")

    assert list(shop.parked) == []
    assert euros(shop.price.total) == "16,37 €" or shop.priced


async def test_what_is_wrong_with_another_server_is_said_beside_it(company, screen):
    turns(company, "vps-2", stock=0)

    await screen.does(screen.state.submit(FORM))

    assert screen.state.errors == {"item-1": "VPS 2 is sold out at the moment."}
    assert orders_of(company) == []


async def test_what_is_sold_out_says_so_and_cannot_be_ordered(company, ada):
    turns(company, "vps-2", stock=0)
    turns(company, "vps-3", stock=2)
    screen = Screen(company, OrderState, ada)

    shop = await screen.opens(CHOSEN)
    left = {plan.slug: plan.left for plan in shop.plans if plan.left}
    await screen.does(shop.submit({**FORM, "hostname": "shop.example.com"}))

    assert left == {"vps-2": "Sold out", "vps-3": "2 left"}
    assert not shop.priced
    assert shop.errors == {"plan": "VPS 2 is sold out at the moment."}
    assert orders_of(company) == []


async def test_whoever_has_chosen_nothing_is_shown_what_there_is(company, ada):
    turns(company, "vps-2", stock=0)

    shop = await Screen(company, OrderState).opens("/order/")

    assert shop.basket.plan == "vps-1"


async def test_what_was_ordered_is_not_in_the_next_order(company, screen):
    await screen.does(screen.state.submit(FORM))

    shop = await screen.opens("/order/?plan=vps-3")

    assert (list(shop.parked), shop.basket.plan) == ([], "vps-3")
