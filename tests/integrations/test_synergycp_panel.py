import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col, update

from ezscale.integrations.http import open_http
from ezscale.integrations.synergycp.adapter import SynergyCpPanel, open_panel
from ezscale.integrations.synergycp.client import SynergyCpClient
from ezscale.integrations.synergycp.installing import Sighting
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.models import Location, Plan, SystemImage
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.credentials import choose_login
from ezscale.provisioning.jobs import retry_build
from ezscale.provisioning.panel_skills import (
    CountsStock,
    CountsTraffic,
    GivesLogins,
    Measures,
    OpensConsoles,
    PowerAction,
    Powers,
    Reinstallation,
    Reinstalls,
    Renames,
    Resizes,
    SignsIn,
    TriesOut,
)
from ezscale.provisioning.ports import OutOfStock, PanelOwner, RemoteState, ServiceSpec, Sizes
from ezscale.provisioning.services import service_to_change
from ezscale.provisioning.stopping import wish_termination
from ezscale.sandbox.in_process import InProcess, NobodyThere
from ezscale.sandbox.store import Store
from ezscale.sandbox.synergycp import STEP_BY_STEP, synergycp_stand_in
from tests.company import Company

KEY = "scp-test-key-0123456789-0123456789-0123456789-0123"
ADA = PanelOwner("C-17", "Ada Moreno", "ada@example.test")
BO = PanelOwner("C-18", "Bo", "bo@example.test")
PARTS = {"cpu": "epyc-7443p", "mem": "mem-128", "disks": "nvme-960, nvme-960", "ips": "ip-29"}
SPEC = ServiceSpec(
    "SRV-1",
    package="EPYC 128",
    location="fra-1",
    image="debian-12",
    hostname="db1.example.test",
    password="correct-horse",
    sizes=Sizes(traffic_gb=20_000),
    settings=PARTS,
)
OTHER = replace(SPEC, key="SRV-2")


class Watch:
    """The time by which the panel of ours remembers what it saw."""

    def __init__(self):
        self.now = world_now()

    def __call__(self):
        return self.now


class Sandbox:
    """SynergyCP's stand-in, told to fail and asked what it did."""

    def __init__(self):
        self.store = Store()
        self.transport = InProcess(synergycp_stand_in(self.store, key=KEY, pace=STEP_BY_STEP))
        self.http = open_http("http://panel.test", query={"key": KEY}, transport=self.transport)

    def goes_wrong(self, wrong, path="*", method="*", **how):
        fault = {"wrong": wrong, "path": path, "method": method, **how}
        assert self.http.post("/_sandbox/faults", json=fault).status_code == 201

    def answers(self, path, data, method="GET", **how):
        body = {"error": False, "messages": [], "data": data}
        self.goes_wrong("refuse", path, method, status=200, body=body, **how)

    def works_again(self):
        self.http.delete("/_sandbox/faults")

    def orders(self, control, body):
        assert self.http.post(f"/_sandbox/{control}", json=body).is_success

    def lets_in(self, remote_id, password):
        attempt = {"server": number(remote_id), "username": "root", "password": password}
        return self.http.post("/_sandbox/sign-in", json=attempt).is_success

    def wipes(self, remote_id):
        assert self.http.patch(f"/server/{number(remote_id)}", json={"wiped": True}).json()["error"] is False

    def client(self, **changes):
        client = {"email": "bo@example.test", "first": "Bo", "last": "-", "billing_id": "C-18", "password": ""}
        return self.http.post("/client", json=client | changes).json()["data"]["id"]

    def server(self, remote_id):
        servers = self.http.get("/_sandbox/state").json()["servers"]
        return next(server for server in servers if server["id"] == number(remote_id))

    @property
    def calls(self):
        return self.http.get("/_sandbox/calls").json()

    @property
    def orders_sent(self):
        return [call for call in self.calls if call["path"].startswith("/server/provision")]

    @property
    def done(self):
        return self.http.get("/_sandbox/state").json()["done"]


def number(remote_id):
    return int(remote_id.split("/")[0])


@pytest.fixture
def sandbox():
    return Sandbox()


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def panel(sandbox, watch):
    return SynergyCpPanel(SynergyCpClient(sandbox.http), now=watch)


def running(panel, spec=SPEC, owner=ADA):
    """A machine that was sold and installed."""
    remote_id = panel.reserve(spec, panel.account(owner)).remote_id
    while panel.look(remote_id).busy:
        pass
    return remote_id


def opened(company, sandbox):
    """The same company, whose shop sells machines of this panel."""
    parts = "\n".join(f"{name}={value}" for name, value in PARTS.items())
    with company.robot() as work:
        work.session.execute(update(Plan).values(panel="synergycp", panel_settings=parts))
        for row, ref in ((Location, "fra-1"), (SystemImage, "debian-13")):
            slug = "frankfurt" if row is Location else ref
            work.session.execute(update(row).where(col(row.slug) == slug).values(panel="synergycp", panel_ref=ref))
    panel = open_panel("", KEY, http=sandbox.http, settles=timedelta(0))
    company.house = replace(company.house, panels={panel.name: panel})
    return company


