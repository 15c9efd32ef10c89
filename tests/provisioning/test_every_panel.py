"""One story on every panel: ordered, built, used, suspended, resumed, deleted; whatever the panel calls it."""

import pytest
from sqlmodel import col, select

from ezscale.models import PanelFinding, Service
from ezscale.models.panel import FindingKind
from ezscale.models.service import ServiceStatus, SuspensionReason
from ezscale.provisioning.comparing import compare_panels
from ezscale.provisioning.jobs import open_jobs
from ezscale.provisioning.panel_skills import PowerAction, Powers, skills_of
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import lift_pause, wish_suspension, wish_termination
from tests.panels import MAKING, PANELS, OnPanel, on_panel

SKILLS = {
    "virtfusion": "power login reinstall rename resize console traffic usage sign_in",
    "pterodactyl": "power login reinstall rename resize console usage page",
    "synergycp": "power reinstall rename traffic sign_in",
    "enhance": "login resize traffic usage sign_in websites",
}


@pytest.fixture(params=PANELS)
def story(at, request) -> OnPanel:
    return on_panel(at, request.param)


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def wishes(at, person, wish, *arguments):
    with at.robot() as work:
        wish(work, service_to_change(work, person.service().id), *arguments)
    at.lives(days=0.01)


def test_a_service_is_built_suspended_resumed_and_deleted(at, story, ada):
    story.buys(ada, "ada.example.com")
    at.lives(days=0.01)
    built, [server] = ada.service(), story.servers()
    assert (built.status, built.remote_id, built.account_ref) == (ServiceStatus.ACTIVE, server.remote_id, server.owner)

    wishes(at, ada, wish_suspension, SuspensionReason.PAUSED)
    assert (ada.service().status, story.servers()[0].suspended) == (ServiceStatus.SUSPENDED, True)

    wishes(at, ada, lift_pause)
    assert (ada.service().status, story.servers()[0].suspended) == (ServiceStatus.ACTIVE, False)

    wishes(at, ada, wish_termination)
    gone = ada.service()
    assert (gone.status, gone.remote_id, gone.former_remote_id) == (ServiceStatus.TERMINATED, None, server.remote_id)
    assert story.servers() == []


def test_a_panel_can_do_what_it_says_and_nothing_else(story):
    assert skills_of(story.panel) == SKILLS[story.name].split()
    if isinstance(story.panel, Powers):
        assert story.panel.buttons <= set(PowerAction)


@pytest.mark.parametrize("wrong", ["lost", "garbage"])
def test_a_server_whose_making_was_not_answered_is_found_again_and_not_made_twice(at, story, ada, wrong):
    story.goes_wrong(wrong, MAKING[story.name], "POST")

    story.buys(ada, "ada.example.com")
    at.lives(days=0.01)

    assert ada.service().status is ServiceStatus.ACTIVE
    assert [server.remote_id for server in story.servers()] == [ada.service().remote_id]


def test_two_services_of_one_customer_share_their_account_and_nothing_else(at, story, ada):
    for name in ("one", "two"):
        story.buys(ada, f"{name}.example.com")
    at.lives(days=0.01)

    servers = story.servers()
    assert (len({server.owner for server in servers}), len({server.remote_id for server in servers})) == (1, 2)


def test_what_a_panel_holds_beside_our_records_is_found_and_nothing_else_is(at, story, ada):
    story.buys(ada, "ada.example.com")
    story.buys(ada, "bea.example.com", place=1)
    at.lives(days=0.02)
    agreed = compared(at)

    story.panel.terminate(ada.service().remote_id)
    story.panel.suspend(other_than(at, ada.service()).remote_id, "Somebody did this by hand")

    assert (agreed, compared(at)) == ([], [FindingKind.MISSING, FindingKind.SUSPENDED_THOUGH_PAID])


def compared(at):
    compare_panels(at.house.automation("night"), at.house.panels)
    with at.robot() as work:
        return sorted(work.session.exec(select(PanelFinding.kind).where(col(PanelFinding.closed_at).is_(None))))


def other_than(at, service):
    with at.robot() as work:
        return work.session.exec(select(Service).where(Service.id != service.id)).one()


def test_a_machine_of_which_there_is_none_left_is_waited_for_and_staff_know_why(at, ada):
    story = on_panel(at, "synergycp")
    for number in range(3):
        story.buys(ada, f"machine{number}.example.com")
    at.lives(days=0.02)

    with at.robot() as work:
        [(job, service)] = open_jobs(work)
    assert (len(story.servers()), service.status) == (2, ServiceStatus.WAITLISTED)
    assert job.trouble == "No machine of this kind is free in fra-1"
