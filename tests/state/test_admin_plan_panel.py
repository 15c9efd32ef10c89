"""A plan beside its panel, on the plan's page: its stock, and trying it out."""

import pytest

from ezscale.state.admin.plan import PlanState
from ezscale.state.admin.plan_stock import PlanStockState
from ezscale.state.admin.plan_trial import PlanTrialState
from tests.company import with_rounds
from tests.ordering.plans import turns
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen
from tests.state.test_admin_catalog import SHEET, address, said


@pytest.fixture
def boss(company):
    """Olivia, who may do everything."""
    return administrator(company)


@with_rounds
async def test_staff_let_the_panel_count_a_plan_and_see_what_it_says(company, boss):
    screen = Screen(company, PlanStockState, boss)
    page = await screen.opens(address(company))
    before = (page.source, page.left, page.places)
    await screen.does(page.ask(True))
    await screen.does(page.choose({"source": "panel", "margin": "x"}))
    refused = (dict(page.errors), page.choosing)

    await screen.does(page.choose({"source": "panel", "margin": "2"}))
    asked = [(row.name, row.read) for row in page.places]
    company.works()
    company.breaks(company.panel_http, "down", times=0)
    company.lives(0.004)
    await screen.does(page.refresh())

    assert before == ("none", "", [])
    assert refused == ({"margin": "A whole number from 0 to 1000, please."}, True)
    assert (page.choosing, asked[0]) == (False, ("Frankfurt", ""))
    [frankfurt, *_] = page.places
    assert int(frankfurt.for_sale) == int(frankfurt.room) - 2 > 0
    assert frankfurt.read
    assert frankfurt.trouble
    assert page.left == str(sum(int(row.for_sale) for row in page.places))


async def test_what_a_panel_counts_is_not_typed(company, boss):
    turns(company, "vps-1", stock=8, stock_from_panel=True)
    screen = Screen(company, PlanState, boss)
    page = await screen.opens(address(company))

    await screen.does(page.save({**SHEET, "stock": "99", "stock_seen": "8"}))
    refused = dict(page.errors)
    turns(company, "vps-1", stock=7)
    await screen.does(page.save({**SHEET, "stock": "8", "stock_seen": "8"}))

    assert refused == {"stock": "Its panel counts this plan: change who counts it first."}
    assert (page.errors, page.plan.stock, page.plan.counted_by_panel) == ({}, "7", True)


async def test_a_plan_is_tried_out_when_it_was_saved_and_whenever_somebody_wants_it(company, boss):
    trial = Screen(company, PlanTrialState, boss)
    found = await trial.opens(address(company))
    screen = Screen(company, PlanState, boss)
    page = await screen.opens(address(company))

    follows = await page.save({**SHEET, "package": "99"})
    await trial.does_in_background(PlanTrialState.try_out)
    troubled = (found.verdict, [(row.about, row.words, row.where) for row in found.troubles])
    turns(company, "vps-1", package="1")
    await trial.does_in_background(PlanTrialState.try_out)

    assert follows.fn.__name__ == "try_out"
    assert troubled == ("troubled", [("Package", "VirtFusion has no package 99.", "")])
    assert (found.verdict, found.asked, found.troubles, found.trying) == ("works", "6", [], False)


async def test_a_panel_that_is_away_is_said_so_and_nothing_is_claimed(company, boss):
    company.breaks(company.panel_http, "down", times=2)
    screen = Screen(company, PlanTrialState, boss)
    page = await screen.opens(address(company))

    await screen.does_in_background(PlanTrialState.try_out)

    assert (page.verdict, page.trying) == ("", False)
    assert "does not answer just now" in said(page)[0][1]


async def test_those_who_only_look_change_nothing_and_ask_nobody(company):
    sam = onlooker(company)
    stock, trial = Screen(company, PlanStockState, sam), Screen(company, PlanTrialState, sam)
    page, found = await stock.opens(address(company)), await trial.opens(address(company))

    await stock.does(page.choose({"source": "panel", "margin": ""}))
    await trial.does_in_background(PlanTrialState.try_out)

    assert (page.may_change, page.source, found.verdict) == (False, "none", "")
    assert [tone for tone, _ in (*said(page), *said(found))] == ["danger", "danger"]
