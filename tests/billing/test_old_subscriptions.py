"""What an earlier system has left at PayPal, and what still bills our customers there, is ended."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing.comparing import compare_payments
from ezscale.billing.old_subscriptions import BEING_ENDED, ENDED, stop_old_subscriptions
from ezscale.kit.errors import TemporaryFailure
from ezscale.models import BillingCase
from ezscale.tasks.billing import poll_gateway
from tests.company import Company

ADAS_WALLET = "good@wallets.example"


@pytest.fixture
def at(database, clock, tmp_path):
    """A company in which nothing else runs while time passes."""
    return Company(database, clock, tmp_path)


@pytest.fixture
def ada(at):
    """Ada, whose wallet we keep under another address than her own."""
    ada = at.signs_up("Ada Moreno")
    ada.leaves_wallet()
    at.works()
    return ada


def billed_by_paypal(at, email):
    """A subscription from before that has taken money just now: its name."""
    made = at.paypal_http.post("/_sandbox/subscriptions", json={"custom_id": "old-17", "email": email})
    assert at.paypal_http.post(f"/_sandbox/subscriptions/{made.json()['id']}/bill").is_success
    return made.json()["id"]


def sweeps(at, days=1):
    """What the run of some later night finds to end."""
    at.clock.move(timedelta(days=days))
    tally = stop_old_subscriptions(at.house.automation("comparison"), at.house.gateways["paypal"])
    assert tally.set_aside == []
    return tally.counts


def polls(at):
    poll_gateway(at.house)
    at.works()


def standing(at):
    return at.paypal_http.get("/_sandbox/state").json()["subscriptions"]


def cases(at):
    with at.robot() as work:
        found = work.session.exec(select(BillingCase).order_by(col(BillingCase.id)))
        return [(case.kind, case.customer_id, case.facts.get("what to do")) for case in found]


@pytest.mark.all_databases
@pytest.mark.parametrize("heard", [Company.hears_paypal, polls, sweeps], ids=["by webhook", "by asking", "by sweeping"])
def test_what_bills_a_customer_beside_us_is_ended_once_and_its_money_is_stray(at, ada, heard):
    billed_by_paypal(at, ADAS_WALLET)

    heard(at)
    again = sweeps(at)
    compared = compare_payments(at.house.automation("comparison"), at.house.gateways["paypal"])

    assert (standing(at), again, compared.counts) == ({"CANCELLED": 1}, {}, {"found": 1})
    assert cases(at) == [("old_subscription", ada.actor.own_customer(), ENDED), ("stray_money", None, None)]


@pytest.mark.parametrize(("wrong", "left"), [("down", "ACTIVE"), ("lost", "CANCELLED")])
def test_while_paypal_does_not_answer_it_waits_and_is_ended_later_without_taking_money_again(at, ada, wrong, left):
    billed_by_paypal(at, ADAS_WALLET)
    at.breaks(at.paypal_http, wrong, path="*/cancel")
    with pytest.raises(TemporaryFailure):
        sweeps(at)
    at.mends(at.paypal_http)
    waiting = standing(at), [done for _, _, done in cases(at)]

    later = [sweeps(at, days=10), sweeps(at)]

    assert waiting == ({left: 1}, [BEING_ENDED])
    assert (standing(at), later, [done for _, _, done in cases(at)]) == ({"CANCELLED": 1}, [{"ended": 1}, {}], [ENDED])


def test_one_that_bills_nobody_whom_we_know_is_told_once_and_left_alone(at, ada):
    billed_by_paypal(at, "somebody@elsewhere.example")

    assert [sweeps(at), sweeps(at)] == [{}, {}]
    assert standing(at) == {"ACTIVE": 1}
    assert [(kind, customer) for kind, customer, _ in cases(at)] == [("old_subscription_of_nobody", None)]


def test_an_address_says_whose_one_is_only_when_it_is_proved(at, ada):
    billed_by_paypal(at, ada.user.email)

    unproved = sweeps(at), standing(at)
    at.proves_address(ada)

    assert unproved == ({}, {"ACTIVE": 1})
    assert (sweeps(at), standing(at)) == ({"ended": 1}, {"CANCELLED": 1})
