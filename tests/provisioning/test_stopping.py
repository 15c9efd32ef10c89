import pytest
from sqlmodel import col, select

from ezscale.kit.errors import TemporaryFailure
from ezscale.models import Credential, IpAssignment, MailMessage
from ezscale.models.service import ServiceStatus
from ezscale.provisioning import carrying_out
from ezscale.provisioning.logbook import service_log
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import lift_suspension, suspensions, wish_suspension, wish_termination


@pytest.fixture
def ada(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


def wishes(at, person, wish, *arguments):
    with at.robot() as work:
        wish(work, service_to_change(work, person.service().id), *arguments)


def is_suspended(at):
    return [server["suspended"] for server in at.panel_did()["servers"]]


def latest_words(at, person):
    with at.robot() as work:
        return service_log(work, person.service().id)[0].message


def test_a_server_runs_again_only_when_every_reason_is_gone(at, ada):
    invoice = ada.invoices()[0]
    wishes(at, ada, wish_suspension, "non_payment", invoice.id)
    at.works()
    wishes(at, ada, wish_suspension, "abuse")
    wishes(at, ada, wish_suspension, "abuse")

    wishes(at, ada, lift_suspension, invoice.id)
    at.works()

    assert (ada.service().status, is_suspended(at)) == (ServiceStatus.SUSPENDED, [True])
    with at.robot() as work:
        [reason] = suspensions(work, ada.service().id)
        reason.lift(work.now)  # as staff will
    at.sleeps(0.1)
    assert (ada.service().status, is_suspended(at)) == (ServiceStatus.ACTIVE, [False])


def test_a_reason_that_went_away_in_time_stops_nothing(at, ada):
    invoice = ada.invoices()[0]
    wishes(at, ada, wish_suspension, "non_payment", invoice.id)
    with at.robot() as work:
        for reason in suspensions(work, ada.service().id):
            reason.lift(work.now)

    at.works()

    assert (ada.service().status, is_suspended(at)) == (ServiceStatus.ACTIVE, [False])
    assert latest_words(at, ada) == "The reason is gone: left running"


def test_what_a_panel_did_not_do_while_it_was_away_is_asked_again(at, ada, monkeypatch):
    monkeypatch.setattr(carrying_out, "MOST_TRIES", 2)
    invoice = ada.invoices()[0]
    at.breaks(at.panel_http, "down", times=0)
    wishes(at, ada, wish_suspension, "abuse", invoice.id)
    at.lives(days=0.02)
    given_up = (ada.service().status, latest_words(at, ada))

    at.mends(at.panel_http)
    at.sleeps(0.1)
    done = (ada.service().status, is_suspended(at))
    at.breaks(at.panel_http, "down", times=0)
    wishes(at, ada, lift_suspension, invoice.id)
    at.lives(days=0.02)
    at.mends(at.panel_http)
    at.sleeps(0.1)

    assert given_up[0] is ServiceStatus.ACTIVE
    assert "Gave up after 2 tries" in given_up[1]
    assert done == (ServiceStatus.SUSPENDED, [True])
    assert (ada.service().status, is_suspended(at)) == (ServiceStatus.ACTIVE, [False])
    with at.robot() as work:
        written = set(work.session.exec(select(MailMessage.template)))
    assert "service_failed" not in written  # nobody is told that their build failed


def test_a_terminated_server_leaves_no_address_and_no_login(at, ada):
    address = ada.service().ipv4

    wishes(at, ada, wish_termination)
    wishes(at, ada, wish_termination)
    at.works()

    service = ada.service()
    assert (service.status, service.terminated_at) == (ServiceStatus.TERMINATED, at.clock.now)
    assert at.panel_did()["servers"] == []
    with at.robot() as work:
        held = work.session.exec(select(IpAssignment).where(col(IpAssignment.until).is_(None))).all()
        was_held = work.session.exec(select(IpAssignment).where(IpAssignment.address == address)).one()
        assert (held, was_held.until) == ([], at.clock.now)
        assert work.session.exec(select(Credential)).all() == []


def test_a_server_that_is_already_gone_is_no_obstacle(at, ada):
    at.panel_http.delete(f"/servers/{ada.service().remote_id}")

    wishes(at, ada, wish_termination)
    at.works()

    assert ada.service().status is ServiceStatus.TERMINATED


def test_nothing_is_deleted_in_the_middle_of_its_build(at, ada):
    ada.orders()
    wishes(at, ada, wish_termination)  # never paid, never built
    never_built = ada.service().status
    at.breaks(at.panel_http, "down", times=0)
    order = ada.orders()
    ada.pays(order.invoice_id)
    at.works()

    with pytest.raises(TemporaryFailure, match="still being built"):
        wishes(at, ada, wish_termination)

    at.mends(at.panel_http)
    assert never_built is ServiceStatus.TERMINATED
    at.lives(days=0.01)
    assert ada.service().status is ServiceStatus.ACTIVE
