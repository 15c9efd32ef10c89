"""A game server's whole life, carried out by our own machinery on Pterodactyl's stand-in."""

from dataclasses import replace

import pytest
from sqlmodel import select

from ezscale.integrations.http import open_http
from ezscale.integrations.pterodactyl.adapter import open_panel
from ezscale.models import Credential, Location, Plan, SystemImage
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.jobs import retry_build
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import lift_suspension, wish_suspension, wish_termination
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.pterodactyl import Pace, pterodactyl_stand_in
from ezscale.sandbox.store import Store
from tests.company import AT_ONCE, Company

URL, KEY, OWNER_KEY = "http://games.test", "ptla_for-tests", "ptlc_for-tests"


@pytest.fixture
def at(database, clock, tmp_path):
    """A company that sells game servers, about which the doctor has nothing to say when the story ends."""
    company = Company(database, clock, tmp_path)
    stand_in = pterodactyl_stand_in(Store(), application_key=KEY, client_key=OWNER_KEY, pace=Pace(install_looks=1))
    transport = InProcess(stand_in)
    company.panel_http = open_http(URL, KEY, transport=transport)
    panel = open_panel(URL, KEY, OWNER_KEY, transport=transport)
    panel.settles = AT_ONCE
    company.house = replace(company.house, panels={"pterodactyl": panel})
    with company.robot() as work:
        for row in (*work.session.exec(select(Plan)), *work.session.exec(select(Location))):
            row.panel = "pterodactyl"
        for image, egg in zip(work.session.exec(select(SystemImage)), ("1/1", "1/3", "1/4", "2/7"), strict=True):
            image.panel, image.panel_ref = "pterodactyl", egg
    yield company
    assert company.complaints() == {}


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def wishes(at, person, wish, *arguments):
    with at.robot() as work:
        wish(work, service_to_change(work, person.service().id), *arguments)
    at.works()


def test_a_game_server_is_built_paused_freed_and_deleted_once(at, ada):
    ada.buys("vps-1")
    built = ada.service()
    [server] = at.panel_did()["servers"]
    assert (built.status, built.remote_id, built.ipv4) == (ServiceStatus.ACTIVE, str(server["id"]), "192.0.2.40")
    assert (server["external_id"], server["power"], server["limits"]["memory"]) == (built.number, "running", 2048)

    invoice = ada.invoices()[0]
    wishes(at, ada, wish_suspension, "non_payment", invoice.id)
    assert (ada.service().status, at.panel_did()["servers"][0]["status"]) == (ServiceStatus.SUSPENDED, "suspended")

    wishes(at, ada, lift_suspension, invoice.id)
    assert (ada.service().status, at.panel_did()["servers"][0]["status"]) == (ServiceStatus.ACTIVE, None)

    wishes(at, ada, wish_termination)
    did = at.panel_did()
    assert (ada.service().status, did["servers"]) == (ServiceStatus.TERMINATED, [])
    assert (did["done"]["servers created"], did["done"]["servers deleted"], did["done"]["passwords set"]) == (1, 1, 1)


def test_an_order_whose_answers_were_lost_is_one_server(at, ada):
    at.breaks(at.panel_http, "lost", "/api/application/users", "POST")
    at.breaks(at.panel_http, "garbage", "/api/application/servers", "POST")
    at.breaks(at.panel_http, "down", "/api/application/servers/external/*", "GET", times=3)

    ada.buys("vps-1")
    at.lives(days=0.1)

    assert ada.service().status is ServiceStatus.ACTIVE
    assert (at.panel_did()["done"]["servers created"], at.panel_did()["done"]["users created"]) == (1, 1)


def test_a_second_server_of_a_customer_leaves_the_password_of_the_first_alone(at, ada):
    for name in ("first.example.com", "second.example.com"):
        ada.pays(ada.orders("vps-1", hostname=name).invoice_id)
        at.lives(days=0.01)

    with at.robot() as work:
        logins = work.session.exec(select(Credential)).all()
    assert (len(logins), len({login.username for login in logins})) == (2, 1)
    assert at.panel_did()["done"]["passwords set"] == 1


def test_an_installation_that_failed_twice_is_run_again_on_the_same_server(at, ada):
    at.panel_http.post("/_sandbox/builds", json={"fail": 2})
    ada.buys("vps-1")
    failed = ada.service()

    with at.robot() as work:
        retry_build(work, failed.id)
    at.lives(days=0.01)

    assert (failed.status, ada.service().status) == (ServiceStatus.FAILED, ServiceStatus.ACTIVE)
    assert at.panel_did()["done"]["servers created"] == 1
