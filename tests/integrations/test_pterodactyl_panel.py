from dataclasses import replace
from datetime import timedelta

import pytest

from ezscale.integrations.guarding import LineGuard
from ezscale.integrations.http import open_http
from ezscale.integrations.pterodactyl.adapter import PterodactylPanel, open_panel
from ezscale.integrations.pterodactyl.client import PterodactylClient
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.vendor_lines import MOST_FAILURES, Breaker
from ezscale.provisioning.panel_skills import (
    ConsoleKind,
    CountsStock,
    CountsTraffic,
    GivesLogins,
    HasPages,
    HostsWebsites,
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
from ezscale.provisioning.ports import NOT_TOLD, OutOfStock, PanelOwner, RemoteState, ServiceSpec, Sizes
from ezscale.sandbox.in_process import InProcess, NobodyThere
from ezscale.sandbox.pterodactyl import STEP_BY_STEP, pterodactyl_stand_in
from ezscale.sandbox.store import Store

KEY, OWNER_KEY = "ptla_for-tests", "ptlc_for-tests"
URL = "http://panel.test"
GIB = 1024**3
ADA = PanelOwner("C-17", "Ada Moreno", "ada@example.test")
NEW = PanelOwner("C-99", "Nia Okafor", "nia@example.test")
SIZES = Sizes(cpu_cores=2, memory_mb=4096, disk_gb=20)
SPEC = ServiceSpec(
    "SRV-1",
    package="game-4",
    location="1",
    image="1/3",
    hostname="Ada's Minecraft",
    sizes=SIZES,
    settings={"databases": "1", "backups": "2", "MAX_PLAYERS": "40"},
)
PAPER = Reinstallation("1/3", "", "SRV-1")


class Sandbox:
    """Pterodactyl's stand-in, told to fail and asked what it did."""

    def __init__(self):
        stand_in = pterodactyl_stand_in(Store(), application_key=KEY, client_key=OWNER_KEY, pace=STEP_BY_STEP)
        self.transport = InProcess(stand_in)
        self.http = open_http(URL, KEY, transport=self.transport)

    def goes_wrong(self, wrong, path="*", method="*", **how):
        fault = {"wrong": wrong, "path": path, "method": method, **how}
        assert self.http.post("/_sandbox/faults", json=fault).status_code == 201

    def works_again(self):
        self.http.delete("/_sandbox/faults")

    def orders(self, control, **body):
        assert self.http.post(f"/_sandbox/{control}", json=body).is_success

    def lets_in(self, login):
        attempt = {"username": login.username, "password": login.password}
        return self.http.post("/_sandbox/sign-in", json=attempt).is_success

    def server(self, remote_id):
        return self.http.get(f"/api/application/servers/{remote_id}").json()["attributes"]

    def calls(self, method):
        return [call for call in self.http.get("/_sandbox/calls").json() if call["method"] == method]

    @property
    def done(self):
        return self.http.get("/_sandbox/state").json()["done"]


@pytest.fixture
def sandbox():
    return Sandbox()


@pytest.fixture
def panel(sandbox):
    return open_panel(URL, KEY, OWNER_KEY, transport=sandbox.transport)


def running(panel, spec=SPEC):
    """A server that was installed and is on."""
    remote_id = panel.reserve(spec, panel.account(ADA)).remote_id
    panel.look(remote_id), panel.look(remote_id)
    return remote_id


def power_of(panel, remote_id):
    return panel.look(remote_id, with_power=True).power


def somebody(sandbox, **changes):
    user = {"email": "eve@example.test", "username": "eve", "first_name": "Eve", "last_name": "Stone", **changes}
    return sandbox.http.post("/api/application/users", json=user).json()["attributes"]["id"]


# What it can do


@pytest.mark.parametrize(
    "skill",
    [
        Powers,
        GivesLogins,
        Reinstalls,
        Renames,
        Resizes,
        OpensConsoles,
        Measures,
        HasPages,
        CountsStock,
        TriesOut,
    ],
)
def test_it_can_do_what_the_panel_can(panel, skill):
    assert isinstance(panel, skill)


@pytest.mark.parametrize("skill", [SignsIn, CountsTraffic, HostsWebsites])
def test_it_does_not_claim_what_the_panel_cannot(panel, skill):
    assert not isinstance(panel, skill)


# Accounts


def test_a_customer_has_one_account_however_often_we_ask_and_gets_no_mail(panel, sandbox):
    accounts = {panel.account(ADA) for _ in range(3)}

    assert accounts == {"51"}
    assert sandbox.done == {"users created": 1}


@pytest.mark.parametrize(
    ("owner", "username", "names"),
    [
        (ADA, "ez-c-17", ("Ada", "Moreno")),
        (PanelOwner("90017", "Acme", "it@acme.test"), "ez-90017", ("Acme", "-")),
        (PanelOwner("Kd. 5/ä", "Bo van der Berg", "bo@acme.test"), "ez-kd.-5", ("Bo van der", "Berg")),
        (PanelOwner("C-1", "", "nobody@acme.test"), "ez-c-1", ("C-1", "-")),
    ],
)
def test_whatever_a_customer_is_called_the_panel_takes_it(panel, sandbox, owner, username, names):
    user = sandbox.http.get(f"/api/application/users/{panel.account(owner)}").json()["attributes"]

    assert (user["username"], (user["first_name"], user["last_name"])) == (username, names)


def test_an_account_with_our_address_and_without_our_reference_is_not_taken_over(panel, sandbox):
    somebody(sandbox, email=ADA.email.upper())

    with pytest.raises(Rejected, match="a person must look") as caught:
        panel.account(ADA)

    assert ADA.email not in caught.value.message
    assert sandbox.done == {"users created": 1, "mails sent": 1}


def test_an_address_that_only_contains_ours_is_in_nobodys_way(panel, sandbox):
    somebody(sandbox, email=f"x{ADA.email}")

    assert panel.account(ADA) == "52"


def test_an_account_whose_reference_differs_in_capitals_is_somebody_elses(panel, sandbox):
    somebody(sandbox, external_id="c-17")

    for call in (panel.account, panel.forget_account):
        with pytest.raises(Rejected, match="a person must look"):
            call(ADA)

    assert "users deleted" not in sandbox.done


@pytest.mark.parametrize(("wrong", "how"), [("lost", {}), ("lost", {"status": 502}), ("garbage", {})])
def test_an_account_whose_answer_was_lost_is_found_again(panel, sandbox, wrong, how):
    sandbox.goes_wrong(wrong, "/api/application/users", "POST", **how)

    assert panel.account(ADA) == "51"
    assert sandbox.done == {"users created": 1}


def test_an_account_made_a_moment_ago_by_another_worker_is_found(panel, sandbox):
    panel.account(ADA)
    nobody = {"errors": [{"code": "NotFoundHttpException", "status": "404", "detail": "Not there."}]}
    sandbox.goes_wrong("refuse", "/api/application/users/external/*", "GET", status=404, body=nobody)
    sandbox.goes_wrong("refuse", "/api/application/users", "GET", status=200, body={"object": "list", "data": []})

    assert panel.account(ADA) == "51"
    assert sandbox.done == {"users created": 1}


def test_an_account_is_deleted_and_deleting_it_twice_is_fine(panel, sandbox):
    panel.account(ADA)
    sandbox.goes_wrong("lost", "/api/application/users/*", "DELETE")

    with pytest.raises(UnknownOutcome):
        panel.forget_account(ADA)
    for _ in range(2):
        panel.forget_account(PanelOwner(ADA.ref, "", ""))

    assert sandbox.done == {"users created": 1, "users deleted": 1}


def test_an_account_with_a_server_stays_until_the_server_is_gone(panel, sandbox):
    remote_id = running(panel)

    with pytest.raises(TemporaryFailure, match="still has servers"):
        panel.forget_account(ADA)

    panel.terminate(remote_id)
    panel.forget_account(ADA)
    assert sandbox.done["users deleted"] == 1


# Ordering and adopting


def test_a_server_is_ordered_under_our_number_and_installed_at_once(panel, sandbox):
    account = panel.account(ADA)

    server = panel.reserve(SPEC, account)
    looks = [panel.look(server.remote_id) for _ in range(2)]

    assert (server.key, server.owner, server.state, server.busy) == ("SRV-1", account, RemoteState.BUILDING, True)
    assert [(look.state, look.busy) for look in looks] == [(RemoteState.BUILDING, True), (RemoteState.READY, False)]
    assert (looks[1].ipv4, looks[1].port, looks[1].sizes) == (
        ("192.0.2.40",),
        25565,
        replace(SIZES, traffic_gb=NOT_TOLD),
    )
    assert looks[1].detail.items() >= {"location": "Frankfurt", "node": "fra-1", "image": "1/3"}.items()
    assert power_of(panel, server.remote_id) == "running"


def test_a_plan_arrives_in_the_panels_own_words(panel, sandbox):
    row = sandbox.server(running(panel))

    limits = {"memory": 4096, "swap": 0, "disk": 20480, "io": 500, "cpu": 200, "threads": None, "oom_disabled": True}
    assert row["limits"] == limits
    assert row["feature_limits"] == {"databases": 1, "backups": 2, "allocations": 1}
    assert row["container"]["image"] == "ghcr.io/pterodactyl/yolks:java_21"
    values = row["container"]["environment"]
    assert (values["MAX_PLAYERS"], values["SERVER_JARFILE"], values["BUILD_NUMBER"]) == ("40", "server.jar", "latest")


def test_an_address_is_told_by_the_name_that_the_panel_shows_for_it(panel, sandbox):
    port = {"ip": "192.0.2.99", "alias": "play.example.test", "ports": ["30000-30001"]}
    sandbox.http.post("/api/application/nodes/2/allocations", json=port)

    server = panel.reserve(replace(SPEC, settings={"port_range": "30000-30010"}), panel.account(ADA))

    assert (panel.look(server.remote_id).ipv4, server.state) == (("play.example.test",), RemoteState.BUILDING)
    assert panel.look(server.remote_id).port == 30000


@pytest.mark.parametrize(
    ("wrong", "how"), [("lost", {}), ("lost", {"status": 504}), ("garbage", {}), ("late", {"seconds": 60})]
)
def test_an_order_whose_answer_was_lost_is_found_and_never_repeated(panel, sandbox, wrong, how):
    account = panel.account(ADA)
    sandbox.goes_wrong(wrong, "/api/application/servers", "POST", **how)

    server = panel.reserve(SPEC, account)

    assert (server.remote_id, server.key) == ("71", "SRV-1")
    assert sandbox.done["servers created"] == 1
    assert len([call for call in sandbox.calls("POST") if call["path"] == "/api/application/servers"]) == 1


def test_ordering_again_finds_the_same_server(panel, sandbox):
    account = panel.account(ADA)

    assert panel.reserve(SPEC, account).remote_id == panel.reserve(SPEC, account).remote_id
    assert sandbox.done["servers created"] == 1


def test_an_order_of_which_nothing_can_be_learned_stays_in_doubt(panel, sandbox):
    account = panel.account(ADA)
    sandbox.goes_wrong("lost", "/api/application/servers", "POST")
    sandbox.goes_wrong("down", "/api/application/servers/external/*", "GET", times=2)

    with pytest.raises(UnknownOutcome):
        panel.reserve(SPEC, account)

    (found,) = panel.left_behind(SPEC, account, world_now())
    assert found.remote_id == "71"


def test_somebody_elses_server_is_never_ours_because_it_has_our_number(panel, sandbox):
    theirs = panel.reserve(SPEC, panel.account(NEW))

    with pytest.raises(Rejected, match="belongs to somebody else"):
        panel.reserve(SPEC, panel.account(ADA))

    (found,) = panel.left_behind(SPEC, panel.account(ADA), world_now())
    assert found.owner == theirs.owner != panel.account(ADA)


def test_a_number_that_differs_in_capitals_is_another_number(panel, sandbox):
    account = panel.account(ADA)
    panel.reserve(replace(SPEC, key="srv-1"), account)

    assert panel.left_behind(SPEC, account, world_now()) == []
    with pytest.raises(Rejected, match="already been taken"):
        panel.reserve(SPEC, account)


def test_nothing_is_left_behind_where_nothing_was_ordered(panel):
    assert panel.left_behind(SPEC, "51", world_now()) == []


@pytest.mark.parametrize(
    "full", [{"memory": 1000}, {"disk": 1000}, {"public": False}], ids=["no memory", "no disk", "no public node"]
)
def test_a_full_place_is_out_of_stock(panel, sandbox, full):
    for node in (2, 3):
        sandbox.orders(f"nodes/{node}", **full)

    with pytest.raises(OutOfStock, match="automatic deployment") as caught:
        panel.reserve(SPEC, panel.account(ADA))

    assert caught.value.code == "NoViableNodeException"
    assert "servers created" not in sandbox.done


def test_a_place_without_free_ports_is_out_of_stock(panel):
    with pytest.raises(OutOfStock):
        panel.reserve(replace(SPEC, settings={"port_range": "40000"}), panel.account(ADA))


def test_an_order_that_its_node_could_not_take_is_made_when_the_node_is_back(panel, sandbox):
    account = panel.account(ADA)
    sandbox.orders("nodes/2", down=True)
    with pytest.raises(UnknownOutcome):
        panel.reserve(SPEC, account)
    sandbox.orders("nodes/2", down=False)

    assert panel.left_behind(SPEC, account, world_now()) == []
    assert panel.reserve(SPEC, account).key == "SRV-1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"location": "Frankfurt"},
        {"image": "3"},
        {"image": "1/9"},
        {"settings": {"swap": "much"}},
        {"settings": {"io": "5"}},
        {"settings": {"port_range": "25565-"}},
    ],
)
def test_a_plan_that_the_panel_cannot_understand_is_refused_before_anything_is_ordered(panel, sandbox, wrong):
    account = panel.account(ADA)

    with pytest.raises(Rejected):
        panel.reserve(replace(SPEC, **wrong), account)

    assert "servers created" not in sandbox.done
    assert len(sandbox.calls("POST")) == 1


