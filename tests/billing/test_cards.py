"""Several cards: which one is charged, which one when that is refused, and how often one may be asked."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing.cards import MOST_TRIES, cards, choose_backup, choose_default, give_up_backup
from ezscale.billing.collecting import request_charge
from ezscale.billing.dunning import try_backup
from ezscale.billing.dunning_rules import DunningRules
from ezscale.company.rules import set_rules
from ezscale.kit.errors import BusinessError, NotAllowed, NotFound
from ezscale.models import MailMessage, PaymentAttempt, PaymentMethod
from ezscale.models.customer import MemberRole
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from tests.builders import an_attempt
from tests.company import DECLINED_LATER, GOOD_CARD

MASTERCARD, ASKS_THE_BANK = "5555555555554444", "4000002760003184"
LOST_CARD = {"type": "card_error", "code": "card_declined", "decline_code": "lost_card", "message": "It was lost."}


@pytest.fixture
def otto(at):
    """A customer with a card of Mastercard, whose renewal is due in a week; a card of Visa lies beside it."""
    otto = at.signs_up("Otto Lenz", "DE")
    otto.buys("vps-2")
    at.sleeps(24)
    otto.leaves_card(MASTERCARD)
    assert otto.invoices()[-1].due_on == date(2026, 4, 2)
    return otto


def on_file(person):
    """Their cards by their last digits, with what each is there for."""
    return {
        card.last4: "charged" if card.is_default else "backup" if card.is_backup else "spare"
        for card in person.does(cards)
    }


def card_of(person, last4):
    return next(card.id for card in person.does(cards) if card.last4 == last4)


def allows(person, last4="4242"):
    """They let a card be charged when the other one is refused."""
    card_id = card_of(person, last4)
    person.does(lambda work: choose_backup(work, card_id))


def tries(at, invoice):
    """Which card was asked, why, and what came of it."""
    with at.robot() as work:
        asked = (
            select(PaymentMethod.last4, PaymentAttempt.trigger, PaymentAttempt.status)
            .join(PaymentMethod, col(PaymentMethod.id) == PaymentAttempt.method_id)
            .where(PaymentAttempt.invoice_id == invoice.id)
            .order_by(col(PaymentAttempt.id))
        )
        return [(last4, trigger.value, status.value) for last4, trigger, status in work.session.exec(asked)]


def mailed(at, *templates):
    with at.robot() as work:
        written = select(MailMessage).where(col(MailMessage.template).in_(templates)).order_by(col(MailMessage.id))
        return [(mail.template, mail.text) for mail in work.session.exec(written)]


def the_bank_finds_the_next_card_lost(at):
    at.breaks(at.stripe_http, "refuse", "/v1/payment_intents", "POST", status=402, body={"error": LOST_CARD}, times=1)


@pytest.mark.all_databases
def test_a_card_refused_for_good_gives_way_to_the_backup_at_once_and_ever_after(at, otto):
    allows(otto)
    the_bank_finds_the_next_card_lost(at)

    at.lives(days=7)
    [_, invoice] = otto.invoices()
    at.lives(days=31)

    assert tries(at, invoice) == [("4444", "due", "failed"), ("4242", "backup", "succeeded")]
    assert tries(at, otto.invoices()[-1]) == [("4242", "due", "succeeded")]
    [(template, text)] = mailed(at, "card_refused", "charge_failed")
    assert template == "card_refused"
    assert "refused Mastercard •••• 4444 for good" in text
    assert "backup card Visa •••• 4242 instead" in text
    assert "We will charge Visa •••• 4242 on May 2, 2026" in mailed(at, "invoice_issued")[-1][1]


def test_a_card_that_nobody_has_allowed_is_not_charged(at, otto):
    the_bank_finds_the_next_card_lost(at)

    at.lives(days=10)

    assert tries(at, otto.invoices()[-1]) == [("4444", "due", "failed")]
    [(template, text)] = mailed(at, "card_refused", "charge_failed")
    assert template == "charge_failed"
    assert "add another card" in text


def test_the_backup_is_asked_once_for_a_refusal_however_often_that_is_told(at, otto):
    otto.leaves_card(DECLINED_LATER)
    otto.leaves_card(GOOD_CARD)
    allows(otto, "0341")
    the_bank_finds_the_next_card_lost(at)
    at.lives(days=7.1)
    [_, invoice] = otto.invoices()

    with at.robot() as work:
        refused = work.session.exec(select(PaymentAttempt.id).where(PaymentAttempt.trigger == AttemptTrigger.DUE)).one()
        again = try_backup(work, refused)

    assert again is None
    assert tries(at, invoice) == [("4242", "due", "failed"), ("0341", "backup", "failed")]


@pytest.mark.parametrize(
    ("on_last_try", "last"), [(False, ("0341", "retry", "failed")), (True, ("4242", "retry", "succeeded"))]
)
def test_a_card_that_is_declined_for_now_is_asked_again_and_the_backup_only_on_the_last_day_if_the_house_says_so(
    at, otto, on_last_try, last
):
    otto.leaves_card(DECLINED_LATER)
    allows(otto)
    with at.robot() as work:
        set_rules(work, DunningRules, {"charge_days": [0, 2], "backup_on_last_try": on_last_try})

    at.lives(days=10)

    told = [text for _, text in mailed(at, "charge_failed")]
    assert tries(at, otto.invoices()[-1]) == [("0341", "due", "failed"), last]
    assert "We will try again in a few days" in told[0]
    assert ["We will not try again by ourselves" in text for text in told] == [False, True][: 2 - on_last_try]


def test_a_card_that_was_asked_in_vain_fifteen_times_in_thirty_days_is_not_asked_again(at, otto):
    [paid, invoice] = otto.invoices()
    cases = [
        (AttemptStatus.FAILED, 29, True, False),
        (AttemptStatus.NEEDS_CUSTOMER, 29, True, False),
        (AttemptStatus.FAILED, 30, True, True),
        (AttemptStatus.SUCCEEDED, 1, True, True),
        (AttemptStatus.FAILED, 1, False, True),
    ]
    asked = []
    with at.robot() as work:
        [card, _] = cards(work, invoice.customer_id)
        for status, ago, sent, _ in cases:
            again = work.session.begin_nested()
            then = work.now - timedelta(days=ago)
            for number in range(MOST_TRIES):
                row = {"invoice_id": paid.id, "method_id": card.id, "key": f"charge:{number}", "created_at": then}
                work.session.add(an_attempt(status, **row, sent_at=then if sent else None))
            work.session.flush()
            asked.append(request_charge(work, invoice.id, AttemptTrigger.DUE) is not None)
            again.rollback()

    assert asked == [is_asked for *_, is_asked in cases]


def test_opening_a_page_and_leaving_it_lets_no_card_be_asked_again_whose_bank_wants_to_see_its_customer(at, otto):
    otto.leaves_card(ASKS_THE_BANK)
    at.lives(days=7.1)
    [_, invoice] = otto.invoices()
    with at.robot() as work:  # a page that has expired meanwhile
        left = {"invoice_id": invoice.id, "trigger": AttemptTrigger.CHECKOUT, "key": "checkout:1"}
        work.session.add(an_attempt(AttemptStatus.FAILED, **left, created_at=work.now))

    at.lives(days=7)

    assert tries(at, invoice) == [("3184", "due", "needs_customer")]
    assert len(mailed(at, "charge_needs_customer")) == 1
    assert "/pay/?link=" in mailed(at, "charge_needs_customer")[0][1]
    assert len(mailed(at, "reminder")) == 3


@pytest.fixture
def ada(at):
    """Somebody who has bought nothing and left two cards."""
    ada = at.signs_up("Ada Moreno")
    ada.leaves_card(GOOD_CARD)
    ada.leaves_card(MASTERCARD)
    return ada


def test_the_card_that_is_charged_and_the_backup_are_chosen_and_change_places(ada):
    places = [on_file(ada)]
    allows(ada)
    places.append(on_file(ada))
    visa = card_of(ada, "4242")
    ada.does(lambda work: choose_default(work, visa))
    places.append(on_file(ada))
    ada.does(lambda work: give_up_backup(work, card_of(ada, "4444")))
    places.append(on_file(ada))

    assert places == [
        {"4444": "charged", "4242": "spare"},
        {"4444": "charged", "4242": "backup"},
        {"4444": "backup", "4242": "charged"},
        {"4444": "spare", "4242": "charged"},
    ]


def test_a_card_that_is_chosen_pays_at_once_what_is_due(at, otto):
    otto.leaves_card(DECLINED_LATER)
    at.lives(days=7.1)
    [_, invoice] = otto.invoices()
    visa = card_of(otto, "4242")

    otto.does(lambda work: choose_default(work, visa))
    at.works()

    assert tries(at, invoice)[1:] == [("4242", "new_card", "succeeded")]


def test_only_ones_own_good_cards_can_be_chosen_by_whoever_may(at, ada):
    eve = at.signs_up("Eve Stone")
    helper = ada.brings_along("Hank Fix", MemberRole.TECHNICAL)
    visa, mastercard = card_of(ada, "4242"), card_of(ada, "4444")
    with at.robot() as work:
        work.session.get_one(PaymentMethod, visa).refuse(work.now)

    for choose in (choose_default, choose_backup, give_up_backup):
        with pytest.raises(NotFound):
            eve.does(lambda work, choose=choose: choose(work, mastercard))
        with pytest.raises(NotAllowed):
            helper.does(lambda work, choose=choose: choose(work, mastercard))
    for choose in (choose_default, choose_backup):
        with pytest.raises(BusinessError, match="refused this card for good"):
            ada.does(lambda work, choose=choose: choose(work, visa))
    with pytest.raises(BusinessError, match="charged already"):
        ada.does(lambda work: choose_backup(work, mastercard))
    assert on_file(ada) == {"4444": "charged", "4242": "spare"}
