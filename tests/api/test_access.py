"""Who is let in to the staff's side: by host name, by address, by pass; over pages, routes and sockets alike."""

from ipaddress import ip_network

import httpx
import pytest
from starlette.responses import JSONResponse

from ezscale.api.access import StaffDoor, client_address
from ezscale.api.edge import Edge, Site
from ezscale.kit.staff_door import MARK

HOSTS = frozenset({"shop.example", "staff.example"})
OFFICE = tuple(map(ip_network, ("192.0.2.0/24", "2001:db8:1::/48")))
PROXIES = tuple(map(ip_network, ("10.0.0.0/8", "fd00::/8")))
STAFFS = ("/admin/", "/admin/customers/", "/api/v1/admin/customers", "/api/exports/customers.csv", "/api/impersonation")
EVERYBODYS = ("/", "/pricing/", "/login/", "/account/", "/api/v1/services", "/api/impersonation/end", "/assets/x.js")
SIGNED_IN = {"cookie": "ezscale_session=abc"}


class Passes:
    """Takes one pass."""

    def admit(self, shown):
        return shown == "genuine"


async def told(scope, receive, send):
    """Stands for the application: says whom it sees, and what the edge has noted."""
    headers = dict(scope["headers"])
    mark = headers.get(MARK.encode(), b"").decode()
    await JSONResponse({"client": scope["client"][0], "mark": mark})(scope, receive, send)


def door(*, host="", networks=(), passes=None):
    return Site(HOSTS, StaffDoor(host, networks, (lambda: passes) if passes else None), PROXIES)


async def asked(site, path, *, peer="203.0.113.9", host="shop.example", headers=None):
    transport = httpx.ASGITransport(Edge(told, site), client=(peer, 4711))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as browser:
        return await browser.get(path, headers={**SIGNED_IN, **(headers or {})})


async def opened(site, *, peer="203.0.113.9", host="shop.example", headers=()):
    """What happens to a socket: the mark it gets, or None when it is refused."""
    seen = []

    async def application(scope, receive, send):
        seen.append(dict(scope["headers"]).get(MARK.encode(), b"").decode())

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        assert message == {"type": "websocket.close", "code": 1008}

    named = [(name.encode(), value.encode()) for name, value in headers]
    scope = {
        "type": "websocket",
        "path": "/_event",
        "client": (peer, 1),
        "headers": [(b"host", host.encode()), (b"origin", f"http://{host}".encode()), *named],
    }
    await Edge(application, site)(scope, receive, send)
    return seen[0] if seen else None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("2001:db8::7", [], "2001:db8::7"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["192.0.2.1"], "203.0.113.9"),  # nobody's proxy: what it says is worth nothing
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["192.0.2.1, 203.0.113.9"], "203.0.113.9"),  # the first was written by the client
        ("10.0.0.1", ["192.0.2.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["192.0.2.1, unknown"], ""),
        ("10.0.0.1", ["192.0.2.1,"], ""),
        ("10.0.0.1", ["192.0.2.1:443"], "192.0.2.1"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("fd00::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("fd00::1", ["::ffff:192.0.2.1"], "192.0.2.1"),
        ("testclient", [], "testclient"),
        ("testclient", ["192.0.2.1"], ""),
    ],
)
def test_where_a_request_really_comes_from(peer, forwarded, address):
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]

    assert client_address({"type": "http", "client": (peer, 1), "headers": headers}, PROXIES) == address


async def test_everything_behind_the_edge_sees_the_real_address_and_not_a_mark_that_somebody_made_up():
    answer = await asked(
        door(networks=OFFICE), "/pricing/", peer="10.0.0.1", headers={"x-forwarded-for": "203.0.113.9", MARK: "open"}
    )

    assert answer.json() == {"client": "203.0.113.9", "mark": ""}


@pytest.mark.parametrize("path", STAFFS)
@pytest.mark.parametrize(
    ("peer", "forwarded", "status"),
    [
        ("192.0.2.77", "", 200),
        ("2001:db8:1:2::3", "", 200),
        ("::ffff:192.0.2.77", "", 200),
        ("203.0.113.9", "", 403),
        ("2001:db8:2::3", "", 403),
        ("203.0.113.9", "192.0.2.77", 403),
        ("10.0.0.1", "192.0.2.77", 200),
        ("10.0.0.1", "192.0.2.77, 203.0.113.9", 403),
        ("10.0.0.1", "", 403),
        ("10.0.0.1", "192.0.2.77, nonsense", 403),
    ],
)
async def test_with_an_allow_list_staff_come_from_its_networks_alone(path, peer, forwarded, status):
    headers = {"x-forwarded-for": forwarded} if forwarded else {}

    assert (await asked(door(networks=OFFICE), path, peer=peer, headers=headers)).status_code == status


@pytest.mark.parametrize("path", EVERYBODYS)
async def test_the_rest_of_the_house_is_open_to_everybody_and_marked_as_such(path):
    answer = await asked(door(networks=OFFICE, passes=Passes()), path)

    assert (answer.status_code, answer.json()["mark"]) == (200, "")


@pytest.mark.parametrize("path", STAFFS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"cf-access-jwt-assertion": "genuine"}, 200),
        ({"cookie": "ezscale_session=abc; CF_Authorization=genuine"}, 200),
        ({"cf-access-jwt-assertion": "forged"}, 403),
        ({"cf-access-jwt-assertion": "forged", "cookie": "CF_Authorization=genuine"}, 403),
        ({"cf-access-jwt-assertion": ""}, 403),
        ({}, 403),
    ],
)
async def test_behind_access_staff_bring_a_pass_to_pages_and_routes(path, headers, status):
    assert (await asked(door(passes=Passes()), path, headers=headers)).status_code == status