# Installing again


def test_a_failed_installation_is_seen_and_tried_again_with_what_was_corrected(panel, sandbox):
    sandbox.orders("builds", fail=1)
    remote_id = running(panel)
    failed = panel.look(remote_id).state

    panel.build(remote_id, replace(SPEC, settings={"MAX_PLAYERS": "60"}))
    panel.look(remote_id)

    assert failed is RemoteState.FAILED
    assert panel.look(remote_id).state is RemoteState.READY
    assert sandbox.server(remote_id)["container"]["environment"]["MAX_PLAYERS"] == "60"


def test_a_server_that_was_installed_is_not_wiped_by_building_it(panel, sandbox):
    remote_id = running(panel)

    assert panel.build(remote_id, SPEC) is None
    assert "reinstalls started" not in sandbox.done


def test_a_game_is_installed_anew(panel, sandbox):
    remote_id = running(panel)

    panel.reinstall(remote_id, PAPER)
    looks = [panel.look(remote_id) for _ in range(2)]

    assert [(look.state, look.busy) for look in looks] == [(RemoteState.BUILDING, True), (RemoteState.READY, False)]
    assert (sandbox.done["reinstalls started"], "startups changed" in sandbox.done) == (1, False)


def test_another_game_of_the_family_keeps_what_the_plan_has_set(panel, sandbox):
    remote_id = running(panel)
    offered = {image.ref: image for image in panel.images(remote_id)}

    panel.reinstall(remote_id, Reinstallation("1/4", "", "SRV-1"))

    assert (set(offered), offered["1/4"].name, offered["1/4"].family) == (
        {"1/1", "1/3", "1/4"},
        "Forge Minecraft",
        "Minecraft",
    )
    row = sandbox.server(remote_id)
    values = row["container"]["environment"]
    assert (row["egg"], values["MAX_PLAYERS"], values["BUILD_TYPE"]) == (4, "40", "recommended")


