"""Credit that is topped up by itself: only as agreed, once at a time, and never again after a refusal."""

from dataclasses import replace

import pytest
from sqlmodel import select

from ezscale.billing.auto_agreements import (
    Terms,
    agree_to_top_ups,
    agreement,
    go_on_with_top_ups,
    stop_top_ups,
)
from ezscale.billing.auto_top_ups import top_up_all_low, top_up_if_low
from ezscale.billing.refunds import refund_credit
from ezscale.billing.top_ups import top_ups
from ezscale.company.standstill import go_on, stand_still
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import CreditEntry, TopUp
from ezscale.models.top_up import AutoTopUpStatus, TopUpStatus
from tests.accounts.races import at_once
from tests.billing.papers import a_line, owes, pays_from_credit
from tests.company import DECLINED_LATER, GOOD_CARD
from tests.journeys.records import credit_of, latest_mail, mails_to

ASKS_AGAIN = "4000002760003184"


def euros(minor):
    return Money(minor, "EUR")


TERMS = Terms(below=euros(1500), each=euros(2000), monthly_most=euros(5000))


@pytest.fixture
def ada(at):
    """A customer with a kept card and no credit."""
    ada = at.signs_up("Ada Moreno")
    ada.leaves_card(GOOD_CARD)
    return ada


def agrees(person, terms=TERMS):
    person.does(lambda work: agree_to_top_ups(work, terms))
    person.at.works()


def spends(at, person, minor=1000):
    """An invoice that their credit pays, and what follows from it."""
    invoice = owes(at, person, a_line(minor))
    pays_from_credit(at, invoice)
    at.works()
    return invoice


def taken(at):
    with at.robot() as work:
        return [(row.amount_minor, row.status) for row in reversed(top_ups(work)) if row.is_automatic]


def status(at, person):
    agreed = agreed_by(at, person)
    return agreed.status, agreed.halted_because


def agreed_by(at, person):
    with at.robot() as work:
        found = agreement(work, person.actor.own_customer())
    assert found is not None
    return found


@pytest.mark.all_databases
def test_credit_is_topped_up_when_it_falls_below_what_was_agreed_and_never_beyond_the_months_limit(at, ada):
    agrees(ada)
    at_first = credit_of(ada)
    spends(at, ada)  # 12.30 of 20.00: 7.70 left
    in_between = credit_of(ada)
    for _ in range(2):
        spends(at, ada)  # down to 3.10: a third time would be 60.00 in one month
    at_last = credit_of(ada)
    top_up_all_low(at.house.automation("test"))
    at.works()
    this_month = taken(at)
    at.sleeps(days=30)

    assert (at_first, in_between, at_last) == (2000, 2770, 310)
    assert this_month == [(2000, TopUpStatus.PAID)] * 2
    assert taken(at) == [(2000, TopUpStatus.PAID)] * 3  # it is April
    assert mails_to(ada, "auto_top_up_agreed", "top_up_receipt") == ["auto_top_up_agreed"] + ["top_up_receipt"] * 3
    assert (agreed_by(at, ada).agreed_by, agreed_by(at, ada).is_on) == ("Ada Moreno", True)


@pytest.mark.all_databases
def test_many_at_once_ask_for_it_once(at, ada):
    ada.does(lambda work: agree_to_top_ups(work, TERMS))
    customer_id = ada.actor.own_customer()

    def looks():
        with at.robot() as work:
            top_up_if_low(work, customer_id)

    at_once([looks] * 5)

    with at.robot() as work:
        assert len(work.session.exec(select(TopUp)).all()) == 1


@pytest.mark.parametrize(("card", "why"), [(DECLINED_LATER, "declined"), (ASKS_AGAIN, "confirm")])
def test_a_refusal_pauses_is_told_and_is_over_with_a_new_card(at, ada, card, why):
    ada.leaves_card(card)

    agrees(ada)
    paused = status(at, ada)
    top_up_all_low(at.house.automation("test"))
    at.works()
    tried = taken(at)
    ada.leaves_card("5555555555554444")
    at.works()

    assert paused[0] is AutoTopUpStatus.PAUSED
    assert why in paused[1]
    assert tried == [(2000, TopUpStatus.ABANDONED)]
    assert paused[1] in latest_mail(ada, "auto_top_up_halted").text
    assert "/account/credit/" in latest_mail(ada, "auto_top_up_halted").text
    assert (status(at, ada), credit_of(ada)) == ((AutoTopUpStatus.ON, ""), 2000)


