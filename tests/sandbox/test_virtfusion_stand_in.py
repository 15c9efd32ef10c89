from datetime import UTC, datetime, timedelta

import pytest

from ezscale.integrations.http import open_http
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store
from ezscale.sandbox.virtfusion import STEP_BY_STEP, Pace, panel_door, virtfusion_stand_in

TOKEN = "vf-test-token"
ADA = {"name": "Ada Moreno", "email": "ada@example.test", "relStr": "C-17"}


class Clock:
    """The panel's time, moved by hand."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 10, tzinfo=UTC)

    def __call__(self):
        return self.now


class Panel:
    """The stand-in, spoken to in VirtFusion's own HTTP."""

    def __init__(self, pace=STEP_BY_STEP, store=None):
        self.clock = Clock()
        self.store = store or Store()
        stand_in = virtfusion_stand_in(self.store, token=TOKEN, pace=pace, now=self.clock)
        self.http = open_http("http://panel.test", TOKEN, transport=InProcess(stand_in))

    def get(self, path, **query):
        return self.http.get(path, params=query)

    def post(self, path, body=None):
        return self.http.post(path, json=body) if body is not None else self.http.post(path)

    def user(self, **changes):
        return self.post("/users", ADA | changes).json()["data"]["id"]

    def order(self, **changes):
        return self.post("/servers", {"packageId": 1, "userId": self.user(), "hypervisorId": 1} | changes)

    def allocated(self, **changes):
        return self.order(**changes).json()["data"]["id"]

    def built(self, **build):
        id = self.allocated()
        self.post(f"/servers/{id}/build", {"operatingSystemId": 1, "hostname": "web.example.test"} | build)
        self.get(f"/servers/{id}"), self.get(f"/servers/{id}")
        return id

    def done(self):
        return self.get("/_sandbox/state").json()["done"]


@pytest.fixture
def panel():
    return Panel()


@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_a_wrong_token_gets_401_and_not_a_word(panel, header):
    answer = panel.http.get("/connect", headers={"Authorization": header})

    assert (answer.status_code, answer.content) == (401, b"")


def test_the_right_token_is_let_in(panel):
    assert panel.get("/connect").status_code == 200


def test_a_missing_record_is_named_and_an_unknown_address_is_not(panel):
    server, address = panel.get("/servers/9"), panel.get("/virtual-machines")

    assert (server.status_code, server.json()) == (404, {"msg": "server not found"})
    assert (address.status_code, "msg" in address.json()) == (404, False)


def test_a_user_is_found_by_text_and_by_number_but_never_by_the_other(panel):
    text = panel.user()
    number = panel.user(email="bo@example.test", relStr=None, extRelationId=90017)

    assert panel.get("/users/C-17/byExtRelation", relStr="true").json()["data"]["id"] == text
    assert panel.get("/users/90017/byExtRelation").json()["data"]["id"] == number
    assert panel.get("/users/90017/byExtRelation", relStr="true").status_code == 404
    assert panel.get("/users/C-17/byExtRelation").json() == {"msg": "ext_relation_id not found"}


@pytest.mark.parametrize("taken", [{"email": "other@example.test"}, {"relStr": "C-18"}])
def test_an_address_and_a_reference_belong_to_one_user(panel, taken):
    panel.user()

    answer = panel.post("/users", ADA | taken)

    assert answer.status_code == 422
    assert "has already been taken" in answer.json()["message"]


def test_a_users_password_is_shown_once(panel):
    created = panel.post("/users", ADA).json()["data"]
    read = panel.get("/users/C-17/byExtRelation", relStr="true").json()["data"]

    assert created["password"]
    assert "password" not in read


def test_a_user_changes_and_leaves(panel):
    panel.user()

    changed = panel.http.put("/users/C-17/byExtRelation?relStr=true", json={"name": "Ada Stone"})
    left = panel.http.delete("/users/C-17/byExtRelation?relStr=true")

    assert (changed.status_code, left.status_code) == (201, 204)
    assert panel.get("/users/C-17/byExtRelation", relStr="true").status_code == 404