def test_a_game_of_another_family_is_refused(panel, sandbox):
    remote_id = running(panel)

    with pytest.raises(Rejected, match="does not offer"):
        panel.reinstall(remote_id, Reinstallation("2/7", "", "SRV-1"))

    assert "reinstalls started" not in sandbox.done


def test_a_suspended_server_is_not_freed_by_installing_it_anew(panel, sandbox):
    remote_id = running(panel)
    panel.suspend(remote_id, "")

    with pytest.raises(TemporaryFailure, match="suspended"):
        panel.reinstall(remote_id, PAPER)

    assert panel.look(remote_id).suspended


# Logins


def test_a_new_login_works_and_changes_nothing_else(panel, sandbox):
    remote_id = running(panel)

    login = panel.new_login(remote_id)

    assert login.username == "ez-c-17"
    assert sandbox.lets_in(login)
    assert panel.account(ADA) == "51"
    assert "mails sent" not in sandbox.done


@pytest.mark.parametrize("changes", [{"root_admin": True, "external_id": "C-1"}, {"external_id": None}])
def test_the_password_of_an_administrator_or_a_stranger_is_never_changed(panel, sandbox, changes):
    remote_id = running(panel)
    sandbox.orders(f"servers/{remote_id}", user=somebody(sandbox, **changes))

    with pytest.raises(Rejected, match="a person must look"):
        panel.new_login(remote_id)

    assert "passwords set" not in sandbox.done


