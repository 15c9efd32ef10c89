"""Maintenance is shown to those whose services it concerns, from its announcement until its end, and to nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.accounts.permissions import MANAGE_SERVICES, SEE_EVERYTHING
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed
from ezscale.models import Location, MailMessage
from ezscale.provisioning.consoles import open_console
from ezscale.provisioning.maintenance import (
    Announcement,
    announce,
    cancel_maintenance,
    change_maintenance,
    end_early,
    maintenance_of,
    maintenances,
)
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.power import press_power
from ezscale.provisioning.reinstall_wishes import NewSystem, ask_for_reinstall, systems_for

SAM = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, MANAGE_SERVICES}))


@pytest.fixture
def ada(at):
    """A customer in Frankfurt."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-1")
    return ada


def does(at, use_case, *said, actor=SAM, **more):
    with at.house.database.opener(actor)() as work:
        return use_case(work, *said, **more)


def planned(at, **changes):
    begins = at.clock.now + timedelta(days=1)
    said = Announcement("New switches", "The network is gone for a minute.", begins, begins + timedelta(hours=2))
    return replace(said, **changes)


def seen_by(person):
    return [row.title for row in person.does(maintenance_of)]


def place(at, name):
    with at.robot() as work:
        return work.session.exec(select(Location.id).where(Location.name == name)).first()


def test_whom_it_concerns_is_shown_it_until_it_is_over_and_written_to_once(at, ada):
    bob, cem = at.signs_up("Bob Ferris"), at.signs_up("Cem Kaya")
    bob.pays(bob.orders("vps-1", location="london").invoice_id)
    at.works()

    does(at, announce, planned(at, panel="virtfusion", location_id=place(at, "Frankfurt")), with_mail=True)
    at.works()
    announced = [seen_by(person) for person in (ada, bob, cem)]
    at.lives(1.05)
    while_it_is_done = seen_by(ada)
    at.lives(0.1)

    assert (announced, while_it_is_done, seen_by(ada)) == ([["New switches"], [], []], ["New switches"], [])
    with at.robot() as work:
        told = work.session.exec(select(MailMessage.to).where(MailMessage.template == "maintenance")).all()
    assert told == ["ada@example.com"]


def test_it_is_changed_ended_early_or_cancelled_until_it_is_over(at, ada):
    first, second = does(at, announce, planned(at)), does(at, announce, planned(at, title="Another one"))

    does(at, change_maintenance, first.id, planned(at, title="New routers", begins_at=at.clock.now))
    does(at, cancel_maintenance, second.id)
    changed = seen_by(ada)
    with pytest.raises(BusinessError, match="over already"):
        does(at, end_early, second.id)
    does(at, end_early, first.id)

    assert (changed, seen_by(ada)) == (["New routers"], [])
    assert [row.title for row, _ in does(at, maintenances)] == ["Another one", "New routers"]


@pytest.mark.parametrize(
    "deed",
    [
        lambda opener, panels, service: press_power(opener, panels, service.id, PowerAction.BOOT),
        lambda opener, panels, service: systems_for(opener, panels, service.id),
        lambda opener, panels, service: ask_for_reinstall(
            opener, panels, service.id, NewSystem("47", service.hostname)
        ),
        lambda opener, panels, service: open_console(opener, panels, [], service.id),
    ],
    ids=["power", "systems", "reinstallation", "console"],
)
def test_what_does_not_work_meanwhile_says_so(at, ada, deed):
    does(at, announce, planned(at, begins_at=at.clock.now))
    at.breaks(at.panel_http, "down", times=0)

    opener = at.house.database.opener(ada.actor)
    with pytest.raises(BusinessError, match="maintenance at the moment: New switches"):
        deed(opener, at.house.panels, ada.service())
    at.mends(at.panel_http)


def test_only_staff_announce_and_only_what_can_be(at, ada):
    for wrong in (
        {"title": ""},
        {"text": " " * 0},
        {"ends_at": at.clock.now},
        {"begins_at": at.clock.now + timedelta(9)},
    ):
        with pytest.raises(Invalid):
            does(at, announce, planned(at, **wrong))
    row = does(at, announce, planned(at))
    for actor in (ada.actor, replace(SAM, permissions=frozenset({SEE_EVERYTHING}))):
        for use_case, said in ((announce, planned(at)), (cancel_maintenance, row.id), (end_early, row.id)):
            with pytest.raises(NotAllowed):
                does(at, use_case, said, actor=actor)
