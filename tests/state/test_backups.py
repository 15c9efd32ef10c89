"""What backups there are of a server: said before it is ordered, and on its page, and never invented."""

import pytest

from ezscale import wiring
from ezscale.models import Plan
from ezscale.models.plan import Family
from ezscale.pages.account.service import service as page_of_service
from ezscale.pages.marketing.offers import _card
from ezscale.state.account.panel import PanelState
from ezscale.state.account.service import ServiceState
from ezscale.state.marketing.catalog import window_of
from ezscale.state.ordering.order_form import OrderState
from tests.ordering.plans import turns
from tests.panels import on_panel
from tests.state.portal import Screen

NIGHTLY = "Every night, kept for a week"


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno")


async def told_on_page(company, ada, server):
    """What the panel says, and what the plan does."""
    screen = Screen(company, PanelState, ada)
    panel = await screen.opens(f"/account/service/?id={server.id}")
    await screen.does_in_background(PanelState.measure)
    page = await Screen(company, ServiceState, ada).opens(f"/account/service/?id={server.id}")
    return panel.backups, page.service.backups


async def test_what_a_plan_promises_is_said_before_and_after_it_is_ordered(company, ada):
    turns(company, panel_settings=f"backups = {NIGHTLY}")
    server = ada.buys("vps-2")

    order = await Screen(company, OrderState, ada).opens("/order/?plan=vps-2")
    with company.robot() as work:
        shop = window_of(work)

    assert {plan.slug: plan.backups for plan in order.plans}["vps-2"] == NIGHTLY
    assert [NIGHTLY in str(_card(shop, plan)) for plan in shop.plans if plan.slug in ("vps-1", "vps-2")] == [
        False,
        True,
    ]
    assert await told_on_page(company, ada, server) == (-1, NIGHTLY)


async def test_of_a_game_server_the_panel_says_how_many_there_may_be(company, ada):
    story = on_panel(company, "pterodactyl")
    wiring.move_into(company.house)
    turns(company, story.slug, panel_settings="backups = 3")
    story.buys(ada, "ada.example.com")
    story.settles()
    turns(company, story.slug, panel_settings="backups = 5")  # for those who buy it from now on

    assert (await told_on_page(company, ada, ada.service()))[0] == 3
    story.goes_wrong("down", times=0)
    assert await told_on_page(company, ada, ada.service()) == (-1, "5 included")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("", ""),
        ("databases = 2", ""),
        ("backups = 0", ""),
        ("backups = 2", "2 included"),
        (f"backups={NIGHTLY}", NIGHTLY),
    ],
)
def test_nothing_is_said_where_nothing_is_filled_in(settings, words):
    plan = Plan(slug="vps", name="VPS", family=Family.VPS, panel="virtfusion", package="1", panel_settings=settings)
    assert plan.backups == words


def test_the_page_can_be_drawn():
    assert "made and restored in the game panel" in str(page_of_service())