# Running


@pytest.mark.parametrize("wrong", ["", "lost", "garbage"])
def test_suspending_and_resuming_again_does_no_harm(panel, sandbox, wrong):
    remote_id = running(panel)

    def suspend(remote_id):
        panel.suspend(remote_id, "An invoice is not paid")

    for call in (suspend, suspend, panel.resume, panel.resume):
        if wrong:
            sandbox.goes_wrong(wrong, "*suspend", "POST")
        call(remote_id)

    done = sandbox.done
    assert (done["servers suspended"], done["servers unsuspended"], done["power: start"]) == (1, 1, 1)
    assert not panel.look(remote_id).suspended


def test_a_suspended_server_is_off_and_refuses_every_button_for_now(panel):
    remote_id = running(panel)

    panel.suspend(remote_id, "An invoice is not paid")

    assert (panel.look(remote_id).suspended, power_of(panel, remote_id)) == (True, "shutoff")
    for action in PowerAction:
        with pytest.raises(TemporaryFailure, match="suspended"):
            panel.power(remote_id, action)


def test_a_resumed_server_runs(panel):
    remote_id = running(panel)
    panel.suspend(remote_id, "An invoice is not paid")

    panel.resume(remote_id)

    assert [power_of(panel, remote_id) for _ in range(2)] == ["starting", "running"]


