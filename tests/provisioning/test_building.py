from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from ezscale.kit.errors import NotAllowed
from ezscale.models import IpAssignment, MailMessage, ProvisioningJob, ProvisioningLog
from ezscale.models.base import WrongState
from ezscale.models.service import BuildStep, ServiceStatus
from ezscale.provisioning.building import next_look
from ezscale.provisioning.jobs import open_jobs, retry_build
from ezscale.provisioning.logbook import service_log

REFUSED = {"msg": "No hypervisor has room for this server."}


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def orders_and_pays(person, hostname="ada.example.com"):
    order = person.orders(hostname=hostname)
    person.pays(order.invoice_id)
    person.at.lives(days=0.01)


def retries(at, service):
    with at.robot() as work:
        retry_build(work, service.id)
    at.lives(days=0.01)


def failed_jobs(at):
    with at.robot() as work:
        return [(service.number, job.trouble) for job, service in open_jobs(work)]


def mails_about_failure(at):
    with at.robot() as work:
        return len(work.session.exec(select(MailMessage).where(MailMessage.template == "service_failed")).all())


def test_what_was_paid_is_what_the_panel_builds(at, ada):
    orders_and_pays(ada, "web1.example.com")

    service = ada.service()
    [server] = at.panel_did()["servers"]
    [account] = at.panel_did()["users"]
    with at.robot() as work:
        job = work.session.exec(select(ProvisioningJob)).one()
        held = set(work.session.exec(select(IpAssignment.address).where(col(IpAssignment.until).is_(None))))
    assert (service.status, service.remote_id, service.account_ref) == (
        *(ServiceStatus.ACTIVE, str(server["id"]), str(account["id"])),
    )
    assert (server["name"], server["hostname"], server["packageId"]) == ("S-000001", "web1.example.com", 2)
    assert (account["relStr"], server["ownerId"], server["power"]) == ("C-000001", account["id"], "running")
    assert {service.ipv4, service.ipv6, service.ipv6.replace("::1", "::/64")} == held
    assert (job.step, job.live_for, job.trouble) == (BuildStep.DONE, None, "")
    assert ada.does(lambda work: service_log(work, service.id))[0].message == "Running and verified"


def test_a_panel_that_refuses_is_put_before_staff_and_their_retry_goes_on_from_there(at, ada):
    at.breaks(at.panel_http, "refuse", "/servers", "POST", status=422, body=REFUSED)
    orders_and_pays(ada)
    failed, waiting = ada.service(), failed_jobs(at)

    with pytest.raises(NotAllowed):
        ada.does(lambda work: retry_build(work, failed.id))
    retries(at, failed)

    assert failed.status is ServiceStatus.FAILED
    assert waiting[0][0] == "S-000001"
    assert "No hypervisor has room" in waiting[0][1]
    assert mails_about_failure(at) == 1
    assert ada.service().status is ServiceStatus.ACTIVE
    assert len(at.panel_did()["servers"]) == 1
    assert failed_jobs(at) == []
    with at.robot() as work, pytest.raises(WrongState):
        retry_build(work, failed.id)


def test_an_installation_that_failed_is_made_anew_on_the_same_server(at, ada):
    at.panel_http.post("/_sandbox/builds", json={"fail": 1})
    orders_and_pays(ada)
    failed, waiting = ada.service(), failed_jobs(at)

    retries(at, failed)

    assert (failed.status, waiting) == (
        *(ServiceStatus.FAILED, [("S-000001", "The panel could not install the system.")]),
    )
    assert ada.service().status is ServiceStatus.ACTIVE
    assert ada.service().remote_id == failed.remote_id
    assert len(at.panel_did()["servers"]) == 1


def test_a_server_that_is_another_persons_on_the_panel_is_handed_to_nobody(at, ada):
    eve = at.signs_up("Eve Lang")
    orders_and_pays(eve, "eve.example.com")
    at.breaks(at.panel_http, "down", "/servers/*", times=0)
    orders_and_pays(ada)
    at.mends(at.panel_http)
    mine, eves = ada.service(), eve.service()
    give_to(at, mine, eves.account_ref)

    at.lives(days=0.02)
    refused, waiting = ada.service(), failed_jobs(at)
    give_to(at, mine, mine.account_ref)
    retries(at, mine)

    assert mine.status is ServiceStatus.BUILDING
    assert refused.status is ServiceStatus.FAILED
    assert "belongs to somebody else" in waiting[0][1]
    assert ada.service().status is ServiceStatus.ACTIVE


def test_an_account_that_only_looks_like_the_customers_is_left_alone(at, ada):
    stranger = {"name": "Ada Moreno", "email": "ada@example.com", "relStr": "C-999999", "selfService": 0}
    made = at.panel_http.post("/users", json={**stranger, "sendMail": False})

    orders_and_pays(ada)

    assert made.status_code == 201
    assert ada.service().status is ServiceStatus.FAILED
    assert at.panel_did()["servers"] == []


def test_two_orders_of_one_customer_are_two_servers(at, ada):
    for number in (1, 2):
        order = ada.orders(hostname=f"web{number}.example.com")
        ada.pays(order.invoice_id)
    at.lives(days=0.01)

    servers = at.panel_did()["servers"]
    assert {server["hostname"] for server in servers} == {"web1.example.com", "web2.example.com"}
    assert len(at.panel_did()["users"]) == 1
    assert failed_jobs(at) == []
    assert ada.service().status is ServiceStatus.ACTIVE


def test_a_panel_that_stays_away_is_given_up_after_hours_and_comes_back(at, ada):
    at.breaks(at.panel_http, "down", times=0)
    order = ada.orders()
    ada.pays(order.invoice_id)

    at.lives(days=5 / 24)
    given_up, waiting = ada.service(), failed_jobs(at)
    at.mends(at.panel_http)
    retries(at, given_up)

    assert given_up.status is ServiceStatus.FAILED
    assert "Gave up after 30 tries" in waiting[0][1]
    assert ada.service().status is ServiceStatus.ACTIVE
    assert mails_about_failure(at) == 1


def give_to(at, service, account):
    answer = at.panel_http.put(f"/servers/{service.remote_id}/owner/{account}")
    assert answer.status_code == 201, answer.text


def test_a_panel_that_the_settings_name_no_more_is_waited_for_and_told(at):
    ada = at.signs_up("Ada Moreno")
    order = ada.orders()
    panels, at.house = at.house.panels, replace(at.house, panels={})
    ada.pays(order.invoice_id)
    at.works()
    waiting = ada.service().status

    at.house = replace(at.house, panels=panels)
    at.lives(days=0.1)

    assert (waiting, ada.service().status) == (ServiceStatus.BUILDING, ServiceStatus.ACTIVE)
    with at.robot() as work:
        told = work.session.exec(select(ProvisioningLog.message)).all()
    assert "Will be tried again: No panel called virtfusion is connected." in told


@pytest.mark.parametrize(("waited", "seconds"), [(0, 5), (30, 5), (300, 30), (7200, 120)])
def test_the_longer_an_installation_takes_the_less_often_it_is_looked_at(waited, seconds):
    assert next_look(timedelta(seconds=5), timedelta(seconds=waited)) == timedelta(seconds=seconds)
