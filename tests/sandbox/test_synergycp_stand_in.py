from datetime import UTC, datetime, timedelta

import pytest

from ezscale.integrations.http import open_http
from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.store import Store
from ezscale.sandbox.synergycp import STEP_BY_STEP, Pace, synergycp_stand_in

KEY = "scp-test-key-0123456789-0123456789-0123456789-0123"
ADA = {"email": "ada@example.test", "first": "Ada", "last": "Moreno", "billing_id": "C-17", "password": ""}
LARGE = {
    "available": "true",
    "parts[exact]": "true",
    "cpu_billing": "epyc-7443p",
    "mem_billing": "mem-128",
    "disks_billing[]": ["nvme-960", "nvme-960"],
    "ip_group_billing[]": "fra-1",
}


class Clock:
    """The panel's time, moved by hand."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 10, tzinfo=UTC)

    def __call__(self):
        return self.now


class Panel:
    """The stand-in, spoken to in SynergyCP's own HTTP."""

    def __init__(self, pace=STEP_BY_STEP, store=None):
        self.clock = Clock()
        self.store = store or Store()
        stand_in = synergycp_stand_in(self.store, key=KEY, pace=pace, now=self.clock)
        self.transport = InProcess(stand_in)
        self.http = open_http("http://panel.test", query={"key": KEY}, transport=self.transport)

    def get(self, path, **query):
        return self.http.get(path, params=query)

    def post(self, path, body):
        return self.http.post(path, json=body)

    def patch(self, path, body):
        return self.http.patch(path, json=body)

    def rows(self, path, **query):
        answer = self.get(path, **query).json()
        assert answer["error"] is False
        return answer["data"]["data"]

    def client(self, **changes):
        return self.post("/client", ADA | changes).json()["data"]["id"]

    def provision(self, **changes):
        order = {
            "client_id": 9,
            "server_id": 118,
            "ips_billing": "ip-29",
            "pxe_profile_billing": "debian-12",
            "password": "correct-horse",
            "billing": {"id": "SRV-1", "max_bandwidth": "20TB"},
        }
        return self.post("/server/provision", order | changes)

    def sold(self, **changes):
        self.client()
        return self.provision(**changes).json()["data"]["server"]["id"]

    def installed(self, **changes):
        id = self.sold(**changes)
        assert [self.rows(f"/server/{id}/install") != [] for _ in range(3)] == [True, True, False]
        return id

    def access(self, id, **query):
        return self.rows(f"/server/{id}/access", **query)[0]

    def lets_in(self, id, password):
        return self.post("/_sandbox/sign-in", {"server": id, "username": "root", "password": password}).is_success

    def done(self):
        return self.get("/_sandbox/state").json()["done"]


@pytest.fixture
def panel():
    return Panel()


def refusal_of(answer):
    """The words of a refusal in business, which has the status of a success."""
    body = answer.json()
    assert (answer.status_code, body["error"], body["messages"][0]["type"]) == (200, True, "danger")
    return body["messages"][0]["text"]


# Who may enter, and how


@pytest.mark.parametrize("query", ["", "?key=", "?key=another"])
def test_only_the_key_in_the_query_opens_anything(panel, query):
    stranger = open_http("http://panel.test", KEY, transport=panel.transport)  # as a header it counts for nothing

    for method in ("GET", "POST", "PATCH"):
        answer = stranger.request(method, f"/client{query}" if method != "PATCH" else f"/client/9{query}")
        assert (answer.status_code, answer.json()["error"]) == (401, True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({key: value for key, value in ADA.items() if key != "last"}, "last field is required"),
        (ADA | {"phone": "1"}, "phone field is unknown"),
        (ADA | {"billing_id": 17}, "billing_id field is invalid"),
        (ADA | {"email": "nobody"}, "email field is invalid"),
    ],
)
def test_what_cannot_be_understood_is_a_400_with_its_reason(panel, body, words):
    answer = panel.post("/client", body)

    assert answer.status_code == 400
    assert words in answer.json()["messages"][0]["text"]
    assert panel.done() == {}


