"""Webhooks: only what Stripe has signed, and lately, is believed."""

import json
from datetime import timedelta

import pytest
from stripe import WebhookSignature

from ezscale.billing.ports import BadNotice, Notice
from ezscale.kit.clock import world_now
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.stripe_sandbox import SECRET, StripeSandbox


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


def signed(body: str, secret: str = SECRET, age: timedelta = timedelta()) -> str:
    then = int((world_now() - age).timestamp())
    header: str = WebhookSignature.generate_signature_header(body, secret, then)
    return header


def read(sandbox: StripeSandbox, body: bytes, signature: str) -> Notice:
    return sandbox.gateway.read_notice(body, {"Stripe-Signature": signature})


def an_event(**changes: object) -> str:
    event = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "livemode": False}
    return json.dumps({**event, "data": {"object": {"id": "pi_1", "object": "payment_intent"}}, **changes})


def test_a_payment_is_told_by_its_own_name_and_by_its_page(sandbox):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()))
    page = sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")
    pay_on_page(sandbox.browser, page.url)
    receipt = sandbox.gateway.read_checkout(page.ref)

    sandbox.stand_in.webhooks.deliver_due()
    notices = {notice.kind: notice for notice in (read(sandbox, *each) for each in sandbox.delivered)}

    assert notices["payment_intent.succeeded"].subject_ref == receipt.payment_ref
    assert notices["checkout.session.completed"].subject_ref == page.ref
    assert not any(notice.live for notice in notices.values())


def test_a_message_says_which_mode_it_is_from(sandbox):
    body = an_event(livemode=True)

    assert read(sandbox, body.encode(), signed(body)).live is True


def test_a_message_of_an_unknown_kind_is_still_a_message(sandbox):
    body = an_event(type="moon.rose")

    assert read(sandbox, body.encode(), signed(body)).kind == "moon.rose"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (an_event(), ""),
        (an_event(), "nonsense"),
        (an_event(), "t=,v1="),
        (an_event(), signed(an_event(), secret="whsec_other")),
        (an_event(), signed(an_event(), age=timedelta(seconds=301))),
        (an_event(id="evt_2"), signed(an_event())),
        ("no json", signed("no json")),
        ("[]", signed("[]")),
        ("{}", signed("{}")),
        (an_event(data={}), signed(an_event(data={}))),
        (json.dumps({"object": "v2.core.event"}), signed(json.dumps({"object": "v2.core.event"}))),
    ],
    ids=[  # the signatures hold the time, and every worker must find the same tests
        *("none", "nonsense", "empty", "another secret", "too old", "another body"),
        *("no json", "a list", "nothing in it", "no data", "an event of the second kind"),
    ],
)
def test_what_stripe_did_not_sign_just_now_is_not_believed(sandbox, body, signature):
    with pytest.raises(BadNotice):
        read(sandbox, body.encode(), signature)


def test_bytes_that_are_no_text_are_not_believed(sandbox):
    with pytest.raises(BadNotice):
        read(sandbox, b"\xff\xfe", signed("x"))