def test_it_can_what_the_vendor_can_and_nothing_else(panel):
    skills = (Powers, Reinstalls, Renames, CountsTraffic, SignsIn, CountsStock, TriesOut)

    assert all(isinstance(panel, skill) for skill in skills)
    assert not any(isinstance(panel, skill) for skill in (Resizes, GivesLogins, OpensConsoles, Measures))
    assert (panel.keeps_keys, panel.first_user, panel.longest_build) == (True, "root", timedelta(hours=3))


# Clients


def test_a_customer_has_one_client_however_often_we_ask(panel, sandbox):
    accounts = {panel.account(ADA) for _ in range(3)}

    assert accounts == {"9"}
    assert sandbox.done == {"clients created": 1}


def test_somebody_with_the_same_address_is_not_taken_over(panel, sandbox):
    sandbox.client(email="ADA@example.test", billing_id=None)

    with pytest.raises(Rejected, match="a person must look"):
        panel.account(ADA)

    assert sandbox.done == {"clients created": 1}


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": 5, "email": ADA.email, "billing_id": "c-17"}],
        [{"id": 5, "email": ADA.email, "billing": {"id": "C-170"}}],
        [{"id": 5, "email": ADA.email, "api_user": "C-1"}],
        [{"id": 5, "email": "eve@example.test"}],
        [{"id": 5, "billing_id": "C-17"}, {"id": 6, "billing_id": "C-17"}],
        [{"id": 6, "billing_id": "C-18"}, {"id": 5, "billing_id": "C-17"}],
    ],
)
def test_an_answer_that_may_be_about_somebody_else_stops_everything(panel, sandbox, rows):
    sandbox.answers("/client", rows)

    with pytest.raises(Rejected, match="a person must look"):
        panel.account(ADA)

    assert sandbox.done == {}


def test_a_client_that_was_found_by_number_and_does_not_repeat_it_must_have_the_right_address(panel, sandbox):
    sandbox.answers("/client", {"id": 5, "email": "ADA@example.test"})

    assert panel.account(ADA) == "5"


@pytest.mark.parametrize("wrong", ["lost", "garbage"])
def test_a_client_whose_answer_was_lost_is_found_again(panel, sandbox, wrong):
    sandbox.goes_wrong(wrong, "/client", "POST")

    assert panel.account(ADA) == "9"
    assert sandbox.done == {"clients created": 1}


def test_one_that_another_worker_made_a_moment_ago_is_found(panel, sandbox):
    sandbox.answers("/client", [], times=2)
    sandbox.client(email=ADA.email, billing_id=ADA.ref)

    assert panel.account(ADA) == "9"
    assert sandbox.done == {"clients created": 1}


def test_a_client_can_only_be_deleted_by_a_person_and_not_while_it_has_machines(panel):
    panel.forget_account(BO)
    remote_id = running(panel)

    with pytest.raises(TemporaryFailure, match=f"still has servers: {remote_id}"):
        panel.forget_account(ADA)
    panel.terminate(remote_id)
    with pytest.raises(Rejected, match="delete client 9 in its admin area"):
        panel.forget_account(ADA)


# Building


def test_a_machine_is_sold_under_our_number_and_installed_at_once(panel, sandbox):
    account = panel.account(ADA)

    server = panel.reserve(SPEC, account)

    assert (server.remote_id, server.key, server.owner, server.name) == ("118/SRV-1", "SRV-1", account, SPEC.hostname)
    assert (server.state, server.busy, server.suspended, server.gone) == (RemoteState.BUILDING, True, False, False)
    assert server.ipv4 == ("203.0.113.2", "203.0.113.0/29")
    assert server.ipv6 == ("2001:db8:3:2900::/64",)
    assert (server.detail["cpu"], server.detail["disks"], server.detail["bandwidth"]) == (
        "EPYC 7443P",
        "2 x 960 GB NVMe",
        "20TB",
    )
    assert server.detail["step"] == "Installing packages"
    assert [panel.look(server.remote_id).state for _ in range(2)] == [RemoteState.BUILDING, RemoteState.READY]
    assert sandbox.lets_in(server.remote_id, "correct-horse")


def test_reserving_again_is_the_same_machine(panel, sandbox):
    account = panel.account(ADA)

    first, again = panel.reserve(SPEC, account), panel.reserve(SPEC, account)

    assert first.remote_id == again.remote_id
    assert len(sandbox.orders_sent) == 1


@pytest.mark.parametrize("how", [{"wrong": "lost"}, {"wrong": "lost", "status": 500}, {"wrong": "garbage"}])
def test_a_machine_whose_sale_was_answered_by_nothing_is_found_by_its_number(panel, sandbox, how):
    account = panel.account(ADA)
    sandbox.goes_wrong(path="/server/provision", **how)

    assert panel.reserve(SPEC, account).remote_id == "118/SRV-1"
    assert (len(sandbox.orders_sent), sandbox.done["servers provisioned"]) == (1, 1)


