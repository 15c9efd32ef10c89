"""Customers put money into their credit: it is theirs, it pays invoices first, and it is booked once whatever happens."""

from datetime import date
from functools import partial

import pytest
from sqlmodel import col, select

from ezscale.accounts.suspending import suspend_customer
from ezscale.billing import ledger
from ezscale.billing.checkout import AlreadyPaying, confirm_checkouts_of, open_checkout
from ezscale.billing.refunds import refund_credit, refundable_of_top_up
from ezscale.billing.statement import statement
from ezscale.billing.top_ups import ask_for_top_up, top_up_from_card, top_ups
from ezscale.kit.errors import Invalid, NotAllowed, NotFound
from ezscale.kit.money import Money
from ezscale.models import CreditEntry, Payment, Refund, TopUp
from ezscale.models.customer import MemberRole
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.top_up import TopUpStatus
from ezscale.sandbox.paypal.browser import answer_on_page
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.accounts.races import at_once
from tests.billing.papers import owes, pays_from_credit
from tests.company import BACK, DECLINED_LATER, GOOD_CARD
from tests.journeys.records import cases, credit_of, latest_mail, mails_to

FIFTY = Money(5000, "EUR")


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def opener(person):
    return person.at.house.database.opener(person.actor)


def asks_for(person, amount):
    return person.does(lambda work: ask_for_top_up(work, amount))


def page_of(person, amount=FIFTY):
    """The top-up they ask for, and its page."""
    top_up = asks_for(person, amount)
    return top_up, open_checkout(opener(person), person.at.house.gateways, top_up.id, BACK)


def tops_up(person, amount=FIFTY, card=GOOD_CARD):
    """They pay a sum on the page, and come back."""
    top_up, url = page_of(person, amount)
    assert pay_on_page(person.at.browser, url, card).status_code == 303
    confirm_checkouts_of(opener(person), person.at.house.gateways, top_up.id)
    person.at.works()
    return top_up


def from_card(person, amount=FIFTY, key="form 1"):
    top_up = top_up_from_card(opener(person), person.at.house.gateways, amount, key)
    person.at.works()
    return top_up


def standing(at):
    with at.robot() as work:
        return [(row.number, row.amount_minor, row.status) for row in reversed(top_ups(work))]


def on(at, account):
    with at.robot() as work:
        return ledger.balance(work, account, "EUR").minor


def agrees_with_stripe(at):
    return on(at, ledger.clearing("stripe")) == at.stripe_did()["balance"]["eur"]


def bank_disputes(at, payment_ref):
    intent = at.stripe_http.get(f"/v1/payment_intents/{payment_ref}").json()
    answer = at.stripe_http.post(f"/_sandbox/charges/{intent['latest_charge']}/dispute")
    at.lives(days=0.1)
    return answer.json()["id"]


def bank_decides(at, dispute_ref, outcome):
    assert at.stripe_http.post(f"/_sandbox/disputes/{dispute_ref}/{outcome}").is_success
    at.lives(days=0.1)


def payment_of(at, top_up):
    with at.robot() as work:
        return work.session.exec(select(Payment).where(Payment.customer_id == top_up.customer_id)).one()


@pytest.mark.all_databases
def test_what_is_paid_on_the_page_becomes_credit_and_pays_the_next_invoice(at, ada):
    top_up = tops_up(ada)
    confirm_checkouts_of(opener(ada), at.house.gateways, top_up.id)  # said twice
    receipt = latest_mail(ada, "top_up_receipt").text
    invoice = owes(at, ada)
    pays_from_credit(at, invoice)

    assert standing(at) == [("TU-000001", 5000, TopUpStatus.PAID)]
    assert "we have received €50.00" in receipt
    assert "TU-000001" in receipt
    assert ada.invoices()[0].status is InvoiceStatus.PAID
    assert credit_of(ada) == 5000 - invoice.total_minor
    assert (mails_to(ada, "top_up_receipt"), cases(at), agrees_with_stripe(at)) == (["top_up_receipt"], [], True)
    with at.robot() as work:
        [account] = statement(work, ada.actor.own_customer(), work.today.replace(day=1, month=3), work.today).accounts
    assert [line.words for line in account.lines][:1] == ["Credit topped up"]


