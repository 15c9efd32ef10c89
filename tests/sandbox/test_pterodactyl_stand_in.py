from datetime import UTC, datetime, timedelta

import pytest

from ezscale.integrations.http import open_http
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.pterodactyl import STEP_BY_STEP, Pace, pterodactyl_stand_in
from ezscale.sandbox.store import Store

KEY, OWNER_KEY = "ptla_for-tests", "ptlc_for-tests"
APPLICATION, CLIENT = "/api/application", "/api/client"
GAME = "ghcr.io/pterodactyl/yolks:java_21"
ADA = {"email": "ada@example.test", "username": "Ada90017", "first_name": "Ada", "last_name": "Moreno"}
ADA |= {"external_id": "C-17", "password": "first-password"}
LIMITS = {"memory": 4096, "swap": 0, "disk": 20480, "io": 500, "cpu": 200}
FEATURES = {"databases": 1, "allocations": 1, "backups": 2}
VALUES = {"SERVER_JARFILE": "server.jar", "MAX_PLAYERS": 20, "BUILD_NUMBER": "latest"}
DEPLOY = {"locations": [1], "dedicated_ip": False, "port_range": []}
ORDER = {
    "external_id": "SRV-1",
    "name": "Ada's Minecraft",
    "user": 51,
    "egg": 3,
    "docker_image": GAME,
    "startup": "java -jar {{SERVER_JARFILE}}",
    "environment": VALUES,
    "limits": LIMITS,
    "feature_limits": FEATURES,
    "deploy": DEPLOY,
    "start_on_completion": True,
}
STARTUP = {"startup": "./run", "environment": VALUES, "egg": 3, "image": GAME, "skip_scripts": False}


class Clock:
    """The panel's time, moved by hand."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 10, tzinfo=UTC)

    def __call__(self):
        return self.now


class Panel:
    """The stand-in, spoken to in Pterodactyl's own HTTP."""

    def __init__(self, pace=STEP_BY_STEP, store=None):
        self.clock = Clock()
        stand_in = pterodactyl_stand_in(
            store or Store(), application_key=KEY, client_key=OWNER_KEY, pace=pace, now=self.clock
        )
        transport = InProcess(stand_in)
        self.application = open_http(f"http://panel.test{APPLICATION}", KEY, transport=transport)
        self.client = open_http(f"http://panel.test{CLIENT}", OWNER_KEY, transport=transport)
        self.plain = open_http("http://panel.test", transport=transport)

    def get(self, path, **query):
        return self.application.get(path, params=query)

    def post(self, path, body=None):
        return self.application.post(path, json=body) if body is not None else self.application.post(path)

    def patch(self, path, body):
        return self.application.patch(path, json=body)

    def user(self, **changes):
        return self.post("/users", ADA | changes).json()["attributes"]["id"]

    def order(self, **changes):
        self.user()
        return self.post("/servers", ORDER | changes)

    def installed(self, **changes):
        id = self.order(**changes).json()["attributes"]["id"]
        self.server(id), self.server(id)
        return id

    def server(self, id, **query):
        return self.get(f"/servers/{id}", **query).json()["attributes"]

    def name(self, id):
        return self.server(id)["identifier"]

    def power(self, id):
        return self.client.get(f"/servers/{self.name(id)}/resources").json()["attributes"]["current_state"]

    def orders(self, control, **body):
        assert self.plain.post(f"/_sandbox/{control}", json=body).status_code == 204

    def done(self):
        return self.plain.get("/_sandbox/state").json()["done"]


@pytest.fixture
def panel():
    return Panel()


def told(answer):
    """What an answer complains about: its status, and the code, field and rule of each entry."""
    entries = answer.json()["errors"]
    assert all(entry["status"] == str(answer.status_code) and entry["detail"] for entry in entries)
    metas = [entry.get("meta", {}) for entry in entries]
    codes = {entry["code"] for entry in entries}
    return answer.status_code, codes, {(meta["source_field"], meta["rule"]) for meta in metas if meta}


# Who may enter