def test_while_the_panel_stays_silent_a_lost_sale_stays_lost_and_is_found_later(panel, sandbox):
    account = panel.account(ADA)
    sandbox.answers("/server", [])  # before the order nothing carries the number
    sandbox.goes_wrong("lost", "/server/provision")
    for free in ("/entity", "/server"):
        sandbox.answers(free, [{"id": 118}])
    sandbox.goes_wrong("down", "/server", times=0)

    with pytest.raises(UnknownOutcome):
        panel.reserve(SPEC, account)

    sandbox.works_again()
    (candidate,) = panel.left_behind(SPEC, account, world_now())
    assert (candidate.remote_id, candidate.owner) == ("118/SRV-1", account)
    assert panel.reserve(SPEC, account).remote_id == "118/SRV-1"
    assert (len(sandbox.orders_sent), sandbox.done["servers provisioned"]) == (1, 1)


def test_a_number_that_is_on_somebody_elses_machine_is_not_adopted(panel, sandbox):
    panel.reserve(SPEC, panel.account(BO))
    account = panel.account(ADA)

    with pytest.raises(Rejected, match="a person must look"):
        panel.reserve(SPEC, account)

    (candidate,) = panel.left_behind(SPEC, account, world_now())
    assert candidate.owner != account
    assert sandbox.done["servers provisioned"] == 1


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": 118, "billing": {"id": "SRV-10"}}, {"id": 119, "billing": {"id": "srv-1"}}],
        [],
    ],
)
def test_a_machine_with_another_number_is_not_ours_even_if_it_is_the_answer(panel, sandbox, rows):
    sandbox.answers("/server", rows)

    assert panel.left_behind(SPEC, "9", world_now()) == []


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": 118}],
        [{"id": 118, "billing": {"id": "SRV-1"}}, {"id": 119, "billing_id": "SRV-1"}],
    ],
)
def test_an_answer_that_does_not_say_which_machine_it_is_stops_everything(panel, sandbox, rows):
    sandbox.answers("/server", rows)

    with pytest.raises(Rejected, match="a person must look"):
        panel.reserve(SPEC, "9")

    assert sandbox.done == {}


def test_a_machine_that_another_order_takes_first_is_left_to_it(panel, sandbox):
    account, other = panel.account(ADA), panel.account(BO)
    free = sandbox.http.get("/server", params={"available": True, "per_page": 2}).json()["data"]
    panel.reserve(OTHER, other)
    sandbox.answers("/server", [])
    sandbox.answers("/server", free)  # which is what it saw a moment before

    server = panel.reserve(SPEC, account)

    assert (server.remote_id, server.owner) == ("119/SRV-1", account)
    assert sandbox.done["servers provisioned"] == 2


def test_a_refusal_for_another_reason_is_told_and_no_other_machine_tried(panel, sandbox):
    account = panel.account(ADA)

    with pytest.raises(Rejected, match="PXE profile is invalid"):
        panel.reserve(replace(SPEC, image="beos"), account)

    assert len(sandbox.orders_sent) == 1


def take_machines(sandbox):
    for id in range(118, 122):
        sandbox.orders(f"servers/{id}", {"held": True})


def break_network_boot(sandbox):
    for id in range(118, 122):
        sandbox.orders(f"servers/{id}", {"is_pxe_ready": False})


@pytest.mark.parametrize(
    ("happens", "changes", "words"),
    [
        (take_machines, {}, "No machine of this kind"),
        (break_network_boot, {}, "none is ready"),
        (lambda _: None, {"settings": PARTS | {"ips": "ip-24"}}, "No block of addresses"),
        (lambda sandbox: sandbox.answers("/server/provision", [], "POST"), {}, "nothing that matches"),
    ],
)
def test_without_a_machine_or_addresses_it_is_out_of_stock(panel, sandbox, happens, changes, words):
    account = panel.account(ADA)
    happens(sandbox)

    with pytest.raises(OutOfStock, match=words):
        panel.reserve(replace(SPEC, **changes), account)

    assert "servers provisioned" not in sandbox.done


@pytest.mark.parametrize("setting", ["cpu", "mem", "disks", "ips"])
def test_a_plan_that_does_not_say_what_it_is_gets_no_machine_at_all(panel, sandbox, setting):
    with pytest.raises(Rejected, match="has to name"):
        panel.reserve(replace(SPEC, settings=PARTS | {setting: ""}), panel.account(ADA))

    assert "servers provisioned" not in sandbox.done


@pytest.mark.parametrize(
    ("settings", "traffic_gb", "limit"),
    [({"max_bandwidth": "30TB"}, 20_000, "30TB"), ({}, 20_000, "20TB"), ({}, 1_500, "1500GB"), ({}, 0, None)],
)
def test_how_much_traffic_there_is_comes_from_the_plan(panel, settings, traffic_gb, limit):
    spec = replace(SPEC, settings=PARTS | {"port_speed": "1g"} | settings, sizes=Sizes(traffic_gb=traffic_gb))

    assert panel.reserve(spec, panel.account(ADA)).detail.get("bandwidth") == limit


# How an installation ends


def test_one_that_vanishes_half_way_has_failed_and_is_begun_anew(panel, sandbox):
    sandbox.orders("builds", {"fail": 1})
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id

    states = [panel.look(remote_id).state for _ in range(2)]
    panel.build(remote_id, replace(SPEC, password="battery-staple"))
    while panel.look(remote_id).busy:
        pass

    assert states == [RemoteState.FAILED, RemoteState.FAILED]
    assert panel.look(remote_id).state is RemoteState.READY
    assert sandbox.lets_in(remote_id, "battery-staple")
    assert sandbox.done["installs started"] == 2


