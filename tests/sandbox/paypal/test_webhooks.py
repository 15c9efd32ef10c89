"""Webhooks leave the PayPal stand-in signed with its certificate, and as badly as it is told."""

import base64
import json
from zlib import crc32

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.paypal_sandbox import WEBHOOK

VERIFY = "/v1/notifications/verify-webhook-signature"
STORY = ["VAULT.PAYMENT-TOKEN.CREATED", "PAYMENT.CAPTURE.COMPLETED"]


def pay(sandbox):
    return sandbox.gateway.charge(sandbox.a_charge_on())


def kinds(sandbox):
    return [json.loads(body)["event_type"] for body, _ in sandbox.delivered]


def claim(body, headers, **changes):
    given = {name.removeprefix("PayPal-").lower().replace("-", "_"): value for name, value in headers.items()}
    return {**given, "webhook_id": WEBHOOK, "webhook_event": json.loads(body), **changes}


def test_a_signature_can_be_checked_with_the_certificate_it_names(sandbox):
    pay(sandbox)
    sandbox.stand_in.webhooks.deliver_due()

    for body, headers in sandbox.delivered:
        certificate = x509.load_pem_x509_certificate(sandbox.browser.get(headers["PayPal-Cert-Url"]).content)
        sent = (headers["PayPal-Transmission-Id"], headers["PayPal-Transmission-Time"])
        message = "|".join([*sent, WEBHOOK, str(crc32(body))])
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(
            base64.b64decode(headers["PayPal-Transmission-Sig"]), message.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    assert kinds(sandbox) == STORY


def test_paypal_says_whether_a_webhook_was_its_own(sandbox):
    pay(sandbox)
    sandbox.stand_in.webhooks.deliver_due()
    (body, headers), (other, _) = sandbox.delivered
    altered = json.loads(body)
    altered["resource"]["id"] = "another"

    asked = [
        claim(body, headers),
        claim(other, headers),
        claim(body, headers, webhook_event=altered),
        claim(body, headers, webhook_id="WH-ELSEWHERE"),
        claim(body, headers, transmission_time="2026-01-01T00:00:00Z"),
        claim(body, headers, transmission_sig="bm9uc2Vuc2U="),
    ]
    said = [sandbox.api.post(VERIFY, json=each).json()["verification_status"] for each in asked]

    assert said == ["SUCCESS", *["FAILURE"] * 5]


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ({"on": False}, []),
        ({"copies": 2}, [kind for kind in STORY for _ in range(2)]),
        ({"newest_first": True}, STORY[::-1]),
        ({"seconds": 3600}, []),
    ],
)
def test_webhooks_come_as_badly_as_they_are_told(sandbox, manner, expected):
    assert sandbox.browser.post("/_sandbox/webhooks", json=manner).status_code == 200
    pay(sandbox)

    sandbox.stand_in.webhooks.deliver_due()

    assert kinds(sandbox) == expected


def test_a_webhook_that_was_lost_can_be_read_and_sent_again(sandbox):
    sandbox.browser.post("/_sandbox/webhooks", json={"on": False})
    pay(sandbox)
    events = "/v1/notifications/webhooks-events"
    (event,) = sandbox.api.get(events, params={"event_type": STORY[1]}).json()["events"]

    answer = sandbox.api.post(f"{events}/{event['id']}/resend", json={})
    sandbox.stand_in.webhooks.deliver_due()

    assert (answer.status_code, sandbox.api.get(f"{events}/{event['id']}").json()) == (202, event)
    assert [json.loads(body) for body, _ in sandbox.delivered] == [event]


def test_the_key_that_signs_stays_the_same(sandbox):
    signer = sandbox.stand_in.signer

    assert signer.chain == signer.chain
    assert signer.headers(b"{}")["PayPal-Transmission-Id"] != signer.headers(b"{}")["PayPal-Transmission-Id"]
