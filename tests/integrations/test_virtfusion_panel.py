from datetime import timedelta

import pytest

from ezscale.integrations.http import open_http
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Missing, Rejected, TemporaryFailure, UnknownOutcome
from ezscale.provisioning.panel_skills import PowerAction
from ezscale.provisioning.ports import PanelOwner, RemoteState, ServiceSpec
from ezscale.sandbox.in_process import NobodyThere
from tests.virtfusion_sandbox import ADA, SPEC, TOKEN, VirtFusionSandbox, running

A_MINUTE = timedelta(minutes=1)
NEW = PanelOwner("C-99", "Nia Okafor", "nia@example.test")


@pytest.fixture
def sandbox():
    return VirtFusionSandbox()


@pytest.fixture
def panel(sandbox):
    return sandbox.panel()


def power_of(panel, remote_id):
    return panel.look(remote_id, with_power=True).power


# Accounts


def test_a_customer_has_one_account_however_often_we_ask(panel, sandbox):
    accounts = {panel.account(ADA) for _ in range(3)}

    assert len(accounts) == 1
    assert sandbox.done == {"users created": 1}


def test_a_migrated_customer_is_known_by_their_number(panel, sandbox):
    sandbox.http.post("/users", json={"name": "Bo", "email": "bo@example.test", "extRelationId": 90017})

    account = panel.account(PanelOwner("90017", "Bo", "new-address@example.test"))

    assert account == "401"
    assert sandbox.done == {"users created": 1}


def test_an_account_made_a_moment_ago_by_another_worker_is_found(panel, sandbox):
    first = panel.account(ADA)
    sandbox.goes_wrong("refuse", "/users/*", "GET", status=404, body={"msg": "ext_relation_id not found"})

    again = panel.account(ADA)

    assert again == first
    assert sandbox.done == {"users created": 1}


def test_somebody_elses_account_is_not_taken_over_for_its_email(panel, sandbox):
    panel.account(PanelOwner("C-1", "Somebody", ADA.email))

    with pytest.raises(Rejected, match="email"):
        panel.account(ADA)

    assert sandbox.done == {"users created": 1}


@pytest.mark.parametrize("other", [{"relStr": "c-17"}, {"relStr": "C-170"}, {"extRelationId": 17, "relStr": None}])
def test_an_answer_about_another_customer_stops_everything(panel, sandbox, other):
    body = {"data": {"id": 5, "email": ADA.email, **other}}
    sandbox.goes_wrong("refuse", "/users/*", "GET", status=200, body=body)

    with pytest.raises(Rejected, match="a person must look"):
        panel.account(ADA)


def test_an_answer_without_any_reference_must_show_the_right_address(panel, sandbox):
    for email in (ADA.email.upper(), "eve@example.test"):
        body = {"data": {"id": 5, "email": email, "extRelationId": None}}
        sandbox.goes_wrong("refuse", "/users/*", "GET", status=200, body=body)

    assert panel.account(ADA) == "5"
    with pytest.raises(Rejected, match="a person must look"):
        panel.account(ADA)


def test_an_account_whose_answer_was_lost_is_found_again(panel, sandbox):
    sandbox.goes_wrong("lost", "/users", "POST")

    account = panel.account(ADA)

    assert account == "401"
    assert sandbox.done == {"users created": 1}


# Forgetting accounts


def test_an_account_is_deleted_and_deleting_it_twice_is_fine(panel, sandbox):
    panel.account(ADA)
    panel.account(NEW)

    for _ in range(2):
        panel.forget_account(PanelOwner(ADA.ref, "", ADA.email))

    assert sandbox.done == {"users created": 2, "users deleted": 1}
    assert panel.account(NEW) == "402"


def test_the_account_of_a_migrated_customer_is_deleted_by_their_number(panel, sandbox):
    sandbox.http.post("/users", json={"name": "Bo", "email": "bo@example.test", "extRelationId": 90017})

    panel.forget_account(PanelOwner("90017", "", ""))

    assert sandbox.done["users deleted"] == 1


def test_another_customers_account_is_not_deleted(panel, sandbox):
    panel.account(ADA)
    body = {"data": {"id": 401, "email": "eve@example.test", "extRelationId": None}}
    sandbox.goes_wrong("refuse", "/users/*", "GET", status=200, body=body)

    with pytest.raises(Rejected, match="a person must look"):
        panel.forget_account(ADA)

    assert "users deleted" not in sandbox.done