def test_one_that_was_not_watched_for_a_while_may_have_been_finished(panel, sandbox, watch):
    sandbox.orders("builds", {"fail": 1})
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id

    watch.now += timedelta(minutes=2)

    assert panel.look(remote_id).state is RemoteState.READY


@pytest.mark.parametrize(
    ("percent", "watched", "unseen", "has_broken_off"),
    [
        (40, 20, 2, True),  # minutes: it would have needed half an hour more
        (40, 20, 12, False),  # too long ago to say
        (80, 20, 4, False),
        (95, 20, 0.1, False),
        (0, 0, 0.5, True),
        (50, 0, 0.1, True),
        (50, 0, 1, False),  # how fast it was is not known
        (None, 1, 1, False),
    ],
)
def test_what_vanishes_has_broken_off_unless_it_may_have_been_done(percent, watched, unseen, has_broken_off):
    seen, minute = world_now(), timedelta(minutes=1)

    sighting = Sighting(percent, seen, seen - watched * minute)

    assert sighting.has_broken_off(seen + unseen * minute) is has_broken_off


def test_one_that_was_ordered_and_does_not_show_yet_is_under_way(panel, sandbox, watch):
    account = panel.account(ADA)
    sandbox.answers("/server/118/install", [], times=0)

    remote_id = panel.reserve(SPEC, account).remote_id
    early = panel.look(remote_id).state
    watch.now += timedelta(minutes=1)

    assert early is RemoteState.BUILDING
    assert panel.look(remote_id).state is RemoteState.READY


def test_what_is_being_installed_is_not_begun_again(panel, sandbox):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id

    panel.build(remote_id, SPEC)

    assert sandbox.done["installs started"] == 1


def test_an_installation_whose_answer_was_lost_has_begun(panel, sandbox):
    remote_id = running(panel)
    sandbox.goes_wrong("lost", "/server/*/install", "POST")

    panel.reinstall(remote_id, Reinstallation("debian-13", SPEC.hostname, "", password="battery-staple"))

    assert panel.look(remote_id).busy
    assert sandbox.done["installs started"] == 2


def test_a_refused_installation_leaves_what_is_known_of_the_last_one(panel, sandbox):
    sandbox.orders("builds", {"fail": 1})
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id
    panel.look(remote_id)

    with pytest.raises(Rejected, match="PXE profile"):
        panel.build(remote_id, replace(SPEC, image="beos"))

    assert panel.look(remote_id).state is RemoteState.FAILED


# Suspending and taking back


def test_everybody_is_kept_out_of_a_suspended_machine_and_let_in_again(panel, sandbox):
    remote_id = running(panel)
    sandbox.http.post(f"/server/{number(remote_id)}/access", json={"client": {"id": sandbox.client()}})

    panel.suspend(remote_id, "An invoice is not paid")
    suspended, accesses = panel.look(remote_id), sandbox.server(remote_id)["accesses"]
    panel.resume(remote_id)

    assert suspended.suspended
    assert [(access["is_active"], access["suspension_reason"]) for access in accesses] == [
        (False, "An invoice is not paid")
    ] * 2
    assert not panel.look(remote_id).suspended
    assert all(access["is_active"] for access in sandbox.server(remote_id)["accesses"])


@pytest.mark.parametrize("wrong", ["", "lost", "garbage"])
def test_suspending_and_resuming_again_does_no_harm(panel, sandbox, wrong):
    remote_id = running(panel)

    for call in (lambda id: panel.suspend(id, "Unpaid"), panel.resume):
        if wrong:
            sandbox.goes_wrong(wrong, "/server/*/access/*", "PATCH")
        call(remote_id)
        call(remote_id)

    assert (sandbox.done["accesses suspended"], sandbox.done["accesses resumed"]) == (1, 1)


@pytest.mark.parametrize("call", ["suspend", "terminate"])
def test_about_a_very_important_client_only_a_person_decides(panel, sandbox, call):
    remote_id = running(panel)
    sandbox.orders("clients/9", {"vip": True})

    with pytest.raises(Rejected, match="VIP there: a person has to decide") as caught:
        panel.suspend(remote_id, "Unpaid") if call == "suspend" else panel.terminate(remote_id)

    assert caught.value.code == "ignored"
    server = panel.look(remote_id)
    assert (server.suspended, server.gone) == (False, False)


@pytest.mark.parametrize("keeps_numbers", [False, True])
@pytest.mark.parametrize("wrong", ["", "lost", "garbage"])
def test_a_machine_is_taken_back_once(panel, sandbox, wrong, keeps_numbers):
    remote_id = running(panel)
    sandbox.orders("wipes", {"keep_numbers": keeps_numbers})
    if wrong:
        sandbox.goes_wrong(wrong, "/server/*", "PATCH")

    for _ in range(3):
        panel.terminate(remote_id)

    assert sandbox.done["servers wiped"] == 1
    assert sandbox.server(remote_id)["is_available"]
    if keeps_numbers:
        assert panel.look(remote_id).gone
    else:
        with pytest.raises(Missing):
            panel.look(remote_id)


