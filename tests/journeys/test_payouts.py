"""What the gateway pays out and keeps: booked once, and what it holds is what our books say."""

from datetime import date

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.balances import compare_balances, gateway_balances
from ezscale.billing.cases import open_cases
from ezscale.billing.credit_notes import GiveBack, issue_credit_note
from ezscale.billing.payouts import book_payouts, payouts
from ezscale.kit.money import Money
from ezscale.models import BillingCase, LedgerEntry
from ezscale.models.payout import PayoutStatus
from ezscale.sandbox.stripe.cards import BY_LAST4
from ezscale.tasks.billing import book_payouts as each_night
from tests.journeys.records import cases

DISPUTED, BACK_LATER = BY_LAST4["0259"].number, BY_LAST4["7726"].number


def on(at, account):
    with at.robot() as work:
        return ledger.balance(work, account, "EUR").minor


def agrees(at):
    return on(at, ledger.clearing("stripe")) == at.stripe_did()["balance"].get("eur", 0)


def does(at, path, **how):
    answer = at.stripe_http.post(f"/_sandbox/{path}", params=how)
    assert answer.is_success, answer.text
    return answer.json()


def sent(at):
    with at.robot() as work:
        return [(row.amount_minor, row.status) for row in payouts(work)]


def told(at):
    """Every case that there ever was."""
    with at.robot() as work:
        return list(work.session.exec(select(BillingCase.kind)))


def entries(at, kind):
    with at.robot() as work:
        return work.session.exec(select(func.count()).where(col(LedgerEntry.kind) == kind)).one()


def gives_back(at, person):
    with at.robot() as work:
        issue_credit_note(work, person.invoices()[0].id, None, "It stood still", GiveBack.REFUND)
    at.works()


@pytest.mark.all_databases
def test_all_that_was_taken_is_at_the_bank_or_was_kept_and_nothing_is_left_in_clearing(at):
    for name, card in (("Ada Moreno", None), ("Bob Ferris", None), ("Cleo Adler", DISPUTED)):
        at.signs_up(name).buys(**({"card": card} if card else {}))
    bob = at.signs_up("Dan Field")
    bob.buys()
    gives_back(at, bob)
    at.lives(days=3)
    does(at, "fees", amount=200)

    payout = does(at, "payouts")
    for _ in range(2):
        each_night(at.house)
    under_way = sent(at)
    at.lives(days=3)

    paid = at.stripe_did()["paid_out"]["eur"]
    assert under_way == [(paid, PayoutStatus.UNDER_WAY)]
    assert sent(at) == [(paid, PayoutStatus.PAID)]
    assert (on(at, ledger.BANK), on(at, ledger.clearing("stripe")), agrees(at)) == (paid, 0, True)
    assert (entries(at, "payout"), entries(at, "fee_kept")) == (1, 1)
    with at.robot() as work:
        [row] = payouts(work)
        [seen] = gateway_balances(work)
    assert (row.gateway_ref, row.arrives_on) == (payout["id"], date(2026, 3, 7))
    assert (seen.held_minor, seen.difference.minor, "balance_differs" in cases(at)) == (0, 0, False)


@pytest.mark.parametrize(
    ("deed", "days", "status", "heard"),
    [("fail", 4, PayoutStatus.FAILED, ["payout_failed"]), ("cancel", 0, PayoutStatus.CANCELED, [])],
)
def test_a_payout_that_does_not_get_there_is_with_the_gateway_again(at, deed, days, status, heard):
    at.signs_up("Ada Moreno").buys()
    at.lives(days=3)
    payout = does(at, "payouts")
    each_night(at.house)
    at.lives(days=days)
    was = sent(at)[0][1]

    does(at, f"payouts/{payout['id']}/{deed}")
    for _ in range(2):
        each_night(at.house)

    assert was is (PayoutStatus.PAID if days else PayoutStatus.UNDER_WAY)
    assert [each for _, each in sent(at)] == [status]
    assert (on(at, ledger.BANK), agrees(at), cases(at)) == (0, True, heard)


def test_a_difference_that_stays_is_a_case_once_and_closes_itself(at):
    at.signs_up("Ada Moreno").buys()
    at.lives(days=1)
    lose(at, 100)

    nights = []
    for _ in range(3):
        at.lives(days=1)
        nights.append(cases(at))
    with at.robot() as work:
        facts = open_cases(work)[0].facts
    lose(at, -100)
    at.lives(days=1)

    assert nights == [[], ["balance_differs"], ["balance_differs"]]
    assert facts["difference"] == "-1.00 EUR"
    assert cases(at) == []
    assert told(at) == ["balance_differs"]


def test_money_under_way_is_no_difference(at):
    ada, bob = at.signs_up("Ada Moreno"), at.signs_up("Bob Ferris")
    ada.buys(card=BACK_LATER)
    gives_back(at, ada)  # has left the gateway, and takes a day to arrive
    looks_at(at)
    on_its_way = difference(at)
    order = bob.orders()
    bob.pays(order.invoice_id, returns=False)  # we have not heard of it yet
    looks_at(at)
    unheard = difference(at)
    at.lives(days=2)

    assert on_its_way == 0
    assert unheard > 0
    assert (difference(at), cases(at)) == (0, [])


def test_what_is_no_sum_or_in_no_currency_is_a_case_and_books_nothing(at):
    at.signs_up("Ada Moreno").buys()
    at.lives(days=3)
    does(at, "fees", amount=-50)
    does(at, "fees", amount=50, currency="zzz")
    payout = does(at, "payouts")
    for _ in range(2):
        each_night(at.house)
    account = at.stripe.account
    account.save(account.find("payout", payout["id"]) | {"amount": payout["amount"] - 1})
    each_night(at.house)

    assert cases(at) == ["wrong_fee", "wrong_fee", "wrong_payout"]
    assert (entries(at, "fee_kept"), on(at, ledger.BANK)) == (0, payout["amount"])
    account.save(payout)  # what was said of it is put right


def lose(at, minor):
    """Our books say so much more than the gateway holds, for a reason that nobody knows."""
    amount = Money(minor, "EUR")
    with at.robot() as work:
        ledger.book(work, "planted", f"planted:{minor}", [(ledger.clearing("stripe"), amount), ("suspense", -amount)])
        work.record("planted")


def looks_at(at):
    book_payouts(at.house.automation("payouts"), at.house.gateways["stripe"])
    compare_balances(at.house.automation("payouts"), at.house.gateways["stripe"])


def difference(at):
    with at.robot() as work:
        return gateway_balances(work)[0].difference.minor