@pytest.mark.parametrize("state", [{"down": True}, {"transferring": True}], ids=["node away", "moving"])
def test_what_the_panel_cannot_do_now_is_tried_again(panel, sandbox, state):
    remote_id = running(panel)
    sandbox.orders("nodes/2" if "down" in state else f"servers/{remote_id}", **state)

    for call in (panel.suspend, panel.power):
        with pytest.raises(TemporaryFailure):
            call(remote_id, PowerAction.RESTART)

    assert not panel.look(remote_id).suspended


def test_a_machine_that_does_not_answer_has_no_power_to_show(panel, sandbox):
    remote_id = running(panel)
    sandbox.orders("nodes/2", down=True)

    server = panel.look(remote_id, with_power=True)

    assert (server.power, server.state, panel.usage(remote_id)) == ("", RemoteState.READY, None)


@pytest.mark.parametrize(
    ("action", "powers"),
    [
        (PowerAction.SHUTDOWN, ["stopping", "shutoff"]),
        (PowerAction.POWER_OFF, ["shutoff", "shutoff"]),
        (PowerAction.RESTART, ["starting", "running"]),
        (PowerAction.BOOT, ["running", "running"]),
    ],
)
def test_every_button_does_what_it_says(panel, action, powers):
    remote_id = running(panel)

    panel.power(remote_id, action)

    assert [power_of(panel, remote_id) for _ in range(2)] == powers


def test_deleting_again_does_no_harm(panel, sandbox):
    remote_id = running(panel)
    sandbox.goes_wrong("lost", "/api/application/servers/*", "DELETE")

    panel.terminate(remote_id)
    panel.terminate(remote_id)

    with pytest.raises(Missing):
        panel.look(remote_id)
    assert sandbox.done["servers deleted"] == 1


def test_a_server_on_a_dead_node_is_neither_gone_nor_forgotten(panel, sandbox):
    remote_id = running(panel)
    sandbox.orders("nodes/2", down=True)

    with pytest.raises(UnknownOutcome):
        panel.terminate(remote_id)

    assert panel.look(remote_id).key == "SRV-1"
    assert "files left behind" not in sandbox.done


@pytest.mark.parametrize("call", ["look", "terminate", "resume", "usage"])
def test_a_404_of_somebody_else_does_not_make_a_server_gone(panel, sandbox, call):
    remote_id = running(panel)
    sandbox.goes_wrong("refuse", times=0, status=404, body={"message": "Not found"})

    with pytest.raises(TemporaryFailure):
        getattr(panel, call)(remote_id)


def test_a_server_that_is_gone_cannot_be_suspended(panel):
    with pytest.raises(Missing):
        panel.suspend("9", "")


# Names, sizes, consoles, figures


def test_another_name_leaves_our_number_and_the_owner_alone(panel, sandbox):
    remote_id = running(panel)

    panel.rename(remote_id, "Castle")

    row = sandbox.server(remote_id)
    assert (row["name"], row["external_id"], row["user"], row["description"]) == ("Castle", "SRV-1", 51, "SRV-1")