def test_a_kept_card_pays_at_once_and_the_same_form_pays_once(at, ada):
    ada.leaves_card(GOOD_CARD)

    first = top_up_from_card(opener(ada), at.house.gateways, FIFTY, "form 1")
    again = top_up_from_card(opener(ada), at.house.gateways, FIFTY, "form 1")
    with pytest.raises(AlreadyPaying):
        top_up_from_card(opener(ada), at.house.gateways, FIFTY, "form 2")
    at.works()
    late = from_card(ada, key="form 1")

    assert {first.id, again.id, late.id} == {first.id}
    assert (credit_of(ada), agrees_with_stripe(at)) == (5000, True)


def test_a_declined_card_leaves_the_top_up_to_be_paid_on_the_page(at, ada):
    ada.leaves_card(DECLINED_LATER)

    declined = from_card(ada)
    open_after = standing(at)
    paid = tops_up(ada)

    assert (open_after, paid.id) == ([("TU-000001", 5000, TopUpStatus.ASKED)], declined.id)
    assert (standing(at), credit_of(ada)) == ([("TU-000001", 5000, TopUpStatus.PAID)], 5000)


def test_another_sum_closes_the_page_of_the_first(at, ada):
    _, first = page_of(ada)
    top_up, second = page_of(ada, Money(2000, "EUR"))

    refused = pay_on_page(at.browser, first, GOOD_CARD).status_code
    assert pay_on_page(at.browser, second, GOOD_CARD).status_code == 303
    at.lives(days=0.1)

    assert refused != 303
    assert (standing(at), credit_of(ada)) == ([(top_up.number, 2000, TopUpStatus.PAID)], 2000)


def test_a_page_that_nobody_pays_closes_after_a_day(at, ada):
    top_up, url = page_of(ada)

    at.lives(days=1.1)
    late = pay_on_page(at.browser, url, GOOD_CARD).status_code
    at.lives(days=0.1)

    assert late != 303
    assert (standing(at), credit_of(ada)) == ([(top_up.number, 5000, TopUpStatus.ABANDONED)], 0)


def test_a_wallet_pays_a_top_up_and_nothing_is_taken_of_a_page_for_another_sum(at, ada):
    first = asks_for(ada, FIFTY)
    url = open_checkout(opener(ada), at.house.gateways, first.id, BACK, "paypal")
    assert answer_on_page(at.paypal_http, url, "good").status_code == 303  # approved, and not taken yet
    asks_for(ada, Money(2000, "EUR"))
    confirm_checkouts_of(opener(ada), at.house.gateways, first.id)  # it is not what they want any more
    ada.pays_by_paypal(first.id)
    at.hears_paypal()

    captured = at.paypal_http.get("/_sandbox/state").json()["captured"]

    assert (standing(at), credit_of(ada)) == ([(first.number, 2000, TopUpStatus.PAID)], 2000)
    assert captured == {"EUR": 2000}


@pytest.mark.parametrize("wrong", ["lost", "late"])
def test_a_lost_answer_is_one_charge_and_one_credit(at, ada, wrong):
    ada.leaves_card(GOOD_CARD)
    at.breaks(at.stripe_http, wrong, path="*/payment_intents*", method="POST", seconds=6, times=1)

    from_card(ada)
    at.mends(at.stripe_http)
    at.lives(days=0.1)

    assert (standing(at), credit_of(ada)) == ([("TU-000001", 5000, TopUpStatus.PAID)], 5000)
    assert agrees_with_stripe(at)


def test_what_is_overdue_is_paid_from_fresh_credit(at, ada):
    due, later = owes(at, ada, due_on=date(2026, 3, 2)), owes(at, ada, due_on=date(2026, 3, 12))

    tops_up(ada)

    assert [invoice.status for invoice in ada.invoices()] == [InvoiceStatus.PAID, InvoiceStatus.OPEN]
    assert credit_of(ada) == 5000 - due.total_minor > later.total_minor


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        (Money(0, "EUR"), "From 10.00 EUR to 1000.00 EUR."),
        (Money(-5000, "EUR"), "From 10.00 EUR to 1000.00 EUR."),
        (Money(100_001, "EUR"), "From 10.00 EUR to 1000.00 EUR."),
        (Money(5000, "USD"), "Your account is in EUR."),
    ],
)
def test_a_sum_that_cannot_be_topped_up_is_refused_and_changes_nothing(at, ada, amount, says):
    with pytest.raises(Invalid, match=says) as refusal:
        ada.does(lambda work: ask_for_top_up(work, amount))

    assert refusal.value.field == "amount"
    assert standing(at) == []


