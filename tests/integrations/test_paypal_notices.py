"""Webhooks: only what PayPal has signed for us, and lately, is believed."""

import json
from datetime import timedelta

import pytest

from ezscale.billing.ports import About, BadNotice
from ezscale.integrations.http import open_http
from ezscale.integrations.paypal.adapter import open_gateway
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.money import Money
from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.in_process import InProcess, NobodyThere
from ezscale.sandbox.paypal.app import paypal_stand_in
from ezscale.sandbox.paypal.signing import new_papers
from ezscale.sandbox.store import Store
from tests.paypal_sandbox import CLIENT, HOST, WEBHOOK, PayPalSandbox

CERTIFICATES = "/v1/notifications/certs"


@pytest.fixture
def sandbox() -> PayPalSandbox:
    return PayPalSandbox()


@pytest.fixture
def gateway(sandbox):
    return sandbox.open_gateway(authority=sandbox.stand_in.signer.authority)


@pytest.fixture
def sent(sandbox):
    sandbox.gateway.charge(sandbox.a_charge_on())
    sandbox.stand_in.webhooks.deliver_due()
    return sandbox.delivered[-1]


def test_a_message_names_what_to_ask_about(sandbox, gateway):
    charge = sandbox.a_charge()
    ref = sandbox.an_approved_page(charge)
    payment = gateway.take_checkout(ref).payment_ref
    refund = gateway.refund(sandbox.a_refund(payment, Money(100, "EUR"), 1)).ref
    dispute = sandbox.does("captures", payment, "dispute")["dispute_id"]

    sandbox.stand_in.webhooks.deliver_due()
    notices = [gateway.read_notice(*each) for each in sandbox.delivered]

    assert [(notice.kind, notice.about, notice.subject_ref) for notice in notices] == [
        ("CHECKOUT.ORDER.APPROVED", About.PAGE, ref),
        ("PAYMENT.CAPTURE.COMPLETED", About.PAYMENT, payment),
        ("VAULT.PAYMENT-TOKEN.CREATED", About.NOTHING, gateway.read_checkout(ref).card.ref),
        ("PAYMENT.CAPTURE.REFUNDED", About.REFUND, refund),
        ("CUSTOMER.DISPUTE.CREATED", About.DISPUTE, dispute),
    ]
    assert not any(notice.live for notice in notices)


def test_a_message_that_comes_twice_or_late_is_the_same_message(sandbox, gateway):
    sandbox.browser.post("/_sandbox/webhooks", json={"copies": 2})
    sandbox.gateway.charge(sandbox.a_charge_on())
    sandbox.stand_in.webhooks.deliver_due()
    first, again = sandbox.delivered[-2:]

    sandbox.clock.move(timedelta(days=3))

    assert first[1] != again[1]
    assert gateway.read_notice(*first) == gateway.read_notice(*again)


@pytest.mark.parametrize(
    "change",
    [
        {"PayPal-Transmission-Id": "another"},
        {"PayPal-Transmission-Time": "2026-01-01T00:00:00Z"},
        {"PayPal-Transmission-Time": "yesterday"},
        {"PayPal-Transmission-Time": "2026-11-26T00:00:00"},
        {"PayPal-Transmission-Sig": "bm9uc2Vuc2U="},
        {"PayPal-Transmission-Sig": "§"},
        {"PayPal-Auth-Algo": "none"},
        {"PayPal-Cert-Url": f"http://evil.test{CERTIFICATES}/CERT-1"},
        {"PayPal-Cert-Url": f"{HOST}/v1/oauth2/token"},
        {"PayPal-Cert-Url": f"{HOST}{CERTIFICATES}/../../../elsewhere"},
        {"PayPal-Cert-Url": f"{HOST}.evil.test{CERTIFICATES}/CERT-1"},
    ],
)
def test_a_message_with_altered_headers_is_not_believed(gateway, sent, change):
    body, headers = sent

    with pytest.raises(BadNotice):
        gateway.read_notice(body, {**headers, **change})


@pytest.mark.parametrize("name", ["Transmission-Id", "Transmission-Time", "Transmission-Sig", "Cert-Url", "Auth-Algo"])
def test_a_message_without_one_of_its_headers_is_not_believed(gateway, sent, name):
    body, headers = sent

    with pytest.raises(BadNotice):
        gateway.read_notice(body, {key: value for key, value in headers.items() if key != f"PayPal-{name}"})


def test_an_altered_body_is_not_believed(gateway, sent):
    body, headers = sent

    with pytest.raises(BadNotice):
        gateway.read_notice(body.replace(b"23.97", b"99.97"), headers)