def test_a_user_with_servers_stays(panel):
    panel.allocated()

    answer = panel.http.delete("/users/C-17/byExtRelation?relStr=true")

    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Ada"}, "email"),
        ({"name": "Ada", "email": "nobody"}, "email"),
        (ADA | {"selfService": 4}, "selfService"),
        (ADA | {"extRelationId": "17"}, "extRelationId"),
        (ADA | {"phone": "1"}, "phone"),
    ],
)
def test_a_field_that_is_missing_wrong_or_unknown_is_named(panel, body, field):
    answer = panel.post("/users", body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert panel.done() == {}


def test_a_query_that_nobody_knows_is_refused(panel):
    answer = panel.get("/servers", limit=5)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["limit"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"packageId": 99}, "Invalid or disabled package"),
        ({"userId": 1}, "Invalid user"),
        ({"hypervisorId": 11}, "Invalid or disabled hypervisor group"),
        ({"firewallRulesets": [4]}, "Invalid or disabled firewall ruleset"),
        ({"memory": 2_000_000}, "No hypervisor in the group has enough free resources"),
        ({"ipv4": 300}, "Not enough free IPv4 addresses in the group"),
    ],
)
def test_an_order_that_cannot_be_filled_is_refused_with_its_reason(panel, changes, reason):
    answer = panel.order(**changes)

    assert (answer.status_code, answer.json()) == (422, {"errors": [reason]})
    assert "servers allocated" not in panel.done()


def test_a_trial_order_makes_nothing(panel):
    user = panel.user()

    answer = panel.http.post("/servers?dryRun=true", json={"packageId": 1, "userId": user, "hypervisorId": 1})

    assert answer.is_success
    assert "servers allocated" not in panel.done()


def test_a_reserved_server_has_addresses_but_neither_name_nor_password(panel):
    server = panel.order().json()["data"]

    assert (server["state"], server["commissionStatus"], server["name"], server["hostname"]) == (
        "allocated",
        0,
        "",
        None,
    )
    assert server["network"]["interfaces"][0]["ipv4"][0]["address"] == "192.0.2.2"
    assert server["hypervisorId"] == server["hypervisor"]["id"] == 11
    assert "decryptedPassword" not in server["settings"]


def test_the_same_order_twice_is_two_servers(panel):
    user = panel.user()
    order = {"packageId": 1, "userId": user, "hypervisorId": 1}

    first, second = panel.post("/servers", order).json()["data"], panel.post("/servers", order).json()["data"]

    assert first["id"] != second["id"]
    assert panel.done()["servers allocated"] == 2


def test_a_build_takes_its_time_and_shows_the_password_once(panel):
    id = panel.allocated()

    build = panel.post(f"/servers/{id}/build", {"operatingSystemId": 1, "name": "SRV-1", "ipv6": True}).json()["data"]
    states = [panel.get(f"/servers/{id}").json()["data"] for _ in range(2)]

    assert build["settings"]["decryptedPassword"]
    assert [state["settings"].get("decryptedPassword") for state in states] == [None, None]
    assert [(state["state"], state["commissionStatus"]) for state in (build, *states)] == [
        ("queued", 1),
        ("queued", 1),
        ("complete", 3),
    ]
    assert states[1]["network"]["interfaces"][0]["ipv6"][0]["addresses"]


def test_in_the_demo_a_build_takes_seconds():
    panel = Panel(pace=Pace(build_seconds=6))
    id = panel.allocated()
    panel.post(f"/servers/{id}/build", {"operatingSystemId": 1})

    early = panel.get(f"/servers/{id}").json()["data"]["state"]
    panel.clock.now += timedelta(seconds=6)

    assert (early, panel.get(f"/servers/{id}").json()["data"]["state"]) == ("queued", "complete")


