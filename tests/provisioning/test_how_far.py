"""How far an installation is, where its panel tells: kept with the job, shown while it runs."""

import pytest

from ezscale.kit.errors import NotYet
from ezscale.kit.ids import new_id
from ezscale.models import ProvisioningJob
from ezscale.models.service import JobAction
from ezscale.provisioning.carrying_out import carry_out
from ezscale.provisioning.reinstall_wishes import NewSystem, ask_for_reinstall, systems_for
from ezscale.provisioning.services import service_overview
from ezscale.state.account.service import percent_of
from tests.panels import on_panel


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def told_while_reinstalled(at, ada, panel):
    """What the page says, look by look, until another system is on the server."""
    story = on_panel(at, panel)
    story.buys(ada, "ada.example.com")
    story.settles()
    server, panels, opener = ada.service(), at.house.panels, at.house.database.opener(ada.actor)
    image = systems_for(opener, panels, server.id).images[0].ref
    job = ask_for_reinstall(opener, panels, server.id, NewSystem(image, server.hostname))
    told = []
    while True:
        try:
            carry_out(at.robot, panels, at.house.vault, job.id)
        except NotYet:
            with at.robot() as work:
                told.append(percent_of(service_overview(work, server.id).job))
        else:
            break
    with at.robot() as work:
        return told, percent_of(service_overview(work, server.id).job)


def test_synergycp_tells_and_it_counts_up_and_is_gone_with_the_end(at, ada):
    assert told_while_reinstalled(at, ada, "synergycp") == ([53, 95], -1)


def test_of_a_panel_that_does_not_tell_nothing_is_shown(at, ada):
    told, at_the_end = told_while_reinstalled(at, ada, "virtfusion")

    assert {*told, at_the_end} == {-1}


def test_no_job_is_further_than_its_end():
    job = ProvisioningJob(service_id=new_id(), action=JobAction.REINSTALL)

    job.get_to(140)

    assert job.percent == 100
