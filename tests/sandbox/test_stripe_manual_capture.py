"""The stand-in takes what a bank has agreed to only when it is told so, once, and for a week, as Stripe does."""

import json
from datetime import timedelta

import pytest

from ezscale.sandbox.stripe.browser import pay_on_page
from tests.stripe_sandbox import StripeSandbox

PAGE = {
    "mode": "payment",
    "success_url": "http://shop.test/done",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "2397",
    "line_items[0][price_data][product_data][name]": "Your order",
    "payment_intent_data[capture_method]": "manual",
}
A_WEEK = timedelta(days=7)


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


@pytest.fixture
def agreed(sandbox):
    """The address of an intent that a bank has agreed to on a page, and the page."""
    page = sandbox.api.post("/checkout/sessions", data=PAGE).json()
    assert pay_on_page(sandbox.browser, page["url"]).status_code == 303
    page = sandbox.api.get(f"/checkout/sessions/{page['id']}").json()
    return f"/payment_intents/{page['payment_intent']}", page


def standing(sandbox, intent):
    now = sandbox.api.get(intent).json()
    return now["status"], now["amount_capturable"], now["amount_received"]


def sums(sandbox):
    state = sandbox.state()
    return tuple(state[name].get("eur", 0) for name in ("captured", "authorised", "released", "balance"))


def told(sandbox):
    sandbox.stand_in.webhooks.deliver_due(all=True)
    return [json.loads(body)["type"] for body, _ in sandbox.delivered]


def test_a_page_that_captures_by_hand_is_done_and_unpaid(sandbox, agreed):
    intent, page = agreed

    assert (page["status"], page["payment_status"]) == ("complete", "unpaid")
    assert standing(sandbox, intent) == ("requires_capture", 2397, 0)
    assert sums(sandbox) == (0, 2397, 0, 0)
    assert told(sandbox) == ["payment_intent.amount_capturable_updated", "checkout.session.completed"]


def test_what_is_captured_is_taken_once_and_the_same_key_says_so_again(sandbox, agreed):
    intent, _ = agreed
    key = {"Idempotency-Key": "capture:1"}

    first, again = (sandbox.api.post(f"{intent}/capture", headers=key).json() for _ in range(2))
    other = sandbox.api.post(f"{intent}/capture")

    assert (first["status"], again) == ("succeeded", first)
    assert (other.status_code, other.json()["error"]["code"]) == (400, "payment_intent_unexpected_state")
    assert standing(sandbox, intent) == ("succeeded", 0, 2397)
    assert sums(sandbox)[:3] == (2397, 0, 0)
    assert sandbox.state()["invoices"][""]["captures"] == 1


@pytest.mark.parametrize("amount", [0, 2398])
def test_no_more_is_captured_than_was_agreed_to(sandbox, agreed, amount):
    intent, _ = agreed

    refused = sandbox.api.post(f"{intent}/capture", data={"amount_to_capture": amount})
    part = sandbox.api.post(f"{intent}/capture", data={"amount_to_capture": 2000}).json()

    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "amount_to_capture")
    assert (part["amount_received"], sums(sandbox)[0]) == (2000, 2000)


def test_what_is_let_go_cannot_be_captured(sandbox, agreed):
    intent, _ = agreed

    gone = sandbox.api.post(f"{intent}/cancel", data={"cancellation_reason": "requested_by_customer"}).json()
    late = sandbox.api.post(f"{intent}/capture")

    assert (gone["status"], gone["cancellation_reason"]) == ("canceled", "requested_by_customer")
    assert (late.status_code, sums(sandbox)) == (400, (0, 0, 2397, 0))
    assert told(sandbox)[-1] == "payment_intent.canceled"


def test_after_a_week_it_ends_by_itself(sandbox, agreed):
    intent, _ = agreed
    sandbox.clock.move(A_WEEK - timedelta(minutes=1))
    shortly_before = standing(sandbox, intent)[0]
    sandbox.clock.move(timedelta(minutes=1))
    late = sandbox.api.post(f"{intent}/capture")

    ended = sandbox.api.get(intent).json()
    assert (shortly_before, late.status_code) == ("requires_capture", 400)
    assert (ended["status"], ended["cancellation_reason"]) == ("canceled", "automatic")
    assert sums(sandbox) == (0, 0, 2397, 0)
    assert told(sandbox)[-1] == "payment_intent.canceled"


def test_a_payer_whom_the_bank_asks_first_has_agreed_only_afterwards(sandbox):
    page = sandbox.api.post("/checkout/sessions", data=PAGE).json()

    assert pay_on_page(sandbox.browser, page["url"], "4000002760003184").status_code == 303

    assert sums(sandbox) == (0, 2397, 0, 0)