def test_a_server_grows_and_keeps_what_its_owner_has_set(panel, sandbox):
    remote_id = running(panel)
    bigger = replace(SPEC, sizes=Sizes(4, 8192, 40), settings={"backups": "5", "MAX_PLAYERS": "80"})

    resizing, _again = [panel.resize(remote_id, bigger) for _ in range(2)]

    row = sandbox.server(remote_id)
    assert (resizing.restarts, panel.look(remote_id).sizes) == (True, replace(bigger.sizes, traffic_gb=NOT_TOLD))
    assert (row["feature_limits"]["backups"], row["allocation"], row["external_id"]) == (5, 301, "SRV-1")
    assert row["container"]["environment"]["MAX_PLAYERS"] == "80"
    assert sandbox.done["startups changed"] == 1


@pytest.mark.parametrize(("disk_gb", "fits"), [(9, False), (10, True), (0, True)])
def test_a_disk_shrinks_only_to_what_is_on_it(panel, sandbox, disk_gb, fits):
    remote_id = running(panel)
    sandbox.orders(f"servers/{remote_id}", disk_used=10 * 1024)
    smaller = replace(SPEC, sizes=replace(SIZES, disk_gb=disk_gb))

    if fits:
        panel.resize(remote_id, smaller)
    else:
        with pytest.raises(Rejected, match="do not fit"):
            panel.resize(remote_id, smaller)

    assert ("builds changed" in sandbox.done) is fits


def test_a_disk_does_not_shrink_while_nobody_knows_what_is_on_it(panel, sandbox):
    remote_id = running(panel)
    panel.suspend(remote_id, "")

    with pytest.raises(TemporaryFailure):
        panel.resize(remote_id, replace(SPEC, sizes=replace(SIZES, disk_gb=10)))

    assert "builds changed" not in sandbox.done


def test_a_console_is_a_socket_with_a_token(panel):
    remote_id = running(panel)

    console = panel.console(remote_id)

    assert (console.kind, console.url[:6], console.url[-3:]) == (ConsoleKind.LINES, "wss://", "/ws")
    assert console.token
    assert console.token != panel.console(remote_id).token


def test_figures_are_seen_against_what_was_sold(panel):
    remote_id = running(panel)

    usage = panel.usage(remote_id)

    assert usage.cpu_percent == pytest.approx(18.7)
    assert (usage.memory.used, usage.memory.limit) == (4 * GIB * 3 // 10, 4 * GIB)
    assert [(disk.used, disk.limit) for disk in usage.disks] == [(2 * GIB, 20 * GIB)]
    assert usage.up_for > timedelta(0)


@pytest.mark.parametrize("stop", ["suspend", "power"])
def test_there_are_no_figures_of_what_is_off(panel, stop):
    remote_id = running(panel)
    getattr(panel, stop)(remote_id, PowerAction.POWER_OFF)

    assert panel.usage(remote_id) is None


def test_a_server_has_its_page_and_where_it_is_unknown_there_is_the_panels(panel, sandbox):
    remote_id = running(panel)

    page = panel.page(remote_id)

    assert page == f"{URL}/server/{sandbox.server(remote_id)['identifier']}"
    assert sandbox.http.get(page).is_success
    assert panel.page("9") == URL


# Stock and trial


def test_stock_is_counted_by_what_runs_out_first(panel, sandbox):
    def stock(**changes):
        return panel.stock(replace(SPEC, **changes))

    by_ports = stock(settings={})
    by_range = stock(settings={"port_range": "25565-25567,25570"})
    by_memory = stock(sizes=Sizes(1, 40_000, 10))
    by_disk = stock(sizes=Sizes(1, 1024, 900))
    running(panel, replace(SPEC, sizes=Sizes(1, 60_000, 10)))

    assert (by_ports, by_range, by_memory, by_disk) == (60, 8, 6, 4)
    assert stock(sizes=Sizes(1, 40_000, 10)) == 4


@pytest.mark.parametrize(
    ("node", "count"),
    [
        ({"maintenance_mode": True}, 2),
        ({"public": False}, 2),
        ({"memory_overallocate": 100}, 6),
        ({"memory_overallocate": -1}, 32),
    ],
)
def test_only_open_nodes_count_and_each_by_its_own_rule(panel, sandbox, node, count):
    sandbox.orders("nodes/2", **node)

    assert panel.stock(replace(SPEC, sizes=Sizes(1, 65_536, 10))) == count


def test_a_good_plan_passes_its_trial_and_nothing_is_made(panel, sandbox):
    assert panel.dry_run(SPEC) == []
    assert {call["method"] for call in sandbox.http.get("/_sandbox/calls").json()} == {"GET"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"location": "9"}, ["location"]),
        ({"location": ""}, ["location"]),
        ({"image": "1/9"}, ["image"]),
        ({"image": "paper"}, ["image"]),
        ({"sizes": Sizes(1, 500_000, 10)}, ["location"]),
        ({"settings": {"io": "5", "backups": "many"}}, ["io", "backups"]),
        ({"settings": {"port_range": "x"}}, ["port_range"]),
        ({"settings": {"port_range": "40000"}}, ["port_range"]),
        ({"settings": {"MAX_PLAYERS": "500"}}, ["MAX_PLAYERS"]),
        ({"settings": {"MAX_PLAYERS": "many"}}, ["MAX_PLAYERS"]),
        ({"settings": {"VIEW_DISTANCE": "10"}}, ["VIEW_DISTANCE"]),
        ({"image": "1/4", "settings": {"BUILD_TYPE": "newest"}}, ["BUILD_TYPE"]),
        ({"image": "2/8"}, ["STEAM_ACC"]),
        ({"image": "2/8", "settings": {"STEAM_ACC": "short"}}, ["STEAM_ACC"]),
    ],
)
def test_a_trial_tells_what_would_go_wrong(panel, changes, fields):
    findings = panel.dry_run(replace(SPEC, **changes))

    assert [finding.field for finding in findings] == fields
    assert all(finding.words for finding in findings)


