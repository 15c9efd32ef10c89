import pytest

from ezscale.models.sign_in import CONFIRMED_FOR
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.state.account.login import LoginState
from ezscale.state.account.service import ServiceState
from tests.company import with_rounds
from tests.state.portal import Screen


@pytest.fixture
def ada(company):
    return company.signs_up("Ada Moreno", country="DE")


async def test_the_page_shows_what_a_server_is_and_costs(company, ada):
    server = ada.buys("vps-2")

    page = await Screen(company, ServiceState, ada).opens(f"/account/service/?id={server.id}")

    assert (page.service.hostname, page.service.address) == (server.hostname, server.ipv4)
    assert (page.service.plan, page.service.place, page.service.system) == ("VPS 2", "Frankfurt", "Debian 13")
    assert (page.billing.price, page.billing.next_on) == ("13,09\N{NO-BREAK SPACE}€ a month", "2 Apr 2026")
    assert page.log[0].text == "Running and verified"
    assert (page.may_press, page.may_reveal, page.may_cancel) == (True, True, True)


@pytest.mark.parametrize("named", ["", "nonsense", "0195a000-0000-7000-8000-000000000001"])
async def test_an_address_that_names_nothing_says_so(company, ada, named):
    page = await Screen(company, ServiceState, ada).opens(f"/account/service/?id={named}")

    assert page.missing


async def test_nothing_of_the_last_server_stays_on_the_page_of_another(company, ada):
    server = ada.buys("vps-2")
    screen = Screen(company, ServiceState, ada)
    await screen.opens(f"/account/service/?id={server.id}")

    page = await screen.opens("/account/service/?id=nonsense")

    assert page.missing
    assert (page.service.hostname, page.service.status) == ("", "")


@with_rounds
async def test_a_server_whose_order_was_never_paid_says_so(company, ada):
    ada.orders("vps-2")
    company.lives(days=3)

    page = await Screen(company, ServiceState, ada).opens(f"/account/service/?id={ada.service().id}")

    assert (page.service.status, page.service.done) == ("expired", 0)


async def test_a_server_of_somebody_else_is_not_there(company, ada):
    server = ada.buys("vps-2")
    bob = company.signs_up("Bob Byrne")

    screen = Screen(company, ServiceState, bob)
    page = await screen.opens(f"/account/service/?id={server.id}")
    await screen.does(page.press("power_off"))
    await screen.does(page.cancel({"reason": "not mine"}))

    assert page.missing
    assert page.service.hostname == ""
    assert [message.text for message in page.messages] == ["We could not find this service."] * 2
    assert company.panel_did()["done"].get("power actions", 0) == 0


async def test_the_steps_of_a_build_are_followed_until_it_is_ready(company, ada):
    order = ada.orders("vps-2")
    screen = Screen(company, ServiceState, ada)
    page = await screen.opens(f"/account/service/?id={ada.service().id}")
    unpaid = (page.service.status, page.service.done)

    ada.pays(order.invoice_id)
    company.breaks(company.panel_http, "down", path="*build*", times=0)
    company.works()
    await screen.does(page.refresh())
    building = (page.service.status, page.service.done)
    company.mends(company.panel_http)
    company.lives(days=0.1)
    await screen.does(page.refresh())

    assert unpaid == ("waiting", 0)
    assert building == ("building", 3)
    assert (page.service.status, page.service.done) == ("active", 5)


async def test_a_power_button_reaches_the_machine_and_the_log(company, ada):
    server = ada.buys("vps-2")
    screen = Screen(company, ServiceState, ada)
    page = await screen.opens(f"/account/service/?id={server.id}")

    await screen.does(page.press(PowerAction.SHUTDOWN))

    assert [message.text for message in page.messages] == ["The server is shutting down."]
    assert page.log[0].text == "Shut down"
    assert not page.pressing


@pytest.mark.parametrize("button", ["format_disk", "", None, {"action": "boot"}])
async def test_a_button_that_does_not_exist_cannot_be_pressed(company, ada, button):
    server = ada.buys("vps-2")
    screen = Screen(company, ServiceState, ada)
    page = await screen.opens(f"/account/service/?id={server.id}")

    await screen.does(page.press(button))

    assert [message.tone for message in page.messages] == ["danger"]
    assert page.log[0].text == "Running and verified"


async def test_a_cancelled_server_runs_to_the_end_of_what_is_paid_and_can_be_kept(company, ada):
    server = ada.buys("vps-2")
    screen = Screen(company, ServiceState, ada)
    page = await screen.opens(f"/account/service/?id={server.id}")

    await screen.does(page.cancel({"reason": "Moving away"}))
    cancelled = (page.billing.next_on, page.billing.ends_on)
    await screen.does(page.keep())

    assert cancelled == ("", "2 Apr 2026")
    assert (page.billing.next_on, page.billing.ends_on) == ("2 Apr 2026", "")


async def test_the_login_is_shown_to_whoever_enters_their_own_password(company, ada):
    server = ada.buys("vps-2")
    screen = Screen(company, LoginState, ada)
    login = await screen.opens(f"/account/service/?id={server.id}")

    await screen.does(login.reveal())

    attempt = {"server": int(server.remote_id), "username": login.username, "password": login.password}
    assert company.panel_http.post("/_sandbox/sign-in", json=attempt).is_success


async def test_who_has_not_proven_for_a_while_that_it_is_them_does_so_first_and_comes_back(company, ada, clock):
    server = ada.buys("vps-2")
    screen = Screen(company, LoginState, ada)
    login = await screen.opens(f"/account/service/?id={server.id}")
    clock.move(CONFIRMED_FOR)

    await screen.does(login.reveal())

    assert (login.username, login.password) == ("", "")
    assert screen.goes_to == f"/confirm/?next=%2Faccount%2Fservice%2F%3Fid%3D{server.id}"


async def test_no_login_of_somebody_elses_server_is_shown(company, ada):
    server = ada.buys("vps-2")
    bob = company.signs_up("Bob Byrne")
    screen = Screen(company, LoginState, bob)
    login = await screen.opens(f"/account/service/?id={server.id}")

    await screen.does(login.reveal())

    assert login.password == ""
    assert [message.text for message in login.messages] == ["We could not find this service."]


async def test_a_login_that_was_shown_is_gone_when_hidden_and_on_the_next_page(company, ada):
    server = ada.buys("vps-2")
    screen = Screen(company, LoginState, ada)
    login = await screen.opens(f"/account/service/?id={server.id}")

    await screen.does(login.reveal())
    await screen.does(login.hide())
    hidden = login.password
    await screen.does(login.reveal())
    await screen.opens("/account/service/?id=another")

    assert hidden == ""
    assert (login.username, login.password) == ("", "")