def test_a_machine_that_meanwhile_is_somebody_elses_is_left_alone(panel, sandbox):
    remote_id = running(panel)
    sandbox.wipes(remote_id)
    again = running(panel, OTHER, BO)
    assert number(again) == number(remote_id)

    panel.terminate(remote_id)

    calls = {
        "suspend": lambda: panel.suspend(remote_id, "Unpaid"),
        "resume": lambda: panel.resume(remote_id),
        "power": lambda: panel.power(remote_id, PowerAction.POWER_OFF),
        "reinstall": lambda: panel.reinstall(remote_id, Reinstallation("debian-13", "h", "", password="p" * 9)),
        "rename": lambda: panel.rename(remote_id, "mine"),
        "build": lambda: panel.build(remote_id, SPEC),
        "look": lambda: panel.look(remote_id),
    }
    for call in calls.values():
        with pytest.raises(Missing):
            call()
    theirs = panel.look(again)
    assert (theirs.suspended, theirs.gone, theirs.state) == (False, False, RemoteState.READY)
    assert sandbox.done["servers wiped"] == 1


def test_a_number_that_staff_have_moved_to_another_machine_is_for_a_person(panel, sandbox):
    remote_id = running(panel)
    sandbox.wipes(remote_id)
    sandbox.http.patch("/server/119", json={"billing": {"id": "SRV-1"}})

    for call in (panel.terminate, panel.look):
        with pytest.raises(Rejected, match="is on server 119 of SynergyCP"):
            call(remote_id)


@pytest.mark.parametrize("remote_id", ["118", "118/", "SRV-1", ""])
def test_the_id_of_a_machine_alone_is_no_sale(panel, sandbox, remote_id):
    running(panel)

    with pytest.raises(Rejected, match="sold under"):
        panel.terminate(remote_id)

    assert "servers wiped" not in sandbox.done


def test_a_machine_that_is_nobodys_can_neither_be_suspended_nor_switched(panel, sandbox):
    remote_id = running(panel)
    sandbox.orders("wipes", {"keep_numbers": True})
    sandbox.wipes(remote_id)

    calls = (
        lambda: panel.suspend(remote_id, "Unpaid"),
        lambda: panel.resume(remote_id),
        lambda: panel.power(remote_id, PowerAction.BOOT),
    )
    for call in calls:
        with pytest.raises(Missing, match="nobody's"):
            call()


# What else it can do


@pytest.mark.parametrize(
    ("action", "power"),
    [
        (PowerAction.SHUTDOWN, "off"),
        (PowerAction.POWER_OFF, "off"),
        (PowerAction.RESTART, "on"),
        (PowerAction.BOOT, "on"),
    ],
)
def test_every_button_does_what_it_says(panel, sandbox, action, power):
    remote_id = running(panel)

    panel.power(remote_id, action)

    assert sandbox.server(remote_id)["power"] == power


def test_where_only_the_client_may_switch_it_is_done_with_a_key_of_theirs(panel, sandbox):
    remote_id = running(panel)
    sandbox.orders("controls", {"clients_only": True})

    panel.power(remote_id, PowerAction.POWER_OFF)

    assert sandbox.server(remote_id)["power"] == "off"
    assert (sandbox.done["keys made"], sandbox.done["power: off"]) == (1, 1)


def test_no_button_works_while_it_is_suspended_or_being_installed(panel, sandbox):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id

    with pytest.raises(TemporaryFailure, match="being installed"):
        panel.power(remote_id, PowerAction.RESTART)
    while panel.look(remote_id).busy:
        pass
    panel.suspend(remote_id, "Unpaid")
    for action in PowerAction:
        with pytest.raises(TemporaryFailure, match="suspended"):
            panel.power(remote_id, action)
    with pytest.raises(TemporaryFailure, match="suspended"):
        panel.reinstall(remote_id, Reinstallation("debian-13", "h", "", password="battery-staple"))

    assert not [deed for deed in sandbox.done if deed.startswith("power")]


def test_a_machine_is_installed_anew_with_our_password_and_shown_by_its_name(panel, sandbox):
    remote_id = running(panel)
    images = {image.ref: (image.name, image.family) for image in panel.images(remote_id)}

    login = panel.reinstall(
        remote_id, Reinstallation("debian-13", "web.example.test", "web", password="battery-staple")
    )
    while panel.look(remote_id).busy:
        pass

    assert login is None
    assert images["debian-13"] == ("Debian 13", "Debian")
    assert "" not in images
    assert sandbox.lets_in(remote_id, "battery-staple")
    assert panel.look(remote_id).name == "web"


def test_without_a_password_nothing_is_installed(panel, sandbox):
    remote_id = running(panel)

    with pytest.raises(Rejected, match="our password"):
        panel.reinstall(remote_id, Reinstallation("debian-13", "h", ""))
    with pytest.raises(Rejected, match="our password"):
        panel.reserve(replace(OTHER, password=""), panel.account(ADA))

    assert (sandbox.done["installs started"], sandbox.done["servers provisioned"]) == (1, 1)


def test_a_name_is_shown(panel):
    remote_id = running(panel)

    panel.rename(remote_id, "Database")

    assert panel.look(remote_id).name == "Database"