def test_a_build_can_be_made_to_fail_and_tried_again(panel):
    panel.post("/_sandbox/builds", {"fail": 1})
    id = panel.built()

    failed = panel.get(f"/servers/{id}").json()["data"]
    panel.post(f"/servers/{id}/build", {"operatingSystemId": 1})
    panel.get(f"/servers/{id}")
    again = panel.get(f"/servers/{id}").json()["data"]

    assert (failed["state"], failed["commissionStatus"], failed["buildFailed"]) == ("failed", 2, False)
    assert again["state"] == "complete"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"operatingSystemId": 99},
        {"operatingSystemId": 1, "hostname": "no spaces please"},
        {"operatingSystemId": 1, "swap": 7},
        {"operatingSystemId": 1, "sshKeys": [5]},
        {"operatingSystemId": 1, "template": 1},
    ],
)
def test_a_build_with_wrong_words_is_refused(panel, body):
    id = panel.allocated()

    answer = panel.post(f"/servers/{id}/build", body)

    assert answer.status_code == 422
    assert panel.get(f"/servers/{id}").json()["data"]["state"] == "allocated"


def test_a_busy_server_is_locked(panel):
    id = panel.allocated()
    panel.post(f"/servers/{id}/build", {"operatingSystemId": 1})

    answers = [
        panel.post(f"/servers/{id}/power/restart"),
        panel.post(f"/servers/{id}/suspend"),
        panel.post(f"/servers/{id}/build", {"operatingSystemId": 1}),
        panel.http.delete(f"/servers/{id}"),
    ]

    assert [answer.status_code for answer in answers] == [423] * 4
    assert all("msg" in answer.json() for answer in answers)


def test_a_power_button_is_followed_in_the_queue(panel):
    id = panel.built()

    queue_id = panel.post(f"/servers/{id}/power/shutdown").json()["data"]["queueId"]
    running = panel.get(f"/servers/{id}", remoteState="true").json()["data"]
    item = panel.get(f"/queue/{queue_id}").json()["data"]

    assert running["tasks"]["active"] is False
    assert running["remoteState"]["state"] == "shutoff"
    assert (item["serverId"], item["failed"], item["progress"]) == (id, False, 100)
    assert item["finished"]


def test_only_known_buttons_exist(panel):
    id = panel.built()

    answer = panel.post(f"/servers/{id}/power/explode")

    assert answer.status_code == 422


def test_a_suspended_server_is_off_and_no_button_works(panel):
    id = panel.built()

    suspended = panel.post(f"/servers/{id}/suspend")
    buttons = [panel.post(f"/servers/{id}/power/{name}") for name in ("boot", "shutdown", "restart", "poweroff")]
    ways_in = [
        panel.post(f"/servers/{id}/resetPassword", {"user": "root", "sendMail": False}),
        panel.post(f"/servers/{id}/vnc", {"action": "enable"}),
        panel.post(f"/servers/{id}/build", {"operatingSystemId": 1}),
    ]

    assert (suspended.status_code, suspended.content) == (204, b"")
    assert [answer.status_code for answer in buttons + ways_in] == [423] * 7
    assert panel.get(f"/servers/{id}", remoteState="true").json()["data"]["remoteState"] == {"state": "shutoff"}


def test_suspending_twice_is_a_conflict_and_counts_once(panel):
    id = panel.built()

    answers = [panel.post(f"/servers/{id}/suspend").status_code for _ in range(2)]
    undone = [panel.post(f"/servers/{id}/unsuspend").status_code for _ in range(2)]

    assert (answers, undone) == ([204, 409], [204, 409])
    assert (panel.done()["servers suspended"], panel.done()["servers unsuspended"]) == (1, 1)


def test_a_server_in_maintenance_takes_no_orders_and_does_not_answer(panel):
    id = panel.built()
    panel.post("/_sandbox/hypervisors/11", {"maintenance": True})

    answer = panel.post(f"/servers/{id}/power/boot")

    assert answer.status_code == 503
    assert panel.get(f"/servers/{id}", remoteState="true").json()["data"]["remoteState"] is False


def test_a_deleted_server_is_gone_and_its_address_free(panel):
    id = panel.built()

    answer = panel.http.delete(f"/servers/{id}?delay=0")

    assert (answer.status_code, answer.content) == (204, b"")
    assert panel.get(f"/servers/{id}").json() == {"msg": "server not found"}
    user = panel.get("/users/C-17/byExtRelation", relStr="true").json()["data"]["id"]
    again = panel.post("/servers", {"packageId": 1, "userId": user, "hypervisorId": 1}).json()["data"]
    assert again["network"]["interfaces"][0]["ipv4"][0]["address"] == "192.0.2.2"