def test_nobody_tops_up_beyond_the_most_credit_nor_without_permission(at, ada):
    for _ in range(2):
        tops_up(ada, Money(100_000, "EUR"))
    reader = ada.brings_along("Rita Reads", MemberRole.READ_ONLY)

    with pytest.raises(Invalid, match=r"2000.00 EUR in all: 0.00 EUR more"):
        ada.does(lambda work: ask_for_top_up(work, Money(1000, "EUR")))
    with pytest.raises(NotAllowed):
        reader.does(lambda work: ask_for_top_up(work, FIFTY))
    with at.robot() as work:
        suspend_customer(work, ada.actor.own_customer(), "Questions")
    with pytest.raises(NotAllowed, match="suspended"):
        ada.does(lambda work: ask_for_top_up(work, FIFTY))
    assert len(standing(at)) == 2


def test_nobody_opens_the_page_of_somebody_elses_top_up(at, ada):
    top_up, _ = page_of(ada)
    bob = at.signs_up("Bob Byrne")

    with pytest.raises(NotFound):
        open_checkout(opener(bob), at.house.gateways, top_up.id, BACK)


def test_only_what_is_unspent_of_a_top_up_goes_back(at, ada):
    top_up = tops_up(ada)
    invoice = owes(at, ada)
    pays_from_credit(at, invoice)
    unspent = 5000 - invoice.total_minor

    with at.robot() as work:
        [back] = refundable_of_top_up(work, top_up.id)
        entry_id = back.entry.id
        with pytest.raises(Invalid):
            refund_credit(work, entry_id, back.amount + Money(1, "EUR"), "They leave")
    with at.robot() as work:
        refund_credit(work, entry_id, None, "They leave")
    at.works()

    assert (back.amount.minor, credit_of(ada)) == (unspent, 0)
    with at.robot() as work:
        assert work.session.exec(select(Refund.amount_minor)).all() == [unspent]
    assert agrees_with_stripe(at)


@pytest.mark.parametrize(("outcome", "left", "bad_debt"), [("won", 5000, 0), ("lost", 0, 0)])
def test_a_disputed_top_up_is_not_there_to_be_spent(at, ada, outcome, left, bad_debt):
    top_up = tops_up(ada)

    dispute = bank_disputes(at, payment_of(at, top_up).gateway_ref)
    meanwhile = credit_of(ada)
    bank_decides(at, dispute, outcome)

    assert (meanwhile, credit_of(ada), on(at, ledger.BAD_DEBT)) == (0, left, bad_debt)
    assert (on(at, ledger.withheld(top_up.customer_id)), agrees_with_stripe(at)) == (0, True)
    with at.robot() as work:
        assert [each.amount.minor for each in refundable_of_top_up(work, top_up.id)] == ([left] if left else [])


def test_what_was_spent_of_a_disputed_top_up_is_bad_debt_and_credit_is_never_negative(at, ada):
    top_up = tops_up(ada)
    invoice = owes(at, ada)
    pays_from_credit(at, invoice)

    bank_decides(at, bank_disputes(at, payment_of(at, top_up).gateway_ref), "lost")

    assert (credit_of(ada), on(at, ledger.BAD_DEBT)) == (0, invoice.total_minor)
    assert agrees_with_stripe(at)


@pytest.mark.all_databases
def test_two_sums_at_once_are_one_top_up(at, ada):
    at_once([partial(asks_for, ada, Money(minor, "EUR")) for minor in (2000, 3000, 4000)])

    with at.robot() as work:
        assert len(work.session.exec(select(TopUp)).all()) == 1


def test_money_for_a_top_up_that_was_given_up_is_credit_all_the_same(at, ada):
    top_up, url = page_of(ada)
    with at.robot() as work:
        work.session.get_one(TopUp, top_up.id).abandon(work.now)

    assert pay_on_page(at.browser, url, GOOD_CARD).status_code == 303
    at.lives(days=0.1)

    assert (standing(at), credit_of(ada)) == ([(top_up.number, 5000, TopUpStatus.PAID)], 5000)
    with at.robot() as work:
        assert len(work.session.exec(select(CreditEntry).where(col(CreditEntry.amount_minor) > 0)).all()) == 1