def test_traffic_is_read_from_bits(panel, sandbox):
    remote_id = running(panel)
    rows = [
        {"id": 1, "used": 8_000, "max": 80_000, "cycle_started_at": {"unix": 1_772_445_600}},
        {"id": 2, "used": "16000", "max": None, "cycle_started_at": {"iso_8601": "2026-02-02T10:00:00+00:00"}},
        {"id": 3, "used": 5, "cycle_started_at": None},
        {"id": 4, "cycle_started_at": {"unix": 1_772_445_600}},
    ]
    sandbox.answers("/server/118/port/6118/bandwidth/usage", rows)

    months = panel.traffic(remote_id)

    assert [(f"{month.start:%m-%d}", f"{month.end:%m-%d}", month.sent, month.limit) for month in months] == [
        ("03-02", "04-02", 1_000, 10_000),
        ("02-02", "03-02", 2_000, None),
    ]
    assert panel.traffic(remote_id)[0].limit == 20 * 10**12


def test_a_customer_is_led_to_their_own_machine_with_a_key_of_their_own(panel, sandbox):
    remote_id = running(panel)

    address = panel.panel_login(ADA, remote_id)

    query = parse_qs(urlsplit(address).query)
    assert address.startswith("http://panel.test/auth/sso?")
    assert (query["view_type"], query["view_id"]) == (["server"], ["118"])
    assert KEY not in address
    assert open_http("", transport=sandbox.transport).get(address).status_code == 200


def test_nobody_is_led_to_somebody_elses_machine(panel, sandbox):
    remote_id = running(panel)
    panel.account(BO)

    for owner in (BO, PanelOwner("C-99", "Nobody", "nobody@example.test")):
        with pytest.raises(Rejected, match="a person must look"):
            panel.panel_login(owner, remote_id)

    assert "keys made" not in sandbox.done


def test_stock_is_what_there_are_machines_and_addresses_for_counted_anew(panel):
    before = panel.stock(SPEC)
    running(panel)

    assert (before, panel.stock(SPEC)) == (4, 3)
    assert panel.stock(replace(SPEC, settings=PARTS | {"ips": "ip-24"})) == 0


def test_a_plan_that_would_work_has_no_findings_and_trying_it_out_changes_nothing(panel, sandbox):
    plan = replace(SPEC, settings=PARTS | {"port_speed": "10g", "max_bandwidth": "20 TB"})

    assert panel.dry_run(plan) == []
    assert {call["method"] for call in sandbox.calls} == {"GET"}


