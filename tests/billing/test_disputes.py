"""What a gateway says of disputes becomes what the books say, in whatever order and however often it is said."""

from dataclasses import replace
from itertools import permutations

import pytest
from sqlmodel import select

from ezscale.billing import ledger
from ezscale.billing.collecting import new_attempt, request_charge
from ezscale.billing.credit import credit_balance
from ezscale.billing.disputes import AfterLoss, DisputeRules, book_dispute, disputes
from ezscale.billing.payments import book_receipt
from ezscale.billing.ports import ChargeState, DisputeReceipt, DisputeState, Receipt
from ezscale.company.rules import set_rules
from ezscale.kit.money import Money
from ezscale.models import BillingCase, Dispute, Payment, PaymentMethod
from ezscale.models.dispute import DisputeStatus
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from tests.billing.papers import owes, pays_from_credit
from tests.journeys.records import attempts_on

TOTAL, FEE, NOTHING = Money(1353, "EUR"), Money(1500, "EUR"), Money(0, "EUR")
ACCOUNTS = (ledger.disputes("stripe"), ledger.BAD_DEBT, ledger.clearing("stripe"), ledger.fees("stripe"))


def says(at, state, amount=TOTAL, fee=FEE, payment_ref=None):
    with at.robot() as work:
        paid = payment_ref or work.session.exec(select(Payment.gateway_ref)).first()
    fee = NOTHING if state is DisputeState.WARNING else fee
    return DisputeReceipt(state, "du_1", paid, amount, fee, "fraudulent")


def hears(at, *receipts):
    for receipt in receipts:
        with at.robot() as work:
            book_dispute(work, "stripe", receipt)


def books(at):
    with at.robot() as work:
        return [ledger.balance(work, account, "EUR").minor for account in ACCOUNTS]


def cases(at):
    with at.robot() as work:
        return sorted(work.session.exec(select(BillingCase.kind)))


def pays_too_much(at, ada):
    """A renewal is paid with 6.47 beyond it, where the house wants what is lost to be owed again."""
    at.sleeps(17)
    [_, renewal] = ada.invoices()
    with at.robot() as work:
        set_rules(work, DisputeRules, {"after_loss": AfterLoss.OWED_AGAIN})
        attempt = new_attempt(work, renewal, AttemptTrigger.DUE, "stripe")
        attempt.send(work.now)
        paid = Receipt(ChargeState.SUCCEEDED, "pi_more", TOTAL + Money(647, "EUR"), attempt.id, renewal.id)
        book_receipt(work, "stripe", paid)


@pytest.mark.all_databases
@pytest.mark.parametrize(
    ("end", "lost", "moved"), [(DisputeState.WON, 0, 1500), (DisputeState.LOST, 1353, 1353 + 1500)], ids=["won", "lost"]
)
def test_in_any_order_and_any_number_of_times_the_end_is_the_same(at, ada, end, lost, moved):
    before = books(at)
    told = {state: says(at, state) for state in DisputeState}

    ends = []
    for order in permutations((DisputeState.WARNING, DisputeState.OPEN, end)):
        with at.robot() as work:
            for state in (*order, *order):
                book_dispute(work, "stripe", told[state])
            sums = [ledger.balance(work, account, "EUR").minor for account in ACCOUNTS]
            ends.append((work.session.exec(select(Dispute.status)).one(), sums))
            work.session.rollback()

    same = DisputeStatus(end.value), [before[0], before[1] + lost, before[2] - moved, before[3] + 1500]
    assert ends == [same] * 6


@pytest.mark.parametrize(
    ("wrong", "case"),
    [
        ({"amount": TOTAL + Money(1, "EUR")}, "wrong_dispute"),
        ({"amount": Money(1353, "USD"), "fee": Money(0, "USD")}, "wrong_dispute"),
        ({"payment_ref": "pi_unknown"}, "stray_dispute"),
    ],
    ids=["too much", "another currency", "another payment"],
)
def test_what_cannot_be_is_a_case_and_nothing_is_booked(at, ada, wrong, case):
    before = books(at)

    hears(at, says(at, DisputeState.OPEN, **wrong))

    assert (books(at), cases(at)) == (before, [case])


def test_what_was_decided_stays_so_until_a_person_has_looked(at, ada):
    hears(at, says(at, DisputeState.OPEN), says(at, DisputeState.LOST))
    decided = books(at)

    hears(at, says(at, DisputeState.OPEN), says(at, DisputeState.WON))

    assert (books(at), cases(at)) == (decided, ["dispute_turned", "disputed"])


def test_a_fee_that_comes_back_with_a_dispute_that_is_won_is_none(at, ada):
    before = books(at)

    hears(at, says(at, DisputeState.OPEN), says(at, DisputeState.WON, fee=NOTHING))

    assert books(at) == before


def test_two_disputes_of_one_payment_ask_again_for_no_more_than_it_had_settled(at, ada):
    pays_too_much(at, ada)
    pays_from_credit(at, owes(at, ada))  # what was too much
    first, second = (says(at, DisputeState.LOST, Money(minor, "EUR"), payment_ref="pi_more") for minor in (1000, 900))

    hears(at, first, replace(second, ref="du_2"), replace(second, ref="du_3"))

    [_, owed, _] = ada.invoices()
    assert (owed.status, owed.open_amount) == (InvoiceStatus.OPEN, TOTAL)
    assert [kind for kind in cases(at) if "disput" in kind] == ["disputed", "disputed", "wrong_dispute"]
    with at.robot() as work:
        assert [each.dispute.owed.minor for each in disputes(work, decided=True)] == [353, 1000]


def test_what_was_too_much_and_is_unspent_covers_the_loss_before_it_is_owed(at, ada):
    pays_too_much(at, ada)

    hears(at, says(at, DisputeState.LOST, Money(1000, "EUR"), payment_ref="pi_more"))

    with at.robot() as work:
        [lost] = [each.dispute for each in disputes(work, decided=True)]
        assert (lost.held.minor, lost.owed.minor) == (647, 353)
        assert credit_balance(work, lost.customer_id, "EUR").minor == 0


def test_a_charge_that_was_not_sent_yet_is_given_up_when_its_card_is_disputed(at, ada):
    at.sleeps(17)
    [_, renewal] = ada.invoices()
    with at.robot() as work:
        asked = request_charge(work, renewal.id, AttemptTrigger.RETRY)
        assert asked is not None
        card_ref = work.session.get_one(PaymentMethod, asked.method_id).gateway_ref
    hears(at, replace(says(at, DisputeState.OPEN), card_ref=card_ref))

    at.works()

    assert attempts_on(at, renewal)[-1] == (AttemptTrigger.RETRY, AttemptStatus.FAILED)
    with at.robot() as work:
        assert request_charge(work, renewal.id, AttemptTrigger.RETRY) is None