@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {KEY}", KEY])
def test_a_wrong_key_is_not_let_in(panel, header):
    answer = panel.application.get("/nodes", headers={"Authorization": header})

    assert told(answer) == (401, {"AuthenticationException"}, set())
    assert answer.json()["errors"][0]["detail"] == "Unauthenticated."


def test_a_stranger_who_does_not_ask_for_json_is_sent_to_the_sign_in_page(panel):
    answer = panel.application.get("/nodes", headers={"Authorization": "", "Accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (302, "http://panel.test/auth/login")


def test_each_api_has_its_key_and_an_administrators_own_opens_both(panel):
    wrong = panel.client.get("/servers/abc", headers={"Authorization": f"Bearer {KEY}"})
    both = panel.application.get("/nodes", headers={"Authorization": f"Bearer {OWNER_KEY}"})

    assert told(wrong) == (403, {"AccessDeniedHttpException"}, set())
    assert both.status_code == 200


def test_a_key_may_do_what_its_rights_say(panel):
    panel.orders("rights", resource="servers", level="read")
    panel.orders("rights", resource="eggs", level="none")

    assert panel.get("/servers").status_code == 200
    for refused in (panel.post("/servers", ORDER), panel.get("/nests/1/eggs")):
        assert told(refused) == (403, {"AuthorizationException"}, set())


def test_every_answer_counts_down_and_too_many_calls_have_to_wait():
    panel = Panel(pace=Pace(application_calls=3, client_calls=1))

    answers = [panel.get("/nodes/9") for _ in range(4)]
    other = panel.plain.get(f"{CLIENT}?type=admin-all", headers={"Authorization": f"Bearer {OWNER_KEY}"})
    panel.orders("clock", seconds=60)

    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert told(answers[3]) == (429, {"ThrottleRequestsException"}, set())
    assert (answers[3].headers["retry-after"], answers[3].json()["errors"][0]["detail"]) == ("60", "Too Many Attempts.")
    assert (other.status_code, other.headers["x-ratelimit-limit"]) == (200, "1")
    assert panel.get("/nodes/2").status_code == 200


@pytest.mark.parametrize("path", ["/servers/9", "/users/9", "/nodes/9", "/nests/2/eggs/3", "/virtual-machines"])
def test_what_is_not_there_is_told_by_the_name_of_a_class(panel, path):
    assert told(panel.get(path)) == (404, {"NotFoundHttpException"}, set())


def test_broken_json_is_a_bad_request(panel):
    answer = panel.application.post("/users", content="{", headers={"Content-Type": "application/json"})

    assert told(answer) == (400, {"BadRequestHttpException"}, set())


# Lists


@pytest.mark.parametrize(
    "query",
    [{"limit": "5"}, {"filter[memory]": "1"}, {"include": "eggs"}, {"sort": "name"}],
    ids=["parameter", "filter", "include", "sort"],
)
def test_a_query_that_nobody_knows_is_refused(panel, query):
    assert told(panel.get("/servers", **query)) == (400, {"BadRequestHttpException"}, set())


def test_a_list_comes_in_pages_that_link_to_each_other(panel):
    single = panel.get("/nodes").json()["meta"]["pagination"]
    middle = panel.get("/nodes", per_page=2, page=2).json()

    address = f"http://panel.test{APPLICATION}/nodes?per_page=2&page="
    assert (single["links"], single["per_page"], single["total"], single["total_pages"]) == ({}, 50, 5, 1)
    assert middle["meta"]["pagination"]["links"] == {"previous": f"{address}1", "next": f"{address}3"}
    assert [node["attributes"]["id"] for node in middle["data"]] == [4, 5]
    assert told(panel.get("/nodes", page="first"))[0] == 422


def test_a_filter_finds_parts_and_a_sort_goes_both_ways(panel):
    for number in (1, 2, 3):
        panel.user(email=f"ada{number}@example.test", username=f"ada{number}", external_id=f"C-{number}")

    found = panel.get("/users", **{"filter[email]": "DA2@EXAMPLE"}).json()["data"]
    newest = panel.get("/users", sort="-id").json()["data"]

    assert [user["attributes"]["external_id"] for user in found] == ["C-2"]
    assert [user["attributes"]["id"] for user in newest] == [53, 52, 51, 1]


def test_what_is_included_comes_along_and_what_is_not_there_is_a_null_resource(panel):
    id = panel.installed()

    related = panel.server(id, include="allocations,node,user,transfer")["relationships"]

    assert related["allocations"]["data"][0]["attributes"]["port"] == 25565
    assert related["node"]["attributes"]["name"] == "fra-1"
    assert related["user"]["attributes"]["external_id"] == "C-17"
    assert related["transfer"] == {"object": "null_resource", "attributes": None}


# Users


def test_a_user_is_created_with_its_address_and_found_by_the_callers_id(panel):
    created = panel.post("/users", ADA)
    found = panel.get("/users/external/C-17").json()

    assert created.status_code == 201
    assert created.json()["meta"]["resource"] == f"http://panel.test{APPLICATION}/users/51"
    assert found["attributes"] == created.json()["attributes"]
    assert found["attributes"]["username"] == "ada90017"
    assert "password" not in created.text


def test_a_user_without_a_password_gets_a_mail(panel):
    panel.user(password=None)

    assert panel.done() == {"users created": 1, "mails sent": 1}


@pytest.mark.parametrize("field", ["email", "username", "external_id"])
def test_what_must_be_unique_is_so_in_capitals_or_not(panel, field):
    panel.user()
    other = {"email": "bo@example.test", "username": "bo90018", "external_id": "C-18"}

    answer = panel.post("/users", ADA | other | {field: ADA[field].upper()})

    assert told(answer) == (422, {"ValidationException"}, {(field, "unique")})
    assert "has already been taken" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({**ADA, "username": "ab"}, "username", "string_pattern_mismatch"),
        ({**ADA, "username": ".ada"}, "username", "string_pattern_mismatch"),
        ({**ADA, "email": "nobody"}, "email", "string_pattern_mismatch"),
        ({**ADA, "root_admin": "no"}, "root_admin", "boolean"),
        ({**ADA, "phone": "1"}, "phone", "prohibited"),
        ({name: ADA[name] for name in ADA if name != "last_name"}, "last_name", "required"),
    ],
)
def test_a_field_that_is_missing_wrong_or_unknown_is_named(panel, body, field, rule):
    assert told(panel.post("/users", body)) == (422, {"ValidationException"}, {(field, rule)})
    assert panel.done() == {}


