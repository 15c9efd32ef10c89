"""Money that came by bank, in cash or by cheque: staff record it, once, and take it back when it was a mistake."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.checkout import AlreadyPaying, NothingToPay, open_checkout
from ezscale.billing.collecting import new_attempt
from ezscale.billing.credit import credit_balance
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.invoicing import mark_uncollectible, void_invoice
from ezscale.billing.manual_payments import (
    AlreadyRecorded,
    Came,
    foresee_payment,
    record_payment,
    take_back_payment,
)
from ezscale.billing.received import payments_on
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid, NotAllowed
from ezscale.kit.money import Money
from ezscale.models import BillingCase, Invoice, Payment, PaymentAttempt
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.models.recorded_payment import PaidBy
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.accounts.races import at_once
from tests.billing.papers import again, drafts, euros, owes, pays_from_credit
from tests.company import BACK, DECLINED_LATER
from tests.journeys.records import mails_to, subscription_of

TODAY = date(2026, 3, 2)


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def came(minor=1230, reference="SEPA 4711", **more):
    wanted = {"method": PaidBy.BANK_TRANSFER, "amount": euros(minor), "came_on": TODAY, "form_key": f"f:{reference}"}
    return Came(**{**wanted, "reference": reference, **more})


def records(at, invoice, what=None):
    opener = at.house.automation("test")
    return record_payment(opener, at.house.gateways, invoice.id, what or came())


def takes_back(at, payment, reason="It was somebody else's"):
    with at.robot() as work:
        return take_back_payment(work, payment.id, reason)


def credit_of(at, person):
    with at.robot() as work:
        return credit_balance(work, person.actor.own_customer(), "EUR").minor


def bank_holds(at):
    with at.robot() as work:
        return ledger.balance(work, "gateway:bank_transfer", "EUR").minor


@pytest.mark.all_databases
@pytest.mark.parametrize(
    ("minor", "status", "settled", "credit"),
    [(1230, InvoiceStatus.PAID, 1230, 0), (1000, InvoiceStatus.OPEN, 1000, 0), (1500, InvoiceStatus.PAID, 1230, 270)],
    ids=["all of it", "a part", "too much"],
)
def test_a_transfer_pays_what_it_covers_as_was_said_before_and_being_taken_back_leaves_nothing(
    at, ada, minor, status, settled, credit
):
    invoice = owes(at, ada)
    with at.robot() as work:
        seen = foresee_payment(work, invoice.id, euros(minor))

    payment = records(at, invoice, came(minor))

    paid = again(at, invoice)
    assert (paid.status, paid.settled_minor, credit_of(at, ada)) == (status, settled, credit)
    assert (seen.pays, seen.left, seen.credit) == (euros(settled), euros(1230 - settled), euros(credit))
    assert bank_holds(at) == minor
    assert at.complaints() == {}
    with at.robot() as work:
        assert work.session.exec(select(BillingCase)).all() == []  # whoever records it knows
        [(_, recorded)] = payments_on(work, invoice.id)
    assert recorded is not None
    assert (recorded.reference, recorded.came_on, recorded.recorded_by) == ("SEPA 4711", TODAY, "test")

    takes_back(at, payment)

    back = again(at, invoice)
    assert (back.status, back.settled_minor, back.paid_at) == (InvoiceStatus.OPEN, 0, None)
    assert (credit_of(at, ada), bank_holds(at)) == (0, 0)
    records(at, invoice, came(form_key="another form"))  # its reference is free again
    with pytest.raises(WrongState, match="already"):
        takes_back(at, payment)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": Money(1230, "USD")}, "amount"),
        ({"amount": euros(0)}, "amount"),
        ({"amount": euros(-1)}, "amount"),
        ({"came_on": TODAY + timedelta(days=1)}, "came_on"),
        ({"came_on": TODAY - timedelta(days=367)}, "came_on"),
        ({"reference": "  "}, "reference"),
        ({"reference": "x" * 101}, "reference"),
        ({"form_key": ""}, "form_key"),
    ],
    ids=["another currency", "nothing", "less", "to come", "long ago", "no reference", "a long one", "no form"],
)
def test_what_cannot_be_meant_is_refused_beside_its_field_and_changes_nothing(at, ada, wrong, field):
    invoice = owes(at, ada)

    with pytest.raises(Invalid) as refusal:
        records(at, invoice, replace(came(), **wrong))

    assert refusal.value.field == field
    assert (again(at, invoice).settled_minor, bank_holds(at)) == (0, 0)


def test_it_takes_the_permission_a_document_that_asks_and_words_for_taking_it_back(at, ada):
    invoice, void, draft = owes(at, ada), owes(at, ada), drafts(at, ada)
    with at.robot() as work:
        void_invoice(work, void.id)

    with pytest.raises(NothingToPay, match="void"):
        records(at, void)
    with pytest.raises(WrongState, match="Issue it first"):
        records(at, draft)
    with pytest.raises(NotAllowed):
        record_payment(at.house.database.opener(ada.actor), at.house.gateways, invoice.id, came())
    payment = records(at, invoice)
    with pytest.raises(NotAllowed):
        ada.does(lambda work: take_back_payment(work, payment.id, "Mine"))
    with pytest.raises(Invalid, match="what was wrong"):
        takes_back(at, payment, " ")
    with pytest.raises(NothingToPay, match="paid"):
        records(at, invoice, came(reference="SEPA 4712"))


@pytest.mark.all_databases
def test_at_the_same_moment_one_form_is_one_payment_and_one_reference_too(at, ada):
    first, second, third = owes(at, ada), owes(at, ada), owes(at, ada)
    cheque = came(method=PaidBy.CHEQUE)

    clicked = at_once([lambda: records(at, first)] * 2)
    booked = at_once(
        [
            lambda: records(at, second, replace(cheque, form_key="a")),
            lambda: records(at, third, replace(cheque, reference=" sepa  4711", form_key="b")),
        ]
    )

    assert clicked == [None, None]
    assert {type(refusal) for refusal in booked} == {AlreadyRecorded, type(None)}
    with pytest.raises(AlreadyRecorded, match="INV-2026-000001"):
        records(at, owes(at, ada), came(reference="Sepa 4711", form_key="c"))
    with at.robot() as work:
        ways = work.session.exec(select(Payment.gateway).order_by(col(Payment.id))).all()
    assert ways == ["bank_transfer", "cheque"]


def test_a_charge_not_yet_sent_is_dropped_and_one_that_was_sent_must_answer_first(at, ada):
    invoice = owes(at, ada)
    with at.robot() as work:
        attempt = new_attempt(work, work.session.get_one(Invoice, invoice.id), AttemptTrigger.DUE, "stripe")
        attempt.send(work.now)

    with pytest.raises(AlreadyPaying, match="being processed"):
        records(at, invoice)
    with at.robot() as work:
        sent = work.session.get_one(PaymentAttempt, attempt.id)
        sent.fail("insufficient_funds", work.now)
        work.session.flush()
        waiting = new_attempt(work, work.session.get_one(Invoice, invoice.id), AttemptTrigger.RETRY, "stripe")
    records(at, invoice)

    with at.robot() as work:
        assert work.session.get_one(PaymentAttempt, waiting.id).status is AttemptStatus.FAILED
    assert again(at, invoice).status is InvoiceStatus.PAID


def test_nobody_can_pay_any_more_on_the_page_that_was_open(at, ada):
    paid, untouched = owes(at, ada), owes(at, ada)
    opener = at.house.database.opener(ada.actor)
    pages = [open_checkout(opener, at.house.gateways, each.id, BACK) for each in (paid, untouched)]
    at.stripe.webhooks.hold = True
    pay_on_page(at.browser, pages[0])

    with pytest.raises(NothingToPay, match="paid"):
        records(at, paid)
    records(at, untouched)

    assert (again(at, paid).status, again(at, untouched).status) == (InvoiceStatus.PAID, InvoiceStatus.PAID)
    assert not pay_on_page(at.browser, pages[1]).is_redirect
    at.lives(days=2)
    assert credit_of(at, ada) == 0
    assert bank_holds(at) == 1230


def test_an_order_is_begun_by_its_whole_sum_and_a_part_of_it_is_credit(at, ada):
    order = ada.orders()
    [draft] = ada.invoices()
    with at.robot() as work:
        seen = foresee_payment(work, draft.id, euros(1300))

    records(at, draft, came(1300))
    waits = (again(at, draft).status, credit_of(at, ada))
    records(at, draft, came(1353, "SEPA 4712"))
    at.lives(days=0.01)

    assert (seen.pays, seen.credit, seen.begins_order) == (euros(0), euros(1300), False)
    assert waits == (InvoiceStatus.DRAFT, 1300)
    assert (again(at, draft).status, again(at, draft).number) == (InvoiceStatus.PAID, "INV-2026-000001")
    assert ada.service().status is ServiceStatus.ACTIVE
    assert order.invoice_id == draft.id


def test_a_proforma_becomes_an_invoice_and_a_server_that_stood_still_runs_again(at, ada):
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"proforma": True})
    ada.buys()
    ada.leaves_card(DECLINED_LATER)
    at.sleeps(20)
    at.sleeps(11 + 8)
    proforma = ada.invoices()[1]
    before = (proforma.is_proforma, ada.service().status, subscription_of(ada).status)

    payment = records(at, proforma, came(proforma.total_minor))
    at.works()

    assert before == (True, ServiceStatus.SUSPENDED, SubscriptionStatus.PAST_DUE)
    assert again(at, proforma).number == "INV-2026-000002"
    assert (ada.service().status, subscription_of(ada).status) == (ServiceStatus.ACTIVE, SubscriptionStatus.ACTIVE)

    takes_back(at, payment)
    at.works()
    stays = ada.service().status
    at.sleeps(1)

    assert stays is ServiceStatus.ACTIVE
    assert ada.service().status is ServiceStatus.SUSPENDED


def test_who_was_warned_before_is_warned_another_time_before_anything_is_deleted(at, ada):
    ada.buys()
    ada.leaves_card(DECLINED_LATER)
    at.sleeps(20)
    at.sleeps(11 + 26)
    renewal = ada.invoices()[1]
    payment = records(at, renewal, came(renewal.total_minor))
    at.sleeps(4)
    before = mails_to(ada, "final_warning")

    takes_back(at, payment)
    at.sleeps(1)
    told, stands = mails_to(ada, "final_warning"), ada.service().status
    at.sleeps(7)

    assert (len(before), len(told)) == (1, 2)
    assert stands is ServiceStatus.SUSPENDED
    assert ada.service().status is ServiceStatus.TERMINATED


def test_money_that_was_given_back_or_spent_meanwhile_is_not_taken_back(at, ada):
    given, voided, spent, lost = (owes(at, ada) for _ in range(4))
    for_given, for_voided = records(at, given), records(at, voided, came(500, "SEPA 4712"))
    for_spent = records(at, spent, came(1330, "SEPA 4713"))
    for_lost = records(at, lost, came(500, "SEPA 4714"))
    with at.robot() as work:
        mark_uncollectible(work, lost.id)
        issue_credit_note(work, given.id, None, "Not done")
        void_invoice(work, voided.id)
    pays_from_credit(at, owes(at, ada))  # 19.30 EUR there, of which the newest is spent last
    pays_from_credit(at, owes(at, ada))

    refusals = {"credit note": for_given, "cancelled": for_voided, "spent": for_spent, "Expect its money": for_lost}
    for why, payment in refusals.items():
        with pytest.raises(WrongState, match=why):
            takes_back(at, payment)

    assert bank_holds(at) == 1230 + 500 + 1330 + 500