def test_an_unknown_parameter_a_missing_record_and_an_unknown_address_are_told_apart(panel):
    parameter, record, address = panel.get("/server", colour="red"), panel.get("/server/9"), panel.get("/servers")

    assert (parameter.status_code, "colour" in parameter.json()["messages"][0]["text"]) == (400, True)
    assert (record.status_code, record.json()["messages"][0]["text"]) == (404, "The server was not found.")
    assert (address.status_code, "messages" in address.json()) == (404, False)


# Clients


def test_a_client_is_found_by_number_and_by_address_and_exactly(panel):
    id = panel.client()

    assert [row["id"] for row in panel.rows("/client", billing_id="C-17")] == [id]
    assert [row["id"] for row in panel.rows("/client", email="ADA@example.test")] == [id]
    assert panel.rows("/client", billing_id="C-1") == []


@pytest.mark.parametrize("other", [{"billing_id": "C-18"}, {"email": "bo@example.test"}])
def test_an_address_and_a_number_belong_to_one_client_and_the_refusal_names_it(panel, other):
    id = panel.client()

    answer = panel.post("/client", ADA | other)

    assert "has already been taken" in refusal_of(answer)
    assert answer.json()["data"] == {"id": id}
    assert panel.done() == {"clients created": 1}


def test_a_client_changes_and_is_welcomed(panel):
    id = panel.client()

    changed = panel.patch(f"/client/{id}", {"billing_id": "C-18", "last": "Stone"}).json()["data"]

    assert (changed["billing_id"], changed["first"], changed["last"]) == ("C-18", "Ada", "Stone")
    assert panel.post(f"/client/{id}/email", {"type": "client-account-created"}).json()["error"] is False
    assert panel.done()["mails sent"] == 1


# What is on the shelf


def test_only_machines_with_exactly_these_parts_in_this_place_are_counted(panel):
    def count(**changes):
        return panel.get("/server", **{name: value for name, value in (LARGE | changes).items() if value}).json()[
            "data"
        ]["total"]

    assert count() == 4
    assert count(**{"ip_group_billing[]": "nyc-1"}) == 2
    assert count(**{"ip_group_billing[]": "mars-1"}) == 0
    assert count(**{"disks_billing[]": "nvme-960"}) == 0
    assert count(**{"disks_billing[]": "nvme-960", "parts[exact]": ""}) == 4
    assert count(**{"addons_billing[]": "raid-card"}) == 0


def test_a_numbered_list_is_a_list(panel):
    numbered = {"disks_billing[0]": "nvme-960", "disks_billing[1]": "nvme-960"}
    query = {name: value for name, value in LARGE.items() if name != "disks_billing[]"}

    assert panel.get("/server", **query, **numbered).json()["data"]["total"] == 4


def test_a_total_may_be_a_minute_old_unless_it_is_counted_anew(panel):
    def total(**more):
        return panel.get("/server", **LARGE, per_page=1, **more).json()["data"]["total"]

    before = total()
    panel.sold()

    assert (before, total(), total(force_refresh_count="true")) == (4, 4, 3)
    panel.clock.now += timedelta(minutes=1)
    assert total() == 3


def test_a_list_comes_in_pages(panel):
    first = panel.get("/server", per_page=5).json()["data"]
    last = panel.get("/server", per_page=5, page=3).json()["data"]

    assert (first["total"], first["last_page"], first["from"], first["to"], len(first["data"])) == (12, 3, 1, 5, 5)
    assert (last["from"], last["to"], last["next_page_url"]) == (11, 12, None)
    assert KEY not in first["next_page_url"]
    assert panel.get("/server", per_page=501).status_code == 400


def test_plans_are_made_of_what_can_be_looked_up(panel):
    codes = {
        path: {row["billing_id"] for row in panel.rows(path, **query)}
        for path, query in (
            ("/part", {"part_type": "cpu"}),
            ("/group", {"inventory": "true"}),
            ("/port-speed", {}),
            ("/pxe/profile", {}),
        )
    }

    assert codes["/part"] == {"epyc-7443p", "ryzen-5950x", "xeon-2388g"}
    assert codes["/group"] == {"fra-1", "nyc-1", "lon-1"}
    assert codes["/port-speed"] == {"1g", "10g"}
    assert {"debian-12", "windows-2025", None} < codes["/pxe/profile"]
    assert len(panel.rows("/pxe/iso/81/edition", is_enabled="true")) == 2
    assert panel.rows("/integration")[0]["name"] == "EZSCALE"


