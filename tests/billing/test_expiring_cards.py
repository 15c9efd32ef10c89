"""Whose card is about to expire is told once, while something will be charged to it."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing.cancelling import cancel_at_period_end
from ezscale.billing.cards import cards, choose_backup
from ezscale.billing.expiring_cards import is_charged_after, tell_of_expiring_cards
from ezscale.billing.house_rules import PaymentRules
from ezscale.billing.kept_methods import compare_kept_methods
from ezscale.billing.notices import poll_notices
from ezscale.company.rules import set_rules
from ezscale.models import MailMessage, PaymentMethod
from ezscale.tasks import billing
from tests.company import Company

END_OF_MAY = date(2026, 5, 31)


@pytest.fixture
def at(database, clock, tmp_path):
    """A company in which nothing else runs while time passes."""
    return Company(database, clock, tmp_path, rounds=frozenset({billing.tell_of_expiring_cards}))


@pytest.fixture
def ada(at):
    """Ada, whose server renews on the 2nd of each month with a card that expires at the end of May."""
    ada = at.signs_up("Ada Moreno", country="IE")
    ada.buys("vps-2")
    expires(at, 5, 2026)
    return ada


def expires(at, month, year):
    with at.robot() as work:
        for card in work.session.exec(select(PaymentMethod)):
            card.exp_month, card.exp_year = month, year


def told(at, day):
    """What the run tells on a day."""
    at.clock.move(timedelta(days=(day - at.clock.now.date()).days))
    tally = tell_of_expiring_cards(at.house.automation("cards"))
    at.works()
    assert tally.set_aside == []
    return tally.counts.get("told", 0)


def mails(at):
    with at.robot() as work:
        written = select(MailMessage.subject).where(MailMessage.template == "card_expires")
        return work.session.exec(written.order_by(col(MailMessage.id))).all()


def bank_renews(at, year, **how):
    """The bank sends a new card to whoever has one, and the gateway follows."""
    with at.robot() as work:
        refs = work.session.exec(select(PaymentMethod.gateway_ref)).all()
    for ref in refs:
        answer = at.stripe_http.post(f"/_sandbox/payment_methods/{ref}/renew", params={"exp_year": year, **how})
        assert answer.status_code == 200


def test_a_card_that_its_bank_renews_is_known_by_its_new_date_and_number_and_nobody_is_mailed(at, ada):
    first = told(at, date(2026, 5, 1))

    bank_renews(at, 2030, last4="4444")
    at.stripe.webhooks.deliver_due(all=True)
    at.works()

    [card] = ada.does(cards)
    assert (first, card.expiry, card.last4, card.fingerprint) == (1, "12/30", "4444", "fingerprint4444")
    assert (card.told_of, told(at, date(2026, 5, 2)), ada.does(cards)[0].refused_at) == (None, 0, None)


@pytest.mark.parametrize(
    ("found_by", "days"), [(poll_notices, 1), (compare_kept_methods, 31)], ids=["by asking", "by comparing"]
)
def test_a_renewal_is_found_when_its_webhook_is_lost(at, ada, found_by, days):
    bank_renews(at, 2030)
    at.clock.move(timedelta(days=days))

    found_by(at.house.automation("cards"), at.house.gateways["stripe"])
    at.works()

    assert [card.expiry for card in ada.does(cards)] == ["12/30"]


def test_thirty_days_before_a_card_expires_its_customer_is_told_once_and_of_the_next_date_again(at, ada):
    runs = [told(at, day) for day in (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 2), END_OF_MAY)]
    expires(at, 6, 2026)  # the bank has sent a new one that does not last long
    runs.append(told(at, date(2026, 6, 1)))

    assert runs == [0, 1, 0, 0, 1]
    assert mails(at) == [
        "Your card Visa •••• 4242 expires at the end of May 2026",
        "Your card Visa •••• 4242 expires at the end of June 2026",
    ]


def test_whose_server_ends_before_anything_else_is_charged_is_not_told(at, ada):
    item_id = ada.service().item_id
    ada.does(lambda work: cancel_at_period_end(work, item_id))

    assert told(at, date(2026, 5, 10)) == 0
    with at.robot() as work:
        assert is_charged_after(work, ada.actor.own_customer(), END_OF_MAY) is False


def test_a_card_that_is_not_charged_or_was_refused_is_nobodys_concern(at, ada):
    ada.leaves_card("5555555555554444", expiry="12 / 34")
    [_, visa] = ada.does(cards)
    ada.does(lambda work: choose_backup(work, visa.id))
    spare = told(at, date(2026, 5, 10))
    expires(at, 5, 2026)
    with at.robot() as work:
        for card in work.session.exec(select(PaymentMethod)):
            card.refuse(work.now)

    assert (spare, told(at, date(2026, 5, 11))) == (0, 0)


def test_staff_decide_how_long_before_or_never(at, ada):
    with at.robot() as work:
        set_rules(work, PaymentRules, {"card_expiry_notice_days": 0})
    never = told(at, date(2026, 4, 2))
    with at.robot() as work:
        set_rules(work, PaymentRules, {"card_expiry_notice_days": 90})

    assert (never, told(at, date(2026, 4, 3))) == (0, 1)