def test_a_change_of_a_user_wants_four_fields_and_keeps_the_others(panel):
    panel.user()
    same = {name: ADA[name] for name in ("email", "username", "first_name", "last_name")}

    short = panel.patch("/users/51", {"password": "second-password"})
    changed = panel.patch("/users/51", same | {"password": "second-password"})

    assert {field for field, _ in told(short)[2]} == set(same)
    assert changed.json()["attributes"]["external_id"] == "C-17"
    for password, status in (("first-password", 403), ("second-password", 204)):
        attempt = {"username": "ada90017", "password": password}
        assert panel.plain.post("/_sandbox/sign-in", json=attempt).status_code == status


def test_a_user_with_servers_stays(panel):
    id = panel.installed()

    kept = panel.application.delete("/users/51")
    panel.application.delete(f"/servers/{id}")
    gone = panel.application.delete("/users/51")

    assert told(kept) == (400, {"DisplayException"}, set())
    assert (gone.status_code, gone.content) == (204, b"")


# Servers


def test_a_server_is_installed_at_once_and_on_when_that_is_done(panel):
    created = panel.order()
    states = [panel.server(71) for _ in range(2)]

    assert (created.status_code, created.json()["meta"]["resource"]) == (
        201,
        f"http://panel.test{APPLICATION}/servers/71",
    )
    first = created.json()["attributes"]
    assert first["identifier"] == first["uuid"][:8]
    assert [(row["status"], row["container"]["installed"]) for row in (first, *states)] == [
        ("installing", 0),
        ("installing", 0),
        (None, 1),
    ]
    assert panel.power(71) == "running"
    assert panel.get("/servers/external/SRV-1").json()["attributes"]["id"] == 71


def test_in_the_demo_an_installation_takes_seconds():
    panel = Panel(pace=Pace(install_seconds=8))
    panel.order()

    early = panel.server(71)["status"]
    panel.orders("clock", seconds=8)

    assert (early, panel.server(71)["status"]) == ("installing", None)


