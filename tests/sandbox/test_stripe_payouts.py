"""The stand-in's balance and payouts are as strict as Stripe's."""

from datetime import timedelta
from typing import get_args

import pytest
import stripe

from tests.stripe_sandbox import StripeSandbox

CHARGE = {"amount": 2397, "currency": "eur", "payment_method": "pm_card_visa", "confirm": "true", "off_session": "true"}
NET, DAY = 2397 - 61, timedelta(days=1)


@pytest.fixture
def sandbox() -> StripeSandbox:
    """An account that has taken one payment, which can be paid out."""
    sandbox = StripeSandbox()
    assert sandbox.api.post("/payment_intents", data=CHARGE).is_success
    sandbox.clock.move(2 * DAY)
    return sandbox


def pays_out(sandbox, **how):
    return sandbox.browser.post("/_sandbox/payouts", params=how)


def holds(sandbox):
    balance = sandbox.api.get("/balance").json()
    return [balance[state][0]["amount"] for state in ("available", "pending")]


def entries(sandbox, **params):
    return sandbox.api.get("/balance_transactions", params=params)


def refused(answer):
    error = answer.json()["error"]
    return answer.status_code, error.get("code") or error.get("param")


def test_a_payout_takes_no_more_than_has_settled_and_arrives_on_its_day(sandbox):
    sandbox.api.post("/payment_intents", data=CHARGE)
    before, too_much = holds(sandbox), pays_out(sandbox, amount=NET + 1)

    payout = pays_out(sandbox).json()
    after, nothing = holds(sandbox), pays_out(sandbox)
    states = []
    for _ in range(3):
        states.append(sandbox.api.get(f"/payouts/{payout['id']}").json()["status"])
        sandbox.clock.move(DAY)

    assert (before, after) == ([NET, NET], [0, NET])
    assert [refused(each) for each in (too_much, nothing)] == [(400, "balance_insufficient")] * 2
    assert (payout["amount"], states) == (NET, ["pending", "in_transit", "paid"])
    assert (sandbox.state()["paid_out"], sandbox.state()["payouts"]) == ({"eur": NET}, {"paid": 1})


@pytest.mark.parametrize(("deed", "after", "kind"), [("fail", 3, "payout_failure"), ("cancel", 0, "payout_cancel")])
def test_a_payout_that_fails_is_on_the_balance_again_and_only_once(sandbox, deed, after, kind):
    payout = pays_out(sandbox).json()
    sandbox.clock.move(after * DAY)
    sandbox.api.get("/payouts")

    back = sandbox.browser.post(f"/_sandbox/payouts/{payout['id']}/{deed}").json()
    again = sandbox.browser.post(f"/_sandbox/payouts/{payout['id']}/{deed}")

    [entry] = entries(sandbox, type=kind).json()["data"]
    assert (back["failure_balance_transaction"], entry["net"], again.status_code) == (entry["id"], NET, 400)
    assert (holds(sandbox), sandbox.state()["paid_out"]) == ([NET, 0], {"eur": 0})


def test_movements_are_listed_by_type_and_page_and_unknown_words_are_refused(sandbox):
    sandbox.browser.post("/_sandbox/fees", params={"amount": 200})
    pays_out(sandbox)

    first = entries(sandbox, limit=2).json()
    rest = entries(sandbox, starting_after=first["data"][-1]["id"]).json()

    assert [each["type"] for each in first["data"] + rest["data"]] == ["payout", "stripe_fee", "charge"]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert [each["net"] for each in entries(sandbox, type="stripe_fee").json()["data"]] == [-200]
    assert refused(entries(sandbox, type="gift")) == (400, "type")
    assert refused(sandbox.api.get("/payouts", params={"status": "lost"})) == (400, "status")
    assert refused(sandbox.api.get("/payouts", params={"destination": "ba_1"})) == (400, "destination")
    assert refused(entries(sandbox, types="x")) == (400, "parameter_unknown")


def test_every_field_is_one_of_the_vendors_and_none_that_it_always_has_is_missing(sandbox):
    pays_out(sandbox)
    answers = {
        stripe.Balance: sandbox.api.get("/balance").json(),
        stripe.Payout: sandbox.api.get("/payouts").json()["data"][0],
        stripe.BalanceTransaction: entries(sandbox).json()["data"][0],
        stripe.Balance.Available: sandbox.api.get("/balance").json()["available"][0],
    }

    for kind, answer in answers.items():
        fields = {name: hint for name, hint in kind.__annotations__.items() if name not in NOT_SENT}
        always = {name for name, hint in fields.items() if type(None) not in get_args(hint)}
        assert always <= answer.keys() <= fields.keys(), kind
        assert (answer.keys() == fields.keys()) or kind is stripe.Balance, kind


NOT_SENT = {"OBJECT_NAME", "_inner_class_types"}  # what the SDK has beside what Stripe sends
