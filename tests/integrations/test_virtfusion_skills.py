from dataclasses import replace
from datetime import date

import pytest

from ezscale.integrations.http import open_http
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.integrations.virtfusion.names import name_with, parts_of_name
from ezscale.integrations.virtfusion.stock import other_sizes, room_for
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import (
    ConsoleKind,
    CountsStock,
    CountsTraffic,
    Filling,
    Image,
    Measures,
    OpensConsoles,
    Reinstallation,
    Reinstalls,
    Renames,
    Resizes,
    SignsIn,
    TriesOut,
)
from ezscale.provisioning.ports import Extras, OutOfStock, PanelOwner, RemoteState, Sizes
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.virtfusion import Pace, panel_door
from tests.virtfusion_sandbox import ADA, SPEC, VirtFusionSandbox, running

LAPTOP = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBlaptop ada@laptop"
DESK = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBdesk"
WISH = Reinstallation(image="1", hostname="new.example.test", name="Shop", keys=(LAPTOP,))
UNHURRIED = Pace(build_looks=5, task_looks=1)


@pytest.fixture
def sandbox():
    return VirtFusionSandbox()


@pytest.fixture
def panel(sandbox):
    return sandbox.panel()


@pytest.fixture
def server(panel):
    return running(panel)[0]


def keys_of_ada(sandbox, panel):
    return sandbox.http.get(f"/ssh_keys/user/{panel.account(ADA)}").json()["data"]


@pytest.mark.parametrize(
    "skill", [Reinstalls, Renames, Resizes, OpensConsoles, CountsTraffic, Measures, SignsIn, CountsStock, TriesOut]
)
def test_the_panel_can_do_it(panel, skill):
    assert isinstance(panel, skill)


# Installing anew


def test_what_can_be_installed_is_told_by_family_and_until_when_it_is_cared_for(panel, server):
    images = panel.images(server)

    assert Image("6", "Debian 12 Bookworm", "Debian", date(2028, 6, 30)) in images
    assert Image("3", "AlmaLinux 10", "AlmaLinux", None) in images


def test_another_system_is_installed_with_the_keys_of_the_order(panel, sandbox, server):
    login = panel.reinstall(server, replace(WISH, keys=(LAPTOP, DESK)))

    building, kept = panel.look(server), keys_of_ada(sandbox, panel)
    panel.look(server)
    assert (building.state, building.hostname, building.detail["template"]) == (
        RemoteState.BUILDING,
        "new.example.test",
        "1",
    )
    assert sandbox.lets_in(server, login)
    assert [(key["name"], key["publicKey"]) for key in kept] == [("ada@laptop", LAPTOP), ("SSH key", DESK)]
    assert sandbox.holds(server)["sshKeys"] == [key["id"] for key in kept]


def test_a_key_that_is_there_is_used_again_whatever_its_comment(panel, sandbox, server):
    panel.reinstall(server, WISH)
    panel.look(server), panel.look(server)

    panel.reinstall(server, replace(WISH, keys=(f"{LAPTOP}-2024", LAPTOP)))

    (kept,) = keys_of_ada(sandbox, panel)
    assert sandbox.holds(server)["sshKeys"] == [kept["id"]]


@pytest.mark.parametrize("wrong", ["lost", "garbage"])
def test_a_key_whose_answer_was_lost_is_added_once(panel, sandbox, server, wrong):
    sandbox.goes_wrong(wrong, "/ssh_keys", "POST")

    panel.reinstall(server, WISH)

    (kept,) = keys_of_ada(sandbox, panel)
    assert sandbox.holds(server)["sshKeys"] == [kept["id"]]


def test_a_key_that_could_not_be_added_leaves_the_disk_alone(panel, sandbox, server):
    sandbox.goes_wrong("refuse", "/ssh_keys", "POST", status=422, body={"errors": ["Invalid key"]})

    with pytest.raises(Rejected, match="Invalid key"):
        panel.reinstall(server, WISH)

    assert sandbox.done["builds started"] == 1


def test_keys_that_cannot_be_read_are_not_doubled_on_trust(panel, sandbox, server):
    body = {"data": [{"id": 61, "name": "ada@laptop", "key": LAPTOP}]}
    sandbox.goes_wrong("refuse", "/ssh_keys/user/*", status=200, body=body)

    with pytest.raises(TemporaryFailure):
        panel.reinstall(server, WISH)

    assert keys_of_ada(sandbox, panel) == []
    assert sandbox.done["builds started"] == 1