# Giving a machine to a client


def test_a_machine_goes_from_the_shelf_to_a_client_with_addresses(panel):
    id = panel.sold(nickname="db1.example.test", port_speed_billing="1g")

    (server,) = panel.rows("/server", billing_id="SRV-1")
    (entity,) = panel.rows("/entity", server=id)
    assert (server["id"], server["nickname"], server["billing"]["id"]) == (118, "db1.example.test", "SRV-1")
    assert (server["access"]["client"]["id"], server["access"]["is_active"]) == (9, True)
    assert (entity["full_ip"], entity["gateway"], entity["billing_id"]) == ("203.0.113.0/29", "203.0.113.1", "ip-29")
    assert len(panel.rows("/entity", **{"group[billing][]": "fra-1", "billing_id": "ip-29", "server": "none"})) == 7
    assert [row["id"] for row in panel.rows("/server", integration_id="me")] == [id]
    assert panel.rows("/server", **LARGE)[0]["id"] == 119


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"server_id": 118}, "server_id is not available"),
        ({"server_id": 9999}, "server_id is not available"),
        ({"billing": {"id": "SRV-1"}}, "billing ID has already been taken"),
        ({"client_id": 4}, "client_id is invalid"),
        ({"pxe_profile_billing": "beos"}, "PXE profile is invalid"),
        ({"port_speed_billing": "400g"}, "port speed is invalid"),
    ],
)
def test_an_order_that_cannot_be_filled_is_refused_and_nothing_is_done(panel, changes, words):
    panel.sold()
    done = panel.done()

    answer = panel.provision(**({"server_id": 119, "billing": {"id": "SRV-2"}} | changes))

    assert words in refusal_of(answer)
    assert panel.done() == done


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "short"},
        {"billing": {"id": "S", "max_bandwidth": "lots"}},
        {"client": {"id": 9}},
        {"ips_billing": 1},
    ],
)
def test_an_order_in_the_wrong_form_is_a_400(panel, changes):
    panel.client()

    assert panel.provision(**changes).status_code == 400


def test_an_order_without_a_free_block_of_addresses_matches_nothing(panel):
    panel.client()

    answer = panel.provision(ips_billing="ip-24").json()

    assert (answer["error"], answer["data"]) == (False, [])
    assert "servers provisioned" not in panel.done()


def test_a_machine_that_is_held_back_cannot_be_had(panel):
    panel.client()
    panel.post("/_sandbox/servers/118", {"held": True})

    assert "server_id" in refusal_of(panel.provision())
    assert panel.rows("/server", **LARGE)[0]["id"] == 119


def test_a_machine_without_network_boot_is_on_the_shelf_and_cannot_be_installed(panel):
    panel.client()
    panel.post("/_sandbox/servers/118", {"is_pxe_ready": False})

    assert panel.rows("/server", **LARGE)[0]["is_pxe_ready"] is False
    assert "PXE" in refusal_of(panel.provision())
    assert panel.rows("/server", billing_id="SRV-1") == []


# Installations


def test_an_installation_counts_up_and_vanishes(panel):
    id = panel.sold()

    looks = [panel.rows(f"/server/{id}/install") for _ in range(3)]

    assert [[row["percent"] for row in rows] for rows in looks] == [[53], [95], []]
    assert looks[0][0]["profile"]["name"] == "Debian 12"
    assert panel.lets_in(id, "correct-horse")
    assert panel.done()["installs completed"] == 1


def test_one_that_fails_vanishes_as_well_and_nobody_says_so(panel):
    panel.post("/_sandbox/builds", {"fail": 1})
    id = panel.sold()

    looks = [panel.rows(f"/server/{id}/install") for _ in range(2)]

    assert [[row["percent"] for row in rows] for rows in looks] == [[53], []]
    assert not panel.lets_in(id, "correct-horse")
    assert panel.done()["installs failed"] == 1


def test_in_the_demo_an_installation_takes_its_time_and_the_clock_can_be_moved_on():
    panel = Panel(pace=Pace(install_seconds=30))
    id = panel.sold()

    percents = [panel.rows("/server/*/install")[0]["percent"]]
    panel.post("/_sandbox/clock", {"seconds": 10})
    percents += [panel.rows(f"/server/{id}/install")[0]["percent"]]
    panel.post("/_sandbox/clock", {"seconds": 20})

    assert percents == [0, 53]
    assert panel.rows("/server/*/install") == []


