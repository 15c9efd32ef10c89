"""What is said of a server beside our records, and of one that is nobody's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.kit.errors import BusinessError, TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.models import PanelFinding
from ezscale.models.panel import FindingKind as F
from ezscale.models.service import ServiceStatus as S
from ezscale.provisioning.addresses import with_other_addresses
from ezscale.provisioning.comparing import compare_panels
from ezscale.provisioning.events import ServiceResumed
from ezscale.provisioning.jobs import retry_build
from ezscale.provisioning.judging import fault_of_stranger, faults_of, is_undecided
from ezscale.provisioning.mending import delete_orphan
from ezscale.provisioning.on_record import OnRecord, Relations
from ezscale.provisioning.ports import NOT_TOLD, RemoteServer, RemoteState, Sizes
from ezscale.tasks.provisioning import look_again
from tests.builders import NOW
from tests.panels import PANELS, on_panel

SOLD = Sizes(cpu_cores=2, memory_mb=4096, disk_gb=80, traffic_gb=0)
KEPT = OnRecord(
    *(new_id(), "S-000001", S.ACTIVE, "17", "7301", None, "2", SOLD),
    is_worked_on=False,
    stands_still=False,
    is_fitted=False,
)
SERVER = RemoteServer("7301", "17", RemoteState.READY, key="S-000001", package="2", sizes=SOLD)
SAYS_NOTHING = RemoteServer("7301", "", RemoteState.READY)

# how our records differ, how the server differs, what is found
JUDGED = [
    ({}, {}, []),
    ({"is_worked_on": True}, {"owner": "18", "suspended": True}, []),
    ({"status": S.FAILED}, {"owner": "18", "suspended": True}, []),
    ({"account_ref": ""}, {"owner": "18"}, []),
    ({}, {"owner": "18"}, [F.WRONG_OWNER]),
    ({}, {"package": "3"}, [F.WRONG_SIZE]),
    ({}, {"sizes": replace(SOLD, disk_gb=160)}, [F.WRONG_SIZE]),
    ({}, {"sizes": replace(SOLD, traffic_gb=4000)}, [F.WRONG_SIZE]),  # sold without a limit
    ({}, {"sizes": replace(SOLD, traffic_gb=NOT_TOLD)}, []),
    ({"is_fitted": True}, {"sizes": replace(SOLD, disk_gb=160)}, []),
    ({"is_fitted": True}, {"sizes": replace(SOLD, disk_gb=0)}, []),
    ({"is_fitted": True}, {"sizes": replace(SOLD, disk_gb=40)}, [F.WRONG_SIZE]),
    ({"is_fitted": True}, {"sizes": replace(SOLD, traffic_gb=4000)}, [F.WRONG_SIZE]),
    ({"more_addresses": 1}, {"ipv4": ("192.0.2.1",)}, [F.WRONG_SIZE]),
    ({"more_addresses": 1}, {"ipv4": ("192.0.2.1", "192.0.2.2")}, []),
    ({"more_addresses": 1}, {}, []),
    ({"stands_still": True}, {}, [F.RUNS_THOUGH_SUSPENDED]),
    ({"stands_still": True, "status": S.SUSPENDED}, {"suspended": True}, []),
    ({"status": S.SUSPENDED}, {"suspended": True}, [F.SUSPENDED_THOUGH_PAID]),
    ({}, {"gone": True}, [F.MISSING]),
    ({}, {"owner": "18", "suspended": True}, [F.WRONG_OWNER, F.SUSPENDED_THOUGH_PAID]),
]


@pytest.mark.parametrize(("ours", "theirs", "found"), JUDGED)
def test_a_server_is_judged_by_what_is_sold_and_by_what_its_panel_tells(ours, theirs, found):
    faults = faults_of(replace(KEPT, **ours), replace(SERVER, **theirs))

    assert [fault.kind for fault in faults] == found


def test_what_a_panel_does_not_tell_is_not_held_against_it():
    assert faults_of(KEPT, SAYS_NOTHING) == []


@pytest.mark.parametrize(
    ("relations", "undecided"),
    [
        (Relations(), False),
        (Relations(waiting=(replace(KEPT, status=S.BUILDING, is_worked_on=True),)), True),
        (Relations(waiting=(replace(KEPT, status=S.FAILED),)), False),
        (Relations(former=replace(KEPT, status=S.TERMINATED, terminated_at=NOW)), True),
        (Relations(former=replace(KEPT, status=S.TERMINATED, terminated_at=NOW - timedelta(hours=2))), False),
    ],
)
def test_nothing_is_said_of_a_server_that_may_be_coming_or_going(relations, undecided):
    assert is_undecided(relations, NOW) is undecided


def test_a_server_of_nobody_tells_whose_it_was_and_a_second_one_which_is_the_other():
    ended = replace(KEPT, status=S.TERMINATED, remote_id=None)
    waits = replace(KEPT, number="S-000002", status=S.FAILED)

    orphan = fault_of_stranger(SERVER, Relations(former=ended, waiting=(waits,)), twin_is_there=False)
    twin = fault_of_stranger(replace(SERVER, remote_id="7302"), Relations(named=KEPT), twin_is_there=True)

    assert (orphan.kind, orphan.service_id) == (F.ORPHAN, ended.id)
    assert orphan.facts == {"account": "17", "was of": "S-000001, which is terminated", "may be meant for": "S-000002"}
    assert (twin.kind, twin.facts["the other one"]) == (F.TWIN, "7301")


def test_a_panel_that_is_away_holds_up_no_other_and_its_findings_stay(at):
    ada = at.signs_up("Ada Moreno")
    at_panel = ada.buys("vps-2").remote_id
    server = at.panel_store.get("servers", at_panel)
    at.panel_store.put("servers", at_panel, {**server, "suspended": True})
    panels = {"down": Away(), **at.house.panels}

    tallies = compare_panels(at.house.automation("comparison"), panels)
    at.breaks(at.panel_http, "down", times=0)
    later = compare_panels(at.house.automation("comparison"), at.house.panels)
    at.mends(at.panel_http)

    assert [aside["name"] for aside in tallies["down"].set_aside] == ["down"]
    assert tallies["virtfusion"].counts == {F.SUSPENDED_THOUGH_PAID: 1}
    assert [aside["name"] for aside in later["virtfusion"].set_aside] == ["virtfusion"]
    assert [finding.is_open for finding in findings(at)] == [True]


def test_a_finding_closes_by_itself_as_soon_as_the_service_is_well(at):
    service = at.signs_up("Ada Moreno").buys("vps-2")
    server = at.panel_store.get("servers", service.remote_id)
    at.panel_store.put("servers", service.remote_id, {**server, "suspended": True})
    compare_panels(at.house.automation("comparison"), at.house.panels)
    look_again(at.house, ServiceResumed(service.id, service.customer_id))
    [still] = findings(at)

    at.panel_store.put("servers", service.remote_id, server)
    look_again(at.house, ServiceResumed(service.id, service.customer_id))

    [closed] = findings(at)
    assert (still.is_open, closed.is_open, closed.live_key) == (True, False, None)


def test_a_server_that_a_failed_build_may_have_made_is_not_deleted_and_its_retry_takes_it(at):
    ada = at.signs_up("Ada Moreno")
    at.breaks(at.panel_http, "lost", path="/servers", method="POST", times=1)
    at.breaks(at.panel_http, "refuse", path="/servers/user/*", status=422, body={"msg": "no"}, times=0)
    ada.pays(ada.orders().invoice_id)
    at.lives(days=0.01)
    compare_panels(at.house.automation("comparison"), at.house.panels)
    [orphan] = findings(at)

    with pytest.raises(BusinessError, match="still waits for its server"):
        delete_orphan(at.house.automation("staff"), at.house.panels, orphan.id, orphan.remote_id)

    at.mends(at.panel_http)
    with at.robot() as work:
        retry_build(work, ada.service().id)
    at.lives(days=0.01)
    compare_panels(at.house.automation("comparison"), at.house.panels)
    assert orphan.facts["may be meant for"] == ada.service().number
    assert (ada.service().remote_id, ada.service().status) == (orphan.remote_id, S.ACTIVE)
    assert [finding.is_open for finding in findings(at)] == [False]


def test_a_server_that_lacks_what_was_paid_for_beside_its_plan_is_of_the_wrong_size(at):
    ada = at.signs_up("Ada Moreno")
    ada.pays(ada.orders(options={"extra-disk": 100}).invoice_id)
    at.lives(days=0.01)
    remote_id = ada.service().remote_id
    compare_panels(at.house.automation("comparison"), at.house.panels)
    as_built = findings(at)

    server = at.panel_store.get("servers", remote_id)
    shrunk = server["resources"] | {"storage": 80}
    at.panel_store.put("servers", remote_id, server | {"resources": shrunk})
    compare_panels(at.house.automation("comparison"), at.house.panels)

    [found] = findings(at)
    assert as_built == []
    assert (found.kind, found.facts) == (F.WRONG_SIZE, {"disk": "80 GB, sold 180 GB"})


def test_an_address_that_was_taken_away_at_the_panel_is_nobodys_here(at):
    ada = at.signs_up("Ada Moreno")
    ada.pays(ada.orders(add_ons={"extra-ipv4": 1}).invoice_id)
    at.lives(days=0.01)
    service = ada.service()
    kept, gone = sorted(ada.addresses())
    at.panel_http.request("DELETE", f"/servers/{service.remote_id}/ipv4", json={"interface": "primary", "ip": [gone]})

    first, second = (compare_panels(at.house.automation("comparison"), at.house.panels) for _ in range(2))

    assert (first["virtfusion"].counts, second["virtfusion"].counts) == ({"addresses": 1, F.WRONG_SIZE: 1}, {})
    assert (ada.addresses(), ada.service().ipv4) == ({kept}, kept)


@pytest.mark.parametrize("name", PANELS)
def test_while_addresses_are_where_they_were_no_server_is_looked_at_alone(at, name):
    story = on_panel(at, name)
    ada = at.signs_up("Ada Moreno")
    story.buys(ada, "ada.example.com")
    at.lives(days=0.05)
    with at.robot() as work:
        moved = with_other_addresses(work, name, list(story.servers()))

    assert moved == []


class Away:
    """A panel at which nobody answers."""

    def servers(self):
        raise TemporaryFailure("nobody answers")


def findings(at):
    with at.robot() as work:
        return list(work.session.exec(select(PanelFinding)))
