"""Account credit: given, spent, lapsing; never below nothing, whoever is at it."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.credit import (
    credit_balance,
    credit_history,
    grant_credit,
    keep_as_credit,
    tend_credit,
)
from ezscale.billing.payments import settle_from_credit
from ezscale.billing.renewals import issue_renewals
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.ids import new_id
from ezscale.kit.money import Money
from ezscale.models import CreditEntry, Invoice, MailMessage
from ezscale.models.invoice import InvoiceStatus
from tests.accounts.races import at_once
from tests.billing.papers import a_line, again, euros, owes, pays_from_credit

TODAY = date(2026, 3, 2)


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def gives(at, person, minor=1_000, until=None, reason="Sorry"):
    with at.robot() as work:
        return grant_credit(work, person.actor.own_customer(), euros(minor), reason, until)


def credit_of(at, person):
    with at.robot() as work:
        return credit_balance(work, person.actor.own_customer(), "EUR").minor


def left_of(at, *entries):
    with at.robot() as work:
        return [work.session.get_one(CreditEntry, entry.id).left_minor for entry in entries]


def tends(at):
    tally = tend_credit(at.house.automation("credit"))
    at.works()
    return tally


def mails(at, template):
    at.works()
    with at.robot() as work:
        return list(work.session.exec(select(MailMessage.text).where(MailMessage.template == template)))


def test_credit_is_given_against_goodwill_and_the_customer_is_told(at, ada):
    gives(at, ada, 1_000, TODAY + timedelta(days=30), "Sorry for the noise")

    assert credit_of(at, ada) == 1_000
    with at.robot() as work:
        assert ledger.balance(work, ledger.GOODWILL, "EUR") == euros(1_000)
    [text] = mails(at, "credit_granted")
    assert "Sorry for the noise" in text
    assert "April 1, 2026" in text
    assert [entry.reason for entry in ada.does(credit_history)] == ["Sorry for the noise"]


@pytest.mark.parametrize(
    ("amount", "reason", "until", "field"),
    [
        (euros(0), "Sorry", None, "amount"),
        (euros(-1), "Sorry", None, "amount"),
        (euros(100_000_001), "Sorry", None, "amount"),
        (Money(100, "USD"), "Sorry", None, "amount"),
        (euros(100), " ", None, "reason"),
        (euros(100), "Sorry", TODAY - timedelta(days=1), "expires_on"),
        (euros(100), "Sorry", TODAY + timedelta(days=4_000), "expires_on"),
    ],
)
def test_credit_that_makes_no_sense_is_not_given(at, ada, amount, reason, until, field):
    with pytest.raises(Invalid) as refusal, at.robot() as work:
        grant_credit(work, ada.actor.own_customer(), amount, reason, until)

    assert refusal.value.field == field
    assert credit_of(at, ada) == 0


def test_nobody_gives_credit_to_themselves_or_sees_anothers(at, ada):
    customer_id, eve = ada.actor.own_customer(), at.signs_up("Eve Lang")

    with pytest.raises(NotAllowed):
        ada.does(lambda work: grant_credit(work, customer_id, euros(1), "Please"))
    with pytest.raises(NotAllowed):
        eve.does(lambda work: credit_history(work, customer_id))
    with at.robot() as work, pytest.raises(NotFound):
        grant_credit(work, new_id(), euros(1), "Nobody")


def test_what_lapses_first_is_spent_first_and_what_the_customer_paid_last(at, ada):
    with at.robot() as work:
        keep_as_credit(work, ada.actor.own_customer(), euros(500), "Paid twice", "k1", ledger.clearing("stripe"))
        kept = work.session.exec(select(CreditEntry)).one()
        clear = [(ledger.clearing("stripe"), euros(-500)), (ledger.revenue(ledger.OTHER), euros(500))]
        ledger.book(work, "test", "t1", clear)
    later, sooner = gives(at, ada, 500, TODAY + timedelta(days=9)), gives(at, ada, 500, TODAY + timedelta(days=3))

    pays_from_credit(at, owes(at, ada, a_line(569)))  # 7.00 EUR with tax

    assert left_of(at, sooner, later, kept) == [0, 300, 500]
    assert credit_of(at, ada) == 800


def test_what_has_lapsed_is_gone_at_midnight_and_booked_in_the_night(at, ada):
    entry = gives(at, ada, 1_000, TODAY)
    invoice = owes(at, ada)
    at.clock.move(timedelta(days=1))

    pays_from_credit(at, invoice)
    assert (again(at, invoice).settled_minor, credit_of(at, ada), left_of(at, entry)) == (0, 0, [1_000])
    assert tends(at).counts == {"lapsed": 1}
    assert tends(at).counts == {}

    assert left_of(at, entry) == [0]
    with at.robot() as work:
        assert ledger.balance(work, ledger.BREAKAGE, "EUR") == euros(-1_000)
        assert ledger.balance(work, ledger.credit(invoice.customer_id), "EUR") == euros(0)
    assert [entry.amount_minor for entry in ada.does(credit_history)] == [-1_000, 1_000]


def test_only_what_is_left_lapses(at, ada):
    gives(at, ada, 2_000, TODAY)
    pays_from_credit(at, owes(at, ada))
    at.clock.move(timedelta(days=1))

    tends(at)

    with at.robot() as work:
        assert ledger.balance(work, ledger.BREAKAGE, "EUR") == euros(1_230 - 2_000)


def test_the_customer_is_warned_once_two_weeks_before(at, ada):
    gives(at, ada, 1_000, TODAY + timedelta(days=15))

    assert tends(at).counts == {}
    at.clock.move(timedelta(days=1))
    assert tends(at).counts == {"told": 1}
    at.clock.move(timedelta(days=1))
    assert tends(at).counts == {}

    [text] = mails(at, "credit_lapses")
    assert "10.00" in text
    assert "March 17, 2026" in text


def test_the_night_does_it_by_itself(at, ada):
    gives(at, ada, 1_000, TODAY + timedelta(days=14))

    at.lives(days=16)

    assert credit_of(at, ada) == 0
    assert len(mails(at, "credit_lapses")) == 1


@pytest.mark.all_databases
def test_the_renewal_run_spends_what_lapses_first_and_not_what_has_lapsed(at, ada):
    ada.buys()
    at.clock.move(timedelta(days=20))
    today = TODAY + timedelta(days=20)
    lapsed = gives(at, ada, 400, today)
    at.clock.move(timedelta(days=1))
    later, sooner = gives(at, ada, 1_000), gives(at, ada, 500, today + timedelta(days=3))

    issue_renewals(at.house.automation("renewals"))

    renewal = ada.invoices()[-1]
    assert (renewal.status, renewal.settled_minor) == (InvoiceStatus.PAID, renewal.total_minor)
    assert left_of(at, lapsed, sooner, later) == [400, 0, 1_500 - renewal.total_minor]
    assert credit_of(at, ada) == 1_500 - renewal.total_minor
    tends(at)


@pytest.mark.all_databases
def test_fifty_spend_one_balance_at_once_and_it_ends_at_nothing(at, ada):
    for minor, days in ((12_000, 3), (10_000, None), (8_750, 9)):  # enough for 25 of them
        gives(at, ada, minor, TODAY + timedelta(days=days) if days else None)
    owed = [owes(at, ada) for _ in range(50)]

    def spending(invoice):
        def spend():
            with at.robot() as work:
                settle_from_credit(work, work.session.get_one(Invoice, invoice.id, with_for_update=True))

        return spend

    at_once([spending(invoice) for invoice in owed])

    with at.robot() as work:
        settled = sum(work.session.exec(select(Invoice.settled_minor)))
        moves = list(work.session.exec(select(CreditEntry.amount_minor).order_by(col(CreditEntry.id))))
        left = sum(work.session.exec(select(CreditEntry.left_minor)))
        booked = ledger.balance(work, ledger.credit(owed[0].customer_id), "EUR").minor
    assert settled == 30_750
    assert (sum(moves), left, booked) == (0, 0, 0)
    assert [minor for minor in moves if minor < 0] == [-1_230] * 25