def test_installing_again_wipes_and_two_at_once_are_refused_unless_one_waits(panel):
    id = panel.installed()
    wish = {"pxe_profile_id": 13, "password": "battery-staple"}

    first = panel.post(f"/server/{id}/install", wish).json()["data"]
    second = panel.post(f"/server/{id}/install", wish)
    chained = panel.post(f"/server/{id}/install", wish | {"parent": {"id": first["id"]}}).json()["data"]

    assert "already in progress" in refusal_of(second)
    assert not panel.lets_in(id, "correct-horse")
    assert (chained["percent"], chained["step_desc"]) == (0, "Queued")
    for _ in range(6):
        panel.rows(f"/server/{id}/install")
    assert panel.lets_in(id, "battery-staple")
    assert panel.done()["installs completed"] == 3


@pytest.mark.parametrize(
    "wish",
    [
        {"password": "battery-staple"},
        {"pxe_profile_id": 12, "pxe_profile_billing": "debian-13", "password": "battery-staple"},
        {"pxe_profile_billing": "debian-13"},
        {"pxe_profile_billing": "debian-13", "password": "battery-staple", "hostname": "h"},
    ],
)
def test_an_installation_names_one_system_and_a_password(panel, wish):
    id = panel.installed()

    assert panel.post(f"/server/{id}/install", wish).status_code == 400
    assert panel.lets_in(id, "correct-horse")


def test_a_cancelled_installation_is_gone_with_those_that_wait_for_it(panel):
    id = panel.sold()
    (running,) = panel.rows(f"/server/{id}/install")
    panel.post(f"/server/{id}/install", {"pxe_profile_id": 13, "password": "battery-staple", "queue": True})

    path = f"/server/{id}/install/{running['id']}"
    cancelled = panel.http.request("DELETE", path, json={"restart": True}).json()

    assert cancelled["error"] is False
    assert panel.rows(f"/server/{id}/install") == []
    assert "not in progress" in refusal_of(panel.http.request("DELETE", path, json={"restart": False}))


# Suspending, taking back


def test_a_suspended_access_closes_the_port_and_the_machine_runs_on(panel):
    id = panel.installed()
    path = f"/server/{id}/access/{panel.access(id, is_primary='true')['id']}"

    for _ in range(2):
        assert (
            panel.patch(path, {"is_active": False, "suspension_reason": "Unpaid", "auto": True}).json()["error"]
            is False
        )
    suspended = panel.access(id)
    state = next(row for row in panel.get("/_sandbox/state").json()["servers"] if row["id"] == id)
    panel.patch(path, {"is_active": True})

    assert (suspended["is_active"], suspended["suspension_reason"]) == (False, "Unpaid")
    assert (state["power"], state["port"]) == ("on", "off")
    assert panel.access(id)["is_active"] is True
    assert (panel.done()["accesses suspended"], panel.done()["accesses resumed"]) == (1, 1)


def test_a_suspension_says_why(panel):
    id = panel.installed()

    answer = panel.patch(f"/server/{id}/access/{panel.access(id)['id']}", {"is_active": False})

    assert (answer.status_code, "suspension_reason" in answer.json()["messages"][0]["text"]) == (400, True)


def test_no_machine_decides_about_a_very_important_client_but_a_person_does(panel):
    id = panel.installed()
    path = f"/server/{id}/access/{panel.access(id)['id']}"
    panel.post("/_sandbox/clients/9", {"vip": True})

    suspended = panel.patch(path, {"is_active": False, "suspension_reason": "Unpaid", "auto": True})
    wiped = panel.patch(f"/server/{id}", {"wiped": "1", "auto": True})

    for answer in (suspended, wiped):
        assert (refusal_of(answer), answer.json()["data"]) == (
            "The client is VIP: the request was ignored.",
            {"ignored": True},
        )
    assert panel.access(id)["is_active"] is True
    panel.patch(path, {"is_active": False, "suspension_reason": "Unpaid"})
    assert panel.access(id)["is_active"] is False