def test_a_deletion_without_haste_takes_five_minutes(panel):
    id = panel.built()

    panel.http.delete(f"/servers/{id}")
    before = panel.get(f"/servers/{id}").status_code
    panel.clock.now += timedelta(minutes=5)

    assert (before, panel.get(f"/servers/{id}").status_code) == (200, 404)


def test_a_new_root_password_works_when_its_task_is_finished(panel):
    id = panel.built()

    answer = panel.post(f"/servers/{id}/resetPassword", {"user": "root", "sendMail": False}).json()["data"]
    attempt = {"server": id, "username": "root", "password": answer["expectedPassword"]}
    early = panel.post("/_sandbox/sign-in", attempt).status_code
    panel.get(f"/queue/{answer['queueId']}")

    assert (early, panel.post("/_sandbox/sign-in", attempt).status_code) == (403, 204)


def test_a_reset_mails_the_password_unless_told_not_to(panel):
    id = panel.built()

    panel.post(f"/servers/{id}/resetPassword", {"user": "root"})

    assert panel.done()["mails sent"] == 1


def test_windows_knows_no_root(panel):
    id = panel.built(operatingSystemId=5)

    answers = [panel.post(f"/servers/{id}/resetPassword", {"user": user}) for user in ("root", "Administrator")]

    assert [answer.status_code for answer in answers] == [422, 200]


def test_a_bigger_plan_is_taken_over_and_a_disk_never_shrinks(panel):
    id = panel.built()

    grown = panel.http.put(f"/servers/{id}/package/3")
    shrunk = panel.http.put(f"/servers/{id}/package/2", json={"memory": False})

    resources = panel.get(f"/servers/{id}").json()["data"]["settings"]["resources"]
    assert grown.json() == {"info": []}
    assert len(shrunk.json()["info"]) == 1
    assert resources == {"memory": 8192, "storage": 160, "traffic": 4000, "cpuCores": 2}


@pytest.mark.parametrize(
    ("control", "order", "status"),
    [
        ("servers/7301/suspend", None, 423),
        ("servers/7301/power/restart", None, 423),
        ("_sandbox/hypervisors/11", {"maintenance": True}, 503),
        ("_sandbox/packages/3/switch", {"enabled": False}, 422),
        ("_sandbox/age", {"older": True}, 204),
    ],
)
def test_another_plan_is_not_always_taken_over_or_told_of(panel, control, order, status):
    id = panel.built()
    panel.post(f"/{control}", order)

    answer = panel.http.put(f"/servers/{id}/package/3")

    memory = panel.get(f"/servers/{id}").json()["data"]["settings"]["resources"]["memory"]
    assert (answer.status_code, memory) == (status, 8192 if answer.is_success else 2048)
    assert answer.is_error or answer.content == b""


def test_single_sizes_a_name_and_an_owner_can_be_changed(panel):
    id, other = panel.built(), panel.user(email="bo@example.test", relStr="C-18")

    answers = [
        panel.http.put(f"/servers/{id}/modify/memory", json={"memory": 3072}),
        panel.http.put(f"/servers/{id}/modify/cpuCores", json={"cores": 2}),
        panel.http.put(f"/servers/{id}/modify/traffic", json={"traffic": 0}),
        panel.http.put(f"/servers/{id}/modify/cpuThrottle", json={"percent": 50}),
        panel.http.put(f"/servers/{id}/modify/name", json={"name": "renamed"}),
        panel.http.put(f"/servers/{id}/owner/{other}"),
    ]

    server = panel.get(f"/servers/{id}").json()["data"]
    assert [(answer.status_code, answer.content) for answer in answers] == [(201, b"")] * 6
    assert server["settings"]["resources"] == {"memory": 3072, "storage": 40, "traffic": 0, "cpuCores": 2}
    assert (server["name"], server["ownerId"]) == ("renamed", other)


def test_addresses_come_and_go(panel):
    id = panel.built()

    added = panel.post(f"/servers/{id}/ipv4Qty", {"interface": "primary", "quantity": 2}).json()["data"]
    taken = panel.http.request("DELETE", f"/servers/{id}/ipv4", json={"interface": "primary", "ip": added[:1]})

    addresses = panel.get(f"/servers/{id}").json()["data"]["network"]["interfaces"][0]["ipv4"]
    assert taken.status_code == 204
    assert [address["address"] for address in addresses] == ["192.0.2.2", added[1]]


