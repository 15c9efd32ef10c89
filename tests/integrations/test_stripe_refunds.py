"""Money that goes back by Stripe: once for each key, never more than came, found by our own name for it."""

from uuid import uuid5

import pytest

from ezscale.billing.ports import RefundState, WantedRefund
from ezscale.kit.errors import UnknownOutcome
from ezscale.kit.money import Money
from ezscale.sandbox.faults import Wrong
from tests.stripe_sandbox import OURS, StripeSandbox


@pytest.fixture
def stripe():
    return StripeSandbox()


@pytest.fixture
def paid(stripe):
    """A payment of 23.97 EUR, by Stripe's name for it."""
    return stripe.gateway.charge(stripe.a_charge_on()).payment_ref


def wants(paid, minor=500, number=1):
    return WantedRefund(f"refund:{number}", uuid5(OURS, f"refund {number}"), paid, Money(minor, "EUR"))


def test_the_same_refund_is_made_once_however_often_it_is_sent(stripe, paid):
    stripe.goes_wrong(Wrong.LOST, "/v1/refunds", times=1)

    with pytest.raises(UnknownOutcome):
        stripe.gateway.refund(wants(paid))
    found = stripe.gateway.find_refund(wants(paid))
    again = stripe.gateway.refund(wants(paid))

    assert again == found == stripe.gateway.read_refund(again.ref)
    assert (again.state, again.amount, again.payment_ref) == (RefundState.SUCCEEDED, Money(500, "EUR"), paid)
    assert stripe.gateway.find_refund(wants(paid, number=2)) is None
    assert stripe.state()["refunded"] == {"eur": 500}


def test_more_than_is_left_is_refused_and_moves_nothing(stripe, paid):
    stripe.gateway.refund(wants(paid, 2000))

    refused = stripe.gateway.refund(wants(paid, 398, number=2))

    assert (refused.state, refused.ref) == (RefundState.FAILED, "")
    assert "no more than the unrefunded amount" in refused.failure
    assert stripe.state()["refunded"] == {"eur": 2000}


def test_what_only_a_webhook_tells_can_be_asked_for(stripe, paid):
    began = stripe.clock.now
    made = stripe.gateway.refund(wants(paid))

    [(notice, body)] = stripe.gateway.notices_since(began)
    stripe.clock.now = began.replace(year=began.year + 1)

    assert (notice.kind, notice.subject_ref, notice.live) == ("refund.created", made.ref, False)
    assert notice.event_id in body
    assert list(stripe.gateway.notices_since(stripe.clock.now)) == []
