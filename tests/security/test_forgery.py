"""No other site makes a browser do anything here: every route that changes something, and the socket (row 17)."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from ezscale.api.app import create_api
from ezscale.api.doors import Door
from ezscale.api.edge import Edge, Site
from ezscale.kit.cookies import SESSION
from ezscale.sandbox.in_process import InProcess
from tests.security.entrances import entrances
from tests.security.wire import Refused, SocketTab
from tests.sizes import figures

HOST, COOKIE = "shop.example", {"Cookie": f"{SESSION}=abc"}
SITE = Site(hosts=frozenset({HOST, "localhost", "127.0.0.1"}))
HERE = {"Origin": f"http://{HOST}"}
FOREIGN = {
    "no origin": {},
    "another site": {"Origin": "https://evil.example"},
    "a neighbour": {"Origin": f"http://forum.{HOST}"},
    "one that begins like us": {"Origin": f"http://{HOST}.evil.example"},
    "another port": {"Origin": f"http://{HOST}:8080"},
    "a page without an origin": {"Origin": "null"},
    "cross-site, unnamed": {"Sec-Fetch-Site": "cross-site"},
    "same-site, unnamed": {"Sec-Fetch-Site": "same-site"},
    "typed by hand": {"Sec-Fetch-Site": "none"},
    "a lie": {"Sec-Fetch-Site": "cross-site", **HERE},
}
OURS = {"a form of ours": HERE, "an older form of ours": {"Sec-Fetch-Site": "same-origin"}}
SAFE = {"GET", "HEAD", "OPTIONS"}


def changing():
    """Every route that may change something for a browser, with the methods that lead nowhere, too."""
    return [route for route in entrances(create_api()) if route.method not in SAFE]


@pytest.fixture
def edge(at):
    line = InProcess(Edge(create_api(), SITE))
    yield line
    line.close()


def ask(line, route, headers):
    client = httpx.Client(transport=line, base_url=f"http://{HOST}", headers={**COOKIE, **headers})
    return client.request(**route.requests(["00000000-0000-7000-8000-000000000000"])[0])


def test_every_route_that_changes_something_refuses_a_form_of_another_site(edge):
    routes, wrong, asked = changing(), [], 0

    for route in routes:
        for name, headers in FOREIGN.items():
            # Whoever brings a cookie is a browser, whatever else it shows.
            bearing = {"Authorization": "Bearer ezs_x"} if route.doors == {Door.TOKEN} else {}
            answer = ask(edge, route, {**headers, **bearing})
            asked += 1
            allowed = {400, 404} if route.path.startswith("/webhooks/") else {403}  # for vendors, without any cookie
            if answer.status_code not in allowed:
                wrong.append(f"{route.method} {route.path} from {name}: {answer.status_code}")

    figures("forged requests", routes=len(routes), asked=asked, let_in=len(wrong))
    assert len(routes) > 10
    assert wrong == []


def test_our_own_forms_come_through(edge):
    refused = [
        f"{route.method} {route.path} from {name}"
        for route in changing()
        for name, headers in OURS.items()
        if ask(edge, route, headers).text == "This form was sent from another site."
    ]

    assert refused == []


def test_a_vendors_message_is_let_in_for_its_signature_alone(edge):
    for route in changing():
        if route.doors == {Door.SIGNATURE}:
            assert ask(edge, route, {"Origin": "https://evil.example"}).status_code == 400


@pytest.mark.parametrize("name", list(FOREIGN))
async def test_the_socket_of_another_site_is_refused_at_the_edge(name):
    said = []

    async def anything(scope, receive, send):
        await PlainTextResponse("in")(scope, receive, send)

    async def send(message):
        said.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    headers = [(key.lower().encode(), value.encode()) for key, value in {"Host": HOST, **FOREIGN[name]}.items()]
    await Edge(anything, SITE)({"type": "websocket", "path": "/_event", "headers": headers}, receive, send)

    assert said == [{"type": "websocket.close", "code": 1008}]


def test_a_real_handshake_from_elsewhere_is_refused_and_our_own_is_not(served):
    for headers in ({"Origin": "https://evil.example"}, {"Origin": ""}, {"Sec-Fetch-Site": "cross-site"}):
        with pytest.raises(Refused), SocketTab(served.web, "", "/", headers=headers):
            pass

    with SocketTab(served.web, "", "/") as tab:
        assert tab.listens(20, until="is_hydrated")