@pytest.mark.parametrize("wrong", ["lost", "garbage"])
def test_a_reinstallation_whose_answer_was_lost_does_not_wipe_twice(wrong):
    sandbox = VirtFusionSandbox(UNHURRIED)
    panel = sandbox.panel()
    server, _ = running(panel)
    sandbox.goes_wrong(wrong, "/servers/*/build", "POST")

    logins = [panel.reinstall(server, WISH) for _ in range(2)]

    assert logins == [None, None]
    assert sandbox.done["builds started"] == 2
    assert sum(call == f"POST /servers/{server}/build" for call in sandbox.asked) == 2


def test_a_reinstallation_that_never_began_is_for_the_caller_to_find_out(panel, sandbox, server):
    sandbox.goes_wrong("refuse", "/servers/*/build", "POST", status=500)

    with pytest.raises(UnknownOutcome):
        panel.reinstall(server, WISH)

    assert panel.look(server).state is RemoteState.READY
    assert panel.reinstall(server, WISH)
    assert sandbox.done["builds started"] == 2


def test_an_outcome_that_nobody_can_look_at_stays_unknown(panel, sandbox, server):
    row = {"data": sandbox.holds(server)}
    sandbox.goes_wrong("refuse", f"/servers/{server}", "GET", status=200, body=row)
    sandbox.goes_wrong("lost", "/servers/*/build", "POST")
    sandbox.goes_wrong("down", f"/servers/{server}", "GET", times=2)

    with pytest.raises(UnknownOutcome):
        panel.reinstall(server, WISH)


@pytest.mark.parametrize("state", ["busy", "suspended"])
def test_a_server_that_is_busy_or_suspended_is_left_alone(panel, sandbox, server, state):
    if state == "busy":
        panel.reinstall(server, replace(WISH, image="2"))
    else:
        panel.suspend(server, "An invoice is not paid")
    before = sandbox.done

    with pytest.raises(TemporaryFailure, match="suspended"):
        panel.reinstall(server, WISH)

    assert sandbox.done == before


def test_an_image_that_is_not_offered_leaves_the_disk_alone(panel, sandbox, server):
    with pytest.raises(Rejected, match="template 99"):
        panel.reinstall(server, replace(WISH, image="99"))

    assert sandbox.done["builds started"] == 1


# Names


@pytest.mark.parametrize(
    ("name", "shown", "number"),
    [
        ("S-000012", "S-000012", "S-000012"),
        ("Shop [S-000012]", "Shop", "S-000012"),
        ("[S-000012]", "S-000012", "S-000012"),
        ("Shop [S-000099] [S-000012]", "Shop [S-000099]", "S-000012"),
        ("Shop", "Shop", ""),
        ("Shop [old]", "Shop [old]", ""),
        ("S-000012 was here", "S-000012 was here", ""),
        ("", "", ""),
    ],
)
def test_our_number_is_read_from_a_name_and_only_from_its_end(name, shown, number):
    assert parts_of_name(name) == (shown, number)


@pytest.mark.parametrize("shown", ["Shop", "S-000012", "Shop [S-000099]", "S-000099", "x" * 400, "Läden & Söhne"])
def test_whatever_a_customer_writes_our_number_stays_readable(shown):
    name = name_with(shown, "S-000012")

    assert parts_of_name(name)[1] == "S-000012"
    assert len(name) <= 255


def test_a_renamed_server_is_still_found_by_our_number(panel, sandbox, server):
    for _ in range(2):
        panel.rename(server, "Shop")

    (found,) = panel.servers()
    assert (found.name, found.key) == ("Shop", "SRV-1")
    assert sandbox.holds(server)["name"] == "Shop [SRV-1]"


def test_a_new_system_does_not_make_a_server_lose_its_name_or_our_number(panel, server):
    panel.rename(server, "Shop")

    panel.reinstall(server, replace(WISH, name=""))

    found = panel.look(server)
    assert (found.name, found.key) == ("Shop", "SRV-1")


# Sizes