def test_a_reseller_lets_others_in(panel):
    id = panel.installed()
    other = panel.client(email="bo@example.test", billing_id="C-18")

    granted = panel.post(f"/server/{id}/access", {"client": {"id": other}, "pxe": False}).json()["data"]
    again = panel.post(f"/server/{id}/access", {"client": {"id": other}})

    assert [row["client"]["id"] for row in panel.rows(f"/server/{id}/access", is_primary="false")] == [other]
    assert (granted["pxe"], granted["ipmi"]) == (False, True)
    assert "already" in refusal_of(again)
    panel.http.delete(f"/server/{id}/access/{granted['id']}")
    assert panel.rows(f"/server/{id}/access", is_primary="false") == []


@pytest.mark.parametrize("wiped", ["1", True])
def test_a_wiped_machine_is_back_on_the_shelf_with_everything_taken_from_it(panel, wiped):
    id = panel.installed(nickname="db1")

    for _ in range(2):
        assert panel.patch(f"/server/{id}", {"wiped": wiped, "auto": True}).json()["error"] is False

    server = panel.get(f"/server/{id}").json()["data"]
    assert (server["access"], server["billing"], server["nickname"], server["entity"]) == (None, None, None, None)
    assert panel.rows("/server", **LARGE)[0]["id"] == id
    assert panel.done()["servers wiped"] == 1
    assert panel.provision(billing={"id": "SRV-1"}).json()["data"]["server"]["id"] == id


def test_a_panel_may_leave_the_number_on_the_machine(panel):
    id = panel.installed()
    panel.post("/_sandbox/wipes", {"keep_numbers": True})
    panel.patch(f"/server/{id}", {"wiped": True})

    (server,) = panel.rows("/server", billing_id="SRV-1")

    assert (server["id"], server["access"]) == (id, None)


def test_a_name_a_limit_and_a_number_can_be_changed(panel):
    id = panel.installed()
    panel.provision(server_id=119, billing={"id": "SRV-2"})

    panel.patch(f"/server/{id}", {"nickname": "web", "billing": {"max_bandwidth": ""}})
    taken = panel.patch(f"/server/{id}", {"billing": {"id": "SRV-2"}})

    server = panel.get(f"/server/{id}").json()["data"]
    assert (server["nickname"], server["billing"]["max_bandwidth"], server["usage"]["max"]) == ("web", "", None)
    assert "already been taken" in refusal_of(taken)


def test_nothing_deletes_a_machine(panel):
    assert panel.http.delete("/server/118").status_code == 405


# Switches, traffic, signing in


@pytest.mark.parametrize(("power", "after"), [("on", "on"), ("off", "off"), ("soft", "off"), ("reset", "on")])
def test_a_switch_does_what_it_says(panel, power, after):
    id = panel.installed()
    board = next(row for row in panel.rows(f"/server/{id}/control") if row["type"] == "ipmi")

    panel.post(f"/server/{id}/control/{board['id']}/command", {"power": power})

    assert panel.get(f"/server/{id}/ipmi").json()["data"]["power_status_desc"] == f"Chassis Power is {after}"


@pytest.mark.parametrize("body", [{}, {"power": "on", "pxe_boot": True}, {"power": "explode"}, {"pxe_boot": False}])
def test_a_switch_takes_one_known_command_at_a_time(panel, body):
    id = panel.installed()
    board = panel.rows(f"/server/{id}/control")[1]

    assert panel.post(f"/server/{id}/control/{board['id']}/command", body).status_code == 400


def test_a_socket_shuts_no_system_down_and_a_silent_board_does_nothing(panel):
    id = panel.installed()
    socket, board = panel.rows(f"/server/{id}/control")

    soft = panel.post(f"/server/{id}/control/{socket['id']}/command", {"power": "soft"})
    panel.post("/_sandbox/servers/118", {"is_ipmi_ready": False})
    silent = panel.post(f"/server/{id}/control/{board['id']}/command", {"power": "off"})

    assert "does not know the command" in refusal_of(soft)
    assert "does not answer" in refusal_of(silent)


def test_a_clients_user_on_the_board_comes_and_goes(panel):
    id = panel.installed()
    board = panel.rows(f"/server/{id}/control")[1]

    panel.post(f"/server/{id}/control/{board['id']}/command", {"add_user": True})
    added = panel.get(f"/server/{id}").json()["data"]["ipmi"]["client"]
    panel.post(f"/server/{id}/control/{board['id']}/command", {"delete_user": True})

    assert added["username"]
    assert panel.get(f"/server/{id}").json()["data"]["ipmi"]["client"] is None