def test_an_account_with_a_server_is_not_even_asked_to_go(panel, sandbox):
    remote_id, _ = running(panel)

    with pytest.raises(TemporaryFailure, match=f"still has servers: {remote_id}"):
        panel.forget_account(ADA)

    assert "DELETE" not in {call["method"] for call in sandbox.http.get("/_sandbox/calls").json()}
    panel.terminate(remote_id)
    panel.forget_account(ADA)
    assert sandbox.done["users deleted"] == 1


def test_a_404_of_somebody_else_does_not_say_that_an_account_is_gone(panel, sandbox):
    panel.account(ADA)
    sandbox.goes_wrong("refuse", "/users/*", times=2, status=404, body={"message": "The route could not be found."})

    with pytest.raises(TemporaryFailure):
        panel.forget_account(ADA)


@pytest.mark.parametrize("wrong", ["lost", "garbage", "down"])
def test_a_deletion_without_an_answer_is_repeated(panel, sandbox, wrong):
    panel.account(ADA)
    sandbox.goes_wrong(wrong, "/users/*", "DELETE", **({"status": 500} if wrong == "garbage" else {}))

    with pytest.raises(TemporaryFailure):
        panel.forget_account(ADA)
    panel.forget_account(ADA)

    assert sandbox.done["users deleted"] == 1


# Reserving and adopting


def test_a_reserved_server_belongs_to_the_account_and_has_an_address(panel):
    account = panel.account(ADA)

    server = panel.reserve(SPEC, account)

    assert (server.state, server.owner, server.name, server.busy) == (RemoteState.RESERVED, account, "", False)
    assert server.ipv4 == ("192.0.2.2",)
    assert (server.detail["memory_mb"], server.detail["location"]) == ("4096", "Frankfurt")


def test_two_equal_reserves_are_two_servers(panel, sandbox):
    account = panel.account(ADA)

    first, second = panel.reserve(SPEC, account), panel.reserve(SPEC, account)

    assert first.remote_id != second.remote_id
    assert sandbox.done["servers allocated"] == 2


def test_a_server_whose_reservation_was_lost_is_found_for_adoption(panel, sandbox):
    account, began = panel.account(ADA), world_now() - A_MINUTE
    sandbox.goes_wrong("lost", "/servers", "POST")

    with pytest.raises(UnknownOutcome):
        panel.reserve(SPEC, account)

    (candidate,) = panel.left_behind(SPEC, account, began)
    assert candidate.remote_id == "7301"
    assert sandbox.done["servers allocated"] == 1


def test_only_unbuilt_servers_of_that_account_made_since_then_are_candidates(panel):
    running(panel)
    other = panel.account(PanelOwner("C-18", "Bo", "bo@example.test"))
    mine, theirs = panel.reserve(SPEC, panel.account(ADA)), panel.reserve(SPEC, other)

    found = panel.left_behind(SPEC, mine.owner, world_now() - A_MINUTE)
    later = panel.left_behind(SPEC, mine.owner, world_now() + A_MINUTE)

    assert [server.remote_id for server in found] == [mine.remote_id]
    assert [server.remote_id for server in panel.left_behind(SPEC, other, world_now() - A_MINUTE)] == [theirs.remote_id]
    assert later == []


def test_no_room_is_a_refusal_in_the_panels_words(panel, sandbox):
    for hypervisor in (11, 12):
        sandbox.orders(f"hypervisors/{hypervisor}", {"memory": 0})

    with pytest.raises(Rejected, match="enough free resources"):
        panel.reserve(SPEC, panel.account(ADA))


@pytest.mark.parametrize("wrong", [{"package": "vps-2"}, {"location": "Frankfurt"}])
def test_a_plan_without_the_panels_numbers_is_refused_before_anything_is_asked(panel, sandbox, wrong):
    spec = ServiceSpec(**{"key": "S", "package": "2", "location": "1", "image": "2", "hostname": "h"} | wrong)

    with pytest.raises(Rejected, match="must be a number"):
        panel.reserve(spec, panel.account(ADA))

    assert "servers allocated" not in sandbox.done


# Building


