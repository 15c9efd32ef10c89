import re

import pytest

from ezscale.integrations.http import ask, open_http
from ezscale.integrations.virtfusion.adapter import VirtFusionPanel
from ezscale.integrations.virtfusion.client import VirtFusionClient
from ezscale.kit.errors import TemporaryFailure
from ezscale.provisioning.ports import PanelOwner, ServiceSpec
from ezscale.sandbox.app import PAYPAL_CLIENT, sandbox_app, urls
from ezscale.sandbox.in_process import InProcess

HOST = "http://127.0.0.1:3001"
KEYS = {"stripe_key": "sk_test_front", "virtfusion_token": "vf-front"}
PAYPAL_GRANT = {"grant_type": "client_credentials"}
SPEC = ServiceSpec("SRV-1", package="2", location="1", image="2", hostname="web.example.test")


class Sandbox:
    """The whole sandbox, with its page as a browser would use it and its stand-ins as we do."""

    def __init__(self, folder):
        app = sandbox_app(
            folder,
            web_url="http://localhost:3000",
            sandbox_url=HOST,
            stripe_key=KEYS["stripe_key"],
            stripe_webhook_secret="whsec_front",
            virtfusion_token=KEYS["virtfusion_token"],
        )
        self.transport = InProcess(app)
        self.browser = open_http(HOST, transport=self.transport)
        self.known = urls(HOST, **KEYS)

    def vendor(self, name):
        return open_http(self.known[name]["url"], self.known[name]["key"], transport=self.transport)

    @property
    def panel(self):
        return VirtFusionPanel(VirtFusionClient(self.vendor("virtfusion")))

    def page(self, path="/"):
        return self.browser.get(path).text


@pytest.fixture
def sandbox(tmp_path):
    return Sandbox(tmp_path)


def test_every_stand_in_answers_at_its_address_with_its_key(sandbox):
    stripe = sandbox.vendor("stripe").get("/v1/customers/cus_none")
    virtfusion = sandbox.vendor("virtfusion").get("/connect")
    paypal = sandbox.vendor("paypal").post("/v1/oauth2/token", data=PAYPAL_GRANT, auth=PAYPAL_CLIENT)

    assert stripe.json()["error"]["type"] == "invalid_request_error"
    assert virtfusion.status_code == 200
    assert paypal.json()["token_type"] == "Bearer"


def test_an_empty_sandbox_says_so(sandbox):
    answer = sandbox.browser.get("/")

    assert answer.status_code == 200
    assert "Nothing yet." in answer.text
    assert "Works as it should." in answer.text


def test_the_page_shows_what_the_vendors_hold_and_what_they_were_asked(sandbox):
    panel = sandbox.panel
    server = panel.reserve(SPEC, panel.account(PanelOwner("C-17", "Ada <Moreno>", "ada@example.test")))
    login = panel.build(server.remote_id, SPEC)
    sandbox.vendor("stripe").post("/v1/customers", data={"name": "Bo Larsen", "email": "bo@example.test"})

    page = sandbox.page()

    assert "Ada &lt;Moreno&gt;" in page
    assert "192.0.2.2" in page
    assert "Bo Larsen" in page
    assert "POST /servers/7301/build" in page
    assert login.password not in page


def test_a_vendor_can_be_made_to_fail_and_put_right_again(sandbox):
    order = {"wrong": "down", "path": "/servers*", "times": "0", "seconds": "10"}

    answer = sandbox.browser.post("/switches/virtfusion", data=order)
    broken = sandbox.page()
    with pytest.raises(TemporaryFailure):
        list(sandbox.panel.servers())
    sandbox.browser.post("/switches/virtfusion/right")

    assert (answer.status_code, answer.headers["location"]) == (303, "/#switches")
    assert "is down (/servers*, always)" in broken
    assert list(sandbox.panel.servers()) == []


def test_the_next_build_can_be_made_to_fail(sandbox):
    sandbox.browser.post("/switches/virtfusion/builds")

    assert "The next build will fail." in sandbox.page()


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/switches/bank", {"wrong": "down"}, 404),
        ("/switches/virtfusion", {"wrong": "tired"}, 422),
        ("/switches/virtfusion", {"wrong": "down", "times": "-1"}, 422),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(sandbox, path, form, status):
    answer = sandbox.browser.post(path, data=form)

    assert answer.status_code == status
    assert "is down" not in re.sub("<option.*?</option>", "", sandbox.page())


def test_another_site_cannot_press_the_switches(sandbox):
    answer = sandbox.browser.post("/switches/virtfusion/builds", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert "The next build will fail." not in sandbox.page()


def test_the_page_reloads_only_when_asked(sandbox):
    refresh = '<meta http-equiv="refresh" content="2">'

    assert refresh not in sandbox.page()
    assert refresh in sandbox.page("/?refresh=2")
    assert "http-equiv" not in sandbox.page("/?refresh=0.01")


def test_the_page_needs_nothing_from_anywhere_else(sandbox):
    answer = sandbox.browser.get("/")

    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert sandbox.browser.get("/front.css").headers["content-type"].startswith("text/css")


def test_a_one_time_sign_in_opens_the_panel_on_the_same_host(sandbox):
    sandbox.panel.account(PanelOwner("C-17", "Ada Moreno", "ada@example.test"))
    answer = ask(sandbox.vendor("virtfusion"), "POST", "/users/C-17/authenticationTokens", params={"relStr": "true"})

    opened = sandbox.browser.get(answer["data"]["authentication"]["endpoint_complete"])

    assert opened.status_code == 200
    assert "Signed in to the panel." in opened.text


def test_what_happened_is_still_there_after_a_restart(tmp_path):
    Sandbox(tmp_path).panel.account(PanelOwner("C-17", "Ada Moreno", "ada@example.test"))

    restarted = Sandbox(tmp_path)

    assert "Ada Moreno" in restarted.page()
