"""Another system on a server, on every panel that can: what was there is wiped once."""

from dataclasses import replace

import pytest
from sqlmodel import col, select

from ezscale.accounts.ssh_keys import add_ssh_key
from ezscale.integrations.synergycp.adapter import SynergyCpPanel
from ezscale.kit.clock import world_now
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotConfirmed, NotFound
from ezscale.models import MailMessage, ProvisioningJob, ReinstallWish, Service, SystemImage
from ezscale.models.customer import MemberRole
from ezscale.models.service import JobAction, ServiceStatus
from ezscale.provisioning.credentials import reveal_login
from ezscale.provisioning.panel_skills import GivesLogins, PowerAction
from ezscale.provisioning.power import press_power
from ezscale.provisioning.reinstall_wishes import NewSystem, ask_for_reinstall, newest_wish, systems_for
from tests.panels import OnPanel, on_panel

REINSTALLING = ("virtfusion", "pterodactyl", "synergycp")
# How each panel is asked to wipe, as what it counts that, and another system than the ordered one.
WIPING = {
    "virtfusion": ("*/build", "builds started"),
    "pterodactyl": ("*/reinstall", "reinstalls started"),
    "synergycp": ("*/install", "installs started"),
}
OTHER = {"virtfusion": "Ubuntu", "pterodactyl": "", "synergycp": "Ubuntu"}
LOST = ("lost", 0)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL6vZ5A0T1EYgNpUcZQyWmFy2l6d3jq0hKzJ7n1pQx9T ada@laptop"


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


@pytest.fixture(params=REINSTALLING)
def story(at, ada, request) -> OnPanel:
    story = on_panel(at, request.param)
    story.buys(ada, "ada.example.com")
    story.settles()
    return story


def opener(person, **changes):
    return person.at.house.database.opener(person.actor)


def offered(story, person):
    return systems_for(opener(person), story.at.house.panels, person.service().id)


def other_system(story, person):
    """A system that is not what was ordered."""
    with story.at.robot() as work:
        kept = newest_image(work, person)
    return next(
        image for image in offered(story, person).images if image.ref != kept and OTHER[story.name] in image.name
    )


def newest_image(work, person):
    return work.session.get_one(SystemImage, person.service().image_id).panel_ref


def wishes(story, person, image, typed="ada.example.com", hostname="", keys=()):
    wanted = NewSystem(image, typed, hostname, tuple(keys))
    return ask_for_reinstall(opener(person), story.at.house.panels, person.service().id, wanted)


def has(story, server, status):
    with story.at.robot() as work:
        work.session.get_one(Service, server.id).status = status


def wiped(story):
    return story.done.get(WIPING[story.name][1], 0)


def login_of(story, person):
    return person.does(lambda work: reveal_login(work, story.at.house.vault, person.service().id))


def jobs(story):
    with story.at.robot() as work:
        found = select(ProvisioningJob).where(ProvisioningJob.action == JobAction.REINSTALL)
        return work.session.exec(found.order_by(col(ProvisioningJob.id))).all()


def test_a_server_is_wiped_once_and_has_another_system_and_another_login(story, ada):
    image, before, login = other_system(story, ada), wiped(story), login_of(story, ada)

    wishes(story, ada, image.ref, hostname="new.example.com")
    story.settles()

    [job], service, [server] = jobs(story), ada.service(), story.servers()
    assert (job.finished_at is not None, wiped(story) - before, server.remote_id) == (True, 1, service.remote_id)
    assert (service.status, service.hostname) == (ServiceStatus.ACTIVE, "new.example.com")
    with story.at.robot() as work:
        assert newest_image(work, ada) == image.ref or service.installed == image.name
        mail = work.session.exec(select(MailMessage).where(MailMessage.template == "service_reinstalled")).one()
    anew = login_of(story, ada)
    kept = isinstance(story.panel, GivesLogins) and story.panel.opens_account
    assert (anew == login) is kept
    assert anew.password not in mail.text
    assert story.at.complaints() == {}


def test_neither_a_lost_answer_nor_a_dead_worker_makes_it_wipe_twice(story, ada):
    image, first = other_system(story, ada), story.line.requests
    wishes(story, ada, image.ref)
    story.at.works()
    needed = story.line.requests - first  # until it is being installed
    story.settles()

    deaths = [("before", needed - 1), *(("after", count) for count in range(needed - 3, needed + 1))]
    for disturbed in (LOST, *deaths):
        before = wiped(story)
        wishes(story, ada, image.ref)
        if disturbed == LOST:
            story.goes_wrong("lost", path=WIPING[story.name][0], method="POST")
        else:
            story.line.dies_at = {story.line.requests + disturbed[1]: disturbed[0]}
        story.settles()
        story.line.dies_at = {}

        job = jobs(story)[-1]
        assert wiped(story) - before == 1, disturbed
        assert (job.finished_at is not None, job.trouble) == (True, ""), disturbed
    assert story.at.complaints() == {}


