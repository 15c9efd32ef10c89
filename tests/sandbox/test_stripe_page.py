"""The hosted page takes a card once, and tells a person what is wrong."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ezscale.sandbox.stripe.browser import Form, pay_on_page, submit
from ezscale.sandbox.stripe.card_form import read_card
from ezscale.sandbox.stripe.cards import CARDS
from tests.stripe_sandbox import StripeSandbox

DONE, BACK = "http://shop.test/paid?page={CHECKOUT_SESSION_ID}", "http://shop.test/invoice?a=1&b=2"
GOOD = {"number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123", "name": "Ada"}


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


@pytest.fixture
def charge(sandbox):
    return sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()))


@pytest.fixture
def page(sandbox, charge):
    return sandbox.gateway.open_checkout(charge, DONE, BACK)


def test_the_page_says_what_is_paid_and_how_to_leave(sandbox, page):
    text = sandbox.browser.get(page.url).text

    assert "€23.97" in text
    assert "Invoice 1" in text
    assert 'href="http://shop.test/invoice?a=1&amp;b=2"' in text
    assert all(card.number[-4:] in text for card in CARDS)


def test_the_page_needs_nothing_from_elsewhere(sandbox, page):
    answer = sandbox.browser.get(page.url)

    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not any(word in answer.text for word in ("<script", "<img", "<link", "@import", "url("))


def test_a_test_card_is_typed_in_by_a_click(sandbox, page):
    form = Form(sandbox.browser.get(page.url, params={"card": "4000000000000002"}).text)

    assert form.values["number"] == "4000 0000 0000 0002"
    assert all(form.values.values())


def test_what_people_call_things_is_escaped(sandbox):
    payer_ref = sandbox.gateway.register(sandbox.a_payer())
    customer = sandbox.api.post(
        "/checkout/sessions",
        data={
            "mode": "payment",
            "customer": payer_ref,
            "success_url": "http://shop.test",
            "line_items[0][quantity]": 2,
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][unit_amount]": 500,
            "line_items[0][price_data][product_data][name]": "<script>alert(1)</script>",
        },
    ).json()

    text = sandbox.browser.get(customer["url"]).text

    assert "<script>" not in text
    assert "€10.00" in text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"number": ""}, "number", "Enter the card number."),
        ({"number": "4242 4242 4242 4241"}, "number", "Your card number is invalid."),
        ({"number": "4111 1111 1111 1111"}, "number", "only the test cards"),
        ({"expiry": "13/34"}, "expiry", "MM / YY"),
        ({"expiry": "01/20"}, "expiry", "in the past"),
        ({"cvc": "12"}, "cvc", "3 digits"),
        ({"name": " "}, "name", "Enter the name"),
    ],
)
def test_a_mistake_is_shown_beside_its_field_and_keeps_the_rest(sandbox, page, typed, field, words):
    answer = submit(sandbox.browser, sandbox.browser.get(page.url), **{**GOOD, **typed})

    assert answer.status_code == 422
    assert f'aria-describedby="{field}-error"' in answer.text
    assert words in answer.text
    assert {**Form(answer.text).values} == {**GOOD, **{name: value.strip() for name, value in typed.items()}}


@pytest.mark.parametrize("expiry", ["12/34", "12 / 34", "12-2034", "1234", "1/34"])
def test_expiry_dates_are_read_as_people_type_them(sandbox, expiry):
    assert read_card({**GOOD, "expiry": expiry}, sandbox.clock.now).errors == {}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.story)
def test_every_test_card_behaves_on_the_page_as_published(sandbox, charge, page, card):
    answer = pay_on_page(sandbox.browser, page.url, card.number)

    paid = not card.declines_charge
    assert answer.status_code == (303 if paid else 402)
    assert sandbox.captures(charge) == int(paid)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.story)
def test_every_test_card_is_kept_or_refused_as_published(sandbox, charge, card):
    page = sandbox.gateway.open_card_page(charge.payer_ref, "key", DONE, BACK, "EUR")

    pay_on_page(sandbox.browser, page.url, card.number)

    assert (sandbox.gateway.read_card_page(page.ref, charge.payer_ref) is None) is bool(card.declines_setup)


def test_after_a_decline_another_card_can_be_used(sandbox, charge, page):
    declined = pay_on_page(sandbox.browser, page.url, "4000000000009995")

    paid = pay_on_page(sandbox.browser, page.url)

    assert "Your card has insufficient funds." in declined.text
    assert (paid.status_code, sandbox.captures(charge)) == (303, 1)
    assert len(sandbox.api.get("/payment_intents", params={"customer": charge.payer_ref}).json()["data"]) == 1


def test_a_failed_authentication_leads_back_to_the_page(sandbox, charge, page):
    back = pay_on_page(sandbox.browser, page.url, "4000000000003220", authenticate=False)

    assert "unable to authenticate" in back.text
    assert sandbox.captures(charge) == 0
    assert pay_on_page(sandbox.browser, page.url, "4000000000003220").status_code == 303


def test_the_banks_page_works_once(sandbox, charge, page):
    asked = submit(sandbox.browser, sandbox.browser.get(page.url), **{**GOOD, "number": "4000000000003220"})
    bank = sandbox.browser.get(asked.headers["location"])

    answers = [submit(sandbox.browser, bank, outcome="complete") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert sandbox.captures(charge) == 1
    assert sandbox.browser.get("/authenticate/pi_nothing").status_code == 404


def test_pressing_pay_many_times_at_the_same_moment_pays_once(sandbox, charge, page):
    form = sandbox.browser.get(page.url)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: submit(sandbox.browser, form, **GOOD), range(16)))

    assert {answer.headers.get("location") for answer in answers} == {f"http://shop.test/paid?page={page.ref}"}
    assert sandbox.captures(charge) == 1
    assert "all done" in sandbox.browser.get(page.url).text


def test_a_page_ends_after_a_day(sandbox, charge, page):
    form = sandbox.browser.get(page.url)

    sandbox.clock.move(timedelta(hours=24))
    late = submit(sandbox.browser, form, **GOOD)

    assert (late.status_code, sandbox.captures(charge)) == (410, 0)
    assert sandbox.state()["sessions"] == {"expired": 1}


def test_a_page_that_does_not_exist_says_so(sandbox):
    assert sandbox.browser.get("/pay/cs_test_nothing").status_code == 404


def test_a_session_lives_between_half_an_hour_and_a_day(sandbox):
    now = int(sandbox.clock.now.timestamp())
    params = {"mode": "setup", "currency": "eur", "success_url": "http://shop.test"}

    answers = [
        sandbox.api.post("/checkout/sessions", data={**params, "expires_at": now + minutes * 60}).status_code
        for minutes in (29, 30, 24 * 60, 24 * 60 + 1)
    ]

    assert answers == [400, 200, 200, 400]


def test_the_pages_metadata_is_not_the_payments(sandbox):
    session = sandbox.api.post(
        "/checkout/sessions",
        data={
            "mode": "payment",
            "success_url": "http://shop.test",
            "metadata[invoice_id]": "7",
            "line_items[0][quantity]": 1,
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][unit_amount]": 500,
            "line_items[0][price_data][product_data][name]": "Invoice 7",
        },
    ).json()

    pay_on_page(sandbox.browser, session["url"])
    paid = sandbox.api.get(f"/checkout/sessions/{session['id']}", params={"expand[]": "payment_intent"}).json()

    assert (paid["metadata"], paid["payment_intent"]["metadata"]) == ({"invoice_id": "7"}, {})
    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
