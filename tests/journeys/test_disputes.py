"""A bank takes a payment back: nothing more is taken from that card, nothing is given back twice, and staff hear of it."""

import pytest
from sqlmodel import select

from ezscale.billing import ledger
from ezscale.billing.cards import usable_card
from ezscale.billing.credit_notes import GiveBack, issue_credit_note
from ezscale.billing.disputes import AfterLoss, DisputeRules, disputes_on
from ezscale.billing.invoicing import invoice_lines
from ezscale.billing.refunds import refundable
from ezscale.company.rules import set_rules
from ezscale.kit.money import Money, total
from ezscale.models import BillingCase, Payment
from ezscale.models.dispute import DisputeStatus
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.sandbox.stripe.cards import BY_LAST4
from ezscale.tasks.billing import poll_gateway
from tests.company import Company
from tests.journeys.records import cases, credit_of, mails_to

DISPUTED, INQUIRED = BY_LAST4["0259"].number, BY_LAST4["1976"].number
FEE = 1500


@pytest.fixture
def ada(at):
    """A customer who has paid for her first month."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    return ada


def payment_on(at, invoice):
    with at.robot() as work:
        return work.session.exec(select(Payment).where(Payment.invoice_id == invoice.id)).one()


def bank_disputes(at, invoice, deed="dispute", **how):
    """The bank takes what was paid on an invoice: the name of the dispute."""
    intent = at.stripe_http.get(f"/v1/payment_intents/{payment_on(at, invoice).gateway_ref}").json()
    answer = at.stripe_http.post(f"/_sandbox/charges/{intent['latest_charge']}/{deed}", params=how)
    assert answer.is_success, answer.text
    at.lives(days=0.1)
    return answer.json()["id"]


def bank_decides(at, dispute_ref, outcome):
    answer = at.stripe_http.post(f"/_sandbox/disputes/{dispute_ref}/{outcome}")
    assert answer.is_success, answer.text
    at.lives(days=0.1)


def standing(at, invoice):
    with at.robot() as work:
        return [(dispute.amount_minor, dispute.status) for dispute, _ in disputes_on(work, invoice.id)]


def on(at, account):
    with at.robot() as work:
        return ledger.balance(work, account, "EUR").minor


def agrees_with_stripe(at):
    return on(at, ledger.clearing("stripe")) == at.stripe_did()["balance"]["eur"]


def owed_again(at):
    with at.robot() as work:
        set_rules(work, DisputeRules, {"after_loss": AfterLoss.OWED_AGAIN})


def can_be_charged(at, person):
    with at.robot() as work:
        return usable_card(work, person.actor.own_customer()) is not None


def test_a_dispute_that_is_won_leaves_everything_as_it_was(at, ada):
    [invoice] = ada.invoices()

    dispute_ref = bank_disputes(at, invoice)
    waiting = standing(at, invoice), on(at, ledger.disputes("stripe")), can_be_charged(at, ada), agrees_with_stripe(at)
    [heard] = cases(at)
    with at.robot() as work:
        facts = work.session.exec(select(BillingCase)).one().facts
    bank_decides(at, dispute_ref, "won")

    total = invoice.total_minor
    assert waiting == ([(total, DisputeStatus.OPEN)], total, False, True)
    assert (heard, facts["evidence is due by"]) == ("disputed", "2026-03-11")
    assert standing(at, invoice) == [(total, DisputeStatus.WON)]
    assert (on(at, ledger.disputes("stripe")), on(at, ledger.BAD_DEBT)) == (0, 0)
    assert (can_be_charged(at, ada), agrees_with_stripe(at)) == (True, True)


def test_a_dispute_that_is_lost_is_written_off_and_its_card_charged_no_more(at, ada):
    [invoice] = ada.invoices()

    bank_decides(at, bank_disputes(at, invoice), "lost")

    assert standing(at, invoice) == [(invoice.total_minor, DisputeStatus.LOST)]
    assert (on(at, ledger.disputes("stripe")), on(at, ledger.BAD_DEBT)) == (0, invoice.total_minor)
    assert ada.invoices()[0].status is InvoiceStatus.PAID
    assert (can_be_charged(at, ada), agrees_with_stripe(at)) == (False, True)


def test_what_is_lost_is_owed_again_where_the_house_wants_it_so(at, ada):
    [invoice] = ada.invoices()
    owed_again(at)

    bank_decides(at, bank_disputes(at, invoice), "lost")
    [open_again] = ada.invoices()
    ada.pays(invoice.id)
    at.works()

    assert (open_again.status, open_again.open_amount) == (InvoiceStatus.OPEN, invoice.total)
    assert ada.invoices()[0].status is InvoiceStatus.PAID
    assert (on(at, ledger.BAD_DEBT), agrees_with_stripe(at)) == (0, True)


@pytest.mark.parametrize(
    ("outcome", "after_loss", "runs_when"),
    [
        ("won", AfterLoss.OWED_AGAIN, "decided"),
        ("lost", AfterLoss.WRITTEN_OFF, "decided"),
        ("lost", AfterLoss.OWED_AGAIN, "paid"),
    ],
)
def test_where_the_house_wants_it_so_services_stand_still_while_a_bank_has_their_payment(
    at, ada, outcome, after_loss, runs_when
):
    [invoice] = ada.invoices()
    with at.robot() as work:
        set_rules(work, DisputeRules, {"after_loss": after_loss, "suspends": True})

    ref = bank_disputes(at, invoice)
    taken = ada.service().status
    bank_decides(at, ref, outcome)
    decided = ada.service().status
    if runs_when == "paid":
        ada.pays(invoice.id)
        at.works()

    stands = ServiceStatus.SUSPENDED
    assert (taken, decided) == (stands, ServiceStatus.ACTIVE if runs_when == "decided" else stands)
    assert ada.service().status is ServiceStatus.ACTIVE
    assert [len(mails_to(ada, each)) for each in ("service_disputed", "service_suspended", "service_resumed")] == [
        1,
        0,
        1,
    ]


def test_an_inquiry_stops_nothing_and_neither_does_a_dispute_where_the_house_does_not_want_it(at, ada):
    [invoice] = ada.invoices()

    bank_disputes(at, invoice)

    assert ada.service().status is ServiceStatus.ACTIVE


def test_after_a_refund_only_the_rest_can_be_disputed_and_is_written_off(at, ada):
    [invoice] = ada.invoices()
    owed_again(at)
    with at.robot() as work:
        parts = {invoice_lines(work, invoice.id)[0].id: Money(400, "EUR")}
        note = issue_credit_note(work, invoice.id, parts, "The server stood still", GiveBack.REFUND)
    at.works()
    rest = invoice.total_minor - note.total_minor

    too_much = bank_disputes(at, invoice)
    refused = standing(at, invoice), cases(at)
    bank_decides(at, too_much, "won")
    dispute_ref = bank_disputes(at, invoice, amount=rest)
    bank_decides(at, dispute_ref, "lost")

    assert refused == ([], ["wrong_dispute"])
    assert standing(at, invoice) == [(invoice.total_minor, DisputeStatus.WON), (rest, DisputeStatus.LOST)]
    assert (ada.invoices()[0].status, on(at, ledger.BAD_DEBT)) == (InvoiceStatus.PAID, rest)
    assert agrees_with_stripe(at)


def test_nothing_of_a_payment_in_dispute_is_sent_back(at, ada):
    [invoice] = ada.invoices()
    with at.robot() as work:
        issue_credit_note(work, invoice.id, None, "The server stood still", GiveBack.CREDIT)

    dispute_ref = bank_disputes(at, invoice, amount=500)
    with at.robot() as work:
        while_open = refundable(work, invoice.id)
    bank_decides(at, dispute_ref, "won")

    assert (while_open, credit_of(ada)) == ([], invoice.total_minor)
    with at.robot() as work:
        assert total((each.amount for each in refundable(work, invoice.id)), "EUR") == invoice.total


def test_the_news_of_a_dispute_may_come_before_that_of_its_payment(database, clock, tmp_path):
    at = Company(database, clock, tmp_path, webhooks=False)
    ada = at.signs_up("Ada Moreno")
    order = ada.orders("vps-2")
    ada.pays(order.invoice_id, DISPUTED, returns=False)

    poll_gateway(at.house)  # it hears of disputes alone, the newest first
    at.works()
    [invoice], heard = ada.invoices(), cases(at)
    [(_, status)] = standing(at, invoice)
    at.lives(days=10)

    assert (invoice.status, status, heard) == (InvoiceStatus.PAID, DisputeStatus.OPEN, ["disputed"])
    assert standing(at, invoice) == [(invoice.total_minor, DisputeStatus.LOST)]  # nobody has sent evidence
    assert agrees_with_stripe(at)


def test_a_bank_that_only_asks_takes_nothing_and_may_take_it_later(at):
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2", card=INQUIRED)
    at.lives(days=0.1)
    [invoice] = ada.invoices()
    [asked], taken, chargeable = standing(at, invoice), on(at, ledger.disputes("stripe")), can_be_charged(at, ada)

    dispute_ref = at.stripe_http.get("/v1/disputes").json()["data"][0]["id"]
    bank_decides(at, dispute_ref, "escalate")

    assert (asked[1], taken, chargeable) == (DisputeStatus.WARNING, 0, False)
    assert standing(at, invoice) == [(invoice.total_minor, DisputeStatus.OPEN)]
    assert (on(at, ledger.fees("stripe")) > FEE, agrees_with_stripe(at)) == (True, True)


def test_what_no_webhook_told_is_heard_by_asking(database, clock, tmp_path):
    at = Company(database, clock, tmp_path, webhooks=False)
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    [invoice] = ada.invoices()

    dispute_ref = bank_disputes(at, invoice)
    opened = standing(at, invoice)
    bank_decides(at, dispute_ref, "won")

    assert opened == [(invoice.total_minor, DisputeStatus.OPEN)]
    assert standing(at, invoice) == [(invoice.total_minor, DisputeStatus.WON)]