def test_a_server_is_built_under_our_number_and_its_login_works(panel, sandbox):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id

    login = panel.build(remote_id, SPEC)
    looks = [panel.look(remote_id) for _ in range(2)]

    assert [(look.state, look.busy) for look in looks] == [(RemoteState.BUILDING, True), (RemoteState.READY, False)]
    assert (looks[1].name, looks[1].hostname) == ("SRV-1", "web.example.test")
    assert looks[1].ipv6 == ("2001:db8:1:1c85::1", "2001:db8:1:1c85::/64")
    assert login.username == "root"
    assert sandbox.lets_in(remote_id, login)
    assert "mails sent" not in sandbox.done


def test_a_windows_server_is_entered_as_administrator(panel, sandbox):
    spec = ServiceSpec("SRV-2", package="3", location="2", image="5", hostname="win.example.test")

    remote_id, login = running(panel, spec)

    assert login.username == "Administrator"
    assert sandbox.lets_in(remote_id, login)
    assert panel.new_login(remote_id).username == "Administrator"


def test_a_failed_build_is_seen_and_can_be_tried_again(panel, sandbox):
    sandbox.orders("builds", {"fail": 1})
    remote_id, _ = running(panel)

    failed = panel.look(remote_id).state
    panel.build(remote_id, SPEC)
    panel.look(remote_id)

    assert failed is RemoteState.FAILED
    assert panel.look(remote_id).state is RemoteState.READY


def test_an_image_that_is_not_offered_is_refused_without_a_build(panel, sandbox):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id
    spec = ServiceSpec("SRV-1", package="2", location="1", image="99", hostname="h")

    with pytest.raises(Rejected, match="template 99"):
        panel.build(remote_id, spec)

    assert panel.look(remote_id).state is RemoteState.RESERVED


def test_a_lost_login_is_replaced_by_a_new_one_that_works(panel, sandbox):
    remote_id = panel.reserve(SPEC, panel.account(ADA)).remote_id
    sandbox.goes_wrong("lost", "/servers/*/build", "POST")
    with pytest.raises(UnknownOutcome):
        panel.build(remote_id, SPEC)
    panel.look(remote_id), panel.look(remote_id)

    login = panel.new_login(remote_id)

    assert sandbox.lets_in(remote_id, login)
    assert sandbox.done["builds started"] == 1
    assert "mails sent" not in sandbox.done


def test_a_new_login_is_not_given_out_before_it_works(panel, sandbox):
    remote_id, old = running(panel)
    body = {"data": {"id": 1, "finished": None, "failed": False}}
    sandbox.goes_wrong("refuse", "/queue/*", times=0, status=200, body=body)

    with pytest.raises(TemporaryFailure, match="still setting"):
        panel.new_login(remote_id)

    sandbox.works_again()
    assert sandbox.lets_in(remote_id, old)


def test_a_password_that_could_not_be_set_is_told(panel, sandbox):
    remote_id, _ = running(panel)
    body = {"data": {"finished": "2026-03-02", "failed": True, "errors": {"exception": {"message": "guest agent off"}}}}
    sandbox.goes_wrong("refuse", "/queue/*", status=200, body=body)

    with pytest.raises(TemporaryFailure, match="guest agent off"):
        panel.new_login(remote_id)


# Running


def test_a_suspended_server_is_off_and_refuses_every_button(panel):
    remote_id, _ = running(panel)

    panel.suspend(remote_id, "An invoice is not paid")

    assert panel.look(remote_id).suspended
    assert power_of(panel, remote_id) == "shutoff"
    for action in PowerAction:
        with pytest.raises((TemporaryFailure, Rejected)):
            panel.power(remote_id, action)


def test_a_resumed_server_runs(panel):
    remote_id, _ = running(panel)
    panel.suspend(remote_id, "An invoice is not paid")

    panel.resume(remote_id)
    panel.look(remote_id)

    assert not panel.look(remote_id).suspended
    assert power_of(panel, remote_id) == "running"


@pytest.mark.parametrize("wrong", ["", "lost", "garbage"])
def test_suspending_and_resuming_again_does_no_harm(panel, sandbox, wrong):
    remote_id, _ = running(panel)

    def suspend(remote_id):
        panel.suspend(remote_id, "An invoice is not paid")

    for call in (suspend, suspend, panel.resume, panel.resume):
        if wrong:
            sandbox.goes_wrong(wrong, "/servers/*suspend", "POST")
        call(remote_id)

    assert (sandbox.done["servers suspended"], sandbox.done["servers unsuspended"]) == (1, 1)
    assert not panel.look(remote_id).suspended