def test_the_same_external_id_again_is_refused(panel):
    panel.order()

    again = panel.post("/servers", ORDER | {"external_id": "srv-1"})

    assert told(again) == (422, {"ValidationException"}, {("external_id", "unique")})
    assert panel.done()["servers created"] == 1


def without(name):
    return {key: value for key, value in ORDER.items() if key != name}


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        (without("environment"), "environment", "required"),
        (without("feature_limits"), "feature_limits", "required"),
        (without("deploy"), "allocation.default", "required_without"),
        (ORDER | {"feature_limits": {"databases": None}}, "feature_limits.backups", "required"),
        (ORDER | {"limits": LIMITS | {"io": 5}}, "limits.io", "greater_than_equal"),
        (ORDER | {"limits": LIMITS | {"memory": "4096"}}, "limits.memory", "integer"),
        (ORDER | {"limits": LIMITS | {"threads": "all"}}, "limits.threads", "string_pattern_mismatch"),
        (ORDER | {"deploy": {"locations": [1]}}, "deploy.dedicated_ip", "required"),
        (ORDER | {"user": 99}, "user", "exists"),
        (ORDER | {"egg": 99}, "egg", "exists"),
        (ORDER | {"allocation": {"default": 9}, "deploy": None}, "allocation.default", "exists"),
        (ORDER | {"ram": 1}, "ram", "prohibited"),
        (ORDER | {"environment": {}}, "environment.MAX_PLAYERS", "required"),
        (ORDER | {"environment": VALUES | {"MAX_PLAYERS": 500}}, "environment.MAX_PLAYERS", "between"),
        (
            ORDER | {"environment": VALUES | {"SERVER_JARFILE": "x"}},
            "environment.SERVER_JARFILE",
            "regex",
        ),
    ],
)
def test_an_order_with_wrong_words_is_refused_field_by_field(panel, body, field, rule):
    panel.user()

    status, codes, fields = told(panel.post("/servers", body))

    assert (status, codes, (field, rule) in fields) == (422, {"ValidationException"}, True)
    assert "servers created" not in panel.done()


def test_a_variable_that_is_not_sent_is_stored_empty_and_not_as_the_eggs_default(panel):
    values = panel.order().json()["attributes"]["container"]["environment"]

    assert (values["MINECRAFT_VERSION"], values["MAX_PLAYERS"]) == ("", "20")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"limits": LIMITS | {"memory": 200_000}}, "NoViableNodeException"),
        ({"deploy": DEPLOY | {"locations": [9]}}, "NoViableNodeException"),
        ({"deploy": DEPLOY | {"port_range": ["40000-40010"]}}, "NoViableAllocationException"),
    ],
)
def test_an_order_for_which_there_is_no_room_is_told_by_its_own_code(panel, changes, code):
    assert told(panel.order(**changes)) == (400, {code}, set())


def test_a_dedicated_address_has_no_other_server(panel):
    panel.order()
    alone = ORDER | {"external_id": "SRV-2", "deploy": DEPLOY | {"dedicated_ip": True}}

    second = panel.post("/servers", alone).json()["attributes"]
    third = panel.post("/servers", alone | {"external_id": "SRV-3"})

    assert second["node"] == 3
    assert told(third) == (400, {"NoViableAllocationException"}, set())


def test_a_chosen_port_belongs_to_one_server(panel):
    chosen = {"deploy": None, "allocation": {"default": 310, "additional": [311]}}
    first = panel.order(**chosen)

    second = panel.post("/servers", ORDER | chosen | {"external_id": "SRV-2"})

    assert first.json()["attributes"]["allocation"] == 310
    assert told(second) == (422, {"ValidationException"}, {("allocation.default", "exists")})


def test_an_installation_can_be_made_to_fail_and_run_again(panel):
    panel.orders("builds", fail=1)
    id = panel.installed()
    failed = panel.server(id)["status"]

    panel.post(f"/servers/{id}/reinstall")
    again = [panel.server(id)["status"] for _ in range(2)]

    assert (failed, again) == ("install_failed", ["installing", None])
    assert (panel.done()["installs failed"], panel.done()["installs finished"]) == (1, 1)


