"""Our gateway when Stripe answers late, wrong or not at all: no charge twice, none forgotten."""

from datetime import timedelta

import httpx
import pytest

from ezscale.billing.ports import ChargeState
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.kit.clock import world_now
from ezscale.kit.errors import Rejected, TemporaryFailure, UnknownOutcome
from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.in_process import NobodyThere
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.lost_answers import AFTER_THE_ACT, BEFORE_THE_ACT, fifty_answers
from tests.stripe_sandbox import KEY, SECRET, StripeSandbox

INTENTS = "/v1/payment_intents*"


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


@pytest.mark.parametrize("fault", AFTER_THE_ACT)
def test_a_lost_answer_is_an_unknown_outcome_and_the_same_key_finds_it(sandbox, fault):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(path=INTENTS, **fault)

    with pytest.raises(UnknownOutcome):
        sandbox.gateway.charge(charge)
    captured_meanwhile = sandbox.captures(charge)
    receipt = sandbox.gateway.charge(charge)

    assert (captured_meanwhile, receipt.state) == (1, ChargeState.SUCCEEDED)
    assert sandbox.captures(charge) == 1


@pytest.mark.parametrize("fault", BEFORE_THE_ACT)
def test_a_server_error_is_an_unknown_outcome_even_when_nothing_happened(sandbox, fault):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(path=INTENTS, **fault)

    with pytest.raises(UnknownOutcome):
        sandbox.gateway.charge(charge)

    assert sandbox.captures(charge) == 0
    assert sandbox.gateway.charge(charge).state is ChargeState.SUCCEEDED


def test_a_rate_limit_says_when_to_come_back(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.RATE_LIMITED, INTENTS, seconds=7)

    with pytest.raises(TemporaryFailure) as failure:
        sandbox.gateway.charge(charge)

    assert not isinstance(failure.value, UnknownOutcome)
    assert failure.value.retry_after == 7
    assert sandbox.captures(charge) == 0


def test_when_nobody_answers_surely_nothing_happened(sandbox):
    http = httpx.Client(transport=NobodyThere())
    gateway = open_gateway(key=KEY, webhook_secret=SECRET, base_url="http://stripe.test", http=http, retries=0)

    with pytest.raises(TemporaryFailure) as failure:
        gateway.charge(sandbox.a_charge("cus_1", card_ref="pm_1"))

    assert not isinstance(failure.value, UnknownOutcome)


def test_the_sdk_tries_once_more_with_the_same_key(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.LOST, INTENTS)

    receipt = sandbox.open_gateway(retries=1).charge(charge)

    assert receipt.state is ChargeState.SUCCEEDED
    assert sandbox.captures(charge) == 1


class DiesAfterFirst(httpx.BaseTransport):
    """A host that acts on the first request, loses the answer, and is then gone or overrun."""

    def __init__(self, first: httpx.BaseTransport, then: httpx.BaseTransport):
        self._turns = iter([first, then])

    def handle_request(self, request):
        answer = next(self._turns).handle_request(request)
        if answer.status_code == 200:
            raise httpx.ReadError("connection reset", request=request)
        return answer


@pytest.mark.parametrize("then", [NobodyThere(), httpx.MockTransport(lambda _: httpx.Response(429, json={}))])
def test_a_lost_answer_stays_unknown_when_the_next_try_is_not_even_heard(sandbox, then):
    charge = sandbox.a_charge_on()
    http = httpx.Client(transport=DiesAfterFirst(sandbox.transport, then))
    gateway = open_gateway(key=KEY, webhook_secret=SECRET, base_url="http://stripe.test", http=http, retries=1)

    with pytest.raises(UnknownOutcome):
        gateway.charge(charge)

    assert sandbox.captures(charge) == 1


def test_after_the_key_is_forgotten_the_money_is_looked_up(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.LOST, INTENTS)
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.charge(charge)

    sandbox.clock.move(timedelta(hours=25))
    found = sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, world_now())

    assert found is not None
    assert (found.state, found.invoice_id) == (ChargeState.SUCCEEDED, charge.invoice_id)
    assert sandbox.captures(charge) == 1


def test_a_lost_customer_is_found_again(sandbox):
    payer = sandbox.a_payer()
    sandbox.goes_wrong(Wrong.LOST, "/v1/customers", method="POST")
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.register(payer)

    sandbox.clock.move(timedelta(days=3))
    sandbox.gateway.register(payer)

    assert sandbox.state()["customers"] == 1


def test_a_lost_page_is_the_same_page_when_asked_again(sandbox):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()))
    sandbox.goes_wrong(Wrong.LOST, "/v1/checkout/sessions")
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")

    sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")

    assert sandbox.state()["sessions"] == {"open": 1}


def test_a_page_that_took_too_long_is_the_same_page_when_it_is_asked_for_again(sandbox):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()))
    sandbox.goes_wrong(Wrong.LATE, seconds=6)

    with pytest.raises(UnknownOutcome):
        sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")
    page = sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")

    assert page.url.startswith("http://stripe.test/pay/")
    assert sandbox.state()["sessions"] == {"open": 1}


@pytest.mark.parametrize("fault", [*AFTER_THE_ACT, *BEFORE_THE_ACT])
def test_a_question_that_got_no_answer_is_simply_asked_again(sandbox, fault):
    receipt = sandbox.gateway.charge(sandbox.a_charge_on())
    sandbox.goes_wrong(path=INTENTS, **fault)

    with pytest.raises(TemporaryFailure) as failure:
        sandbox.gateway.read_payment(receipt.payment_ref)

    assert not isinstance(failure.value, UnknownOutcome)
    assert sandbox.gateway.read_payment(receipt.payment_ref) == receipt


def test_a_refused_request_is_refused_for_good(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.REFUSE, INTENTS, status=400)

    with pytest.raises(Rejected) as refusal:
        sandbox.gateway.charge(charge)

    assert refusal.value.status == 400


def test_a_page_whose_closing_got_lost_is_closed(sandbox):
    charge = sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer()))
    page = sandbox.gateway.open_checkout(charge, "http://shop.test/paid", "http://shop.test/back")
    sandbox.goes_wrong(Wrong.LOST, "*/expire")
    with pytest.raises(UnknownOutcome):
        sandbox.gateway.close_checkout(page.ref)

    sandbox.gateway.close_checkout(page.ref)

    assert pay_on_page(sandbox.browser, page.url).status_code == 410


def test_fifty_charges_at_once_take_the_money_once(sandbox):
    charge = sandbox.a_charge_on()
    sandbox.goes_wrong(Wrong.LOST, INTENTS, times=10)

    refs = fifty_answers(lambda: sandbox.gateway.charge(charge).payment_ref)

    assert len(refs) == 1
    assert sandbox.captures(charge) == 1
