"""The stand-in for PayPal is as strict as PayPal."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.in_process import HurryingLoop
from ezscale.sandbox.store import Store
from tests.paypal_orders import (
    EUROS,
    ORDERS,
    PAGE,
    SETUP,
    a_kept_wallet,
    an_order,
    approved,
    captured,
    issue_of,
    keyed,
)
from tests.paypal_sandbox import CLIENT, HOST, PayPalSandbox

GRANT = {"grant_type": "client_credentials"}

FLAG = "/payment_source/paypal/attributes/vault/permit_multiple_payment_tokens"
LOOSE = {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT", "permit_multiple_payment_tokens": "true"}


@pytest.mark.parametrize(
    ("header", "problem"),
    [("", "AUTHENTICATION_FAILURE"), ("Basic eDp5", "AUTHENTICATION_FAILURE"), ("Bearer A21AAwrong", "invalid_token")],
)
def test_a_caller_without_a_token_is_turned_away(sandbox, header, problem):
    answer = sandbox.browser.get(f"{ORDERS}/1", headers={"Authorization": header} if header else {})

    assert issue_of(answer) == (401, problem)


def test_a_token_is_for_the_account_and_for_some_hours(sandbox, api):
    stranger = sandbox.browser.post("/v1/oauth2/token", data=GRANT, auth=("client", "guessed"))
    other_grant = sandbox.browser.post("/v1/oauth2/token", data={"grant_type": "password"}, auth=CLIENT)
    before = api.get("/v1/customer/disputes")
    sandbox.clock.move(timedelta(seconds=32_400))

    assert issue_of(stranger) == (401, "invalid_client")
    assert issue_of(other_grant) == (400, "unsupported_grant_type")
    assert before.status_code == 200
    assert issue_of(api.get("/v1/customer/disputes")) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("change", "status", "issue", "field"),
    [
        ({"intent": None}, 400, "MISSING_REQUIRED_PARAMETER", "/intent"),
        ({"intent": "SALE"}, 400, "INVALID_PARAMETER_VALUE", "/intent"),
        ({"moon": "full"}, 400, "INVALID_PARAMETER", "/moon"),
        ({"purchase_units": []}, 400, "INVALID_ARRAY_MIN_ITEMS", "/purchase_units"),
        ({"amount": {"value": "1.00"}}, 400, "MISSING_REQUIRED_PARAMETER", "/purchase_units/0/amount/currency_code"),
        ({"amount": EUROS | {"value": 23.97}}, 400, "INVALID_PARAMETER_SYNTAX", "/purchase_units/0/amount/value"),
        ({"amount": EUROS | {"value": "2,50"}}, 400, "INVALID_PARAMETER_SYNTAX", "/purchase_units/0/amount/value"),
        ({"amount": EUROS | {"value": "0.00"}}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE", "/purchase_units/0/amount/value"),
        ({"amount": EUROS | {"value": "1.234"}}, 422, "DECIMAL_PRECISION", "/purchase_units/0/amount/value"),
        (
            {"amount": {"currency_code": "JPY", "value": "1.00"}},
            422,
            "DECIMALS_NOT_SUPPORTED",
            "/purchase_units/0/amount/value",
        ),
        (
            {"amount": {"currency_code": "HUF", "value": "1.00"}},
            422,
            "DECIMALS_NOT_SUPPORTED",
            "/purchase_units/0/amount/value",
        ),
        (
            {"amount": EUROS | {"currency_code": "XAU"}},
            422,
            "CURRENCY_NOT_SUPPORTED",
            "/purchase_units/0/amount/currency_code",
        ),
        (
            {"amount": EUROS | {"breakdown": {"item_total": EUROS, "tax_total": EUROS}}},
            422,
            "AMOUNT_MISMATCH",
            "/purchase_units/0/amount/value",
        ),
        ({"custom_id": "x" * 128}, 400, "INVALID_STRING_LENGTH", "/purchase_units/0/custom_id"),
        (
            {"paypal": {"experience_context": PAGE, "attributes": {"vault": LOOSE}}},
            400,
            "INVALID_PARAMETER_SYNTAX",
            FLAG,
        ),
        ({"paypal": {"vault_id": "gone"}}, 422, "TOKEN_ID_NOT_FOUND", "/payment_source/paypal/vault_id"),
    ],
)
def test_what_is_wrong_with_an_order_is_named(sandbox, api, change, status, issue, field):
    inside = {name: value for name, value in change.items() if name in ("amount", "custom_id", "paypal")}
    order = an_order(**inside) | {name: value for name, value in change.items() if name not in inside}
    body = {name: value for name, value in order.items() if value is not None}

    answer = api.post(ORDERS, json=body, headers=keyed("order"))

    assert issue_of(answer) == (status, issue)
    assert answer.json()["details"][0]["field"] == field
    assert answer.json()["debug_id"] == answer.headers["PayPal-Debug-Id"]
    assert sandbox.state()["orders"] == {}


@pytest.mark.parametrize(("headers", "status"), [({}, 422), (keyed("x" * 109), 400), (keyed("x" * 108), 201)])
def test_a_payment_source_comes_with_a_request_id(api, headers, status):
    assert api.post(ORDERS, json=an_order(), headers=headers).status_code == status


def test_only_what_was_asked_for_is_told(api):
    brief = api.post(ORDERS, json=an_order(), headers=keyed("order") | {"Prefer": "return=minimal"})

    assert set(brief.json()) == {"id", "status", "links"}
    assert api.get(f"{ORDERS}/{brief.json()['id']}").json()["purchase_units"][0]["custom_id"] == "ours"


def test_a_repeat_is_the_first_order_as_it_is_now_even_with_another_body(sandbox, api):
    first = api.post(ORDERS, json=an_order(), headers=keyed("order"))
    approved(sandbox, api, an_order())

    again = api.post(ORDERS, json=an_order(EUROS | {"value": "99.00"}), headers=keyed("order"))

    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "APPROVED")
    assert again.json()["purchase_units"][0]["amount"] == EUROS


def test_a_request_id_is_forgotten_after_its_time(sandbox, api):
    order = an_order(paypal={"vault_id": a_kept_wallet(sandbox, api)["id"]})
    ids = []
    for wait in (timedelta(), timedelta(hours=5, minutes=59), timedelta(minutes=1)):
        sandbox.clock.move(wait)
        ids.append(api.post(ORDERS, json=order, headers=keyed("charge")).json()["id"])

    assert ids[0] == ids[1] != ids[2]
    assert sandbox.state()["names"]["ours"]["captures"] == 2


def test_two_requests_at_once_with_one_id_are_a_conflict(sandbox, api):
    order = an_order(paypal={"vault_id": a_kept_wallet(sandbox, api)["id"]})

    async def twice_at_once():
        transport = httpx.ASGITransport(sandbox.stand_in)
        headers = {**api.headers, **keyed("charge")}
        async with httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers) as http:
            return await asyncio.gather(*(http.post(ORDERS, json=order) for _ in range(2)))

    sandbox.goes_wrong(Wrong.LATE, seconds=2)
    answers = HurryingLoop().run_until_complete(twice_at_once())

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert sandbox.state()["names"]["ours"]["captures"] == 1


def test_the_vault_takes_no_request_id_for_something_else(sandbox, api):
    a_kept_wallet(sandbox, api)
    other = {"paypal": {"usage_type": "PLATFORM", "experience_context": PAGE}}

    answer = api.post(SETUP, json={"payment_source": other}, headers=keyed("setup"))

    assert issue_of(answer) == (422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")


def test_an_order_is_captured_once_and_only_when_it_is_approved(sandbox, api):
    order_id = api.post(ORDERS, json=an_order(), headers=keyed("order")).json()["id"]
    early = api.post(f"{ORDERS}/{order_id}/capture", json={})
    approved(sandbox, api, an_order())
    other_intent = api.post(f"{ORDERS}/{order_id}/authorize", json={})
    first = api.post(f"{ORDERS}/{order_id}/capture", json={}, headers=keyed("take"))
    repeat = api.post(f"{ORDERS}/{order_id}/capture", json={}, headers=keyed("take"))
    late = api.post(f"{ORDERS}/{order_id}/capture", json={})

    assert issue_of(early) == (422, "ORDER_NOT_APPROVED")
    assert issue_of(other_intent) == (422, "ACTION_DOES_NOT_MATCH_INTENT")
    assert (first.status_code, repeat.status_code, repeat.json()) == (201, 200, first.json())
    assert issue_of(late) == (422, "ORDER_ALREADY_CAPTURED")
    assert sandbox.state()["names"]["ours"] == {"captures": 1, "captured": 2397, "refunded": 0, "currency": "EUR"}


def test_money_can_be_reserved_instead_of_taken(sandbox, api):
    order_id = approved(sandbox, api, an_order() | {"intent": "AUTHORIZE"})

    order = api.post(f"{ORDERS}/{order_id}/authorize", json={}).json()

    assert order["purchase_units"][0]["payments"]["authorizations"][0]["amount"] == EUROS
    assert sandbox.state()["captured"] == {}


def test_an_order_can_be_changed_until_it_is_paid(sandbox, api):
    order_id = approved(sandbox, api, an_order())
    path = "/purchase_units/@reference_id=='default'/amount"
    change = [{"op": "replace", "path": path, "value": EUROS | {"value": "5.00"}}]

    before = api.patch(f"{ORDERS}/{order_id}", json=change)
    wrong = api.patch(f"{ORDERS}/{order_id}", json=[{"op": "replace", "path": "/intent", "value": "AUTHORIZE"}])
    api.post(f"{ORDERS}/{order_id}/capture", json={})

    assert before.status_code == 204
    assert issue_of(wrong) == (422, "NOT_PATCHABLE")
    assert issue_of(api.patch(f"{ORDERS}/{order_id}", json=change)) == (422, "ORDER_ALREADY_COMPLETED")
    assert sandbox.state()["captured"] == {"EUR": 500}


def test_an_invoice_id_is_paid_once(sandbox, api):
    captured(sandbox, api, invoice_id="2026-1")
    second = approved(sandbox, api, an_order(invoice_id="2026-1"), key="second")

    answer = api.post(f"{ORDERS}/{second}/capture", json={})

    assert issue_of(answer) == (422, "DUPLICATE_INVOICE_ID")
    assert sandbox.state()["captured"] == {"EUR": 2397}


def test_an_order_may_be_completed_while_its_money_is_not_there(sandbox, api):
    pending = captured(sandbox, api, "review")
    refund = api.post(f"/v2/payments/captures/{pending['id']}/refund", json={})
    sandbox.does("captures", pending["id"], "complete")
    arrived = api.get(f"/v2/payments/captures/{pending['id']}").json()

    assert (pending["status"], sandbox.state()["orders"]) == ("PENDING", {"COMPLETED": 1})
    assert issue_of(refund) == (422, "PENDING_CAPTURE")
    assert (arrived["status"], arrived["seller_receivable_breakdown"]["net_amount"]["value"]) == ("COMPLETED", "23.02")


@pytest.mark.parametrize(
    ("fault", "status", "name"),
    [
        ({"wrong": Wrong.RATE_LIMITED, "seconds": 7}, 429, "RATE_LIMIT_REACHED"),
        ({"wrong": Wrong.DOWN}, 503, "SERVICE_UNAVAILABLE"),
        ({"wrong": Wrong.REFUSE, "status": 409}, 409, "RESOURCE_CONFLICT"),
        ({"wrong": Wrong.LOST, "status": 500}, 500, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_it_fails_in_paypals_words(sandbox, api, fault, status, name):
    sandbox.goes_wrong(path=ORDERS, **fault)

    answer = api.post(ORDERS, json=an_order(), headers=keyed("order"))

    assert issue_of(answer) == (status, name)
    assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)
    assert sandbox.state()["orders"] == ({"PAYER_ACTION_REQUIRED": 1} if status == 500 else {})


def test_everything_is_there_again_after_a_restart(tmp_path):
    first = PayPalSandbox(Store(tmp_path / "paypal.db"))
    charge = first.a_charge_on()
    receipt = first.gateway.charge(charge)

    second = PayPalSandbox(Store(tmp_path / "paypal.db"))

    assert second.gateway.charge(charge) == receipt
    assert second.stand_in.signer.chain == first.stand_in.signer.chain
    assert second.state()["names"] == first.state()["names"]