def test_suspending_can_be_repeated_and_overwrites_the_status(panel):
    id = panel.order().json()["attributes"]["id"]

    answers = [panel.post(f"/servers/{id}/suspend").status_code for _ in range(2)]
    row = panel.server(id)
    undone = [panel.post(f"/servers/{id}/unsuspend").status_code for _ in range(2)]

    assert (answers, undone) == ([204, 204], [204, 204])
    assert (row["status"], row["suspended"]) == ("suspended", True)
    assert panel.server(id)["status"] is None
    assert (panel.done()["servers suspended"], panel.done()["servers unsuspended"]) == (1, 1)


def test_a_moving_server_is_neither_suspended_nor_used(panel):
    id = panel.installed()
    panel.orders(f"servers/{id}", transferring=True)

    assert told(panel.post(f"/servers/{id}/suspend")) == (409, {"ConflictHttpException"}, set())
    answer = panel.client.post(f"/servers/{panel.name(id)}/power", json={"signal": "stop"})
    assert told(answer) == (409, {"ServerStateConflictException"}, set())
    assert panel.server(id, include="transfer")["relationships"]["transfer"]["object"] == "server_transfer"


def test_a_change_of_details_erases_an_external_id_that_is_not_sent(panel):
    id = panel.installed()

    row = panel.patch(f"/servers/{id}/details", {"name": "Castle", "user": 51}).json()["attributes"]

    assert (row["name"], row["external_id"], row["description"]) == ("Castle", None, "")
    assert panel.get("/servers/external/SRV-1").status_code == 404


@pytest.mark.parametrize("missing", ["startup", "environment", "egg", "image", "skip_scripts"])
def test_a_change_of_startup_wants_everything(panel, missing):
    id = panel.installed()
    body = {name: value for name, value in STARTUP.items() if name != missing}

    assert told(panel.patch(f"/servers/{id}/startup", body))[2] == {(missing, "required")}
    assert panel.patch(f"/servers/{id}/startup", STARTUP | {"docker_image": GAME}).status_code == 422
    assert panel.patch(f"/servers/{id}/startup", STARTUP).json()["attributes"]["container"]["image"] == GAME


def test_a_server_takes_another_size_even_one_that_is_too_small(panel):
    id = panel.installed()
    build = {"allocation": 301, "limits": LIMITS | {"disk": 10}, "feature_limits": FEATURES}

    changed = panel.patch(f"/servers/{id}/build", build)
    short = panel.patch(f"/servers/{id}/build", build | {"limits": {"memory": 1}})
    stranger = panel.patch(f"/servers/{id}/build", build | {"allocation": 302})

    assert changed.json()["attributes"]["limits"]["disk"] == 10
    assert {field for field, _ in told(short)[2]} == {"limits.swap", "limits.disk", "limits.io", "limits.cpu"}
    assert told(stranger)[0] == 422


def test_ports_are_added_to_a_server_and_taken_away(panel):
    id = panel.installed()
    build = {"allocation": 301, "feature_limits": FEATURES}

    def ports():
        rows = panel.server(id, include="allocations")["relationships"]["allocations"]["data"]
        return [row["attributes"]["id"] for row in rows]

    panel.patch(f"/servers/{id}/build", build | {"add_allocations": [305]})
    more = ports()
    panel.patch(f"/servers/{id}/build", build | {"remove_allocations": [301, 305]})

    assert (more, ports()) == ([301, 305], [301])


def test_a_databases_password_is_reset_by_the_server_it_belongs_to(panel):
    id = panel.installed()
    panel.orders(f"servers/{id}", database="s71_game")

    assert panel.post(f"/servers/{id}/databases/901/reset-password").status_code == 204
    assert panel.post(f"/servers/{id}/databases/902/reset-password").status_code == 404


# When a node's daemon is away


