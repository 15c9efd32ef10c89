"""Gateways' messages at our door: kept once, in any order, and only when they have just signed them."""

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select
from stripe import WebhookSignature

from ezscale.kit.clock import world_now
from ezscale.models import BillingCase, InboundNotice, Payment
from ezscale.models.invoice import InvoiceStatus
from ezscale.sandbox.paypal.signing import Signer
from tests.company import SECRET, Company

DOOR = "/webhooks/stripe"


@pytest.fixture
def at(database, clock, tmp_path, moved_into):
    """A company whose webhooks wait until a test sends them."""
    return moved_into(Company(database, clock, tmp_path, webhooks=False))


@pytest.fixture
def send(web):
    """What Stripe does with a message."""

    def send(body: str | bytes, signature: str | None = None):
        text = body if isinstance(body, bytes) else body.encode()
        signature = signed(text.decode()) if signature is None else signature
        return web.post(DOOR, content=text, headers={"Stripe-Signature": signature})

    return send


def test_a_signed_message_is_kept_and_answered_at_once(at, send):
    answer = send(an_event())

    assert (answer.status_code, answer.json()) == (200, {"received": True})
    [notice] = notices(at)
    assert (notice.event_id, notice.kind, notice.subject_ref) == ("evt_1", "payment_intent.succeeded", "pi_1")
    assert notice.payload == an_event()
    assert notice.handled_at is None


def test_a_message_that_comes_again_is_kept_once(at, send):
    answers = [send(an_event()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(notices(at)) == 1


@pytest.mark.parametrize("newest_first", [True, False])
def test_messages_in_any_order_each_of_them_twice_pay_an_invoice_once(at, send, newest_first):
    bob = at.signs_up("Bob Ferris")
    invoice_id = bob.orders().invoice_id
    bob.pays(invoice_id, returns=False)
    events = at.stripe_http.get("/v1/events?limit=100").json()["data"]

    for event in events if newest_first else events[::-1]:
        assert [send(json.dumps(event)).status_code for _ in range(2)] == [200, 200]
    at.works()

    [invoice] = bob.invoices()
    assert invoice.status is InvoiceStatus.PAID
    with at.robot() as work:
        [payment] = work.session.exec(select(Payment)).all()
        assert payment.amount == invoice.total
    assert at.complaints() == {}


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("{}", ""),
        ("{}", "nonsense"),
        ("an_event", "t=1,v1=00"),
        ("an_event", "other secret"),
        ("an_event", "old"),
        ("an_event", "of another body"),
        ("no json", "right"),
        ("[]", "right"),
    ],
)
def test_what_stripe_has_not_just_signed_is_refused_and_not_kept(at, send, body, signature):
    body = an_event() if body == "an_event" else body
    made = {
        "other secret": lambda: signed(body, secret="whsec_other"),
        "old": lambda: signed(body, age=timedelta(seconds=301)),
        "of another body": lambda: signed(an_event(id="evt_2")),
        "right": lambda: signed(body),
    }

    answer = send(body, made.get(signature, lambda: signature)())

    assert answer.status_code == 400
    assert answer.json()["detail"] == "The signature does not fit this message."
    assert notices(at) == []


def test_bytes_that_are_no_text_are_refused(at, send):
    assert send(b"\xff\xfe", signed("x")).status_code == 400
    assert notices(at) == []


def test_a_message_of_the_other_mode_is_kept_but_not_believed(at, send):
    answer = send(an_event(livemode=True))
    at.works()

    assert answer.status_code == 200
    [notice] = notices(at)
    assert notice.handled_at is None
    with at.robot() as work:
        [case] = work.session.exec(select(BillingCase)).all()
    assert case.kind == "wrong_mode"


@pytest.mark.parametrize(
    "thing",
    [
        {"id": "cus_unknown", "object": "customer"},
        {"object": "balance", "available": []},  # Stripe has things without an id
    ],
)
def test_a_message_about_something_we_do_not_use_is_kept_and_done_with(at, send, thing):
    answer = send(an_event(type="moon.rose", data={"object": thing}))
    at.works()

    assert answer.status_code == 200
    [notice] = notices(at)
    assert notice.kind == "moon.rose"
    assert notice.handled_at is not None


def test_a_message_that_is_too_large_is_not_read(at, send):
    answer = send(an_event(padding="x" * 1_000_000))

    assert answer.status_code == 413
    assert notices(at) == []


def test_paypals_messages_are_kept_once_and_only_when_paypal_signed_them_for_us(at, web):
    bob = at.signs_up("Bob Ferris")
    bob.pays_by_paypal(bob.orders().invoice_id)
    event = json.dumps(at.paypal.account.store.all("event")[0]).encode()
    headers = at.paypal.signer.headers(event)
    foreign = Signer(at.paypal.account, "WH-OF-ANOTHER-ACCOUNT").headers(event)
    refused = [
        web.post("/webhooks/paypal", content=body, headers=sent).status_code
        for body, sent in ((event, {}), (event, foreign), (event + b" ", headers), (b"{}", headers))
    ]
    before = notices(at)

    taken = [web.post("/webhooks/paypal", content=event, headers=headers).status_code for _ in range(2)]

    assert (refused, before, taken) == ([400] * 4, [], [200, 200])
    [notice] = notices(at)
    assert (notice.vendor, notice.kind, notice.about) == ("paypal", "CHECKOUT.ORDER.APPROVED", "page")


def test_only_messages_are_taken_here(at, web):
    answer = web.get(DOOR)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def an_event(**changes: object) -> str:
    event = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "livemode": False}
    return json.dumps({**event, "data": {"object": {"id": "pi_1", "object": "payment_intent"}}, **changes})


def signed(body: str, secret: str = SECRET, age: timedelta = timedelta()) -> str:
    then = int((world_now() - age).timestamp())
    header: str = WebhookSignature.generate_signature_header(body, secret, then)
    return header


def notices(at) -> list[InboundNotice]:
    with at.robot() as work:
        return list(work.session.exec(select(InboundNotice).order_by(col(InboundNotice.id))))