def test_the_console_says_where_it_is(panel):
    id = panel.built()

    console = panel.post(f"/servers/{id}/vnc", {"action": "enable"}).json()["data"]

    assert console["vnc"]["enabled"] is True
    assert console["vnc"]["wss"]["url"].startswith("/vnc")
    assert panel.get(f"/servers/{id}").json()["data"]["vnc"]["enabled"] == 1


def test_the_console_has_another_token_each_time_and_is_switched_when_its_task_is_finished(panel):
    id = panel.built()

    first = panel.post(f"/servers/{id}/vnc", {"action": "enable"}).json()["data"]
    early = panel.get("/servers", type="full").json()["data"][0]["vnc"]["enabled"]
    panel.get(f"/queue/{first['queueId']}")
    again = panel.post(f"/servers/{id}/vnc", {"action": "enable"}).json()["data"]

    assert early == 0
    assert panel.get("/servers", type="full").json()["data"][0]["vnc"]["enabled"] == 1
    assert first["vnc"]["wss"]["token"] != again["vnc"]["wss"]["token"]
    assert first["vnc"]["password"] != again["vnc"]["password"]


def test_the_agent_tells_of_disks_and_windows_calls_its_memory_otherwise(panel):
    id = panel.built(operatingSystemId=5)

    told = panel.get(f"/servers/{id}", remoteState="true").json()["data"]["remoteState"]
    panel.post(f"/_sandbox/servers/{id}", {"agent": False})
    silent = panel.get(f"/servers/{id}", remoteState="true").json()["data"]["remoteState"]

    assert set(told["memory"]) == {"memtotal", "memfree"}
    assert [disk["type"] for disk in told["agent"]["fsinfo"]] == ["NTFS"]
    assert "agent" not in silent
    assert panel.get(f"/servers/{id}").json()["data"]["remoteState"] is False


def test_the_same_key_twice_is_two_keys(panel):
    user = panel.user()
    key = {"userId": user, "name": "laptop", "publicKey": "ssh-ed25519 AAAAC3Nz"}

    answers = [panel.post("/ssh_keys", key).status_code for _ in range(2)]

    assert answers == [201, 201]
    assert len(panel.get(f"/ssh_keys/user/{user}").json()["data"]) == 2


def test_a_key_is_kept_and_used_for_its_owner(panel):
    id = panel.allocated()
    user = panel.get(f"/servers/{id}").json()["data"]["ownerId"]
    key = panel.post("/ssh_keys", {"userId": user, "name": "laptop", "publicKey": "ssh-ed25519 AAAAC3Nz"}).json()[
        "data"
    ]

    build = panel.post(f"/servers/{id}/build", {"operatingSystemId": 1, "sshKeys": [key["id"]]})

    assert build.json()["data"]["sshKeys"] == [key["id"]]
    assert len(panel.get(f"/ssh_keys/user/{user}").json()["data"]) == 1
    assert panel.http.delete(f"/ssh_keys/{key['id']}").status_code == 204


def test_a_list_comes_in_pages(panel):
    user = panel.user()
    for _ in range(5):
        panel.post("/servers", {"packageId": 1, "userId": user, "hypervisorId": 1})

    first = panel.get("/servers", results=2).json()
    last = panel.http.get(panel.http.get(first["next_page_url"]).json()["next_page_url"]).json()

    assert (first["total"], first["last_page"], len(first["data"]), first["prev_page_url"]) == (5, 3, 2, None)
    assert (len(last["data"]), last["next_page_url"], last["from"], last["to"]) == (1, None, 5, 5)
    assert "commissioned" in first["data"][0]


def test_a_users_list_does_not_tell_when_a_server_was_made(panel):
    id = panel.allocated()
    user = panel.get(f"/servers/{id}").json()["data"]["ownerId"]

    (row,) = panel.get(f"/servers/user/{user}").json()["data"]

    assert (row["id"], row["commissionStatus"]) == (id, 0)
    assert "created" not in row


