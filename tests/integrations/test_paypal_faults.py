"""Our gateway when PayPal answers late, wrong or not at all: no charge twice, none forgotten."""

from datetime import timedelta

import pytest

from ezscale.billing.ports import ChargeState
from ezscale.integrations.http import open_http
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.kit.money import Money
from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.in_process import NobodyThere
from ezscale.sandbox.paypal.browser import answer_on_page
from tests.lost_answers import AFTER_THE_ACT, BEFORE_THE_ACT, fifty_answers
from tests.paypal_sandbox import BACK, DONE, HOST, PayPalSandbox

STILL_AT_IT = {"wrong": Wrong.REFUSE, "status": 409}
LOST = [*AFTER_THE_ACT, *BEFORE_THE_ACT, STILL_AT_IT]
SURELY_NOTHING = [
    {"wrong": Wrong.RATE_LIMITED, "seconds": 7},
    {"wrong": Wrong.REFUSE, "status": 401, "times": 2},
    {"wrong": Wrong.REFUSE, "status": 403},
]
ORDERS = "/v2/checkout/orders*"


@pytest.fixture
def sandbox() -> PayPalSandbox:
    return PayPalSandbox()


def unanswered(sandbox, ask, path, **fault):
    """What a call answers when it is made again after its first answer was lost."""
    sandbox.goes_wrong(path=path, **fault)
    with pytest.raises(UnknownOutcome):
        ask()
    return ask()


@pytest.mark.parametrize("fault", LOST)
def test_a_charge_whose_answer_was_lost_is_made_once_with_the_same_key(sandbox, fault):
    charge = sandbox.a_charge_on()

    receipt = unanswered(sandbox, lambda: sandbox.gateway.charge(charge), ORDERS, **fault)

    assert receipt.state is ChargeState.SUCCEEDED
    assert sandbox.captures(charge) == 1


@pytest.mark.parametrize("fault", LOST)
def test_a_page_whose_money_was_taken_without_an_answer_is_taken_once(sandbox, fault):
    charge = sandbox.a_charge()
    ref = sandbox.an_approved_page(charge)

    receipt = unanswered(sandbox, lambda: sandbox.gateway.take_checkout(ref), f"{ORDERS}/capture", **fault)

    assert receipt.state is ChargeState.SUCCEEDED
    assert sandbox.captures(charge) == 1


@pytest.mark.parametrize("fault", LOST)
def test_a_refund_whose_answer_was_lost_is_made_once_with_the_same_key(sandbox, fault):
    payment = sandbox.gateway.charge(sandbox.a_charge_on()).payment_ref

    unanswered(
        sandbox, lambda: sandbox.gateway.refund(sandbox.a_refund(payment, Money(100, "EUR"), 1)), "*/refund", **fault
    )

    assert sandbox.state()["refunded"] == {"EUR": 100}


def test_what_another_call_is_taking_already_is_no_refusal(sandbox):
    ref = sandbox.an_approved_page(sandbox.a_charge())
    busy = {"name": "UNPROCESSABLE_ENTITY", "details": [{"issue": "ORDER_COMPLETION_IN_PROGRESS"}]}
    sandbox.goes_wrong(Wrong.REFUSE, "*/capture", status=422, body=busy)

    with pytest.raises(UnknownOutcome):
        sandbox.gateway.take_checkout(ref)


def test_a_lost_page_is_the_same_page_when_asked_again(sandbox):
    charge = sandbox.a_charge()

    unanswered(sandbox, lambda: sandbox.gateway.open_checkout(charge, DONE, BACK), ORDERS, wrong=Wrong.LOST)

    assert sandbox.state()["orders"] == {"PAYER_ACTION_REQUIRED": 1}


@pytest.mark.parametrize("wait", [timedelta(), timedelta(hours=4)], ids=["at once", "when its key is forgotten"])
def test_a_wallet_whose_keeping_got_lost_is_kept_once(sandbox, wait):
    page = sandbox.gateway.open_card_page("", "page:1", DONE, BACK, "EUR")
    answer_on_page(sandbox.browser, page.url)
    sandbox.goes_wrong(Wrong.LOST, "/v3/vault/payment-tokens", method="POST")
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.read_card_page(page.ref, "")

    sandbox.clock.move(wait)
    wallet = sandbox.gateway.read_card_page(page.ref, "")

    assert sandbox.gateway.charge(sandbox.a_charge(wallet=wallet)).state is ChargeState.SUCCEEDED
    assert sandbox.state()["wallets_kept"] == 1


@pytest.mark.parametrize("fault", SURELY_NOTHING)
def test_what_paypal_did_not_even_look_at_surely_did_not_happen(sandbox, fault):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(path=ORDERS, **fault)

    with pytest.raises(TemporaryFailure) as failure:
        sandbox.gateway.charge(charge)

    assert type(failure.value) is TemporaryFailure
    assert failure.value.retry_after == fault.get("seconds")
    assert sandbox.captures(charge) == 0
    assert sandbox.gateway.charge(charge).state is ChargeState.SUCCEEDED