@pytest.mark.parametrize(
    ("changes", "settings", "field"),
    [
        ({}, {"cpu": ""}, "cpu"),
        ({}, {"cpu": "z80"}, "cpu"),
        ({}, {"mem": "mem-1"}, "mem"),
        ({}, {"disks": "nvme-960,floppy"}, "disks"),
        ({}, {"addons": "joystick"}, "addons"),
        ({}, {"ips": "ip-24"}, "ips"),
        ({}, {"port_speed": "400g"}, "port_speed"),
        ({}, {"max_bandwidth": "lots"}, "max_bandwidth"),
        ({"location": "mars-1"}, {}, "location"),
        ({"image": "beos"}, {}, "image"),
        ({}, {"disks": "nvme-960"}, "package"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told_by_the_field_it_is_in(panel, changes, settings, field):
    findings = panel.dry_run(replace(SPEC, settings=PARTS | settings, **changes))

    assert findings[0].field == field


def test_a_panel_that_shows_no_codes_proves_nothing_against_a_plan(panel, sandbox):
    sandbox.answers("/part", [{"id": 1, "name": "EPYC"}], times=0)

    assert panel.dry_run(SPEC) == []


# What there is


def test_everything_that_was_sold_is_listed_once_and_read_to_the_end(panel, sandbox):
    account = panel.account(ADA)
    kept = panel.reserve(SPEC, account)
    row = sandbox.http.get("/server", params={"billing_id": "SRV-1"}).json()["data"]["data"][0]
    first = [row | {"id": id, "billing": {"id": f"SRV-{id}"}} for id in range(1000, 1100)]
    for rows in (first, [first[-1], row]):
        sandbox.answers("/server", {"total": 100, "per_page": 100, "last_page": 1, "data": rows})

    servers = list(panel.servers())

    assert len(servers) == 101
    assert (servers[-1].remote_id, servers[-1].key, servers[-1].owner) == (kept.remote_id, "SRV-1", account)


def test_a_list_that_does_not_say_whose_a_machine_is_is_asked_about_each(panel, sandbox):
    remote_id = running(panel)
    panel.suspend(remote_id, "Unpaid")
    sandbox.answers("/server", [{"id": 118, "billing": {"id": "SRV-1"}, "access": {"id": 3301}}])

    (server,) = panel.servers()

    assert (server.owner, server.suspended) == (panel.account(ADA), True)


def test_fields_that_are_not_there_are_survived(panel, sandbox):
    remote_id = running(panel)
    sandbox.answers("/server", [{"id": 118, "billing": {"id": "SRV-1"}}])
    sandbox.answers("/server/118/access", {"id": 3301, "client": {"id": 9}})
    sandbox.answers("/entity", [{"id": 5}, {"v4": {"full": "203.0.113.8/29", "gateway": "203.0.113.9"}, "name": "x"}])

    server = panel.look(remote_id)

    assert (server.owner, server.suspended, server.state, server.detail) == ("9", False, RemoteState.READY, {})
    assert server.ipv4 == ("203.0.113.10", "203.0.113.8/29")


# As our own engine drives it


def test_a_machine_is_sold_taken_back_and_sold_to_somebody_else(database, clock, tmp_path, sandbox):
    at = opened(Company(database, clock, tmp_path), sandbox)
    ada, bo = at.signs_up("Ada Moreno"), at.signs_up("Bo Lund")

    def buys(person):
        person.pays(person.orders().invoice_id)
        at.lives(days=0.05)
        return person.service()

    sandbox.goes_wrong("lost", "/server/provision")
    first = buys(ada)
    with at.robot() as work:
        wish_termination(work, service_to_change(work, first.id))
    sandbox.goes_wrong("lost", "/server/118", "PATCH")
    at.lives(days=0.01)
    sandbox.orders("builds", {"fail": 2})
    broken = buys(bo)
    with at.robot() as work:
        retry_build(work, broken.id)
    at.lives(days=0.01)
    second = bo.service()

    assert (first.remote_id, first.ipv4, first.status) == ("118/S-000001", "203.0.113.2", ServiceStatus.ACTIVE)
    assert broken.status is ServiceStatus.FAILED
    assert (second.remote_id, second.status) == ("118/S-000002", ServiceStatus.ACTIVE)
    with at.robot() as work:
        assert sandbox.lets_in(second.remote_id, choose_login(work, at.house.vault, second.id, "root"))
    done = sandbox.done
    assert [done[deed] for deed in ("servers provisioned", "servers wiped", "installs failed")] == [2, 1, 2]
    assert at.complaints() == {}


def test_every_call_of_the_vendors_own_integrations_is_understood(sandbox, panel):
    remote_id = running(panel)
    vendor, id, other = SynergyCpClient(sandbox.http), "118", sandbox.client()
    moment = int(world_now().timestamp())

    vendor.change_client("9", {"last": "Stone", "billing_id": "C-17"})
    vendor.welcome("9")
    access = vendor.grant(id, {"client": {"id": other}, "pxe": True, "ipmi": True, "switch": False})
    vendor.unassign(id, str(access["id"]))
    vendor.change_server(id, {"billing": {"max_bandwidth": "30TB"}})
    vendor.install(id, {"pxe_profile_id": 15, "password": "battery-staple", "edition_id": 91, "disk": {"raid": 1}})
    (install,) = vendor.all_installs()
    vendor.cancel_install(id, str(install["id"]), restart=True)
    (port,) = vendor.ports(id)
    vendor.switch_port(id, str(port["id"]), on=False)
    vendor.switch_port_of_older_panel(id, str(port["id"]), on=True)
    board = next(control for control in vendor.controls(id) if control["type"] == "ipmi")
    for order in ({"pxe_boot": True}, {"reset_bmc": True}, {"add_user": True}, {"delete_user": True}):
        vendor.command(id, str(board["id"]), order)

    assert vendor.server(id)["billing"]["max_bandwidth"] == "30TB"
    assert [row["email"] for row in vendor.clients({"email": ADA.email})] == [ADA.email]
    assert [row["name"] for row in vendor.editions("81")] == ["Standard", "Datacenter"]
    assert [row["name"] for row in vendor.integrations()] == ["EZSCALE"]
    assert vendor.ipmi(id)["power_status_desc"] == "Chassis Power is on"
    assert vendor.bandwidth(id, str(port["id"]), moment - 600, moment)["status"] == "ok"
    assert (list(vendor.installs(id)), panel.look(remote_id).owner) == ([], "9")
    assert sandbox.done["mails sent"] == 1


# When the panel fails


CALLS = {
    "account": lambda panel, _id: panel.account(BO),
    "forget_account": lambda panel, _id: panel.forget_account(ADA),
    "reserve": lambda panel, _id: panel.reserve(OTHER, "9"),
    "left_behind": lambda panel, _id: panel.left_behind(SPEC, "9", world_now()),
    "build": lambda panel, id: panel.build(id, SPEC),
    "look": lambda panel, id: panel.look(id),
    "suspend": lambda panel, id: panel.suspend(id, ""),
    "resume": lambda panel, id: panel.resume(id),
    "terminate": lambda panel, id: panel.terminate(id),
    "power": lambda panel, id: panel.power(id, PowerAction.RESTART),
    "images": lambda panel, id: panel.images(id),
    "reinstall": lambda panel, id: panel.reinstall(id, Reinstallation("debian-13", "h", "", password="battery-staple")),
    "rename": lambda panel, id: panel.rename(id, "web"),
    "traffic": lambda panel, id: panel.traffic(id),
    "panel_login": lambda panel, id: panel.panel_login(ADA, id),
    "stock": lambda panel, _id: panel.stock(SPEC),
    "dry_run": lambda panel, _id: panel.dry_run(SPEC),
    "servers": lambda panel, _id: list(panel.servers()),
}
FAILING = {
    "down": {"wrong": "down"},
    "rate limited": {"wrong": "rate_limited"},
    "late": {"wrong": "late", "seconds": 60},
    "lost": {"wrong": "lost"},
    "500": {"wrong": "lost", "status": 500},
    "garbage": {"wrong": "garbage"},
}
FULL = [{"type": "danger", "text": "It is full."}]


@pytest.fixture(scope="module")
def sold():
    """A machine that is sold and installed, on a panel that is told to fail again and again."""
    sandbox = Sandbox()
    panel = SynergyCpPanel(SynergyCpClient(sandbox.http))
    return sandbox, panel, running(panel)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("how", FAILING.values(), ids=FAILING)
def test_whatever_goes_wrong_is_worth_another_try(sold, call, how):
    sandbox, panel, remote_id = sold
    sandbox.works_again()
    sandbox.goes_wrong(times=0, **how)

    with pytest.raises(TemporaryFailure):
        call(panel, remote_id)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_refusal_that_comes_with_the_status_of_a_success_is_one(sold, call):
    sandbox, panel, remote_id = sold
    sandbox.works_again()
    sandbox.goes_wrong("refuse", times=0, status=200, body={"error": True, "messages": FULL})

    with pytest.raises(Rejected, match="It is full"):
        call(panel, remote_id)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (423, {"error": True, "messages": FULL}),
        (404, {"message": "Not found"}),
        (404, {"error": True, "messages": FULL}),  # about an address, too: a machine is asked for by its number
        (200, {"hello": "world"}),
        (200, {"error": False, "messages": [], "data": 7}),
        (200, {"error": False, "messages": [], "data": [7]}),
        (200, {"error": False, "messages": [], "data": [{"billing": {"id": "SRV-1"}}]}),
    ],
)
def test_what_is_no_answer_of_theirs_is_worth_another_try(sold, status, body):
    sandbox, panel, remote_id = sold
    sandbox.works_again()
    sandbox.goes_wrong("refuse", times=0, status=status, body=body)

    for call in (panel.look, panel.terminate):
        with pytest.raises(TemporaryFailure):
            call(remote_id)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"error": 17, "messages": FULL}),
        (200, {"error": "It is full.", "messages": [], "data": None}),
        (400, {"error": True, "messages": FULL}),
        (403, {"error": True, "messages": FULL}),
        (409, {"error": True, "messages": FULL}),
        (422, {"error": True, "messages": FULL}),
    ],
)
def test_a_refusal_is_told_in_the_panels_words(sold, status, body):
    sandbox, panel, remote_id = sold
    sandbox.works_again()
    sandbox.goes_wrong("refuse", "/server/118", "PATCH", status=status, body=body)

    with pytest.raises(Rejected, match="It is full"):
        panel.terminate(remote_id)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_key_that_is_not_accepted_is_told_and_not_shown(sold, call):
    sandbox, _, remote_id = sold
    sandbox.works_again()
    wrong = "another-key-of-somebody-else"
    http = open_http("http://panel.test", query={"key": wrong}, transport=sandbox.transport)

    with pytest.raises(Rejected, match="not accepted") as caught:
        call(open_panel("http://panel.test", wrong, http=http), remote_id)

    assert (caught.value.status, wrong in repr(caught.value)) == (401, False)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_panel_that_is_not_there_has_surely_not_acted(call):
    http = open_http("http://panel.test", query={"key": KEY}, transport=NobodyThere())

    with pytest.raises(TemporaryFailure) as caught:
        call(open_panel("http://panel.test", KEY, http=http), "118/SRV-1")

    assert not isinstance(caught.value, UnknownOutcome)