def test_free_room_shrinks_with_every_server(panel):
    before = panel.get("/compute/hypervisors/groups/1/resources").json()["data"]
    panel.allocated()
    after = panel.get("/compute/hypervisors/groups/1/resources").json()["data"]

    memory = [rows[0]["resources"]["memory"]["free"] for rows in (before, after)]
    addresses = [[row["resources"]["network"]["total"]["ipv4"]["free"] for row in rows] for rows in (before, after)]
    assert memory[0] - memory[1] == 2048
    assert addresses == [[253, 253], [252, 252]]
    assert after[0]["resources"]["servers"]["free"] == -1


def test_plans_places_and_systems_can_be_looked_up(panel):
    packages = panel.get("/packages").json()["data"]
    groups = panel.get("/compute/hypervisors/groups").json()["data"]
    systems = panel.get("/media/templates/fromServerPackageSpec/1").json()["data"]

    assert [package["name"] for package in packages] == ["VPS 1", "VPS 2", "VPS 3", "VPS 4", "VPS 5"]
    assert [group["name"] for group in groups] == ["Frankfurt", "New York", "London"]
    assert {template["id"] for family in systems for template in family["templates"]} >= {1, 2, 3, 4, 5}


def test_traffic_starts_again_every_month(panel):
    id = panel.built()
    panel.clock.now += timedelta(days=40)

    months = panel.get(f"/servers/{id}/traffic").json()["data"]["monthly"]

    assert [(month["month"], month["start"]) for month in months] == [
        (2, "2026-04-02 10:00:00"),
        (1, "2026-03-02 10:00:00"),
    ]
    assert months[0]["total"] == months[0]["rx"] + months[0]["tx"] > 0


def test_bought_traffic_counts_into_this_month(panel):
    id = panel.built()
    panel.post(f"/_sandbox/servers/{id}", {"extraTraffic": 100})
    panel.clock.now += timedelta(days=40)

    months = panel.get(f"/servers/{id}/traffic").json()["data"]["monthly"]

    assert [[block["traffic"] for block in month["blocks"]] for month in months] == [[100], []]


def test_places_come_in_pages_and_a_disabled_one_takes_no_trial(panel):
    order = {"packageId": 1, "userId": panel.user(), "hypervisorId": 1}
    panel.post("/_sandbox/groups/1/switch", {"enabled": False})

    page = panel.get("/compute/hypervisors/groups", results=2, page=2).json()
    trial = panel.http.post("/servers?dryRun=true", json=order)

    assert ([group["name"] for group in page["data"]], page["next_page_url"]) == (["London"], None)
    assert (trial.status_code, trial.json()) == (422, {"errors": ["Invalid or disabled hypervisor group"]})


def test_a_sign_in_works_once_and_within_a_minute(panel):
    panel.user()
    door = open_http("http://panel.test", transport=InProcess(panel_door(panel.store, panel.clock)))

    def sign_in():
        answer = panel.post("/users/C-17/authenticationTokens?relStr=true").json()["data"]["authentication"]
        return answer["endpoint_complete"]

    address, late = sign_in(), sign_in()
    answers = [door.get(address).status_code, door.get(address).status_code]
    panel.clock.now += timedelta(seconds=60)

    assert answers == [200, 403]
    assert door.get(late).status_code == 403


def test_a_sign_in_to_somebody_elses_server_is_not_given(panel):
    id = panel.allocated()
    panel.user(email="bo@example.test", relStr="C-18")

    answer = panel.post(f"/users/C-18/serverAuthenticationTokens/{id}?relStr=true")

    assert answer.json() == {"msg": "server not found"}


def test_the_panel_remembers_after_a_restart(tmp_path):
    id = Panel(store=Store(tmp_path / "panel.db")).allocated()

    restarted = Panel(store=Store(tmp_path / "panel.db"))

    assert restarted.get(f"/servers/{id}").status_code == 200
    assert len(restarted.get("/packages").json()["data"]) == 5


def test_the_state_shows_no_passwords(panel):
    id = panel.built()

    state = panel.get("/_sandbox/state")

    assert state.json()["servers"][0]["id"] == id
    assert "password" not in state.text
