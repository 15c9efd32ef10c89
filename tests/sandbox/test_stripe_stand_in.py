"""The stand-in for Stripe is as strict as Stripe."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.in_process import HurryingLoop
from ezscale.sandbox.store import Store
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.stripe_sandbox import KEY, StripeSandbox

CHARGE = {"amount": 2397, "currency": "eur", "payment_method": "pm_card_visa", "confirm": "true", "off_session": "true"}


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


def error_of(answer):
    return answer.status_code, answer.json()["error"]


def keyed(key):
    return {"Idempotency-Key": key}


@pytest.mark.parametrize("header", ["", "Bearer sk_test_wrong", "Basic c2s6", "Bearer"])
def test_a_caller_without_the_key_is_turned_away(sandbox, header):
    answer = sandbox.browser.get("/v1/customers", headers={"Authorization": header} if header else {})

    assert error_of(answer)[0] == 401


def test_another_api_version_is_refused(sandbox):
    answer = sandbox.api.get("/customers", headers={"Stripe-Version": "2020-08-27"})

    assert error_of(answer)[0] == 400


def test_an_unknown_address_is_not_found_in_stripes_words(sandbox):
    status, error = error_of(sandbox.api.get("/moons"))

    assert (status, error["type"]) == (404, "invalid_request_error")


@pytest.mark.parametrize(
    ("path", "params", "code", "param"),
    [
        ("/payment_intents", {"amount": 100}, "parameter_missing", "currency"),
        ("/payment_intents", {**CHARGE, "amont": 1}, "parameter_unknown", "amont"),
        ("/payment_intents", {**CHARGE, "amount": "12.5"}, "parameter_invalid_integer", "amount"),
        ("/payment_intents", {**CHARGE, "amount": 49}, "amount_too_small", "amount"),
        ("/payment_intents", {**CHARGE, "amount": 10**8}, "amount_too_large", "amount"),
        ("/payment_intents", {**CHARGE, "currency": "eux"}, None, "currency"),
        ("/payment_intents", {**CHARGE, "confirm": "perhaps"}, "parameter_invalid", None),
        ("/payment_intents", {**CHARGE, "confirm": "false"}, None, "off_session"),
        ("/payment_intents", {**CHARGE, "off_session": "false"}, None, "return_url"),
        ("/payment_intents", {**CHARGE, "capture_method": "by hand"}, "parameter_invalid", None),
        ("/payment_intents", {**CHARGE, "description": ""}, "parameter_invalid_empty", "description"),
        ("/payment_intents", {**CHARGE, "metadata[a]": "x" * 501}, None, "metadata[a]"),
        ("/payment_intents", {**CHARGE, "customer": "cus_no"}, "resource_missing", "customer"),
        ("/payment_intents", {**CHARGE, "payment_method": "pm_no"}, "resource_missing", "payment_method"),
        (
            "/payment_intents",
            {**CHARGE, "payment_method_types[0]": "card"},
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        ),
        ("/customers", {"address[planet]": "Mars"}, "parameter_unknown", "address[planet]"),
        ("/checkout/sessions", {"mode": "payment"}, "parameter_missing", "success_url"),
        ("/checkout/sessions", {"mode": "payment", "success_url": "http://x"}, "parameter_missing", "line_items"),
        ("/checkout/sessions", {"mode": "setup", "success_url": "http://x"}, "parameter_missing", "currency"),
        ("/checkout/sessions", {"mode": "subscription", "success_url": "http://x"}, None, "mode"),
        ("/refunds", {"charge": "ch_no"}, "resource_missing", "charge"),
        ("/refunds", {"charge": "ch_no", "reason": "bored"}, None, "reason"),
    ],
)
def test_a_wrong_parameter_is_named(sandbox, path, params, code, param):
    status, error = error_of(sandbox.api.post(path, data=params))

    assert status == 400
    assert (error["type"], error.get("code"), error.get("param")) == (
        "invalid_request_error",
        code,
        param,
    ) or param is None
    assert sandbox.state()["captured"] == {}


@pytest.mark.parametrize(
    ("method", "status", "code", "decline_code"),
    [
        ("pm_card_visa", 200, None, None),
        ("pm_card_mastercard", 200, None, None),
        ("pm_card_chargeCustomerFail", 402, "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", 402, "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", 402, "card_declined", "insufficient_funds"),
        ("pm_card_threeDSecure2Required", 402, "authentication_required", "authentication_required"),
    ],
)
def test_a_test_card_decides_the_outcome(sandbox, method, status, code, decline_code):
    answer = sandbox.api.post("/payment_intents", data={**CHARGE, "payment_method": method})

    assert answer.status_code == status
    error = answer.json().get("error", {})
    assert (error.get("code"), error.get("decline_code")) == (code, decline_code)
    if error:
        assert error["payment_intent"]["status"] == "requires_payment_method"
        assert sandbox.api.get(f"/payment_intents/{error['payment_intent']['id']}").json() == error["payment_intent"]


def test_a_charge_knows_its_fee(sandbox):
    intent = sandbox.api.post("/payment_intents", data={**CHARGE, "expand[0]": "latest_charge"}).json()

    charge = sandbox.api.get(
        f"/charges/{intent['latest_charge']['id']}", params={"expand[]": "balance_transaction"}
    ).json()

    entry = charge["balance_transaction"]
    assert (entry["amount"], entry["fee"], entry["net"]) == (2397, 61, 2336)


@pytest.mark.parametrize("expand", ["latest_charges", "amount.x", "a.b.c.d.e"])
def test_what_cannot_be_expanded_is_refused(sandbox, expand):
    answer = sandbox.api.post("/payment_intents", data={**CHARGE, "expand[0]": expand})

    assert error_of(answer)[1]["param"] == "expand"
    assert sandbox.state()["captured"] == {}


def test_an_intent_may_be_confirmed_later_and_only_once(sandbox):
    intent = sandbox.api.post("/payment_intents", data={"amount": 100, "currency": "eur"}).json()
    confirm = f"/payment_intents/{intent['id']}/confirm"
    choice = {"payment_method": "pm_card_visa", "off_session": "true"}

    missing = sandbox.api.post(confirm, data={"off_session": "true"})
    first, second = sandbox.api.post(confirm, data=choice), sandbox.api.post(confirm, data=choice)

    assert (intent["status"], missing.status_code, first.json()["status"]) == (
        "requires_payment_method",
        400,
        "succeeded",
    )
    assert error_of(second)[1]["code"] == "payment_intent_unexpected_state"
    assert sandbox.state()["captured"] == {"eur": 100}


def test_an_intent_that_is_not_paid_can_be_cancelled(sandbox):
    intent = sandbox.api.post("/payment_intents", data={"amount": 100, "currency": "eur"}).json()
    cancel = f"/payment_intents/{intent['id']}/cancel"

    cancelled = sandbox.api.post(cancel, data={"cancellation_reason": "duplicate"})

    assert (cancelled.json()["status"], sandbox.api.post(cancel).status_code) == ("canceled", 400)


def test_no_more_is_refunded_than_was_taken(sandbox):
    intent = sandbox.api.post("/payment_intents", data={**CHARGE, "metadata[invoice_id]": "7"}).json()
    refund = {"payment_intent": intent["id"]}

    answers = [
        sandbox.api.post("/refunds", data={**refund, "amount": 1000}),
        sandbox.api.post("/refunds", data={**refund, "amount": 1398}),
        sandbox.api.post("/refunds", data=refund),
        sandbox.api.post("/refunds", data=refund),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 200, 400]
    assert answers[3].json()["error"]["code"] == "charge_already_refunded"
    assert sandbox.state()["invoices"]["7"]["refunded"] == 2397
    assert len(sandbox.api.get("/refunds", params=refund).json()["data"]) == 2


def test_a_detached_card_can_never_be_used_again(sandbox):
    customer = sandbox.api.post("/customers", data={"name": "Ada"}).json()["id"]
    method = sandbox.api.post("/payment_methods/pm_card_visa/attach", data={"customer": customer}).json()["id"]
    kept = sandbox.api.get("/payment_methods", params={"customer": customer, "type": "card"}).json()["data"]

    sandbox.api.post(f"/payment_methods/{method}/detach")
    again = [
        sandbox.api.post(f"/payment_methods/{method}/detach"),
        sandbox.api.post(f"/payment_methods/{method}/attach", data={"customer": customer}),
        sandbox.api.post("/payment_intents", data={**CHARGE, "customer": customer, "payment_method": method}),
    ]

    assert [card["id"] for card in kept] == [method]
    assert [answer.status_code for answer in again] == [400, 400, 400]
    assert sandbox.api.get("/payment_methods", params={"customer": customer}).json()["data"] == []


def test_a_card_that_is_always_declined_cannot_be_kept(sandbox):
    customer = sandbox.api.post("/customers").json()["id"]

    answer = sandbox.api.post("/payment_methods/pm_card_visa_chargeDeclined/attach", data={"customer": customer})

    assert (answer.status_code, sandbox.state()["cards_kept"]) == (402, 0)


def test_metadata_is_merged_and_an_empty_value_removes_a_key(sandbox):
    customer = sandbox.api.post("/customers", data={"metadata[a]": "1", "metadata[b]": "2"}).json()["id"]

    changed = sandbox.api.post(f"/customers/{customer}", data={"metadata[a]": "", "metadata[c]": "3", "name": "Ada"})

    assert (changed.json()["metadata"], changed.json()["name"]) == ({"b": "2", "c": "3"}, "Ada")


def test_lists_are_paged_newest_first(sandbox):
    ids = [sandbox.api.post("/customers", data={"email": "a@example.com"}).json()["id"] for _ in range(5)][::-1]
    sandbox.api.post("/customers", data={"email": "b@example.com"})
    mine = {"email": "a@example.com", "limit": 2}

    first = sandbox.api.get("/customers", params=mine).json()
    second = sandbox.api.get("/customers", params={**mine, "starting_after": ids[1]}).json()
    back = sandbox.api.get("/customers", params={**mine, "ending_before": ids[4]}).json()

    assert [[one["id"] for one in page["data"]] for page in (first, second, back)] == [ids[:2], ids[2:4], ids[2:4]]
    assert (first["has_more"], sandbox.api.get("/customers", params={"limit": 101}).status_code) == (True, 400)


def test_lists_can_be_narrowed_by_time(sandbox):
    sandbox.api.post("/customers")
    sandbox.clock.move(timedelta(hours=1))
    late = sandbox.api.post("/customers").json()

    since = sandbox.api.get("/customers", params={"created[gte]": late["created"]}).json()["data"]
    before = sandbox.api.get("/customers", params={"created[lt]": late["created"]}).json()["data"]

    assert ([one["id"] for one in since], len(before)) == ([late["id"]], 1)


def test_the_same_key_gives_the_same_answer_and_acts_once(sandbox):
    answers = [sandbox.api.post("/payment_intents", data=CHARGE, headers=keyed("k")) for _ in range(3)]

    assert len({answer.text for answer in answers}) == 1
    assert sandbox.state()["captured"] == {"eur": 2397}


def test_a_decline_is_remembered_under_its_key_and_a_mistake_is_not(sandbox):
    declined = {**CHARGE, "payment_method": "pm_card_visa_chargeDeclined"}

    declines = [sandbox.api.post("/payment_intents", data=declined, headers=keyed("k1")) for _ in range(2)]
    mistake = sandbox.api.post("/payment_intents", data={**CHARGE, "amount": 1}, headers=keyed("k2"))
    corrected = sandbox.api.post("/payment_intents", data=CHARGE, headers=keyed("k2"))

    assert (declines[0].status_code, declines[0].text) == (402, declines[1].text)
    assert sandbox.state()["declined"] == 1
    assert (mistake.status_code, corrected.status_code) == (400, 200)


def test_a_key_belongs_to_its_parameters(sandbox):
    sandbox.api.post("/payment_intents", data=CHARGE, headers=keyed("k"))

    answers = [
        sandbox.api.post("/payment_intents", data={**CHARGE, "amount": 100}, headers=keyed("k")),
        sandbox.api.post("/customers", headers=keyed("k")),
        sandbox.api.post("/customers", headers=keyed("k" * 256)),
    ]

    assert [error_of(answer)[1]["type"] for answer in answers] == ["idempotency_error"] * 3


def test_a_key_is_forgotten_after_a_day(sandbox):
    sandbox.api.post("/payment_intents", data=CHARGE, headers=keyed("k"))

    sandbox.clock.move(timedelta(hours=24))
    sandbox.api.post("/payment_intents", data=CHARGE, headers=keyed("k"))

    assert sandbox.state()["captured"] == {"eur": 2 * 2397}


def test_a_key_in_use_is_a_conflict(sandbox):
    async def twice_at_once():
        transport = httpx.ASGITransport(sandbox.stand_in)
        headers = {"Authorization": f"Bearer {KEY}", **keyed("k")}
        async with httpx.AsyncClient(transport=transport, base_url="http://stripe.test", headers=headers) as http:
            return await asyncio.gather(*(http.post("/v1/payment_intents", data=CHARGE) for _ in range(2)))

    sandbox.goes_wrong(Wrong.LATE, seconds=2)
    loop = HurryingLoop()
    answers = loop.run_until_complete(twice_at_once())

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert sandbox.state()["captured"] == {"eur": 2397}


def test_everything_is_there_again_after_a_restart(sandbox, tmp_path):
    first = StripeSandbox(Store(tmp_path / "stripe.db"))
    charge = first.a_charge_on()
    receipt = first.gateway.charge(charge)

    second = StripeSandbox(Store(tmp_path / "stripe.db"))

    assert second.gateway.charge(charge) == receipt
    assert second.state() == first.state()


def test_nothing_of_the_stand_ins_own_leaves_it(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.gateway.charge(charge)

    answers = [
        sandbox.api.get(f"/{kind}", params={"customer": charge.payer_ref}).text
        for kind in ("payment_intents", "payment_methods", "checkout/sessions")
    ]
    answers.append(sandbox.api.get("/events", params={"limit": 100}).text)

    assert not any('"_' in answer for answer in answers)
    assert not any("4242424242424242" in answer for answer in answers)


def test_a_deleted_customer_is_only_remembered_as_deleted(sandbox):
    ref = sandbox.gateway.register(sandbox.a_payer())
    card = sandbox.a_kept_card(ref)
    charge = sandbox.gateway.charge(sandbox.a_charge(ref, card_ref=card))
    page = sandbox.gateway.open_card_page(ref, "late", "http://shop.test/done", "http://shop.test/back", "EUR")
    gone = {"id": ref, "object": "customer", "deleted": True}

    assert sandbox.api.delete(f"/customers/{ref}").json() == gone

    assert sandbox.api.get(f"/customers/{ref}").json() == gone
    assert sandbox.api.get("/customers").json()["data"] == []
    assert error_of(sandbox.api.delete(f"/customers/{ref}"))[0] == 404
    assert error_of(sandbox.api.post(f"/customers/{ref}", data={"name": "Ada"}))[0] == 404
    assert sandbox.api.get(f"/payment_methods/{card}").json()["customer"] is None
    for path, body in (
        ("/payment_methods/pm_card_visa/attach", {"customer": ref}),
        ("/payment_intents", {**CHARGE, "customer": ref}),
        ("/payment_intents", {**CHARGE, "payment_method": card}),
    ):
        assert error_of(sandbox.api.post(path, data=body))[0] == 400
    assert pay_on_page(sandbox.browser, page.url).status_code == 404
    assert sandbox.state()["cards_kept"] == 0
    assert sandbox.api.get(f"/payment_intents/{charge.payment_ref}").json()["status"] == "succeeded"
    [told] = sandbox.api.get("/events", params={"type": "customer.deleted"}).json()["data"]
    assert (told["data"]["object"]["id"], told["data"]["object"]["name"]) == (ref, "Ada")


def test_an_intent_that_waits_for_a_customer_who_is_deleted_takes_nothing(sandbox):
    ref = sandbox.gateway.register(sandbox.a_payer())
    waits = {"amount": 2397, "currency": "eur", "customer": ref}
    intent = sandbox.api.post("/payment_intents", data=waits).json()
    sandbox.api.delete(f"/customers/{ref}")

    body = {"payment_method": "pm_card_visa", "off_session": "true"}
    answer = sandbox.api.post(f"/payment_intents/{intent['id']}/confirm", data=body)

    assert error_of(answer)[1]["message"] == f"No such customer: '{ref}'"
    assert sandbox.state()["captured"] == {}


def disputed(sandbox, deed="dispute", **how):
    """A payment that its bank takes back, or asks about: the charge, and its dispute."""
    intent = sandbox.api.post("/payment_intents", data=CHARGE).json()
    answer = sandbox.browser.post(f"/_sandbox/charges/{intent['latest_charge']}/{deed}", params=how)
    return intent, answer.json()


def test_a_dispute_takes_its_sum_and_a_fee_and_gives_the_sum_back_when_it_is_won(sandbox):
    before = sandbox.state()["balance"].get("eur", 0)
    intent, dispute = disputed(sandbox)
    taken = sandbox.state()["balance"]["eur"]
    refused = sandbox.api.post("/refunds", data={"payment_intent": intent["id"], "amount": 100})
    evidence = {"evidence[uncategorized_text]": "winning_evidence", "submit": "true"}

    won = sandbox.api.post(f"/disputes/{dispute['id']}", data=evidence).json()

    assert (dispute["status"], won["status"]) == ("needs_response", "won")
    assert error_of(refused) == (400, {**refused.json()["error"], "code": "charge_disputed"})
    assert [entry["net"] for entry in won["balance_transactions"]] == [-2397 - 1500, 2397]
    assert sandbox.state()["balance"]["eur"] - taken == 2397
    assert taken - before == 2397 - 61 - 2397 - 1500
    [listed] = sandbox.api.get("/disputes", params={"payment_intent": intent["id"]}).json()["data"]
    assert (listed["id"], sandbox.state()["disputes"]) == (won["id"], {"won": 1})


def test_evidence_is_heard_until_its_day_and_an_inquiry_takes_nothing(sandbox):
    _, silent = disputed(sandbox)
    intent, asked = disputed(sandbox, "inquire")
    refund = sandbox.api.post("/refunds", data={"payment_intent": intent["id"], "amount": 100})
    staged = sandbox.api.post(
        f"/disputes/{silent['id']}", data={"evidence[product_description]": "A", "submit": "false"}
    )
    unknown = sandbox.api.post(f"/disputes/{silent['id']}", data={"evidence[wish]": "Please"})

    sandbox.clock.move(timedelta(days=10))
    late = sandbox.api.post(f"/disputes/{silent['id']}", data={"evidence[product_description]": "B"})

    assert (refund.status_code, staged.json()["status"]) == (200, "needs_response")
    assert error_of(unknown)[1]["param"] == "evidence[wish]"
    assert error_of(late)[0] == 400
    assert sandbox.api.get(f"/disputes/{silent['id']}").json()["status"] == "lost"
    ended = sandbox.api.get(f"/disputes/{asked['id']}").json()
    assert (ended["status"], ended["balance_transactions"]) == ("warning_closed", [])