def test_the_cable_can_be_pulled_in_the_newer_and_the_older_way(panel):
    id = panel.installed()
    (port,) = panel.rows(f"/server/{id}/port")

    panel.post(f"/server/{id}/port/{port['id']}/command", {"command": "power-off"})
    off = panel.rows(f"/server/{id}/port")[0]["power"]
    panel.patch(f"/server/{id}/port/{port['id']}", {"power": "on"})

    assert (off, panel.rows(f"/server/{id}/port")[0]["power"]) == ("off", "on")


def test_traffic_is_counted_in_bits_and_begins_again_with_every_cycle(panel):
    id = panel.installed()
    port = panel.rows(f"/server/{id}/port")[0]["id"]
    panel.clock.now += timedelta(days=1)
    first = panel.get(f"/server/{id}").json()["data"]["usage"]
    panel.clock.now += timedelta(days=30)

    (usage,) = panel.rows(f"/server/{id}/port/{port}/bandwidth/usage")

    assert (first["used"], first["max"]) == (86_400 * 7 * 80_000, 20 * 10**12 * 8)
    assert usage["used"] == first["used"]
    assert usage["cycle_started_at"]["iso_8601"] == "2026-04-01T10:00:00+00:00"


def test_a_graph_has_samples_between_two_moments(panel):
    id = panel.installed()
    port = panel.rows(f"/server/{id}/port")[0]["id"]
    start = int(panel.clock.now.timestamp())

    graph = panel.get(f"/server/{id}/port/{port}/bandwidth", start=start - 600, end=start + 600).json()["data"]

    assert [sample[1] > 0 for sample in graph["data"]] == [False, False, True, True]
    assert (graph["from_time"], graph["to_time"], graph["status"]) == (start - 600, start + 600, "ok")


def test_a_clients_key_opens_the_page_of_their_own_machine_for_a_while(panel):
    id = panel.installed()
    key = panel.post("/key", {"owner_id": 9, "owner_type": "client"}).json()["data"]["key"]

    def arrives(key, server):
        return panel.http.get("/auth/sso", params={"key": key, "view_type": "server", "view_id": server}).status_code

    answers = [arrives(key, id), arrives(key, 119), arrives(KEY, id)]
    panel.clock.now += timedelta(hours=1)

    assert len(key) == 50
    assert answers == [200, 404, 403]
    assert arrives(key, id) == 403


def test_a_clients_key_switches_their_own_machine_unless_it_is_suspended_and_nothing_else(panel):
    id = panel.installed()
    key = panel.post("/key", {"owner_id": 9, "owner_type": "client"}).json()["data"]["key"]
    own = open_http("http://panel.test", query={"key": key}, transport=panel.transport)
    path = f"/server/{id}/control/{panel.rows(f'/server/{id}/control')[1]['id']}/command"

    pressed = own.post(path, json={"power": "off"}).json()
    others = [own.get("/server/119/control").status_code, own.get("/server").status_code]
    panel.patch(f"/server/{id}/access/{panel.access(id)['id']}", {"is_active": False, "suspension_reason": "Unpaid"})

    assert pressed["error"] is False
    assert others == [404, 403]
    assert "suspended" in refusal_of(own.post(path, json={"power": "on"}))


# The sandbox itself


def test_the_panel_remembers_after_a_restart(tmp_path):
    id = Panel(store=Store(tmp_path / "panel.db")).sold()

    restarted = Panel(store=Store(tmp_path / "panel.db"))

    assert restarted.rows("/server", billing_id="SRV-1")[0]["id"] == id
    assert restarted.get("/server").json()["data"]["total"] == 12


def test_neither_the_state_nor_the_journal_shows_a_key_or_a_password(panel):
    panel.installed()
    panel.post("/key", {"owner_id": 9, "owner_type": "client"})

    state, calls = panel.get("/_sandbox/state"), panel.get("/_sandbox/calls")

    assert "SRV-1" in state.text
    assert "key=%2A%2A%2A" in calls.text
    for text in (state.text, calls.text):
        assert KEY not in text
        assert "correct-horse" not in text
