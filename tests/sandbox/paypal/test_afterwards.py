"""What PayPal does with money that was taken and wallets that were kept: refunds, disputes, reports, later charges."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ezscale.sandbox.paypal.browser import answer_on_page
from tests.paypal_orders import (
    EUROS,
    KEPT,
    ORDERS,
    PAGE,
    SETUP,
    a_kept_wallet,
    an_order,
    captured,
    issue_of,
    keyed,
)
from tests.paypal_sandbox import BACK, HOST


@pytest.mark.parametrize(
    ("wallet", "issue"),
    [
        ("good", None),
        ("empty", "INSTRUMENT_DECLINED"),
        ("refuses", "TRANSACTION_REFUSED"),
        ("asks", "PAYER_ACTION_REQUIRED"),
        ("closed", "PAYER_ACCOUNT_LOCKED_OR_CLOSED"),
        ("withdrawn", "AGREEMENT_ALREADY_CANCELLED"),
    ],
)
def test_a_kept_wallet_decides_what_becomes_of_a_later_charge(sandbox, api, wallet, issue):
    order = an_order(paypal={"vault_id": a_kept_wallet(sandbox, api, wallet)["id"]})

    answer = api.post(ORDERS, json=order, headers=keyed("charge"))

    assert issue_of(answer) == (422, issue) if issue else answer.json()["status"] == "COMPLETED"
    assert sandbox.state()["declined"] == (1 if issue else 0)
    assert sandbox.state()["captured"] == ({} if issue else {"EUR": 2397})


def test_no_more_is_given_back_than_was_taken(sandbox, api):
    refund = f"/v2/payments/captures/{captured(sandbox, api)['id']}/refund"
    part = {"amount": EUROS | {"value": "20.00"}}

    answers = [
        api.post(refund, json=part, headers=keyed("refund")),
        api.post(refund, json=part, headers=keyed("refund")),
        api.post(refund, json=part, headers=keyed("another")),
        api.post(refund, json={"amount": {"currency_code": "USD", "value": "1.00"}}),
        api.post(refund, json={}),
        api.post(refund, json={}),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 422, 422, 201, 422]
    assert [issue_of(answer)[1] for answer in answers if answer.status_code == 422] == [
        "REFUND_AMOUNT_EXCEEDED",
        "REFUND_CAPTURE_CURRENCY_MISMATCH",
        "CAPTURE_FULLY_REFUNDED",
    ]
    assert answers[4].json()["amount"] == EUROS | {"value": "3.97"}
    assert sandbox.state()["refunded"] == {"EUR": 2397}


def test_an_old_payment_is_not_refunded(sandbox, api):
    capture = captured(sandbox, api)
    sandbox.clock.move(timedelta(days=181))

    answer = sandbox.api.post(f"/v2/payments/captures/{capture['id']}/refund", json={})

    assert issue_of(answer) == (422, "REFUND_TIME_LIMIT_EXCEEDED")


def test_a_wallet_is_kept_once_its_holder_agreed_and_until_it_is_deleted(sandbox, api):
    wanted = {"payment_source": {"paypal": {"usage_type": "MERCHANT", "experience_context": PAGE}}}
    setup = api.post(SETUP, json=wanted, headers=keyed("setup")).json()
    order = {"payment_source": {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}}
    early = api.post(KEPT, json=order, headers=keyed("keep"))
    token = a_kept_wallet(sandbox, api)
    again = api.post(KEPT, json=order, headers=keyed("keep again"))
    listed = api.get(KEPT, params={"customer_id": token["customer"]["id"]}).json()["payment_tokens"]
    deleted = [api.delete(f"{KEPT}/{token['id']}").status_code for _ in range(2)]

    assert issue_of(early) == (422, "SETUP_TOKEN_NOT_APPROVED")
    assert issue_of(again) == (422, "TOKEN_ALREADY_USED")
    assert [each["id"] for each in listed] == [token["id"]]
    assert (deleted, sandbox.state()["wallets_kept"]) == ([204, 404], 0)


def test_a_customer_can_only_be_one_that_paypal_has_named(api):
    paypal = {"experience_context": PAGE, "attributes": {"customer": {"id": "our-own-name"}}}

    assert api.post(ORDERS, json=an_order(paypal=paypal), headers=keyed("order")).status_code == 404


def test_the_page_leads_back_to_the_shop(sandbox, api):
    made = api.post(ORDERS, json=an_order(description="Invoice <1>"), headers=keyed("order")).json()
    page = f"{HOST}/checkoutnow/{made['id']}"

    shown = sandbox.browser.get(page)
    cancelled = answer_on_page(sandbox.browser, page, answer="cancel").headers["location"]
    agreed = urlsplit(answer_on_page(sandbox.browser, page).headers["location"])
    api.post(f"{ORDERS}/{made['id']}/capture", json={})

    assert "€23.97" in shown.text
    assert "Invoice &lt;1&gt;" in shown.text
    assert cancelled == f"{BACK}?token={made['id']}"
    assert parse_qs(agreed.query) == {"invoice": ["1"], "token": [made["id"]], "PayerID": ["PAYERGOOD0000"]}
    assert [sandbox.browser.get(url).status_code for url in (page, f"{HOST}/checkoutnow/none")] == [410, 404]


def test_a_disputed_payment_is_not_ours_to_refund_and_may_be_taken_back(sandbox, api):
    capture = captured(sandbox, api)
    dispute = sandbox.does("captures", capture["id"], "dispute")
    refund = api.post(f"/v2/payments/captures/{capture['id']}/refund", json={})
    listed = api.get("/v1/customer/disputes", params={"disputed_transaction_id": capture["id"]}).json()["items"]
    sandbox.does("disputes", dispute["dispute_id"], "for_buyer")

    assert issue_of(refund) == (422, "TRANSACTION_DISPUTED")
    assert [each["dispute_life_cycle_stage"] for each in listed] == ["INQUIRY"]
    assert sandbox.state()["refunded"] == {"EUR": 2397}
    assert api.get(f"/v1/customer/disputes/{dispute['dispute_id']}").json()["status"] == "RESOLVED"


def test_the_report_is_three_hours_behind_and_asked_for_a_month_at_most(sandbox, api):
    capture = captured(sandbox, api)
    api.post(f"/v2/payments/captures/{capture['id']}/refund", json={"amount": EUROS | {"value": "1.00"}})
    start, month = sandbox.clock.now, timedelta(days=31)

    def asked(until):
        moments = {"start_date": start.isoformat(), "end_date": until.isoformat()}
        return api.get("/v1/reporting/transactions", params=moments)

    sandbox.clock.move(timedelta(hours=2, minutes=59))
    early = asked(start + month).json()["transaction_details"]
    sandbox.clock.move(timedelta(minutes=1))
    rows = [detail["transaction_info"] for detail in asked(start + month).json()["transaction_details"]]

    assert early == []
    assert [(row["transaction_amount"]["value"], row["custom_field"]) for row in rows] == [
        ("23.97", "ours"),
        ("-1.00", "ours"),
    ]
    assert asked(start + month + timedelta(seconds=1)).status_code == 400


def test_a_subscription_from_before_is_found_and_ended_once(sandbox, api):
    sandbox.browser.post("/_sandbox/subscriptions", json={"custom_id": "old-17"})
    path = "/v1/billing/subscriptions"
    (found,) = api.get(path, params={"statuses": "ACTIVE"}).json()["subscriptions"]

    answers = [
        api.post(f"{path}/{found['id']}/cancel", json=body) for body in ({}, {"reason": "moved"}, {"reason": "x"})
    ]

    assert [answer.status_code for answer in answers] == [400, 204, 422]
    assert issue_of(answers[2])[1] == "SUBSCRIPTION_STATUS_INVALID"
    assert sandbox.state()["subscriptions"] == {"CANCELLED": 1}
