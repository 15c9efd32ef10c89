"""A library that was written against real panels gets on with the stand-in."""

import httpx
import pydactyl
import pytest
import requests

from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.pterodactyl import STEP_BY_STEP, pterodactyl_stand_in
from ezscale.sandbox.store import Store

KEY, OWNER_KEY = "ptla_for-tests", "ptlc_for-tests"
URL = "http://panel.test"


class WithoutSocket:
    """Carries what the requests library sends to the stand-in."""

    def __init__(self, app):
        self.http = httpx.Client(transport=InProcess(app))

    def send(self, request, **_how):
        answer = self.http.request(request.method, request.url, headers=dict(request.headers), content=request.body)
        response = requests.Response()
        response.status_code, response._content, response.url = answer.status_code, answer.content, request.url
        response.headers.update(answer.headers)
        response.request = request
        return response

    def close(self):
        self.http.close()


@pytest.fixture
def app():
    return pterodactyl_stand_in(Store(), application_key=KEY, client_key=OWNER_KEY, url=URL, pace=STEP_BY_STEP)


@pytest.fixture
def by_key(app):
    def client(key):
        library = pydactyl.PterodactylClient(URL, key)
        library._session.mount("http://", WithoutSocket(app))
        return library

    return client


@pytest.fixture
def panel(by_key):
    return by_key(KEY)


@pytest.fixture
def server(panel):
    """A server, ordered by the library in its own way and installed."""
    user = panel.user.create_user(
        "ada90017", "ada@example.test", "Ada", "Moreno", external_id="C-17", password="secret"
    )
    answer = panel.servers.create_server(
        *("Castle", user["attributes"]["id"], 1, 3, 4096, 0, 20480),
        location_ids=[1],
        environment={"MAX_PLAYERS": "40"},
        external_id="SRV-1",
    )
    id = answer.json()["attributes"]["id"]
    panel.servers.get_server_info(id), panel.servers.get_server_info(id)
    return id


def test_a_server_is_ordered_found_changed_and_deleted(panel, server):
    found = panel.servers.get_server_info(external_id="SRV-1", includes=["allocations"])
    panel.servers.update_server_details(server, "Keep", found["user"], external_id="SRV-1")
    panel.servers.update_server_build(server, found["allocation"], 8192, 0, 40960, 400, 500, 1, 1, 2)
    panel.servers.update_server_startup(server, egg_id=4, environment={"BUILD_TYPE": "latest"})
    changed = panel.servers.get_server_info(server)

    assert (found["status"], found["container"]["environment"]["MAX_PLAYERS"]) == (None, "40")
    assert (changed["name"], changed["limits"]["memory"], changed["egg"]) == ("Keep", 8192, 4)
    assert panel.servers.delete_server(server).status_code == 204
    assert panel.user.delete_user(found["user"]).status_code == 204


def test_a_server_is_suspended_freed_and_installed_anew(panel, server):
    panel.servers.suspend_server(server)
    suspended = panel.servers.get_server_info(server)["suspended"]
    panel.servers.unsuspend_server(server)
    panel.servers.reinstall_server(server)

    assert suspended
    assert panel.servers.get_server_info(server)["status"] == "installing"


def test_an_owner_switches_a_server_and_reads_its_figures(panel, by_key, server):
    owner = by_key(OWNER_KEY).client.servers
    [row] = owner.list_servers(params={"type": "admin-all"}).collect()
    name = row["attributes"]["identifier"]

    owner.send_power_action(name, "stop")
    states = [owner.get_server_utilization(name)["current_state"] for _ in range(2)]

    assert states == ["stopping", "offline"]
    assert owner.get_server(name)["internal_id"] == server
    assert owner.get_websocket(name)["data"]["socket"].startswith("wss://")


def test_lists_are_read_page_by_page_and_shelves_looked_through(panel, server):
    ports = panel.nodes.list_node_allocations(2).collect()
    for number in range(60):
        panel.user.create_user(f"user{number}", f"user{number}@example.test", "A", "B", password="secret")

    assert (len(ports), ports[0]["attributes"]["assigned"]) == (30, True)
    assert len(panel.user.list_users().collect()) == 62
    assert len(panel.user.list_users(external_id="C-17").collect()) == 1
    assert panel.nodes.get_node_info(2).get("allocated_resources", {}).get("memory", 4096) == 4096
    assert [egg["attributes"]["id"] for egg in panel.nests.get_eggs_in_nest(1)["data"]] == [1, 3, 4]
    assert panel.locations.get_location_info(1)["attributes"]["short"] == "fra"


def test_a_refusal_is_one_that_the_library_understands(panel, server):
    with pytest.raises(pydactyl.exceptions.PterodactylApiError, match="already been taken"):
        panel.user.create_user("bo90018", "ADA@example.test", "Bo", "Berg")
    with pytest.raises(requests.HTTPError):
        panel.servers.get_server_info(99)