@pytest.mark.parametrize("call", ["suspend", "reinstall", "DELETE", "create", "power", "resources"])
def test_a_node_that_does_not_answer_undoes_everything(panel, call):
    id = panel.installed()
    name = panel.name(id)
    panel.orders("nodes/2", down=True)
    before = panel.server(id)

    answer = {
        "suspend": lambda: panel.post(f"/servers/{id}/suspend"),
        "reinstall": lambda: panel.post(f"/servers/{id}/reinstall"),
        "DELETE": lambda: panel.application.delete(f"/servers/{id}"),
        "create": lambda: panel.post("/servers", ORDER | {"external_id": "SRV-2"}),
        "power": lambda: panel.client.post(f"/servers/{name}/power", json={"signal": "stop"}),
        "resources": lambda: panel.client.get(f"/servers/{name}/resources"),
    }[call]()

    assert told(answer) == (504, {"DaemonConnectionException"}, set())
    assert panel.server(id) == before
    assert panel.get("/servers/external/SRV-2").status_code == 404


def test_a_new_size_is_taken_and_a_hard_delete_is_done_though_the_node_is_away(panel):
    id = panel.installed()
    panel.orders("nodes/2", down=True)

    resized = panel.patch(f"/servers/{id}/build", {"allocation": 301, "limits": LIMITS, "feature_limits": FEATURES})
    deleted = panel.application.delete(f"/servers/{id}/force")

    assert (resized.status_code, deleted.status_code, panel.get(f"/servers/{id}").status_code) == (200, 204, 404)
    assert panel.done()["files left behind"] == 1


def test_the_port_of_a_deleted_server_is_free_again(panel):
    id = panel.installed()
    free = [panel.get("/nodes/2/allocations", **{"filter[server_id]": 0}).json()["meta"]["pagination"]["total"]]

    panel.application.delete(f"/servers/{id}")

    free.append(panel.get("/nodes/2/allocations", **{"filter[server_id]": 0}).json()["meta"]["pagination"]["total"])
    assert free == [29, 30]


# The client API


def test_signals_take_their_time(panel):
    id = panel.installed()

    def press(signal):
        return panel.client.post(f"/servers/{panel.name(id)}/power", json={"signal": signal})

    states = {}
    for signal in ("stop", "start", "kill"):
        assert press(signal).status_code == 204
        states[signal] = [panel.power(id), panel.power(id)]

    assert states == {"stop": ["stopping", "offline"], "start": ["starting", "running"], "kill": ["offline", "offline"]}
    assert told(press("explode"))[2] == {("signal", "literal_error")}


@pytest.mark.parametrize("trouble", ["suspended", "installing", "failed", "maintenance", "restoring"])
def test_nobody_uses_a_server_that_is_in_no_state_for_it(panel, trouble):
    panel.orders("builds", fail=int(trouble == "failed"))
    id = panel.order().json()["attributes"]["id"]
    for _ in range(0 if trouble == "installing" else 2):
        panel.server(id)
    name = panel.get("/servers/external/SRV-1").json()["attributes"]["identifier"]
    match trouble:
        case "suspended":
            panel.post(f"/servers/{id}/suspend")
        case "maintenance":
            panel.orders("nodes/2", maintenance_mode=True)
        case "restoring":
            panel.orders(f"servers/{id}", status="restoring_backup")

    answers = [
        panel.client.post(f"/servers/{name}/power", json={"signal": "start"}),
        panel.client.get(f"/servers/{name}/resources"),
        panel.client.post(f"/servers/{name}/command", json={"command": "say hi"}),
        panel.client.get(f"/servers/{name}/websocket"),
        panel.client.post(f"/servers/{name}/settings/reinstall"),
    ]

    assert [told(answer) for answer in answers] == [(409, {"ServerStateConflictException"}, set())] * 5
    assert panel.client.get(f"/servers/{name}").status_code == 200


def test_an_owner_sees_the_server_by_both_its_names(panel):
    row = panel.server(panel.installed())

    views = [panel.client.get(f"/servers/{row[name]}").json()["attributes"] for name in ("identifier", "uuid")]

    assert views[0] == views[1]
    assert (views[0]["internal_id"], views[0]["node"], views[0]["is_installing"]) == (71, "fra-1", False)
    assert panel.client.get("/servers/71").status_code == 404