@pytest.mark.parametrize(
    "body", [b"no json", b"[]", b"{}", b'{"id": "1", "event_type": "X", "resource": 1}', b"\xff\xfe"]
)
def test_what_is_signed_and_is_no_message_is_not_believed(sandbox, gateway, body):
    with pytest.raises(BadNotice):
        gateway.read_notice(body, sandbox.stand_in.signer.headers(body))


@pytest.mark.parametrize("age", [timedelta(days=4, seconds=1), -timedelta(minutes=6)], ids=["replayed", "from ahead"])
def test_a_message_of_another_time_is_not_believed(sandbox, gateway, sent, age):
    sandbox.clock.move(age)

    with pytest.raises(BadNotice):
        gateway.read_notice(*sent)


def test_a_message_for_another_endpoint_is_not_believed(sandbox, sent):
    other = sandbox.open_gateway(webhook_id="WH-THEIRS", authority=sandbox.stand_in.signer.authority)

    with pytest.raises(BadNotice):
        other.read_notice(*sent)


def test_nothing_can_be_verified_without_a_webhook_id(sandbox):
    with pytest.raises(ValueError, match="webhook id"):
        sandbox.open_gateway(webhook_id="")


def test_a_certificate_that_nobody_vouches_for_is_not_believed(sandbox, sent):
    stranger = new_papers(sandbox.clock.now)["authority"]

    for given in ({"authority": stranger}, {"stand_in": ""}):
        with pytest.raises(BadNotice):
            sandbox.open_gateway(**given).read_notice(*sent)


@pytest.mark.parametrize("name", ["messages.evil.test", "paypal.com.evil.test", "notpaypal.com"])
def test_a_good_certificate_of_somebody_else_is_not_believed(sandbox, sent, name):
    papers = new_papers(sandbox.clock.now, name)
    sandbox.stand_in.account.store.put("signer", "it", papers)
    gateway = sandbox.open_gateway(authority=papers["authority"])

    with pytest.raises(BadNotice):
        gateway.read_notice(sent[0], sandbox.stand_in.signer.headers(sent[0]))


def test_a_certificate_that_has_run_out_is_not_believed(sandbox, gateway, sent):
    sandbox.clock.move(timedelta(days=3651))

    with pytest.raises(BadNotice):
        gateway.read_notice(sent[0], sandbox.stand_in.signer.headers(sent[0]))


@pytest.mark.parametrize("wrong", [Wrong.DOWN, Wrong.LOST])
def test_a_certificate_out_of_reach_is_asked_for_again(sandbox, gateway, sent, wrong):
    sandbox.goes_wrong(wrong, f"{CERTIFICATES}/*")

    with pytest.raises(TemporaryFailure):
        gateway.read_notice(*sent)

    assert gateway.read_notice(*sent).kind == "PAYMENT.CAPTURE.COMPLETED"


def test_a_certificate_is_fetched_once(sandbox, gateway, sent):
    for _ in range(3):
        gateway.read_notice(*sent)

    calls = [call for call in sandbox.browser.get("/_sandbox/calls").json() if call["path"].startswith(CERTIFICATES)]
    assert len(calls) == 1


def live(public_url, transport=None):
    """A gateway that knows of no stand-in, and a message whose certificate is said to lie at an address."""
    delivered = []
    stand_in = paypal_stand_in(
        Store(),
        client=CLIENT,
        webhook_id=WEBHOOK,
        deliver=lambda *each: delivered.append(each),
        public_url=public_url,
    )
    stand_in.account.emit("PAYMENT.CAPTURE.COMPLETED", "capture", {"id": "3C6"})
    stand_in.webhooks.deliver_due()
    http = open_http("https://api-m.paypal.com", transport=transport or InProcess(stand_in))
    gateway = open_gateway(
        client_id=CLIENT[0], secret=CLIENT[1], webhook_id=WEBHOOK, authority=stand_in.signer.authority, http=http
    )
    return gateway, delivered[0]


@pytest.mark.parametrize("host", ["api.paypal.com", "api.sandbox.paypal.com"])
def test_a_live_gateway_fetches_the_certificate_from_paypal(host):
    gateway, (body, headers) = live(f"https://{host}")

    assert gateway.read_notice(body, headers).live is True
    assert json.loads(body)["resource"]["id"] == gateway.read_notice(body, headers).subject_ref


@pytest.mark.parametrize(
    "address",
    [
        "http://api.paypal.com",
        "https://evil.test",
        "https://paypal.com.evil.test",
        "https://notpaypal.com",
        "https://api.paypal.com@evil.test",
        "https://evil.test\\.paypal.com",
        "https://api.paypal.com:8443",
        "https://127.0.0.1",
        "https://evil.test/.paypal.com",
        "https://api.paypal.com/uploads",
    ],
)
def test_a_live_gateway_fetches_nothing_from_anywhere_else(address):
    gateway, sent = live(address, NobodyThere())

    with pytest.raises(BadNotice):
        gateway.read_notice(*sent)