def test_a_bigger_plan_is_taken_over_and_a_smaller_one_leaves_the_disk(panel, server):
    grown = panel.resize(server, replace(SPEC, package="3"))
    shrunk = panel.resize(server, SPEC)

    assert (grown.left, grown.restarts) == ((), True)
    assert shrunk.left == ("The primary disk was not changed: it cannot be made smaller",)
    assert panel.look(server).sizes == Sizes(2, 4_096, 160, 4_000)
    assert [row.sizes for row in panel.servers()] == [Sizes(2, 4_096, 160, 4_000)]


def test_where_it_does_not_tell_how_big_it_is_it_gets_all_that_was_bought_beside_its_plan(panel, server):
    unknown = replace(panel.look(server), sizes=None)
    bought = replace(SPEC, extras=Extras(memory_mb=500, disk_gb=10), sizes=Sizes(2, 4_596, 90, 4_000))

    assert other_sizes(unknown, bought) == {"memory": 4_596}


def test_an_older_build_that_says_nothing_has_done_it_all_the_same(panel, sandbox, server):
    sandbox.orders("age", {"older": True})

    assert panel.resize(server, replace(SPEC, package="3")).left == ()
    assert panel.look(server).sizes == Sizes(4, 8_192, 160, 8_000)


def test_a_resize_whose_answer_was_lost_is_repeated(panel, sandbox, server):
    sandbox.goes_wrong("lost", "/servers/*/package/3", "PUT")

    with pytest.raises(UnknownOutcome):
        panel.resize(server, replace(SPEC, package="3"))

    assert panel.resize(server, replace(SPEC, package="3")).left == ()


def test_addresses_are_added_up_to_what_is_sold_and_none_is_taken_away(panel, server):
    three = replace(SPEC, extras=Extras(ipv4=2))

    for _ in range(2):
        panel.resize(server, three)
    held = panel.look(server).ipv4
    panel.resize(server, SPEC)

    assert len(held) == 3
    assert panel.look(server).ipv4 == held


def test_addresses_whose_answer_was_lost_get_time_to_turn_up_before_more_are_asked_for(panel, sandbox, server):
    sandbox.goes_wrong("lost", "/servers/*/ipv4Qty", "POST")

    with pytest.raises(UnknownOutcome) as lost:
        panel.resize(server, replace(SPEC, extras=Extras(ipv4=1)))

    assert lost.value.retry_after == panel.settles.total_seconds() == 60
    assert len(panel.look(server).ipv4) == 2


def test_a_package_that_is_not_there_does_not_make_the_server_gone(panel, server):
    with pytest.raises(Rejected, match="package not found") as refused:
        panel.resize(server, replace(SPEC, package="9"))
    with pytest.raises(Missing, match="server not found"):
        panel.resize("9", SPEC)

    assert not isinstance(refused.value, Missing)


def test_an_answer_about_something_else_is_no_resize(panel, sandbox, server):
    sandbox.goes_wrong("refuse", "/servers/*/package/*", "PUT", status=200, body=["welcome"])

    with pytest.raises(UnknownOutcome):
        panel.resize(server, SPEC)


# The console


def test_a_console_is_a_web_socket_on_the_control_host_and_closes_again(panel, sandbox, server):
    first = panel.console(server)
    is_open = sandbox.holds(server)["vnc"]["enabled"]
    again = panel.console(server)
    panel.close_console(server)

    assert (first.kind, first.url) == (ConsoleKind.VNC, f"wss://panel.test/vnc/?token={first.token}")
    assert first.password
    assert first.token != again.token
    assert (is_open, sandbox.holds(server)["vnc"]["enabled"]) == (1, 0)


def test_a_console_is_not_given_out_before_it_is_open(panel, sandbox, server):
    body = {"data": {"id": 1, "finished": None, "failed": False}}
    sandbox.goes_wrong("refuse", "/queue/*", times=0, status=200, body=body)

    with pytest.raises(TemporaryFailure, match="still opening the console"):
        panel.console(server)


def test_a_console_elsewhere_is_not_opened(panel, sandbox, server):
    vnc = {"password": "p", "wss": {"token": "t", "url": "wss://evil.example/vnc?token=t"}}
    sandbox.goes_wrong("refuse", "/servers/*/vnc", "POST", status=200, body={"data": {"vnc": vnc}})

    with pytest.raises(Rejected, match="not on its control host"):
        panel.console(server)


