"""A plan that was changed reaches the panel."""

import pytest
from sqlmodel import select

from ezscale.billing.change_quotes import quote_change
from ezscale.billing.change_wishes import ChangeWish
from ezscale.billing.changes import accept_change
from ezscale.models import PanelFinding, Plan, ProvisioningJob, ProvisioningLog
from ezscale.models.panel import FindingKind
from ezscale.models.service import JobAction
from ezscale.provisioning.comparing import compare_panels
from ezscale.provisioning.services import service_to_change
from tests.journeys.records import subscription_of
from tests.panels import on_panel

BIGGER = {"virtfusion": "vps-3", "pterodactyl": "game-8", "enhance": "web-l", "synergycp": "epyc"}


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def changes_to(person, plan):
    wish = ChangeWish(plan=plan)
    quote = person.does(lambda work: quote_change(work, subscription_of(person).id, wish))
    person.does(lambda work: accept_change(work, quote.id, quote.total_minor))
    person.at.lives(days=0.01)


def findings(at):
    compare_panels(at.house.automation("night"), at.house.panels)
    with at.robot() as work:
        return [finding.kind for finding in work.session.exec(select(PanelFinding))]


@pytest.mark.parametrize("panel", ["virtfusion", "pterodactyl", "enhance"])
def test_a_bigger_plan_makes_the_server_bigger_once(at, ada, panel):
    story = on_panel(at, panel)
    story.buys(ada, "ada.example.com")
    at.lives(days=0.01)
    story.goes_wrong("lost", method=CHANGED_BY[panel], path=CHANGING[panel])

    changes_to(ada, BIGGER[panel])
    at.lives(days=0.05)

    [server] = story.servers()
    with at.robot() as work:
        sold = work.session.exec(select(Plan).where(Plan.slug == BIGGER[panel])).one()
    assert ada.service().sized_as == sold.id
    assert server.sizes is None or (server.sizes.cpu_cores, server.sizes.memory_mb) == (sold.cpu_cores, sold.memory_mb)
    assert (server.package in ("", sold.package), findings(at)) == (True, [])


CHANGED_BY = {"virtfusion": "PUT", "pterodactyl": "PATCH", "enhance": "PATCH"}
CHANGING = {"virtfusion": "*/package/*", "pterodactyl": "*/build", "enhance": "*/subscriptions/*"}


def test_a_panel_that_changes_no_sizes_leaves_it_to_a_person_and_is_not_asked_every_hour(at, ada):
    story = on_panel(at, "synergycp")
    story.buys(ada, "ada.example.com")
    at.lives(days=0.01)

    changes_to(ada, "epyc")
    at.lives(days=0.5)

    with at.robot() as work:
        jobs = work.session.exec(select(ProvisioningJob).where(ProvisioningJob.action == JobAction.RESIZE)).all()
    assert [job.trouble for job in jobs] == ["This panel changes no sizes: a person has to do it there."]


def test_a_smaller_plan_says_what_was_left_and_raises_no_alarm(at, ada):
    story = on_panel(at, "virtfusion")
    ada.buys("vps-3")

    changes_to(ada, "vps-1")
    at.lives(days=32)

    [server] = story.servers()
    with at.robot() as work:
        told = work.session.exec(select(ProvisioningLog.message)).all()
    assert server.sizes is not None
    assert (server.sizes.memory_mb, server.sizes.disk_gb, ada.service().keeps_more) == (2048, 160, True)
    assert any("disk" in line.casefold() for line in told)
    assert findings(at) == []


def test_a_server_that_has_not_followed_is_found_and_the_finding_closes_when_it_has(at, ada):
    on_panel(at, "virtfusion")
    server = ada.buys("vps-1")
    with at.robot() as work:
        bigger = work.session.exec(select(Plan).where(Plan.slug == "vps-3")).one()
        service_to_change(work, server.id).plan_id = bigger.id
    found = findings(at)

    at.lives(days=0.1)

    with at.robot() as work:
        [finding] = work.session.exec(select(PanelFinding)).all()
    assert (found, finding.is_open, ada.service().sized_as) == ([FindingKind.WRONG_SIZE], False, bigger.id)
