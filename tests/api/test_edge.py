"""Who gets past the edge, under which name, and what every answer carries."""

import httpx
import pytest
from starlette.responses import HTMLResponse, PlainTextResponse

from ezscale.api.access import StaffDoor
from ezscale.api.edge import Edge, Site

SITE = Site(
    hosts=frozenset({"shop.example", "localhost"}),
    secure=True,
    forms_lead_to=("https://checkout.stripe.com",),
    script_hashes={"/": "'sha256-home'", "": "'sha256-shell'"},
)
TWO_DOORS = Site(hosts=frozenset({"shop.example", "staff.example"}), staff_door=StaffDoor("staff.example"))
SIGNED_IN = {"cookie": "ezscale_session=abc"}


async def echo(scope, receive, send):
    """Stands for the whole application: says which path it was asked for."""
    answer = HTMLResponse if scope["path"].endswith("/") else PlainTextResponse
    await answer(scope["path"])(scope, receive, send)


def browser(site=SITE, host="shop.example"):
    return httpx.AsyncClient(transport=httpx.ASGITransport(Edge(echo, site)), base_url=f"https://{host}")


async def test_a_page_is_found_with_and_without_its_slash():
    async with browser() as visitor:
        answer = await visitor.get("/pricing")

    assert answer.text == "/pricing/"


@pytest.mark.parametrize("path", ["/api/v1/services", "/assets/page.js", "/_event", "/healthz", "/webhooks/stripe"])
async def test_what_is_no_page_keeps_its_address(path):
    async with browser() as visitor:
        answer = await visitor.get(path)

    assert answer.text == path


async def test_a_name_that_is_not_ours_is_refused_and_the_cure_is_named():
    async with browser(host="evil.example") as visitor:
        answer = await visitor.get("/")

    assert answer.status_code == 421
    assert "EZSCALE_PUBLIC_URL" in answer.text


async def test_a_probe_may_call_us_by_any_name():
    async with browser(host="10.0.0.7") as probe:
        answer = await probe.get("/healthz")

    assert answer.status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "https://staff.shop.example", "null"])
async def test_a_form_of_another_site_is_refused(origin):
    async with browser() as visitor:
        answer = await visitor.post("/api/session", headers={"origin": origin, **SIGNED_IN})

    assert answer.status_code == 403


async def test_our_own_form_is_taken():
    async with browser() as visitor:
        answer = await visitor.post("/api/session", headers={"origin": "https://shop.example"})

    assert answer.status_code == 200


async def test_a_program_with_a_token_may_call_from_anywhere_unless_it_brings_a_cookie_too():
    token = {"origin": "https://tool.example", "authorization": "Bearer ezs_1"}
    async with browser() as program:
        with_token = await program.post("/api/v1/services", headers=token)
        with_cookie = await program.post("/api/v1/services", headers={**token, **SIGNED_IN})

    assert (with_token.status_code, with_cookie.status_code) == (200, 403)


async def test_a_socket_from_another_site_is_closed_before_it_opens():
    sent = []
    scope = {
        "type": "websocket",
        "path": "/_event",
        "headers": [(b"host", b"shop.example"), (b"origin", b"https://x.y")],
    }

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    await Edge(echo, SITE)(scope, receive, send)

    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_page_behind_the_login_leads_a_stranger_there_and_back():
    async with browser() as visitor:
        answer = await visitor.get("/account/invoices/?page=2")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login/?next=%2Faccount%2Finvoices%2F%3Fpage%3D2"


async def test_somebody_with_a_session_is_let_through_to_be_looked_at_more_closely():
    async with browser() as visitor:
        answer = await visitor.get("/account/", headers=SIGNED_IN)

    assert answer.text == "/account/"


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("staff.example", "/admin/", 200),
        ("staff.example", "/login/", 200),
        ("staff.example", "/", 303),
        ("staff.example", "/account/", 404),
        ("staff.example", "/pricing/", 404),
        ("staff.example", "/assets/page.js", 200),
        ("shop.example", "/admin/", 404),
        ("shop.example", "/account/", 200),
    ],
)
async def test_staff_with_a_name_of_their_own_find_their_side_there_and_only_there(host, path, status):
    async with browser(TWO_DOORS, host) as visitor:
        answer = await visitor.get(path, headers=SIGNED_IN)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/assets/page-x1.js", "public, max-age=31536000, immutable"),
        ("/fonts/geist-basic.woff2", "public, max-age=604800"),
        ("/pricing/", "no-cache"),
        ("/api/v1/services", "no-store"),
    ],
)
async def test_everything_is_kept_as_long_as_it_stays_true(path, rule):
    async with browser() as visitor:
        answer = await visitor.get(path)

    assert answer.headers["cache-control"] == rule


async def test_a_page_runs_only_the_scripts_it_was_built_with():
    async with browser() as visitor:
        home = (await visitor.get("/")).headers["content-security-policy"]
        unknown = (await visitor.get("/account/services/7/", headers=SIGNED_IN)).headers["content-security-policy"]

    assert "script-src 'self' 'sha256-home';" in home
    assert "script-src 'self' 'sha256-shell';" in unknown
    assert "form-action 'self' https://checkout.stripe.com" in home


async def test_the_page_of_a_console_alone_calls_the_sockets_of_panels():
    site = Site(hosts=frozenset({"shop.example"}), console_sockets=("wss://cp.example", "wss://*.nodes.example:8080"))
    async with browser(site) as visitor:
        console = (await visitor.get("/account/console/?id=1", headers=SIGNED_IN)).headers["content-security-policy"]
        service = (await visitor.get("/account/service/?id=1", headers=SIGNED_IN)).headers["content-security-policy"]

    assert "connect-src 'self' wss://cp.example wss://*.nodes.example:8080;" in console
    assert "connect-src 'self';" in service


async def test_over_tls_browsers_are_told_to_stay_there():
    async with browser() as visitor:
        answer = await visitor.get("/")

    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert answer.headers["x-frame-options"] == "DENY"
