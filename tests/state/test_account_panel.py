import pytest

from ezscale.provisioning.panel_skills import Filling
from ezscale.state.account.login import LoginState
from ezscale.state.account.panel import PanelState
from ezscale.state.account.panel_views import Gauge
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_the_page_offers_what_the_panel_can_do_and_nothing_else(company, ada):
    server = ada.buys("vps-2")

    page = await Screen(company, PanelState, ada).opens(f"/account/service/?id={server.id}")

    assert {"power", "login"} <= set(page.skills)
    assert "websites" not in page.skills
    assert page.words.image == "Operating system"


async def test_a_new_password_is_shown_at_once(company, ada):
    server = ada.buys("vps-2")
    screen = Screen(company, PanelState, ada)
    page = await screen.opens(f"/account/service/?id={server.id}")

    shown = await page.set_new_password()

    assert shown == [LoginState.reveal]
    assert [message.text for message in page.messages] == ["A new password is set. The old one is void."]


async def test_nothing_is_said_or_done_about_a_server_of_somebody_else(company, ada):
    server = ada.buys("vps-2")
    screen = Screen(company, PanelState, company.signs_up("Bob Byrne"))
    page = await screen.opens(f"/account/service/?id={server.id}")
    before = company.panel_did()["done"]

    for called in (page.set_new_password(), page.sign_in(), page.rename({"name": "Mine"})):
        await screen.does(called)

    assert page.skills == []
    assert [message.text for message in page.messages] == ["We could not find this service."] * 3
    assert company.panel_did()["done"] == before


@pytest.mark.parametrize(
    ("filling", "text", "percent"),
    [
        (Filling("Memory", 3 * 1024**3, 8 * 1024**3), "3.0 GB of 8.0 GB", 38),
        (Filling("Disk", 1024**3, None), "1.0 GB", -1),
        (Filling("Mailboxes", 48, 50, is_count=True), "48 of 50", 96),
        (Filling("Disk", 30, 20), "30 bytes of 20 bytes", 100),
    ],
)
def test_how_full_something_is_is_said_as_a_person_says_it(filling, text, percent):
    gauge = Gauge.of(filling)

    assert (gauge.text, gauge.percent, gauge.is_nearly_full) == (text, percent, percent >= 90)