async def test_a_pass_does_not_stand_in_for_an_address_nor_an_address_for_a_pass():
    site, genuine = door(networks=OFFICE, passes=Passes()), {"cf-access-jwt-assertion": "genuine"}

    assert (await asked(site, "/admin/", peer="192.0.2.1", headers=genuine)).status_code == 200
    assert (await asked(site, "/admin/", peer="192.0.2.1")).status_code == 403
    assert (await asked(site, "/admin/", headers=genuine)).status_code == 403


async def test_nobody_is_let_in_when_there_is_no_one_to_read_passes():
    site = Site(HOSTS, StaffDoor(passes=lambda: None))

    assert (await asked(site, "/admin/", headers={"cf-access-jwt-assertion": "genuine"})).status_code == 403


@pytest.mark.parametrize("path", STAFFS)
async def test_with_a_host_of_their_own_staffs_pages_and_routes_are_nowhere_else(path):
    site = door(host="staff.example")

    assert (await asked(site, path)).status_code == 404
    assert (await asked(site, path, host="staff.example")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/login/", "/api/session", "/api/v1/services", "/ping"])
async def test_on_the_staffs_own_host_everything_asks_for_the_pass(path):
    site = door(host="staff.example", passes=Passes())

    assert (await asked(site, path, host="staff.example")).status_code == 403


async def test_a_probe_needs_no_pass_anywhere():
    site = door(host="staff.example", networks=OFFICE, passes=Passes())

    assert (await asked(site, "/healthz", host="staff.example")).status_code == 200


@pytest.mark.parametrize(
    ("host", "headers", "mark"),
    [
        ("staff.example", [("cf-access-jwt-assertion", "genuine")], "open"),
        ("staff.example", [("cookie", "CF_Authorization=genuine")], "open"),
        ("staff.example", [], None),
        ("staff.example", [("cf-access-jwt-assertion", "forged"), (MARK, "open")], None),
        ("shop.example", [], ""),
        ("shop.example", [("cf-access-jwt-assertion", "genuine")], ""),
        ("shop.example", [(MARK, "open"), ("X-Ezscale-Staff-Door", "open")], ""),
    ],
)
async def test_a_socket_on_the_staffs_host_needs_a_pass_and_one_elsewhere_is_not_staffs(host, headers, mark):
    assert await opened(door(host="staff.example", passes=Passes()), host=host, headers=headers) == mark


@pytest.mark.parametrize(("peer", "mark"), [("192.0.2.1", "open"), ("203.0.113.9", "")])
async def test_without_a_host_of_their_own_sockets_are_everybodys_and_marked(peer, mark):
    assert await opened(door(networks=OFFICE), peer=peer) == mark