# Traffic and usage


def test_traffic_is_told_by_the_month_with_what_was_bought(panel, sandbox, server):
    sandbox.orders(f"servers/{server}", {"extraTraffic": 100})

    (month,) = panel.traffic(server)

    assert month.limit == 4_100 * 10**9
    assert month.start < month.end
    assert month.start.utcoffset() is not None


def test_months_come_newest_first_from_texts_and_numbers_and_none_is_without_a_limit(panel, sandbox, server):
    old = {"start": "2025-03-02 00:00:00", "end": "2025-04-01 23:59:59", "rx": "7", "tx": 5, "limit": 0, "blocks": None}
    new = old | {"start": "2025-04-02 00:00:00", "end": "2025-05-01 23:59:59", "limit": "2", "blocks": [{"traffic": 1}]}
    sandbox.goes_wrong("refuse", "/servers/*/traffic", status=200, body={"data": {"monthly": [old, new]}})

    months = panel.traffic(server)

    assert [(month.start.month, month.received, month.sent, month.limit) for month in months] == [
        (4, 7, 5, 3 * 10**9),
        (3, 7, 5, None),
    ]


def test_usage_is_told_in_bytes_with_the_disks_that_the_agent_sees(panel, server):
    usage = panel.usage(server)

    megabyte, gigabyte = 1024**2, 10**9
    assert usage.cpu_percent is not None
    assert usage.memory == Filling("memory", 768 * megabyte, 3_840 * megabyte)
    assert usage.disks == (Filling("/", 80 * gigabyte // 7, 80 * gigabyte),)


def test_without_an_agent_no_disk_is_told(panel, sandbox, server):
    sandbox.orders(f"servers/{server}", {"agent": False})

    usage = panel.usage(server)

    assert usage.memory
    assert usage.disks == ()


def test_windows_calls_its_memory_by_other_names(panel):
    server, _ = running(panel, replace(SPEC, image="5"))

    usage = panel.usage(server)

    assert usage.memory == Filling("memory", 768 * 1024**2, 3_840 * 1024**2)
    assert usage.disks[0].name == "C:\\"


@pytest.mark.parametrize("state", ["off", "suspended", "in maintenance"])
def test_a_server_that_does_not_run_or_answer_uses_nothing_that_we_know(panel, sandbox, server, state):
    match state:
        case "off":
            sandbox.http.post(f"/servers/{server}/power/poweroff")
            panel.look(server)
        case "suspended":
            panel.suspend(server, "")
        case _:
            sandbox.orders("hypervisors/11", {"maintenance": True})

    assert panel.usage(server) is None


# Signing in


def test_a_customer_is_led_to_their_server_once(panel, sandbox, server):
    address = panel.panel_login(ADA, server)

    door = open_http("https://panel.test", transport=InProcess(panel_door(sandbox.store)))
    assert address.startswith("https://panel.test/token_authenticate/?1=")
    opened = door.get(address)
    assert (opened.status_code, f"Signed in to server {server}." in opened.text) == (200, True)
    assert door.get(address).status_code == 403


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/token_authenticate/?1=a&2=b",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        ".evil.example/",
        "@evil.example/",
        "",
        None,
    ],
)
def test_tokens_that_would_be_carried_elsewhere_are_not_followed(panel, sandbox, server, endpoint):
    body = {"data": {"authentication": {"tokens": {"1": "a", "2": "b"}, "endpoint_complete": endpoint}}}
    sandbox.goes_wrong("refuse", "/users/*/serverAuthenticationTokens/*", "POST", status=200, body=body)

    with pytest.raises(Rejected, match="not on its control host"):
        panel.panel_login(ADA, server)


def test_tokens_do_not_travel_in_the_open(sandbox, server):
    plain = open_http("http://panel.test", "vf-test-token", transport=sandbox.transport)

    with pytest.raises(Rejected, match="not https"):
        VirtFusionPanel(VirtFusionClient(plain)).panel_login(ADA, server)


def test_nobody_is_led_into_somebody_elses_server(panel, sandbox, server):
    other = PanelOwner("C-18", "Bo", "bo@example.test")
    panel.account(other)

    with pytest.raises(Rejected, match="belongs to user 401"):
        panel.panel_login(other, server)

    assert not any("AuthenticationTokens" in call for call in sandbox.asked)