def test_a_server_that_is_gone_cannot_be_suspended(panel):
    with pytest.raises(Missing):
        panel.suspend("9", "")


def test_deleting_again_does_no_harm(panel, sandbox):
    remote_id, _ = running(panel)
    sandbox.goes_wrong("lost", "/servers/*", "DELETE")

    with pytest.raises(UnknownOutcome):
        panel.terminate(remote_id)
    panel.terminate(remote_id)
    panel.terminate(remote_id)

    with pytest.raises(Missing):
        panel.look(remote_id)
    assert sandbox.done["servers deleted"] == 1


def test_a_proxy_that_knows_nothing_does_not_make_a_server_gone(panel, sandbox):
    remote_id, _ = running(panel)
    sandbox.goes_wrong("refuse", "/servers/*", times=4, status=404, body={"message": "Not found"})

    for call in (panel.look, panel.terminate):
        with pytest.raises(TemporaryFailure):
            call(remote_id)

    assert panel.look(remote_id).state is RemoteState.READY


@pytest.mark.parametrize(
    ("action", "power"),
    [
        (PowerAction.SHUTDOWN, "shutoff"),
        (PowerAction.POWER_OFF, "shutoff"),
        (PowerAction.RESTART, "running"),
        (PowerAction.BOOT, "running"),
    ],
)
def test_every_button_does_what_it_says(panel, action, power):
    remote_id, _ = running(panel)

    panel.power(remote_id, action)
    panel.look(remote_id)

    assert power_of(panel, remote_id) == power


def test_a_busy_server_is_tried_again_later(panel):
    remote_id, _ = running(panel)
    panel.power(remote_id, PowerAction.RESTART)

    with pytest.raises(TemporaryFailure, match="pending task"):
        panel.power(remote_id, PowerAction.RESTART)


def test_all_servers_are_found_on_all_pages(panel):
    account = panel.account(ADA)
    ids = {panel.reserve(SPEC, account).remote_id for _ in range(205)}

    servers = list(panel.servers())

    assert {server.remote_id for server in servers} == ids
    assert {server.owner for server in servers} == {account}


# When the panel fails


CALLS = {
    "account": lambda panel, _id: panel.account(NEW),
    "reserve": lambda panel, _id: panel.reserve(SPEC, "401"),
    "left_behind": lambda panel, _id: panel.left_behind(SPEC, "401", world_now()),
    "build": lambda panel, id: panel.build(id, SPEC),
    "new_login": lambda panel, id: panel.new_login(id),
    "look": lambda panel, id: panel.look(id),
    "suspend": lambda panel, id: panel.suspend(id, ""),
    "resume": lambda panel, id: panel.resume(id),
    "terminate": lambda panel, id: panel.terminate(id),
    "power": lambda panel, id: panel.power(id, PowerAction.RESTART),
    "servers": lambda panel, _id: list(panel.servers()),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("wrong", "how"),
    [
        ("down", {}),
        ("rate_limited", {}),
        ("late", {"seconds": 60}),
        ("lost", {}),
        ("lost", {"status": 500}),
        ("garbage", {}),
    ],
    ids=["down", "rate limited", "late", "lost", "500", "garbage"],
)
def test_whatever_goes_wrong_is_worth_another_try(panel, sandbox, call, wrong, how):
    remote_id, _ = running(panel)
    sandbox.goes_wrong(wrong, times=0, **how)

    with pytest.raises(TemporaryFailure):
        call(panel, remote_id)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_token_that_is_not_accepted_is_told_and_not_retried(sandbox, call):
    stranger = VirtFusionPanel(VirtFusionClient(open_http("http://panel.test", "another", transport=sandbox.transport)))

    with pytest.raises(Rejected, match="API token"):
        call(stranger, "7301")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_panel_that_is_not_there_has_surely_not_acted(call):
    panel = VirtFusionPanel(VirtFusionClient(open_http("http://panel.test", TOKEN, transport=NobodyThere())))

    with pytest.raises(TemporaryFailure) as caught:
        call(panel, "7301")

    assert not isinstance(caught.value, UnknownOutcome)


def test_how_long_to_wait_is_passed_on(panel, sandbox):
    sandbox.goes_wrong("rate_limited", seconds=30)

    with pytest.raises(TemporaryFailure) as caught:
        panel.look("7301")

    assert caught.value.retry_after == 30
