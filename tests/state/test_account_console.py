"""The page of a console, and how a machine does while its page is open."""

from dataclasses import asdict

import pytest

from ezscale.models import Service
from ezscale.models.service import ServiceStatus
from ezscale.state.account.console import ConsoleState
from ezscale.state.account.panel_views import REMEMBERED, CpuLine
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_a_console_is_shown_to_whoever_may_use_the_server_while_it_runs(company, ada):
    server, shown = ada.buys("vps-2"), []
    screen = Screen(company, ConsoleState, ada)

    for status in (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED):
        with company.robot() as work:
            work.session.get_one(Service, server.id).status = status
        page = await screen.opens(f"/account/console/?id={server.id}")
        shown.append((page.hostname, page.may_open, page.missing))
    strange = await Screen(company, ConsoleState, company.signs_up("Bob Byrne")).opens(
        f"/account/console/?id={server.id}"
    )

    assert shown == [(server.hostname, True, False), (server.hostname, False, False)]
    assert (strange.hostname, strange.may_open, strange.missing) == ("", False, True)


@pytest.mark.parametrize(
    ("before", "percent", "after"),
    [
        ([], 12.4, {"measured": [12], "path": "M236.0,35.2", "text": "12%"}),
        ([10], 250.0, {"measured": [10, 100], "path": "M232.0,36.0 L236.0,0.0", "text": "10% to 100%"}),
        ([10, 20], None, {"measured": [], "path": "", "text": ""}),
    ],
)
def test_a_line_follows_the_processor_and_begins_anew_after_a_pause(before, percent, after):
    assert asdict(CpuLine.after(before, percent)) == after


def test_a_line_is_no_longer_than_ten_minutes():
    assert len(CpuLine.after([1] * REMEMBERED, 2).measured) == REMEMBERED