# Stock and trials


def hypervisor(free, **changes):
    """A row of a group's room: free memory, cores, disk and addresses; what else a test says is on the hypervisor."""
    memory, cores, disk, addresses = free
    state = {"enabled": True, "commissioned": True, "prohibit": False, **changes.pop("state", {})}
    local = {"enabled": 1, "storageType": 0, "free": disk}
    resources = {"memory": {"free": memory}, "cpuCores": {"free": cores}, "servers": {"max": 0, "free": -31}}
    places = {"localStorage": local, "otherStorage": [], "network": {"total": {"ipv4": {"free": addresses}}}}
    return {"hypervisor": state, "resources": resources | places | changes}


PACKAGE = {"memory": 2_048, "cpuCores": 2, "primaryStorage": 40, "primaryStorageProfile": 0}
CEPH = {"enabled": 1, "id": 3, "storageType": 7, "free": 80}


@pytest.mark.parametrize(
    ("package", "rows", "room"),
    [
        ({}, [], 0),
        ({}, [hypervisor((20_480, 100, 4_000, 50))], 10),
        ({}, [hypervisor((20_480, 9, 4_000, 50))], 4),
        ({}, [hypervisor((20_480, 100, 139, 50))], 3),
        ({}, [hypervisor((20_480, 100, 4_000, 50)), hypervisor((4_096, 100, 4_000, 50))], 12),
        ({}, [hypervisor((20_480, 100, 4_000, 8)), hypervisor((20_480, 100, 4_000, 8))], 8),
        ({}, [hypervisor((-5, 100, 4_000, 50)), hypervisor((4_096, 100, 4_000, 50))], 2),
        ({}, [hypervisor((20_480, 100, 4_000, 50), servers={"max": 34, "free": 3})], 3),
        ({}, [hypervisor((20_480, 100, 4_000, 50), state={"enabled": 0})], 0),
        ({}, [hypervisor((20_480, 100, 4_000, 50), state={"commissioned": False})], 0),
        ({}, [hypervisor((20_480, 100, 4_000, 50), state={"prohibit": 1})], 0),
        ({"primaryStorageProfile": 7}, [hypervisor((20_480, 100, 4_000, 50), otherStorage=[CEPH])], 2),
        ({"primaryStorageProfile": 3}, [hypervisor((20_480, 100, 4_000, 50), otherStorage=[CEPH])], 0),
        ({"primaryStorageProfile": 7}, [hypervisor((20_480, 100, 0, 50), otherStorage=[CEPH | {"enabled": 0}])], 0),
        ({}, [hypervisor(("20480", "100", "4000", "50"))], 10),
    ],
)
def test_what_runs_out_first_decides_how_many_fit(package, rows, room):
    assert room_for(PACKAGE | package, rows) == room


@pytest.mark.parametrize(
    ("package", "row"),
    [
        ({"memory": None}, hypervisor((20_480, 100, 4_000, 50))),
        ({}, hypervisor((None, 100, 4_000, 50))),
        ({}, hypervisor((20_480, 100, 4_000, None))),
    ],
)
def test_a_figure_that_is_not_told_is_not_zero(package, row):
    with pytest.raises(TemporaryFailure):
        room_for(PACKAGE | package, [row])


def test_the_addresses_of_a_place_are_counted_once(panel, sandbox):
    assert panel.stock(SPEC) == 253

    for hypervisor_id in (11, 12):
        sandbox.orders(f"hypervisors/{hypervisor_id}", {"memory": 40_960})
    assert panel.stock(SPEC) == 20
    sandbox.orders("hypervisors/12", {"prohibit": True})
    assert panel.stock(SPEC) == 10
    sandbox.orders("packages/2/switch", {"enabled": False})
    assert panel.stock(SPEC) == 0


@pytest.mark.parametrize("wrong", ["down", "garbage"])
@pytest.mark.parametrize("path", ["/packages/*", "/compute/*"])
def test_a_question_about_stock_that_fails_does_not_say_none(panel, sandbox, wrong, path):
    sandbox.goes_wrong(wrong, path, times=2)

    with pytest.raises(TemporaryFailure):
        panel.stock(SPEC)