def test_how_long_to_wait_is_passed_on(panel, sandbox):
    sandbox.goes_wrong("rate_limited", seconds=30)

    with pytest.raises(TemporaryFailure) as caught:
        panel.look("118/SRV-1")

    assert caught.value.retry_after == 30


# Secrets


def test_the_key_is_in_no_log(panel, caplog):
    caplog.set_level(logging.DEBUG)

    running(panel)

    requests = [record.getMessage() for record in caplog.records if record.name == "httpx"]
    assert any("GET http://panel.test/server/118/install" in line for line in requests)
    assert KEY not in caplog.text
    assert "key=" not in caplog.text


@pytest.mark.parametrize("status", [200, 400, 404, 500, 503])
def test_what_a_panel_repeats_of_our_secrets_is_not_passed_on(panel, sandbox, status):
    account = panel.account(ADA)
    text = f"The route /server/provision?key={KEY} with correct-horse is broken."
    body = {"error": True, "messages": [{"type": "danger", "text": text}]}
    sandbox.goes_wrong("refuse", "/server/provision", status=status, body=body)

    with pytest.raises((Rejected, TemporaryFailure), match="is broken") as caught:
        panel.reserve(SPEC, account)

    for secret in (KEY, "correct-horse"):
        assert secret not in f"{caught.value!r} {vars(caught.value)}"


def test_no_address_that_cannot_be_used_shows_the_key(sandbox):
    panel = open_panel("panel.test", KEY)

    with pytest.raises(Rejected) as caught:
        panel.look("118/SRV-1")

    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r}"