def test_when_nobody_answers_surely_nothing_happened(sandbox):
    gateway = sandbox.open_gateway(http=open_http(HOST, transport=NobodyThere()))

    with pytest.raises(TemporaryFailure) as failure:
        gateway.charge(sandbox.a_charge())

    assert type(failure.value) is TemporaryFailure


@pytest.mark.parametrize("fault", LOST)
def test_a_question_that_got_no_answer_twice_is_asked_again_later(sandbox, fault):
    receipt = sandbox.gateway.charge(sandbox.a_charge_on())
    sandbox.goes_wrong(path="/v2/payments/captures/*", times=0, **fault)

    with pytest.raises(TemporaryFailure) as failure:
        sandbox.gateway.read_payment(receipt.payment_ref)
    sandbox.stand_in.faults.clear()

    assert type(failure.value) is TemporaryFailure
    assert sandbox.gateway.read_payment(receipt.payment_ref).amount == receipt.amount


@pytest.mark.parametrize("status", [400, 422])
def test_a_refused_request_is_refused_for_good(sandbox, status):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.REFUSE, ORDERS, status=status)

    with pytest.raises(Rejected) as refusal:
        sandbox.gateway.charge(charge)

    assert refusal.value.status == status


def test_an_address_without_paypal_behind_it_is_no_answer_about_a_payment(sandbox):
    sandbox.goes_wrong(Wrong.REFUSE, "/v2/*", times=2, status=404, body="not here")

    with pytest.raises(TemporaryFailure):
        sandbox.gateway.read_payment("anything")


def test_after_the_key_is_forgotten_the_same_attempt_still_cannot_be_taken_twice(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.LOST, ORDERS)
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.charge(charge)

    sandbox.clock.move(timedelta(hours=7))
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.charge(charge)

    assert sandbox.captures(charge) == 1


def test_the_money_of_a_lost_answer_is_found_once_the_report_reaches_it(sandbox):
    sandbox.gateway.charge(sandbox.a_charge_on(number=2))
    charge, sent_at = sandbox.a_charge_on(), sandbox.clock.now
    sandbox.goes_wrong(Wrong.LOST, ORDERS)
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.charge(charge)

    with pytest.raises(TemporaryFailure):
        sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, sent_at)
    sandbox.clock.move(timedelta(hours=3))
    found = sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, sent_at)

    assert (found.state, found.invoice_id, found.amount) == (ChargeState.SUCCEEDED, charge.invoice_id, charge.amount)
    sandbox.gateway.refund(sandbox.a_refund(found.payment_ref, charge.amount, 1))
    sandbox.clock.move(timedelta(hours=3))
    assert sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, sent_at).payment_ref == found.payment_ref


def test_that_nothing_was_taken_is_only_said_when_the_report_is_complete(sandbox):
    charge, sent_at = sandbox.a_charge(), sandbox.clock.now
    sandbox.clock.move(timedelta(hours=3, minutes=59))
    with pytest.raises(TemporaryFailure) as too_early:
        sandbox.gateway.find_payment("", charge.attempt_id, sent_at)

    sandbox.clock.move(timedelta(minutes=1))

    assert too_early.value.retry_after == 60
    assert sandbox.gateway.find_payment("", charge.attempt_id, sent_at) is None


def test_one_token_serves_many_calls_and_is_renewed_once_it_is_over(sandbox):
    charge = sandbox.a_charge_on()
    for _ in range(3):
        sandbox.gateway.charge(charge)
    before = sandbox.state()["tokens_issued"]

    sandbox.clock.move(timedelta(hours=9))
    receipt = sandbox.gateway.charge(sandbox.a_charge_on(number=2))

    assert receipt.state is ChargeState.SUCCEEDED
    assert (before, sandbox.state()["tokens_issued"]) == (1, 2)


@pytest.mark.parametrize(
    "gateway",
    [{"secret": "wrong"}, {}],
    ids=["the wrong secret", "too many tokens asked for"],
)
def test_without_a_token_surely_nothing_happened(sandbox, gateway):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.RATE_LIMITED, "/v1/oauth2/token")

    with pytest.raises(TemporaryFailure) as failure:
        sandbox.open_gateway(**gateway).charge(charge)

    assert type(failure.value) is TemporaryFailure
    assert sandbox.captures(charge) == 0


def test_fifty_charges_at_once_take_the_money_once(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.LOST, ORDERS, times=10)

    refs = fifty_answers(lambda: sandbox.gateway.charge(charge).payment_ref)

    assert len(refs) == 1
    assert sandbox.captures(charge) == 1


def test_a_report_ends_though_time_goes_on_while_it_is_read(sandbox):
    begun = sandbox.clock.now
    receipt = sandbox.gateway.charge(sandbox.a_charge_on())
    sandbox.clock.move(timedelta(days=40))
    later = (sandbox.clock.now + timedelta(seconds=tick) for tick in range(50))  # a loop that goes on and on uses it up

    taken = list(sandbox.open_gateway(now=lambda: next(later)).payments_since(begun))

    assert [each.payment_ref for each in taken] == [receipt.payment_ref]
