"""Choosing a machine on the page of a service that is not built yet."""

import pytest

from ezscale import wiring
from ezscale.state.admin.machine import MachineState
from tests.panels import on_panel
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen
from tests.state.test_admin_catalog import said


@pytest.fixture
def story(company):
    """A company that sells dedicated servers."""
    story = on_panel(company, "synergycp")
    wiring.move_into(company.house)
    return story


@pytest.fixture
def service(company, story):
    """A server that Ada has ordered and not paid yet."""
    ada = company.signs_up("Ada Moreno")
    story.orders(ada, "ada.example.com")
    return ada.service()


async def test_staff_see_what_is_free_and_choose_one(company, service):
    screen = Screen(company, MachineState, administrator(company))
    page = await screen.opens(f"/admin/service/?id={service.id}")
    await screen.does(page.show(True))
    offered = [(row.id, row.name, row.parts) for row in page.machines]

    await screen.does(page.choose({"machine": "999"}))
    refused = (dict(page.errors), page.picking)
    await screen.does(page.pick("123"))
    await screen.does(page.choose({"machine": "123"}))

    assert offered[0] == ("122", "SRV-122", "Ryzen 9 5950X · 64 GB · 2 × 480 GB SSD")
    assert refused == ({"machine": "This machine is not free any more. Please choose another one."}, True)
    assert (page.chosen, page.picking, page.may_choose, said(page)[-1]) == (
        *("123", False, True),
        ("success", "It gets SRV-123."),
    )


async def test_a_panel_that_does_not_answer_closes_the_window_and_says_so(company, story, service):
    screen = Screen(company, MachineState, administrator(company))
    page = await screen.opens(f"/admin/service/?id={service.id}")
    story.goes_wrong("down", times=2)

    await screen.does(page.show(True))

    assert (page.picking, page.asking, page.machines) == (False, False, [])
    assert said(page) == [("danger", "The panel does not answer just now. Please try again in a minute.")]


async def test_those_who_only_look_choose_nothing(company, service):
    screen = Screen(company, MachineState, onlooker(company))
    page = await screen.opens(f"/admin/service/?id={service.id}")

    await screen.does(page.choose({"machine": "123"}))

    assert (page.may_choose, page.chosen, [tone for tone, _ in said(page)]) == (False, "", ["danger"])
