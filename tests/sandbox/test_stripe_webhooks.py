"""Webhooks leave the stand-in signed, at least once, and as badly as it is told."""

import asyncio
import json
from datetime import timedelta

import pytest
import stripe
from starlette.requests import Request
from starlette.responses import Response

from ezscale.sandbox.in_process import InProcess
from ezscale.sandbox.stripe.app import stripe_stand_in
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.sandbox.stripe.webhooks import over_http, signed_webhooks
from ezscale.sandbox.webhooks import NotTaken
from tests.stripe_sandbox import SECRET, StripeSandbox


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


@pytest.fixture
def paid(sandbox):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()))
    page = sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")
    pay_on_page(sandbox.browser, page.url, "4000000000000002")
    pay_on_page(sandbox.browser, page.url)
    return page


def kinds(sandbox):
    return [json.loads(body)["type"] for body, _ in sandbox.delivered]


STORY = [
    "payment_intent.payment_failed",
    "payment_method.attached",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


def test_everything_that_happened_is_told_in_order(sandbox, paid):
    taken = sandbox.stand_in.webhooks.deliver_due()

    assert (taken, kinds(sandbox)) == (4, STORY)
    assert all(stripe.Webhook.construct_event(body, sign, SECRET).id for body, sign in sandbox.delivered)
    assert sandbox.stand_in.webhooks.deliver_due() == 0


def test_a_card_that_its_bank_renews_is_told_with_what_it_was_before(sandbox, paid):
    path = f"/_sandbox/payment_methods/{sandbox.gateway.read_checkout(paid.ref).card.ref}/renew"

    answers = [
        sandbox.browser.post(path, params={"exp_year": 2039, **how}).status_code for how in ({"last4": "0000"}, {})
    ]
    sandbox.stand_in.webhooks.deliver_due()

    body, sign = sandbox.delivered[-1]
    told = stripe.Webhook.construct_event(body, sign, SECRET)
    assert (answers, told.type) == ([400, 200], "payment_method.automatically_updated")
    assert told.data.previous_attributes.to_dict() == {"card": {"exp_year": 2034}}
    assert told.data.object.card.exp_year == 2039


def test_events_can_be_read_back_after_an_outage(sandbox, paid):
    listed = sandbox.api.get("/events", params={"type": "payment_intent.succeeded"}).json()["data"]

    assert [event["type"] for event in listed] == ["payment_intent.succeeded"]
    assert sandbox.api.get(f"/events/{listed[0]['id']}").json() == listed[0]


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ({"on": False}, []),
        ({"copies": 2}, [kind for kind in STORY for _ in range(2)]),
        ({"newest_first": True}, STORY[::-1]),
        ({"seconds": 3600}, []),
    ],
)
def test_webhooks_come_as_badly_as_they_are_told(sandbox, manner, expected, request):
    assert sandbox.browser.post("/_sandbox/webhooks", json=manner).status_code == 200
    request.getfixturevalue("paid")

    sandbox.stand_in.webhooks.deliver_due()

    assert kinds(sandbox) == expected


def test_late_webhooks_can_be_flushed(sandbox, request):
    sandbox.browser.post("/_sandbox/webhooks", json={"seconds": 3600})
    request.getfixturevalue("paid")

    answer = sandbox.browser.post("/_sandbox/webhooks/flush")

    assert (answer.json(), kinds(sandbox)) == ({"taken": 4}, STORY)


def test_a_webhook_that_was_never_sent_can_be_sent_again(sandbox, request):
    sandbox.browser.post("/_sandbox/webhooks", json={"on": False})
    request.getfixturevalue("paid")
    event = sandbox.api.get("/events").json()["data"][0]

    sandbox.browser.post(f"/_sandbox/webhooks/resend/{event['id']}")
    sandbox.stand_in.webhooks.deliver_due()

    assert kinds(sandbox) == [event["type"]]


def test_a_webhook_is_repeated_until_it_is_taken(sandbox, paid):
    answers = iter([NotTaken("503"), ConnectionError("refused"), None])

    def deliver(body, signature):
        if problem := next(answers):
            raise problem

    store = sandbox.stand_in.account.store
    store.clear("delivery")
    webhooks = signed_webhooks(store, SECRET, deliver)
    webhooks.resend(sandbox.api.get("/events").json()["data"][0]["id"])

    tries = [webhooks.deliver_due(), webhooks.deliver_due(), webhooks.deliver_due(all=True)]
    tries.append(webhooks.deliver_due(all=True))

    assert tries == [0, 0, 0, 1]
    assert [entry["answer"] for entry in webhooks.log()] == ["taken", "ConnectionError: refused", "NotTaken: 503"]
    assert webhooks.owed() == []


@pytest.mark.parametrize("manner", [{"copies": 0}, {"sometimes": True}])
def test_a_manner_that_makes_no_sense_is_refused(sandbox, manner):
    assert sandbox.browser.post("/_sandbox/webhooks", json=manner).status_code == 422


def test_a_foreign_page_cannot_change_the_manner(sandbox):
    answer = sandbox.browser.post("/_sandbox/webhooks", content=b'{"on": false}')

    assert (answer.status_code, sandbox.browser.get("/_sandbox/webhooks").json()["manner"]["on"]) == (415, True)


def test_an_expired_page_is_told_without_anybody_looking(sandbox):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()))
    sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")
    sandbox.clock.move(timedelta(hours=24))

    async def until_told():
        told, loop = asyncio.Event(), asyncio.get_running_loop()
        stand_in = stripe_stand_in(
            sandbox.stand_in.account.store,
            webhook_url="",
            webhook_secret=SECRET,
            api_key="sk_test_1",
            deliver=lambda *_: loop.call_soon_threadsafe(told.set),
            now=lambda: sandbox.clock.now,
        )
        async with stand_in.delivering():
            await asyncio.wait_for(told.wait(), 10)

    asyncio.run(until_told())

    assert sandbox.api.get("/events").json()["data"][0]["type"] == "checkout.session.expired"
    assert sandbox.state()["webhooks_owed"] == 0


def test_an_endpoint_hears_of_it_over_http_and_must_answer_with_success():
    heard = []

    async def endpoint(scope, receive, send):
        request = Request(scope, receive)
        heard.append((await request.body(), request.headers["stripe-signature"]))
        await Response(status_code=200 if len(heard) == 1 else 503)(scope, receive, send)

    deliver = over_http("http://shop.test/webhooks/stripe", InProcess(endpoint))
    deliver(b"{}", "t=1,v1=1")

    with pytest.raises(NotTaken, match="503 Service Unavailable"):
        deliver(b"{}", "t=1,v1=1")
    assert heard == [(b"{}", "t=1,v1=1")] * 2
