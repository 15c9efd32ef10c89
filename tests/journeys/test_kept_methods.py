"""What gateways keep is compared with what we know: nothing removed is kept, and nothing of somebody who has gone."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing.auto_agreements import Terms, agree_to_top_ups
from ezscale.billing.cards import cards, remove_card
from ezscale.billing.kept_methods import compare_kept_methods
from ezscale.kit.errors import TemporaryFailure
from ezscale.kit.money import Money
from ezscale.models import BillingCase, KnownPayer, PaymentMethod
from tests.company import GOOD_CARD

LONG = 95


@pytest.fixture
def ada(at):
    """A customer with a card at Stripe and a wallet at PayPal, who has bought nothing."""
    ada = at.signs_up("Ada Moreno")
    ada.leaves_card(GOOD_CARD)
    ada.leaves_wallet()
    at.works()
    return ada


def compares(at):
    return [compare_kept_methods(at.house.automation("comparison"), each).counts for each in at.house.gateways.values()]


def removes_all_and_nobody_hears(at, person):
    """They remove what they have left, and the answer is that both gateways are away."""
    for http in (at.stripe_http, at.paypal_http):
        at.breaks(http, "down")
    for method in person.does(cards):
        with pytest.raises(TemporaryFailure):
            remove_card(at.house.database.opener(person.actor), at.house.gateways, method.id)
    for http in (at.stripe_http, at.paypal_http):
        at.mends(http)


def kept(at):
    """Which of all methods that we have known are kept at their gateways."""
    with at.robot() as work:
        known = work.session.exec(select(PaymentMethod).order_by(col(PaymentMethod.id))).all()
    return [at.house.gateways[each.gateway].read_card(each.gateway_ref) is not None for each in known]


def cases(at):
    with at.robot() as work:
        found = work.session.exec(select(BillingCase).order_by(col(BillingCase.kind), col(BillingCase.id)))
        return [(case.kind, case.facts["gateway"], case.facts["why"]) for case in found]


def passes(at, days):
    """Time passes, and nobody works."""
    at.clock.move(timedelta(days=days))


def test_what_we_have_removed_and_is_still_kept_is_forgotten_again_and_told(at, ada):
    removes_all_and_nobody_hears(at, ada)
    still = kept(at)

    passes(at, 1)
    first = compares(at)
    again = compares(at)

    assert (still, kept(at)) == ([True, True], [False, False])
    assert first == [{"still_kept": 1, "forgotten": 1, "looked at": 1}] * 2
    assert again == [{}, {}]
    assert cases(at) == [("still_kept", name, "We removed it on 2026-03-02") for name in ("stripe", "paypal")]


def test_what_is_kept_of_somebody_who_has_had_nothing_for_long_is_told_once_and_kept(at, ada):
    compares(at)
    early = cases(at)

    for _ in range(2):
        passes(at, LONG)
        compares(at)

    why = "They have had nothing of ours for 90 days"
    assert (early, cases(at)) == ([], [("kept_for_nobody", name, why) for name in ("stripe", "paypal")])
    assert kept(at) == [True, True]


def test_who_lets_credit_be_topped_up_by_itself_still_wants_it_kept(at, ada):
    terms = Terms(*(Money(minor, "EUR") for minor in (1500, 2000, 2000)))
    ada.does(lambda work: agree_to_top_ups(work, terms))
    at.works()

    passes(at, LONG)
    compares(at)

    assert cases(at) == []


def test_a_gateway_that_is_away_is_asked_about_the_same_customers_again(at, ada):
    at.breaks(at.stripe_http, "down")
    with pytest.raises(TemporaryFailure):
        compares(at)
    at.mends(at.stripe_http)

    assert compares(at) == [{"looked at": 1}] * 2
    with at.robot() as work:
        assert None not in work.session.exec(select(KnownPayer.looked_at)).all()
