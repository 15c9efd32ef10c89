"""Reserving money on Stripe's page, and taking it or letting it go, however often, and whatever was lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ezscale.billing.ports import ChargeState
from ezscale.kit.errors import UnknownOutcome
from ezscale.sandbox.faults import Wrong
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.stripe_sandbox import StripeSandbox


@pytest.fixture
def sandbox() -> StripeSandbox:
    return StripeSandbox()


@pytest.fixture
def charge(sandbox):
    return replace(sandbox.a_charge(sandbox.gateway.register(sandbox.a_payer())), reserves=True, keeps_card=True)


@pytest.fixture
def reserved(sandbox, charge):
    """The receipt of a page on which money was reserved."""
    page = sandbox.gateway.open_checkout(charge, "http://shop.test/done", "http://shop.test/back")
    assert pay_on_page(sandbox.browser, page.url).status_code == 303
    return sandbox.gateway.read_checkout(page.ref)


def test_a_page_that_reserves_says_until_when_and_takes_nothing(sandbox, charge, reserved):
    in_a_week = sandbox.clock.now + timedelta(days=7)

    assert (reserved.state, reserved.amount, reserved.attempt_id) == (
        ChargeState.APPROVED,
        charge.amount,
        charge.attempt_id,
    )
    assert abs(reserved.reserved_until - in_a_week) < timedelta(seconds=2)
    assert sandbox.captures(charge) == 0
    assert list(sandbox.gateway.payments_since(sandbox.clock.now - timedelta(days=1))) == []
    found = sandbox.gateway.find_payment(charge.payer_ref, charge.attempt_id, sandbox.clock.now)
    assert found.state is ChargeState.APPROVED


def test_it_is_taken_once_and_never_let_go_afterwards(sandbox, charge, reserved):
    first, again = (sandbox.gateway.take_reserved(reserved.payment_ref, charge.key) for _ in range(2))
    too_late = sandbox.gateway.release_reserved(reserved.payment_ref, charge.key)

    assert [first.state, again.state, too_late.state] == [ChargeState.SUCCEEDED] * 3
    assert (first.amount, first.fee is not None, first.card is not None) == (charge.amount, True, True)
    assert sandbox.captures(charge) == 1


def test_it_is_let_go_once_and_never_taken_afterwards(sandbox, charge, reserved):
    first, again = (sandbox.gateway.release_reserved(reserved.payment_ref, charge.key) for _ in range(2))
    too_late = sandbox.gateway.take_reserved(reserved.payment_ref, charge.key)

    assert {receipt.state for receipt in (first, again, too_late)} == {ChargeState.FAILED}
    assert (first.decline_code, sandbox.captures(charge)) == ("canceled", 0)


def test_what_has_ended_by_itself_is_said_to_have_expired(sandbox, charge, reserved):
    sandbox.clock.move(timedelta(days=8))

    late = sandbox.gateway.take_reserved(reserved.payment_ref, charge.key)

    assert (late.state, late.decline_code, sandbox.captures(charge)) == (ChargeState.FAILED, "expired", 0)


@pytest.mark.parametrize("deed", ["capture", "cancel"])
def test_a_lost_answer_is_unknown_and_the_next_one_tells(sandbox, charge, reserved, deed):
    do = sandbox.gateway.take_reserved if deed == "capture" else sandbox.gateway.release_reserved
    sandbox.goes_wrong(Wrong.LOST, f"/v1/payment_intents/*/{deed}", times=1)

    with pytest.raises(UnknownOutcome):
        do(reserved.payment_ref, charge.key)
    told = do(reserved.payment_ref, charge.key)

    assert told.state is (ChargeState.SUCCEEDED if deed == "capture" else ChargeState.FAILED)
    assert sandbox.captures(charge) == (1 if deed == "capture" else 0)
