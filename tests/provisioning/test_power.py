from itertools import product

import pytest
from sqlmodel import select

from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import BusinessError, NotAllowed, NotFound, NotSignedIn
from ezscale.models import Customer, Membership, Service
from ezscale.models.customer import MemberRole
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.logbook import service_log
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.power import live_state, press_power
from ezscale.provisioning.services import service_overview, services


@pytest.fixture
def ada(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


def presses(person, action, service=None):
    opener = person.at.house.database.opener(person.actor)
    press_power(opener, person.at.house.panels, (service or person.service()).id, action)


def has(at, person, status):
    with at.robot() as work:
        work.session.get_one(Service, person.service().id).status = status


def test_power_buttons_work_only_while_a_service_is_active(at, ada):
    before = at.panel_did()["servers"]

    for status, action in product(set(ServiceStatus) - {ServiceStatus.ACTIVE}, PowerAction):
        has(at, ada, status)
        with pytest.raises(BusinessError, match="do not work now"):
            presses(ada, action)

    has(at, ada, ServiceStatus.ACTIVE)
    assert at.panel_did()["servers"] == before


def test_a_button_reaches_the_machine_and_the_log(at, ada):
    presses(ada, PowerAction.POWER_OFF)
    off = live_state(at.house.database.opener(ada.actor), at.house.panels, ada.service().id)
    presses(ada, PowerAction.BOOT)

    on = live_state(at.house.database.opener(ada.actor), at.house.panels, ada.service().id)
    assert [state and state.power for state in (off, on)] == ["shutoff", "running"]
    words = [(line.message, line.by) for line in ada.does(lambda work: service_log(work, ada.service().id))]
    assert words[:2] == [("Started", "Ada Moreno"), ("Asked the panel: boot", "Ada Moreno")]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"wrong": "refuse", "status": 423}, "is busy"),
        ({"wrong": "refuse", "status": 422}, "refused"),
        ({"wrong": "down"}, "is busy"),
    ],
    ids=["busy", "refused", "down"],
)
def test_a_panel_that_says_no_is_explained_and_noted(at, ada, fault, words):
    at.breaks(at.panel_http, path="*/power/*", **fault, times=0)

    with pytest.raises(BusinessError, match=words):
        presses(ada, PowerAction.RESTART)

    with at.robot() as work:
        [line, *_] = service_log(work, ada.service().id)
    assert (line.ok, line.message.startswith("Not done: ")) == (False, True)


@pytest.mark.parametrize("role", [MemberRole.BILLING, MemberRole.READ_ONLY])
def test_who_only_looks_presses_nothing(at, ada, role):
    service = ada.service()
    with at.robot() as work:
        work.session.exec(select(Membership)).one().role = role

    with pytest.raises(NotAllowed):
        presses(ada, PowerAction.BOOT, service)
    assert [row.service.id for row in ada.does(services)] == [service.id]


def test_a_suspended_customer_sees_and_presses_nothing(at, ada):
    service = ada.service()
    with at.robot() as work:
        work.session.exec(select(Customer)).one().suspended_at = work.now

    with pytest.raises(NotAllowed):
        presses(ada, PowerAction.BOOT, service)
    assert ada.does(services) == []


def test_anothers_service_does_not_exist(at, ada):
    service, eve = ada.service(), at.signs_up("Eve Lang")
    opener = at.house.database.opener(eve.actor)

    with pytest.raises(NotFound):
        presses(eve, PowerAction.POWER_OFF, service)
    with pytest.raises(NotFound):
        live_state(opener, at.house.panels, service.id)
    with pytest.raises(NotFound):
        eve.does(lambda work: service_overview(work, service.id))
    with pytest.raises(NotSignedIn):
        press_power(at.house.database.opener(ANONYMOUS), at.house.panels, service.id, PowerAction.POWER_OFF)
    assert eve.does(services) == []
    assert eve.does(lambda work: service_log(work, service.id)) == []
    assert at.panel_did()["servers"][0]["power"] == "running"


def test_a_panel_that_does_not_answer_has_no_state_to_show(at, ada):
    at.breaks(at.panel_http, "down", times=0)

    assert live_state(at.house.database.opener(ada.actor), at.house.panels, ada.service().id) is None