def test_a_kept_wallet_is_asked_as_a_card_is(at):
    ben = at.signs_up("Ben Byrne")
    ben.leaves_wallet()

    agrees(ben)

    assert (taken(at), credit_of(ben)) == ([(2000, TopUpStatus.PAID)], 2000)
    assert "PayPal g•••@wallets.example" in latest_mail(ben, "top_up_receipt").text


def test_a_card_that_was_tried_too_often_is_not_tried_for_it(at, ada, monkeypatch):
    monkeypatch.setattr("ezscale.billing.cards.MOST_TRIES", 0)

    agrees(ada)

    assert (taken(at), status(at, ada)[0]) == ([], AutoTopUpStatus.PAUSED)


def test_nothing_is_taken_while_the_company_stands_still(at, ada):
    with at.robot() as work:
        stand_still(work, "We look at something")
    agrees(ada)
    still = taken(at)
    with at.robot() as work:
        go_on(work)
    at.works()

    assert (still, taken(at)) == ([], [(2000, TopUpStatus.PAID)])


def test_a_lost_answer_stops_a_second_one_until_it_is_known(at, ada):
    at.breaks(at.stripe_http, "lost", path="*/payment_intents*", method="POST", times=1)

    agrees(ada)
    looked = top_up_all_low(at.house.automation("test"))
    asked = taken(at)
    at.mends(at.stripe_http)
    at.lives(days=0.1)

    assert (len(asked), looked.set_aside) == (1, [])
    assert (taken(at), credit_of(ada)) == ([(2000, TopUpStatus.PAID)], 2000)


def test_after_credit_was_sent_back_nothing_is_taken_again(at, ada):
    agrees(ada)
    with at.robot() as work:
        refund_credit(work, work.session.exec(select(CreditEntry.id)).one(), None, "They asked for it")
    at.works()

    top_up_all_low(at.house.automation("test"))
    at.works()

    assert (credit_of(ada), len(taken(at))) == (0, 1)
    assert status(at, ada) == (AutoTopUpStatus.PAUSED, "credit was sent back to you")


def test_who_stops_it_is_heard_and_only_the_customer_can_let_it_go_on(at, ada):
    agrees(ada)
    ada.does(stop_top_ups)
    by_herself = status(at, ada)
    with pytest.raises(BusinessError):
        ada.does(stop_top_ups)
    with pytest.raises(BusinessError):
        ada.does(go_on_with_top_ups)
    agrees(ada)
    with at.robot() as work, pytest.raises(Invalid):
        stop_top_ups(work, ada.actor.own_customer())
    with at.robot() as work:
        stop_top_ups(work, ada.actor.own_customer(), "Too many disputes")
    at.works()

    assert by_herself == (AutoTopUpStatus.OFF, "")
    assert status(at, ada) == (AutoTopUpStatus.OFF, "Too many disputes")
    assert "Too many disputes" in latest_mail(ada, "auto_top_up_halted").text


def test_somebody_who_acts_for_a_customer_cannot_agree_for_them(at, ada):
    acting = replace(ada.actor, behind_id=new_id(), behind_name="Sam")

    with at.house.database.opener(acting)() as work, pytest.raises(NotAllowed):
        agree_to_top_ups(work, TERMS)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(TERMS, each=euros(999)), "each"),
        (replace(TERMS, each=Money(2000, "USD")), "each"),
        (replace(TERMS, below=euros(0)), "below"),
        (replace(TERMS, below=euros(199_000)), "below"),
        (replace(TERMS, monthly_most=euros(1999)), "monthly_most"),
    ],
)
def test_terms_that_cannot_be_are_refused(at, ada, terms, field):
    with pytest.raises(Invalid) as refusal:
        ada.does(lambda work: agree_to_top_ups(work, terms))

    assert refusal.value.field == field
    assert taken(at) == []


def test_without_a_payment_method_nothing_can_be_agreed(at):
    ben = at.signs_up("Ben Byrne")

    with pytest.raises(BusinessError, match="payment method"):
        ben.does(lambda work: agree_to_top_ups(work, TERMS))
