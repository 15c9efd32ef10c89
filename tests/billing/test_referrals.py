"""Customers who send us others: who counts, when they are thanked, and when they are not."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.billing import ledger
from ezscale.billing.credit import credit_balance
from ezscale.billing.referral_rewards import MARKETING, OURSELVES, refuse_referral, settle_referrals
from ezscale.billing.referrals import (
    ReferralRules,
    come_by_link,
    earned_by_referring,
    initials,
    is_welcome,
    make_code,
    own_code,
    referrals,
    welcome_code,
)
from ezscale.billing.subscriptions import end_subscription
from ezscale.company.rules import set_rules
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.money import Money
from ezscale.models import CreditEntry, Customer, Invoice, MailMessage, Membership, Referral, Subscription
from ezscale.models.customer import MemberRole
from ezscale.models.referral import ReferralStatus
from ezscale.tasks import billing
from tests.company import Company

ROUNDS = frozenset({billing.settle_referrals})


@pytest.fixture
def at(database, clock, tmp_path):
    """A company that thanks for new customers, about which the doctor has nothing to say when the story ends."""
    company = Company(database, clock, tmp_path, rounds=ROUNDS)
    decide(company, enabled=True)
    yield company
    assert company.complaints() == {}


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def decide(at, **rules):
    with at.robot() as work:
        set_rules(work, ReferralRules, rules)


def sends(at, referrer, name, country="IE", currency="EUR"):
    """Somebody signs up by a customer's link."""
    code = referrer.does(make_code)
    friend = at.signs_up(name, country, currency)
    with at.house.database.opener(ANONYMOUS)() as work:
        come_by_link(work, friend.user.id, code)
    return friend


def pays(friend, card="5555555555554444"):
    """They buy a server; the night has not come yet."""
    friend.pays(friend.orders().invoice_id, card)
    friend.at.works()


def settles(at):
    return settle_referrals(at.house.automation("referrals")).counts


def only(at):
    with at.robot() as work:
        return work.session.exec(select(Referral)).one()


def credit_of(at, person, currency="EUR"):
    with at.robot() as work:
        return credit_balance(work, person.actor.own_customer(), currency).minor


@pytest.mark.all_databases
def test_who_sends_a_customer_is_credited_once_the_money_has_stayed(at, ada):
    ben = sends(at, ada, "Ben Orr")
    assert settles(at) == {}
    pays(ben)

    assert settles(at) == {"paid": 1}
    assert settles(at) == {}
    assert (only(at).status, only(at).credit_on) == (
        ReferralStatus.WAITING,
        at.clock.now.date() + timedelta(days=30),
    )
    at.clock.move(timedelta(days=29))
    assert settles(at) == {}
    at.clock.move(timedelta(days=1))
    assert settles(at) == {"credited": 1}
    assert settles(at) == {}

    assert (only(at).status, only(at).reward) == (ReferralStatus.CREDITED, Money(1000, "EUR"))
    assert credit_of(at, ada) == 1000
    with at.robot() as work:
        assert ledger.balance(work, MARKETING, "EUR") == Money(1000, "EUR")
        assert len(work.session.exec(select(CreditEntry)).all()) == 1
    assert ada.does(earned_by_referring) == [Money(1000, "EUR")]


def test_the_night_does_it_by_itself_and_tells_whoever_is_thanked(at, ada):
    ben = sends(at, ada, "Ben Orr")
    pays(ben)

    for _ in range(16):
        at.sleeps(2)

    assert only(at).status is ReferralStatus.CREDITED
    with at.robot() as work:
        [mail] = work.session.exec(select(MailMessage).where(MailMessage.template == "referral_credited"))
    assert (mail.to, mail.subject) == ("ada@example.com", "Thank you for sending us a customer: €10.00 of credit")
    for shown in (mail.text, mail.html):
        assert "March 2, 2026" in shown
        assert "/account/referrals/" in shown
        assert "Ben" not in shown


def test_whoever_is_not_thanked_hears_nothing(at, ada):
    ben = sends(at, ada, "Ben Orr")
    pays(ben)
    with at.robot() as work:
        refuse_referral(work, only(at).id, "We know them already.")
    at.lives(days=40)

    with at.robot() as work:
        assert not work.session.exec(select(MailMessage).where(MailMessage.template == "referral_credited")).all()


@pytest.mark.parametrize(
    ("rules", "currency", "reward"),
    [
        ({"rewards": "EUR 7.50"}, "EUR", 750),
        ({"percent": 10}, "EUR", 110),
        ({"percent": 10, "rewards": "EUR 3"}, "USD", 300),  # a share of other money is none of ours: the sum
    ],
    ids=str,
)
def test_the_reward_is_what_the_house_has_decided(at, ada, rules, currency, reward):
    decide(at, wait_days=0, **rules)
    pays(sends(at, ada, "Ben Orr", currency=currency))

    assert settles(at) == {"paid": 1, "credited": 1}

    assert credit_of(at, ada) == reward


@pytest.mark.parametrize("typed", ["EUR", "EUR five", "ABC 5", "EUR 1.234", "EUR 1, EUR 2"])
def test_rewards_that_are_no_sums_are_refused(at, typed):
    with pytest.raises(Invalid) as refusal:
        decide(at, rewards=typed)

    assert refusal.value.field == "rewards"


def given_back(at, ben):
    with at.robot() as work:
        invoice = work.session.exec(select(Invoice)).one()
        invoice.credited_minor = 1


def gone(at, ben):
    with at.robot() as work:
        end_subscription(work, work.session.exec(select(Subscription)).one())
    at.works()