def test_stock_of_a_package_that_is_not_there_is_a_mistake_and_not_zero(panel):
    with pytest.raises(Missing):
        panel.stock(replace(SPEC, package="9"))


def test_a_place_that_is_full_is_out_of_stock_and_a_disabled_plan_is_not(panel, sandbox):
    account = panel.account(ADA)
    sandbox.orders("packages/2/switch", {"enabled": False})
    with pytest.raises(Rejected, match="disabled package") as disabled:
        panel.reserve(SPEC, account)
    for hypervisor_id in (11, 12):
        sandbox.orders(f"hypervisors/{hypervisor_id}", {"memory": 2_048})

    with pytest.raises(OutOfStock):
        panel.reserve(replace(SPEC, package="3"), account)

    assert not isinstance(disabled.value, OutOfStock)


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_plan_that_works_is_tried_out_without_a_trace(panel, sandbox, is_empty):
    if not is_empty:
        running(panel)
    before = sandbox.done

    assert panel.dry_run(SPEC) == []
    assert sandbox.done == before


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"package": "9"}, "package", "no package 9"),
        ({"package": "vps-2"}, "package", "must be a number"),
        ({"location": "4"}, "location", "no group"),
        ({"image": "99"}, "image", "template 99"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_by_field(panel, changes, field, words):
    (finding,) = panel.dry_run(replace(SPEC, **changes))

    assert (finding.field, words in finding.words) == (field, True)


@pytest.mark.parametrize(("kind", "field"), [("packages/2", "package"), ("groups/1", "location")])
def test_what_is_disabled_is_said(panel, sandbox, kind, field):
    sandbox.orders(f"{kind}/switch", {"enabled": False})

    (finding,) = panel.dry_run(SPEC)

    assert (finding.field, "is disabled" in finding.words) == (field, True)


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_place_without_room_is_said(panel, sandbox, is_empty):
    if not is_empty:
        running(panel)
    for hypervisor_id in (11, 12):
        sandbox.orders(f"hypervisors/{hypervisor_id}", {"memory": 0})

    (finding,) = panel.dry_run(SPEC)

    assert (finding.field, "room" in finding.words or "resources" in finding.words) == ("location", True)


# When the panel fails


CALLS = {
    "images": lambda panel, id: panel.images(id),
    "reinstall": lambda panel, id: panel.reinstall(id, WISH),
    "rename": lambda panel, id: panel.rename(id, "Shop"),
    "resize": lambda panel, id: panel.resize(id, SPEC),
    "console": lambda panel, id: panel.console(id),
    "close_console": lambda panel, id: panel.close_console(id),
    "traffic": lambda panel, id: panel.traffic(id),
    "usage": lambda panel, id: panel.usage(id),
    "panel_login": lambda panel, id: panel.panel_login(ADA, id),
    "stock": lambda panel, _id: panel.stock(SPEC),
    "dry_run": lambda panel, _id: panel.dry_run(SPEC),
}
WORK = ("resize", "console", "close_console")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_whatever_goes_wrong_is_worth_another_try(panel, sandbox, server, call):
    for wrong in ("down", "lost", "garbage"):
        sandbox.goes_wrong(wrong, times=0)
        with pytest.raises(TemporaryFailure):
            call(panel, server)
        sandbox.works_again()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_token_that_is_not_accepted_is_told(sandbox, call):
    stranger = VirtFusionPanel(
        VirtFusionClient(open_http("https://panel.test", "another", transport=sandbox.transport))
    )

    with pytest.raises(Rejected, match="API token"):
        call(stranger, "7301")


@pytest.mark.parametrize("name", WORK)
def test_a_server_that_is_busy_suspended_or_in_maintenance_is_tried_again_later(panel, sandbox, server, name):
    sandbox.http.post(f"/servers/{server}/power/restart")
    with pytest.raises(TemporaryFailure, match="pending task"):
        CALLS[name](panel, server)
    panel.look(server)
    panel.suspend(server, "")
    with pytest.raises(TemporaryFailure, match="suspended"):
        CALLS[name](panel, server)
    panel.resume(server)
    panel.look(server)
    sandbox.orders("hypervisors/11", {"maintenance": True})
    with pytest.raises(TemporaryFailure, match="maintenance"):
        CALLS[name](panel, server)
