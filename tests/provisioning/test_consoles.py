"""Consoles: opened for somebody's own running service, kept while they are there, and closed after them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import BusinessError, NotAllowed, NotFound, NotSignedIn
from ezscale.kit.ids import new_id
from ezscale.models import ConsoleSession, Membership, Service
from ezscale.models.console import ConsoleStatus
from ezscale.models.customer import MemberRole
from ezscale.models.service import ServiceStatus, SuspensionReason
from ezscale.provisioning.consoles import (
    GRACE,
    LEASE,
    LONGEST,
    OUT_OF_REACH,
    can_be_reached,
    close_left_consoles,
    keep_console,
    leave_console,
    open_console,
)
from ezscale.provisioning.logbook import service_log
from ezscale.provisioning.panel_skills import Console, ConsoleKind
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import lift_pause, wish_suspension
from tests.company import Company, Person
from tests.panels import OnPanel, on_panel

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
REACHABLE = ("wss://panel.test", "wss://*.example.test:8080")
KINDS = {"virtfusion": ConsoleKind.VNC, "pterodactyl": ConsoleKind.LINES}


@dataclass
class Story:
    """Ada has a server on a panel with consoles."""

    at: Company
    panel: OnPanel
    ada: Person

    def opens(self, who=None, session_id=None, service=None, reachable=REACHABLE):
        who = who or self.ada
        opener = self.at.house.database.opener(who.actor)
        service_id = (service or self.ada.service()).id
        return open_console(opener, self.at.house.panels, reachable, service_id, session_id)

    def leaves(self, opened):
        self.ada.does(lambda work: leave_console(work, opened.id))
        self.at.works()
        self.at.lives(days=GRACE / timedelta(days=1))

    def sweeps(self, after=timedelta()):
        self.at.clock.move(after)
        return close_left_consoles(self.at.house.automation("consoles"), self.at.house.panels)

    @property
    def sessions(self):
        with self.at.robot() as work:
            return list(work.session.exec(select(ConsoleSession)))

    @property
    def is_switched_on(self):
        remote_id = self.ada.service().remote_id
        return bool(self.panel.http.get(f"/servers/{remote_id}").json()["data"]["vnc"]["enabled"])


def story_on(at, name):
    story = Story(at, on_panel(at, name), at.signs_up("Ada Moreno"))
    story.panel.buys(story.ada, "ada.example.com")
    at.lives(days=0.01)
    return story


@pytest.fixture(params=KINDS)
def either(at, request):
    return story_on(at, request.param)


@pytest.fixture
def vps(at):
    return story_on(at, "virtfusion")


def test_a_console_is_opened_noted_and_closed_when_its_person_leaves(either):
    opened = either.opens()

    assert opened.way_in.kind is KINDS[either.panel.name]
    assert [session.status for session in either.sessions] == [ConsoleStatus.OPEN]

    either.leaves(opened)

    assert [session.status for session in either.sessions] == [ConsoleStatus.CLOSED]
    told = [
        (line.message, line.by) for line in either.ada.does(lambda work: service_log(work, either.ada.service().id))
    ]
    assert told[:2] == [("Closed the console", "consoles"), ("Opened the console", "Ada Moreno")]
    assert not any(
        secret in message for message, _ in told for secret in (opened.way_in.password, opened.way_in.token) if secret
    )


def test_one_whose_page_has_vanished_is_closed_when_nobody_has_said_that_they_are_there(vps):
    opened = vps.opens()
    assert (vps.is_switched_on, vps.sweeps(LEASE / 2)) == (True, 0)
    vps.ada.does(lambda work: keep_console(work, opened.id))

    assert (vps.sweeps(LEASE / 2), vps.is_switched_on) == (0, True)
    assert (vps.sweeps(LEASE / 2), vps.is_switched_on) == (1, False)

    with pytest.raises(BusinessError, match="closed"):
        vps.ada.does(lambda work: keep_console(work, opened.id))


def test_nobody_sits_before_one_for_ever():
    session, opened = ConsoleSession(service_id=new_id(), opened_at=NOW, open_until=NOW + LEASE), NOW

    for minute in range(0, 10 * 60, 2):
        session.keep(opened + timedelta(minutes=minute), LEASE, LONGEST)

    assert session.open_until == opened + LONGEST


def test_two_who_look_do_not_lock_each_other_out(vps):
    first, second = vps.opens(), vps.opens()
    vps.leaves(first)
    assert vps.is_switched_on

    vps.leaves(second)
    assert not vps.is_switched_on


def test_whoever_loads_the_page_anew_finds_the_door_still_open(vps):
    first = vps.opens()
    vps.ada.does(lambda work: leave_console(work, first.id))
    vps.at.works()
    assert vps.is_switched_on

    vps.opens()
    vps.at.lives(days=GRACE / timedelta(days=1))

    assert sorted(session.status for session in vps.sessions) == [ConsoleStatus.CLOSED, ConsoleStatus.OPEN]
    assert vps.is_switched_on


def test_a_fresh_token_is_no_other_console_and_writes_no_other_line(at):
    game = story_on(at, "pterodactyl")
    first = game.opens()
    at.clock.move(timedelta(minutes=4))

    again = game.opens(session_id=first.id)

    assert (again.id, len(game.sessions)) == (first.id, 1)
    assert again.way_in.token != first.way_in.token
    assert game.sessions[0].open_until == at.clock.now + LEASE


def test_one_whose_opening_was_never_confirmed_is_closed_all_the_same(vps):
    for wrong in ("lost", "down", "garbage"):
        vps.panel.goes_wrong(wrong, "*/vnc", "POST")
        with pytest.raises(BusinessError, match="does not answer"):
            vps.opens()
        vps.at.works()
        assert not vps.is_switched_on

    assert {session.status for session in vps.sessions} == {ConsoleStatus.CLOSED}


def test_one_that_cannot_be_closed_now_is_closed_later(vps):
    vps.opens()
    vps.panel.goes_wrong("down", "*/vnc", "POST")

    assert (vps.sweeps(LEASE), vps.is_switched_on) == (0, True)
    assert (vps.sweeps(), vps.is_switched_on) == (1, False)


def test_while_a_service_stands_still_none_is_opened_and_an_open_one_is_closed_when_it_runs_again(vps):
    opened, server = vps.opens(), vps.ada.service()
    with vps.at.robot() as work:
        wish_suspension(work, service_to_change(work, server.id), SuspensionReason.PAUSED)
    vps.at.works()

    with pytest.raises(BusinessError, match="suspended"):
        vps.opens()
    with pytest.raises(BusinessError, match="suspended"):
        vps.ada.does(lambda work: keep_console(work, opened.id))
    assert vps.sweeps(LEASE) == 0
    assert vps.at.complaints() == {}

    with vps.at.robot() as work:
        lift_pause(work, service_to_change(work, server.id))
    vps.at.works()
    assert (vps.sweeps(timedelta(hours=1)), vps.is_switched_on) == (1, False)


def test_what_is_being_built_or_belongs_to_another_account_on_its_panel_has_no_console(vps):
    server = vps.ada.service()
    for changed, words in (
        ({"status": ServiceStatus.BUILDING}, "building"),
        ({"account_ref": "somebody else"}, "belongs to somebody else"),
    ):
        with vps.at.robot() as work:
            work.session.get_one(Service, server.id).sqlmodel_update(changed)
        with pytest.raises(BusinessError, match=words):
            vps.opens()
        with vps.at.robot() as work:
            before = {name: getattr(server, name) for name in changed}
            work.session.get_one(Service, server.id).sqlmodel_update(before)

    assert (vps.sessions, vps.is_switched_on) == ([], False)


def test_another_persons_console_does_not_exist_and_who_only_looks_opens_none(vps):
    eve, server, opened = vps.at.signs_up("Eve Lang"), vps.ada.service(), vps.opens()

    for attempt in (
        lambda: vps.opens(eve, service=server),
        lambda: eve.does(lambda work: keep_console(work, opened.id)),
        lambda: eve.does(lambda work: leave_console(work, opened.id)),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotSignedIn):
        open_console(vps.at.house.database.opener(ANONYMOUS), vps.at.house.panels, REACHABLE, server.id)

    with vps.at.robot() as work:
        theirs = select(Membership).where(Membership.customer_id == server.customer_id)
        work.session.exec(theirs).one().role = MemberRole.READ_ONLY
    with pytest.raises(NotAllowed):
        vps.opens(service=server)
    assert (len(vps.sessions), vps.is_switched_on) == (1, True)


def test_a_socket_that_no_page_may_call_is_given_to_nobody_and_closed(vps):
    with pytest.raises(BusinessError) as refused:
        vps.opens(reachable=("wss://elsewhere.test",))
    vps.at.works()

    assert refused.value.message == OUT_OF_REACH
    assert not vps.is_switched_on
    with vps.at.robot() as work:
        lines = service_log(work, vps.ada.service().id)
    assert "Not done: wss://panel.test is not among EZSCALE_CONSOLE_SOCKETS" in [line.message for line in lines]


@pytest.mark.parametrize(
    ("kind", "url", "can"),
    [
        (ConsoleKind.VNC, "wss://panel.test/vnc?token=x", True),
        (ConsoleKind.VNC, "ws://panel.test/vnc?token=x", False),
        (ConsoleKind.LINES, "wss://node1.example.test:8080/api", True),
        (ConsoleKind.LINES, "wss://node1.example.test:8080@evil.test/api", False),
        (ConsoleKind.LINES, "wss://evil.test/.example.test:8080", False),
        (ConsoleKind.PAGE, "https://panel.test/console", True),
        (ConsoleKind.PAGE, "javascript:alert(1)", False),
    ],
)
def test_only_known_sockets_are_called(kind, url, can):
    assert can_be_reached(Console(kind, url), REACHABLE) is can