def shares_a_person(at, ben):
    with at.robot() as work:
        for customer in work.session.exec(select(Customer)).all():
            known = {row.customer_id for row in work.session.exec(select(Membership)) if row.user_id == ben.user.id}
            if customer.id not in known:
                work.session.add(
                    Membership(
                        user_id=ben.user.id, customer_id=customer.id, role=MemberRole.READ_ONLY, created_at=work.now
                    )
                )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (gone, "Their service has ended."),
        (shares_a_person, "The same person belongs to both."),
        (lambda at, _ben: decide(at, rewards="USD 5"), "There is no reward in EUR."),
    ],
    ids=["ended", "the same person", "no reward"],
)
def test_what_speaks_against_it_stands_there(at, ada, wrong, words):
    decide(at, wait_days=1)
    ben = sends(at, ada, "Ben Orr")
    pays(ben)
    settles(at)

    wrong(at, ben)
    at.clock.move(timedelta(days=1))
    assert settles(at) == {"refused": 1}

    assert (only(at).status, only(at).reason, only(at).decided_by) == (ReferralStatus.REFUSED, words, OURSELVES)
    assert credit_of(at, ada) == 0


def test_money_that_was_given_back_earns_nothing(database, clock, tmp_path):
    at = Company(database, clock, tmp_path, rounds=ROUNDS)
    decide(at, enabled=True, wait_days=1)
    ada = at.signs_up("Ada Moreno")
    ben = sends(at, ada, "Ben Orr")
    pays(ben)
    settles(at)

    given_back(at, ben)
    at.clock.move(timedelta(days=1))

    assert settles(at) == {"refused": 1}
    assert only(at).reason == "Their first invoice was given back."


def test_nobody_sends_themselves_with_the_same_card(at, ada):
    decide(at, wait_days=0)
    ada.buys("vps-1", card="4242424242424242")
    ben = sends(at, ada, "Ben Orr")
    pays(ben, card="4242424242424242")

    assert settles(at) == {"paid": 1, "refused": 1}
    assert only(at).reason == "Both pay with the same card."


def test_there_is_a_limit_for_each_month(at, ada):
    decide(at, wait_days=0, most_per_month=1)
    for name in ("Ben Orr", "Cas Lee"):
        pays(sends(at, ada, name))

    assert settles(at) == {"paid": 2, "credited": 1, "refused": 1}
    assert credit_of(at, ada) == 1000

    at.clock.move(timedelta(days=31))
    pays(sends(at, ada, "Dan Poe"))
    assert settles(at) == {"paid": 1, "credited": 1}


def test_nobody_comes_twice_or_by_their_own_link_or_by_none(at, ada):
    ben = sends(at, ada, "Ben Orr")
    eve = at.signs_up("Eve Lang")
    code = eve.does(make_code)

    with at.robot() as work:
        for person, link in ((ben, code), (eve, code), (eve, "NOSUCHXY"), (eve, ""), (eve, "x" * 400)):
            assert come_by_link(work, person.user.id, link) is None

    assert only(at).referred_id == ben.actor.customer_id


def test_while_the_house_does_not_thank_for_it_links_lead_to_nothing_new(at, ada):
    pays(sends(at, ada, "Ben Orr"))
    decide(at, enabled=False, wait_days=0)
    sends(at, ada, "Eve Lang")

    with at.robot() as work:
        assert not is_welcome(work, ada.does(own_code))
    assert settles(at) == {"paid": 1, "credited": 1}  # what was promised holds
    assert len(ada.does(referrals)) == 1


def test_a_link_is_made_once_and_belongs_to_one(at, ada):
    code = ada.does(make_code)

    assert ada.does(make_code) == code == ada.does(own_code)
    assert at.signs_up("Ben Orr").does(own_code) == ""
    reader = ada.brings_along("Ina Rey", MemberRole.READ_ONLY)
    with pytest.raises(NotAllowed):
        reader.does(make_code)


def test_a_customer_sees_whom_they_sent_and_staff_sees_all(at, ada):
    sends(at, ada, "Ben Orr")
    eve = at.signs_up("Eve Lang")

    assert [row.referred.name for row in ada.does(referrals)] == ["Ben Orr"]
    assert eve.does(referrals) == []
    with at.robot() as work:
        assert len(referrals(work)) == 1
        assert referrals(work, status="credited") == []


def test_a_colleague_refuses_with_a_word(at, ada):
    ben = sends(at, ada, "Ben Orr")
    pays(ben)

    with pytest.raises(NotAllowed):
        ada.does(lambda work: refuse_referral(work, only(at).id, "no"))
    with at.robot() as work:
        with pytest.raises(Invalid) as refusal:
            refuse_referral(work, only(at).id, "  ")
        with pytest.raises(NotFound):
            refuse_referral(work, ben.user.id, "no")
    assert refusal.value.field == "reason"
    with at.robot() as work:
        refuse_referral(work, only(at).id, "They live together")

    assert (only(at).status, only(at).reason) == (ReferralStatus.REFUSED, "They live together")
    assert settles(at) == {}


def test_whoever_was_sent_is_welcomed_with_a_code_until_they_have_paid(at, ada):
    decide(at, welcome_coupon="welcome10")
    code = ada.does(make_code)
    ben = sends(at, ada, "Ben Orr")

    with at.house.database.opener(ANONYMOUS)() as work:
        assert (welcome_code(work, code), welcome_code(work), welcome_code(work, "NOSUCHXY")) == ("WELCOME10", "", "")
    assert (ben.does(welcome_code), ada.does(welcome_code)) == ("WELCOME10", "")

    pays(ben)
    settles(at)
    assert ben.does(welcome_code) == ""


@pytest.mark.parametrize(
    ("name", "short"), [("Ben Orr", "B. O."), ("ada", "A."), ("", ""), ("  Łukasz  de la Cruz ", "Ł. D. L.")]
)
def test_of_a_name_only_initials_are_told(name, short):
    assert initials(name) == short