def test_all_servers_are_found_on_all_pages(sandbox):
    lines = [open_http(f"{URL}/api", key, transport=sandbox.transport) for key in (KEY, OWNER_KEY)]
    panel = PterodactylPanel(PterodactylClient(*lines, page=3), URL)
    account = panel.account(ADA)
    keys = {f"SRV-{number}" for number in range(7)}
    for key in keys:
        panel.reserve(replace(SPEC, key=key), account)

    servers = list(panel.servers())

    assert ({server.key for server in servers}, len(servers)) == (keys, 7)
    assert {(server.owner, server.ipv4) for server in servers} == {(account, ("192.0.2.40",))}


# When the panel fails


CALLS = {
    "account": lambda panel, _id: panel.account(NEW),
    "forget_account": lambda panel, _id: panel.forget_account(ADA),
    "reserve": lambda panel, _id: panel.reserve(replace(SPEC, key="SRV-2"), "51"),
    "left_behind": lambda panel, _id: panel.left_behind(SPEC, "51", world_now()),
    "build": lambda panel, id: panel.build(id, SPEC),
    "look": lambda panel, id: panel.look(id, with_power=True),
    "suspend": lambda panel, id: panel.suspend(id, ""),
    "resume": lambda panel, id: panel.resume(id),
    "terminate": lambda panel, id: panel.terminate(id),
    "servers": lambda panel, _id: list(panel.servers()),
    "power": lambda panel, id: panel.power(id, PowerAction.RESTART),
    "new_login": lambda panel, id: panel.new_login(id),
    "images": lambda panel, id: panel.images(id),
    "reinstall": lambda panel, id: panel.reinstall(id, PAPER),
    "rename": lambda panel, id: panel.rename(id, "Castle"),
    "resize": lambda panel, id: panel.resize(id, SPEC),
    "console": lambda panel, id: panel.console(id),
    "usage": lambda panel, id: panel.usage(id),
    "stock": lambda panel, _id: panel.stock(SPEC),
    "dry_run": lambda panel, _id: panel.dry_run(SPEC),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_whatever_goes_wrong_is_worth_another_try(panel, sandbox, call):
    remote_id = running(panel)
    ways: list[tuple[str, dict]] = [
        ("down", {}),
        ("rate_limited", {}),
        ("late", {"seconds": 60}),
        ("lost", {}),
        ("lost", {"status": 500}),
        ("garbage", {}),
        ("refuse", {"status": 423}),
        ("refuse", {"status": 504}),
        ("refuse", {"status": 404, "body": {"message": "Not found"}}),
    ]
    for wrong, how in ways:
        sandbox.goes_wrong(wrong, times=0, **how)
        with pytest.raises(TemporaryFailure):
            call(panel, remote_id)
        sandbox.works_again()


@pytest.mark.parametrize("call", sorted(CALLS.keys() - {"suspend", "power", "terminate"}))
def test_an_answer_about_something_else_is_not_believed(panel, sandbox, call):
    remote_id = running(panel)
    empty: dict = {"attributes": {}}
    for body in ([], {"object": "list"}, {"data": empty, **empty}, *([{"data": [empty], **empty}] * (call != "stock"))):
        sandbox.goes_wrong("refuse", times=0, status=200, body=body)
        with pytest.raises(TemporaryFailure, match="something else"):
            CALLS[call](panel, remote_id)
        sandbox.works_again()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_keys_that_are_not_accepted_are_told_without_a_word_of_them_and_not_retried(sandbox, call):
    stranger = open_panel(URL, "ptla_another", "ptlc_another", transport=sandbox.transport)

    with pytest.raises(Rejected, match="API token") as caught:
        call(stranger, "71")

    assert "another" not in caught.value.message


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_panel_that_is_not_there_has_surely_not_acted(call):
    panel = open_panel(URL, KEY, OWNER_KEY, transport=NobodyThere())

    with pytest.raises(TemporaryFailure) as caught:
        call(panel, "71")

    assert not isinstance(caught.value, UnknownOutcome)


def test_an_application_key_in_place_of_the_clients_is_told(sandbox, panel):
    remote_id = running(panel)
    mistaken = open_panel(URL, KEY, KEY, transport=sandbox.transport)

    with pytest.raises(Rejected, match="does not allow this"):
        mistaken.power(remote_id, PowerAction.BOOT)


def test_a_server_whose_fields_are_missing_is_not_made_worse(panel, sandbox):
    remote_id = running(panel)
    bare = {"object": "server", "attributes": {"id": int(remote_id), "name": "Castle"}}
    sandbox.goes_wrong("refuse", "/api/application/servers/*", "GET", times=0, status=200, body=bare)

    for name in ("rename", "resize", "reinstall", "images"):
        with pytest.raises(TemporaryFailure, match="something else"):
            CALLS[name](panel, remote_id)

    assert panel.look(remote_id).name == "Castle"
    assert (sandbox.calls("PATCH"), len(sandbox.calls("POST"))) == ([], 2)


def test_what_nobody_of_ours_presses_can_be_called_as_well(sandbox, panel):
    remote_id = running(panel)
    sandbox.orders(f"servers/{remote_id}", database="s71_game")
    client = PterodactylClient(
        *(open_http(f"{URL}/api", key, transport=sandbox.transport) for key in (KEY, OWNER_KEY)), page=3
    )
    [seen] = client.seen_servers()
    name = seen["uuid"]

    client.command(name, "say hi")
    client.reset_database_password(remote_id, "901")
    client.add_ports("2", {"ip": "192.0.2.40", "ports": ["26000"]})
    client.reinstall_as_owner(name)
    client.delete_hard(remote_id)

    assert (client.node("2")["name"], len(list(client.free_ports("2")))) == ("fra-1", 31)
    with pytest.raises(Missing):
        client.seen_server(name)
    assert sandbox.done.items() >= {"commands sent": 1, "database passwords reset": 1, "reinstalls started": 1}.items()


def test_one_dead_node_does_not_close_the_line_to_the_panel(sandbox, database):
    guard = LineGuard(Breaker(database, "pterodactyl"))
    panel = open_panel(URL, KEY, OWNER_KEY, guard=guard, transport=sandbox.transport)
    remote_id = running(panel)
    sandbox.orders("nodes/2", down=True)
    for _ in range(MOST_FAILURES + 1):
        with pytest.raises(UnknownOutcome):
            panel.power(remote_id, PowerAction.RESTART)
    assert panel.look(remote_id).state is RemoteState.READY

    sandbox.goes_wrong("down", times=0)
    for _ in range(MOST_FAILURES):
        with pytest.raises(TemporaryFailure):
            panel.look(remote_id)
    sandbox.works_again()
    with pytest.raises(TemporaryFailure, match="does not answer"):
        panel.look(remote_id)


def test_how_long_to_wait_is_passed_on(panel, sandbox):
    sandbox.goes_wrong("rate_limited", seconds=30)

    with pytest.raises(TemporaryFailure) as caught:
        panel.look("71")

    assert caught.value.retry_after == 30


def test_a_password_that_could_not_be_set_is_in_no_message(panel, sandbox):
    remote_id = running(panel)
    sandbox.goes_wrong("refuse", "/api/application/users/*", "PATCH", status=422, body={"errors": [{"detail": "No."}]})

    with pytest.raises(Rejected) as caught:
        panel.new_login(remote_id)

    assert caught.value.message == "No. (422; panel.test, PATCH /application/users/51)"