def test_nothing_is_wiped_that_is_somebody_elses_or_stands_still(at, ada):
    story = on_panel(at, "virtfusion")
    server, before = ada.buys("vps-1"), wiped(story)
    image = other_system(story, ada)

    wishes(story, ada, image.ref)
    with at.robot() as work:
        work.session.get_one(Service, server.id).account_ref = "9999"
    story.settles()
    [job] = jobs(story)
    assert (job.failed_at is not None, "somebody else" in job.trouble) == (True, True)

    with at.robot() as work:
        work.session.get_one(Service, server.id).account_ref = server.account_ref
    for status in set(ServiceStatus) - {ServiceStatus.ACTIVE}:
        has(story, server, status)
        with pytest.raises(BusinessError, match="cannot be reinstalled"):
            wishes(story, ada, image.ref)
    has(story, server, ServiceStatus.ACTIVE)
    assert (wiped(story), len(jobs(story))) == (before, 1)


def test_only_who_may_and_has_proven_it_and_typed_the_name_has_a_server_wiped(at, ada):
    story = on_panel(at, "virtfusion")
    server = ada.buys("vps-1")
    image = other_system(story, ada)
    dan = ada.brings_along("Dan Field", MemberRole.DELEGATE, server.id)
    rea = ada.brings_along("Rea Only", MemberRole.READ_ONLY)
    eve = at.signs_up("Eve Lang")
    eves_key = eve.does(lambda work: add_ssh_key(work, "Hers", KEY)).id

    def refused(expected, person=ada, **how):
        confirmed = how.pop("confirmed", True)
        wanted = NewSystem(**{"image": image.ref, "typed": "ada.example.com"} | how)
        open_work = at.house.database.opener(replace(person.actor, confirmed=confirmed))
        with pytest.raises(expected) as refusal:
            ask_for_reinstall(open_work, at.house.panels, server.id, wanted)
        return refusal.value.field

    refused(NotAllowed, dan)
    refused(NotAllowed, rea)
    refused(NotFound, eve)
    refused(NotConfirmed, confirmed=False)
    assert refused(Invalid, typed="another.example.com") == "typed"
    assert refused(Invalid, image="999") == "image"
    assert refused(Invalid, hostname="no name") == "hostname"
    assert refused(Invalid, keys=(eves_key,)) == "keys"
    assert jobs(story) == []


def test_while_it_is_reinstalled_nothing_else_is_done_and_afterwards_its_keys_are_on_it(at, ada):
    story = on_panel(at, "virtfusion")
    ada.buys("vps-1")
    image, key = other_system(story, ada), ada.does(lambda work: add_ssh_key(work, "Laptop", KEY))
    story.goes_wrong("down", times=2)

    with pytest.raises(BusinessError, match="does not answer"):
        wishes(story, ada, image.ref)
    wishes(story, ada, image.ref, keys=[key.id])
    with pytest.raises(BusinessError, match="being reinstalled"):
        press_power(opener(ada), at.house.panels, ada.service().id, PowerAction.RESTART)
    with pytest.raises(BusinessError, match="being reinstalled"):
        wishes(story, ada, image.ref)
    story.settles()

    shown = story.http.get(f"/servers/{ada.service().remote_id}").json()["data"]
    [kept] = story.http.get(f"/ssh_keys/user/{ada.service().account_ref}").json()["data"]
    assert (shown["sshKeys"], kept["publicKey"]) == ([kept["id"]], KEY)


def test_what_the_panel_cannot_install_is_told_and_can_be_asked_for_again(at, ada):
    story = on_panel(at, "virtfusion")
    ada.buys("vps-1")
    image = other_system(story, ada)
    story.http.post("/_sandbox/builds", json={"fail": 1})

    wishes(story, ada, image.ref)
    story.settles()
    _, failed = ada.does(lambda work: newest_wish(work, ada.service()))
    wishes(story, ada, image.ref)
    story.settles()

    assert failed.trouble == "The panel could not install the system."
    assert ada.does(lambda work: newest_wish(work, ada.service())) is None
    with at.robot() as work:
        told = work.session.exec(select(MailMessage.template).order_by(col(MailMessage.id))).all()
        assert work.session.exec(select(ReinstallWish.secret)).all() == ["", ""]
    assert told[-2:] == ["reinstall_failed", "service_reinstalled"]


def test_where_nobody_can_tell_whether_it_was_wiped_it_is_not_wiped_again(at, ada):
    story = on_panel(at, "synergycp")
    story.buys(ada, "ada.example.com")
    story.settles()
    image, before = other_system(story, ada), wiped(story)
    assert isinstance(story.panel, SynergyCpPanel)
    job_id = wishes(story, ada, image.ref).id
    long_ago = world_now() - story.panel.quickest_install
    with at.robot() as work:  # whoever asked the panel has died, and nobody has looked for a while
        work.session.get_one(ProvisioningJob, job_id).ask(long_ago)
        work.session.exec(select(ReinstallWish)).one().begin("ready ", "", long_ago)

    story.settles()

    [job] = jobs(story)
    assert (wiped(story) - before, job.trouble[:28]) == (0, "The panel did not answer, an")
