"""What the gateways say of payouts, of what they keep, and of what they hold."""

from datetime import date, timedelta

import pytest

from ezscale.billing.payout_ports import KeptFee, MoneyHolder, PayoutState
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.money import Money
from ezscale.sandbox.faults import Wrong
from tests.paypal_sandbox import PayPalSandbox
from tests.stripe_sandbox import StripeSandbox

DAY, HOURS = timedelta(days=1), timedelta(hours=4)
TEN = {"currency_code": "EUR", "value": "10.00"}


@pytest.fixture
def stripe():
    """An account with 23.36 EUR that can be paid out."""
    stripe = StripeSandbox()
    stripe.gateway.charge(stripe.a_charge_on())
    stripe.clock.move(2 * DAY)
    return stripe


def test_stripe_tells_each_payout_with_its_day_and_state(stripe):
    begun = stripe.clock.now
    done, gone = (stripe.browser.post("/_sandbox/payouts", params={"amount": minor}).json() for minor in (1000, 500))
    stripe.browser.post(f"/_sandbox/payouts/{gone['id']}/cancel")

    told = {each.ref: each for each in stripe.gateway.payouts_since(begun)}

    assert told[done["id"]].amount == Money(1000, "EUR")
    assert told[done["id"]].arrives_on == (begun + 2 * DAY).date()
    assert [told[each["id"]].state for each in (done, gone)] == [PayoutState.UNDER_WAY, PayoutState.CANCELED]
    stripe.clock.move(2 * DAY)
    assert {each.state for each in stripe.gateway.payouts_since(begun)} == {PayoutState.PAID, PayoutState.CANCELED}
    assert list(stripe.gateway.payouts_since(stripe.clock.now)) == []


def test_stripe_tells_what_it_kept_for_no_payment_and_what_it_holds(stripe):
    begun = stripe.clock.now - 3 * DAY
    before = stripe.gateway.balances()
    kept = stripe.browser.post("/_sandbox/fees", params={"amount": 200}).json()

    fees = list(stripe.gateway.fees_since(begun))

    assert fees == [KeptFee(kept["id"], Money(200, "EUR"), "stripe_fee")]  # and not that of the payment
    assert (before, stripe.gateway.balances()) == ({"EUR": Money(2336, "EUR")}, {"EUR": Money(2136, "EUR")})


def test_many_payouts_are_read_page_by_page_and_a_silent_vendor_is_no_empty_list(stripe):
    begun = stripe.clock.now
    for _ in range(101):
        stripe.browser.post("/_sandbox/payouts", params={"amount": 1})

    assert len({each.ref for each in stripe.gateway.payouts_since(begun)}) == 101
    for read in (lambda: list(stripe.gateway.payouts_since(begun)), stripe.gateway.balances):
        stripe.goes_wrong(Wrong.DOWN, times=1)
        with pytest.raises(TemporaryFailure):
            read()


def test_paypal_tells_what_was_withdrawn_and_kept_as_far_as_its_report_reaches():
    paypal = PayPalSandbox()
    begun = paypal.clock.now
    paypal.gateway.charge(paypal.a_charge_on())
    first, second = (
        paypal.browser.post("/_sandbox/withdrawals", json={"amount": TEN, "fee": fee}).json() for fee in ("", "0.35")
    )
    kept = paypal.browser.post("/_sandbox/fees", json={"amount": TEN | {"value": "5.00"}}).json()
    too_early = list(paypal.gateway.payouts_since(begun))

    paypal.clock.move(HOURS)
    under_way = [each.state for each in paypal.gateway.payouts_since(begun)]
    paypal.does("withdrawals", first["id"], "come_back")
    paypal.does("withdrawals", second["id"], "arrive")

    told = {each.ref: (each.amount, each.state) for each in paypal.gateway.payouts_since(begun)}
    fees = {fee.ref: fee.amount for fee in paypal.gateway.fees_since(begun)}
    assert (too_early, under_way) == ([], [PayoutState.UNDER_WAY] * 2)
    assert told == {
        first["id"]: (Money(1000, "EUR"), PayoutState.FAILED),
        second["id"]: (Money(1000, "EUR"), PayoutState.PAID),
    }
    assert fees == {second["id"]: Money(35, "EUR"), kept["id"]: Money(500, "EUR")}
    assert {each.arrives_on for each in paypal.gateway.payouts_since(begun)} == {
        date.fromisoformat(f"{begun:%Y-%m-%d}")
    }
    holder: MoneyHolder = paypal.gateway
    assert holder.balances() is None