def test_usage_is_as_old_as_the_cache_allows():
    panel = Panel(pace=Pace(cached_seconds=20))
    id = panel.installed()

    before = panel.power(id)
    panel.client.post(f"/servers/{panel.name(id)}/power", json={"signal": "kill"})
    cached = panel.power(id)
    panel.clock.now += timedelta(seconds=20)

    assert (before, cached, panel.power(id)) == ("running", "running", "offline")


def test_a_command_needs_a_server_that_is_on(panel):
    name = panel.name(panel.installed())

    typed = panel.client.post(f"/servers/{name}/command", json={"command": "say hi"})
    panel.client.post(f"/servers/{name}/power", json={"signal": "kill"})
    refused = panel.client.post(f"/servers/{name}/command", json={"command": "say hi"})

    assert (typed.status_code, told(refused)[0]) == (204, 502)


def test_an_owner_installs_anew_and_gets_into_the_console(panel):
    id = panel.installed()
    name = panel.name(id)

    console = panel.client.get(f"/servers/{name}/websocket").json()["data"]
    answer = panel.client.post(f"/servers/{name}/settings/reinstall")

    assert set(console) == {"token", "socket"}
    assert (answer.status_code, panel.server(id)["status"]) == (202, "installing")


def test_an_administrator_sees_everybodys_servers_only_when_asking_for_them(panel):
    panel.installed()

    def seen(query):
        headers = {"Authorization": f"Bearer {OWNER_KEY}"}
        return panel.plain.get(f"{CLIENT}{query}", headers=headers).json()["meta"]["pagination"]

    assert (seen("")["total"], seen("?type=admin-all")["total"], seen("?per_page=500")["per_page"]) == (0, 1, 100)


# Stock


def test_what_fits_where_can_be_asked(panel):
    panel.installed()

    fits = panel.get("/nodes/deployable", memory=130_000, disk=1, **{"location_ids[]": 1}).json()["data"]
    nowhere = panel.get("/nodes/deployable", memory=130_000, disk=1, **{"location_ids[]": 9})

    assert [(node["attributes"]["name"], node["attributes"]["allocated_resources"]) for node in fits] == [
        ("fra-2", {"memory": 0, "disk": 0})
    ]
    assert told(nowhere) == (400, {"NoViableNodeException"}, set())
    assert told(panel.get("/nodes/deployable", memory="much"))[2] == {("memory", "integer"), ("disk", "integer")}


def test_places_games_and_ports_can_be_looked_up(panel):
    places = [row["attributes"]["long"] for row in panel.get("/locations").json()["data"]]
    nests = [row["attributes"]["name"] for row in panel.get("/nests").json()["data"]]
    egg = panel.get("/nests/1/eggs/3", include="variables").json()["attributes"]
    added = panel.post("/nodes/2/allocations", {"ip": "192.0.2.40", "ports": ["25590-25600"]})

    assert places == ["Frankfurt", "New York", "London"]
    assert nests == ["Minecraft", "Source Engine", "Voice Servers"]
    assert egg["docker_images"]["Java 21"] == egg["docker_image"] == GAME
    variable = egg["relationships"]["variables"]["data"][0]
    assert (variable["object"], variable["attributes"]["env_variable"]) == ("egg_variable", "MINECRAFT_VERSION")
    assert "meta" not in panel.get("/nests/1/eggs").json()
    assert (added.status_code, panel.get("/nodes/2/allocations").json()["meta"]["pagination"]["total"]) == (204, 36)


def test_the_panel_remembers_after_a_restart(tmp_path):
    id = Panel(store=Store(tmp_path / "panel.db")).order().json()["attributes"]["id"]

    restarted = Panel(store=Store(tmp_path / "panel.db"))

    assert restarted.get(f"/servers/{id}").status_code == 200
    assert len(restarted.get("/nodes").json()["data"]) == 5


def test_the_state_shows_who_has_what_and_no_passwords(panel):
    panel.installed()

    state = panel.plain.get("/_sandbox/state")

    [server] = state.json()["servers"]
    assert (server["id"], server["external_id"], server["address"]) == (71, "SRV-1", "192.0.2.40:25565")
    assert "password" not in state.text.replace("passwords set", "")
