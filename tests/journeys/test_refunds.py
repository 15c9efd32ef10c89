"""Money goes back to where it came from once, never more than came, and whoever sends it back is asked what for."""

from datetime import timedelta

import pytest
from sqlmodel import select

from ezscale.accounts.permissions import MANAGE_INVOICES, REFUND_PAYMENTS, SEE_EVERYTHING
from ezscale.billing import ledger
from ezscale.billing.credit import grant_credit
from ezscale.billing.credit_notes import GiveBack, issue_credit_note
from ezscale.billing.invoicing import invoice_lines
from ezscale.billing.refunds import refund_credit, refundable, refunds_on
from ezscale.kit.actor import Actor, ActorKind
from ezscale.kit.errors import Invalid, NotAllowed, NotConfirmed
from ezscale.kit.money import Money
from ezscale.models import Payment
from ezscale.models.refund import RefundStatus
from tests.journeys.records import cases, credit_of, latest_mail, mails_to

REFUND_COMES_BACK, REFUND_TAKES_A_DAY = "4000000000005126", "4000000000007726"


@pytest.fixture
def ada(at):
    """A customer who has paid for her first month."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    return ada


def takes_back(at, invoice, minor=None, give_back=GiveBack.REFUND):
    """Staff credit all of an invoice, or so much net of its first line, and send back what was paid."""
    with at.robot() as work:
        parts = {invoice_lines(work, invoice.id)[0].id: Money(minor, "EUR")} if minor else None
        note = issue_credit_note(work, invoice.id, parts, "The server stood still", give_back)
    at.works()
    return note


def sent_back(at, invoice):
    with at.robot() as work:
        return [(refund.amount_minor, refund.status) for refund in refunds_on(work, invoice.id)]


def at_stripe(at):
    state = at.stripe_did()
    return state["refunds"], state["refunded"].get("eur", 0)


def payment_on(at, invoice):
    with at.robot() as work:
        return work.session.exec(select(Payment).where(Payment.invoice_id == invoice.id)).one()


def gives_back_in_stripes_dashboard(at, payment, amount):
    refund = {"payment_intent": payment.gateway_ref, "amount": amount}
    answer = at.stripe_http.post("/v1/refunds", data=refund, headers={"Idempotency-Key": f"dashboard {amount}"})
    assert answer.is_success, answer.text
    at.lives(days=0.1)


def on_its_way(at):
    with at.robot() as work:
        return ledger.balance(work, ledger.refunds("stripe"), "EUR").minor


@pytest.mark.all_databases
def test_a_credit_note_sends_back_what_was_paid(at, ada):
    [invoice] = ada.invoices()

    takes_back(at, invoice)

    assert sent_back(at, invoice) == [(invoice.total_minor, RefundStatus.SUCCEEDED)]
    assert (at_stripe(at), credit_of(ada), on_its_way(at)) == ((1, invoice.total_minor), 0, 0)
    assert "sent back" in latest_mail(ada, "refunded").subject
    assert "goes back to where it was paid from" in latest_mail(ada, "credit_note").text


def test_parts_go_back_until_nothing_is_left_of_the_payment(at, ada):
    [invoice] = ada.invoices()
    takes_back(at, invoice, 400)
    takes_back(at, invoice, 300, GiveBack.CREDIT)
    with at.robot() as work:
        [kept] = refundable(work, invoice.id)

    with at.robot() as work, pytest.raises(Invalid, match="can be sent back, and no more"):
        refund_credit(work, kept.entry.id, kept.amount + Money(1, "EUR"), "Too much")
    with at.robot() as work:
        refund_credit(work, kept.entry.id, kept.amount, "She wants it on her card")
    at.works()
    takes_back(at, invoice)

    assert sum(minor for minor, _ in sent_back(at, invoice)) == invoice.total_minor
    assert (at_stripe(at), credit_of(ada)) == ((3, invoice.total_minor), 0)


@pytest.mark.parametrize("away", [timedelta(minutes=20), timedelta(days=2)], ids=["key known", "key forgotten"])
def test_a_lost_answer_is_no_second_refund(at, ada, away):
    [invoice] = ada.invoices()
    at.breaks(at.stripe_http, "lost", "/v1/refunds", times=1)

    takes_back(at, invoice)
    lost = sent_back(at, invoice)
    at.sleeps(away / timedelta(days=1))

    assert lost == [(invoice.total_minor, RefundStatus.UNKNOWN)]
    assert sent_back(at, invoice) == [(invoice.total_minor, RefundStatus.SUCCEEDED)]
    assert at_stripe(at) == (1, invoice.total_minor)


@pytest.mark.all_databases
def test_what_was_given_back_in_the_dashboard_waits_for_its_credit_note(at, ada):
    [invoice] = ada.invoices()

    gives_back_in_stripes_dashboard(at, payment_on(at, invoice), invoice.total_minor)
    waiting = cases(at), on_its_way(at), sent_back(at, invoice)
    takes_back(at, invoice)

    assert waiting == (["refund_unexplained"], invoice.total_minor, [(invoice.total_minor, RefundStatus.SUCCEEDED)])
    assert (at_stripe(at), credit_of(ada), on_its_way(at)) == ((1, invoice.total_minor), 0, 0)


def test_a_refund_in_the_dashboard_takes_the_credit_that_it_was_for(at, ada):
    [invoice] = ada.invoices()
    takes_back(at, invoice, give_back=GiveBack.CREDIT)

    gives_back_in_stripes_dashboard(at, payment_on(at, invoice), 500)

    assert (credit_of(ada), on_its_way(at), cases(at)) == (invoice.total_minor - 500, 0, [])


@pytest.mark.all_databases
def test_a_wish_that_no_longer_fits_beside_a_refund_in_the_dashboard_ends(at, ada):
    [invoice] = ada.invoices()
    at.breaks(at.stripe_http, "down", "/v1/refunds", "POST", times=0)
    takes_back(at, invoice)
    at.mends(at.stripe_http)
    refund = {"payment_intent": payment_on(at, invoice).gateway_ref, "amount": 100}
    assert at.stripe_http.post("/v1/refunds", data=refund, headers={"Idempotency-Key": "dashboard"}).is_success
    at.breaks(at.stripe_http, "down", "/v1/refunds", "POST", times=0)

    at.lives(days=0.1)

    assert sorted(sent_back(at, invoice)) == [(100, RefundStatus.SUCCEEDED), (invoice.total_minor, RefundStatus.FAILED)]
    assert (credit_of(ada), on_its_way(at), cases(at)) == (invoice.total_minor - 100, 0, ["refund_failed"])


def test_a_refund_that_comes_back_is_credit_again_and_a_person_hears_of_it(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2", card=REFUND_COMES_BACK)
    [invoice] = ada.invoices()

    takes_back(at, invoice)
    gone = credit_of(ada)
    at.lives(days=1.1)

    assert (gone, credit_of(ada)) == (0, invoice.total_minor)
    assert sent_back(at, invoice) == [(invoice.total_minor, RefundStatus.FAILED)]
    assert (cases(at), on_its_way(at)) == (["refund_failed"], 0)
    with at.robot() as work:
        [kept] = refundable(work, invoice.id)
    assert kept.amount.minor == invoice.total_minor


def test_a_refund_that_takes_its_time_is_booked_when_it_has_arrived(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2", card=REFUND_TAKES_A_DAY)
    [invoice] = ada.invoices()

    takes_back(at, invoice)
    waiting = sent_back(at, invoice), on_its_way(at), mails_to(ada, "refunded")
    at.lives(days=1.1)

    assert waiting == ([(invoice.total_minor, RefundStatus.SENT)], -invoice.total_minor, [])
    assert (sent_back(at, invoice)[0][1], on_its_way(at)) == (RefundStatus.SUCCEEDED, 0)


@pytest.mark.parametrize(
    ("permissions", "confirmed", "refusal"),
    [
        ({SEE_EVERYTHING, MANAGE_INVOICES}, True, NotAllowed),
        ({SEE_EVERYTHING, MANAGE_INVOICES, REFUND_PAYMENTS}, False, NotConfirmed),
    ],
    ids=["without the permission", "without a fresh proof"],
)
def test_not_everybody_sends_money_back(at, ada, permissions, confirmed, refusal):
    [invoice] = ada.invoices()
    takes_back(at, invoice, 400, GiveBack.CREDIT)
    with at.robot() as work:
        [kept] = refundable(work, invoice.id)
    staff = Actor(ActorKind.STAFF, "Sam", permissions=frozenset(permissions), confirmed=confirmed)

    with pytest.raises(refusal), at.house.database.opener(staff)() as work:
        refund_credit(work, kept.entry.id, None, "As they wish")
    with pytest.raises(refusal), at.house.database.opener(staff)() as work:
        issue_credit_note(work, invoice.id, None, "As they wish", GiveBack.REFUND)

    assert (sent_back(at, invoice), credit_of(ada)) == ([], kept.amount.minor)


def test_no_more_goes_back_to_a_card_than_came_from_it(at, ada):
    with at.robot() as work:
        grant_credit(work, ada.actor.own_customer(), Money(500, "EUR"), "For your patience")
    at.lives(days=31.5)
    renewal = ada.invoices()[1]

    takes_back(at, renewal, 400)
    takes_back(at, renewal)

    assert sum(minor for minor, _ in sent_back(at, renewal)) == renewal.total_minor - 500
    assert (at_stripe(at), credit_of(ada)) == ((2, renewal.total_minor - 500), 500)
