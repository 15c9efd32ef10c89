"""Paying by PayPal: on its page, from the kept wallet, and everything that may come between."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlmodel import col, select

from ezscale.billing import ledger
from ezscale.billing.card_pages import confirm_card_pages, open_card_page
from ezscale.billing.cards import cards
from ezscale.billing.checkout import AlreadyPaying, NothingToPay, confirm_checkout, confirm_checkouts_of, open_checkout
from ezscale.billing.collecting import collect, request_charge
from ezscale.billing.credit_notes import GiveBack, issue_credit_note
from ezscale.billing.invoicing import invoice_lines, void_invoice
from ezscale.billing.pay_links import holder_of, new_pay_link
from ezscale.kit.errors import TemporaryFailure, UnknownOutcome
from ezscale.kit.money import Money
from ezscale.models import Dispute, MailMessage, Payment, PaymentAttempt, Refund
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.models.refund import RefundStatus
from ezscale.sandbox.faults import Fault, Wrong
from ezscale.sandbox.paypal import transactions
from ezscale.sandbox.paypal.browser import answer_on_page
from ezscale.sandbox.stripe.browser import pay_on_page
from ezscale.tasks.billing import poll_gateway
from tests.company import BACK, GOOD_CARD, Company
from tests.paypal_sandbox import CLIENT
from tests.reliability.test_one_invoice import at_once

A_MONTH = 32


@pytest.fixture
def at(database, clock, tmp_path):
    return Company(database, clock, tmp_path)


@pytest.fixture
def ada(at):
    return at.signs_up()


def buys_by_paypal(at, person, wallet="good"):
    person.pays_by_paypal(person.orders().invoice_id, wallet)
    at.lives(days=0.01)
    return person.service()


def attempts(at, status=None):
    with at.robot() as work:
        found = select(PaymentAttempt).order_by(col(PaymentAttempt.id))
        return [each for each in work.session.exec(found) if status in (None, each.status)]


def mails(at, template):
    with at.robot() as work:
        return work.session.exec(select(MailMessage).where(MailMessage.template == template)).all()


def paypal_did(at):
    return at.paypal_http.get("/_sandbox/state").json()


def payments(at):
    with at.robot() as work:
        return [(row.gateway, row.amount_minor) for row in work.session.exec(select(Payment).order_by(col(Payment.id)))]


@pytest.mark.all_databases
def test_a_wallet_pays_the_order_on_paypals_page_and_then_every_renewal(at, ada):
    service = buys_by_paypal(at, ada)
    at.sleeps(days=A_MONTH)
    at.hears_paypal()

    first, renewal = ada.invoices()
    [wallet] = ada.does(cards)
    assert (service.status, first.status, renewal.status) == ("active", "paid", "paid")
    assert (wallet.gateway, wallet.label, wallet.expires_on) == ("paypal", "PayPal g•••@wallets.example", None)
    assert paypal_did(at)["captured"] == {"EUR": first.total.minor + renewal.total.minor}
    assert [gateway for gateway, _ in payments(at)] == ["paypal", "paypal"]
    assert at.complaints() == {}


def test_a_wallet_revoked_at_paypal_is_told_of_and_a_card_pays_instead(at, ada):
    buys_by_paypal(at, ada)
    [wallet] = ada.does(cards)
    assert api(at).delete(f"/v3/vault/payment-tokens/{wallet.gateway_ref}").status_code == 204
    at.hears_paypal()
    told = mails(at, "card_revoked")

    ada.leaves_card(GOOD_CARD)
    at.sleeps(days=A_MONTH)

    assert [mail.subject for mail in told] == ["We may not charge PayPal g•••@wallets.example any more"]
    assert ada.invoices()[-1].status is InvoiceStatus.PAID
    assert [gateway for gateway, _ in payments(at)] == ["paypal", "stripe"]


def test_a_wallet_that_is_refused_for_good_at_renewal_is_not_tried_again_and_a_card_pays(at, ada):
    buys_by_paypal(at, ada, "withdrawn")
    at.sleeps(days=A_MONTH)
    waiting, tries = ada.invoices()[-1].status, len(attempts(at))

    at.sleeps(days=2)
    again = len(attempts(at))
    ada.leaves_card(GOOD_CARD)
    at.works()

    assert (waiting, tries, again) == (InvoiceStatus.OPEN, 2, 2)
    assert len(mails(at, "charge_failed")) == 1
    assert [gateway for gateway, _ in payments(at)] == ["paypal", "stripe"]
    assert at.complaints() == {}


def test_a_page_that_was_closed_for_another_way_of_paying_takes_nothing_afterwards(at, ada):
    invoice_id = ada.orders().invoice_id
    url = page(ada, invoice_id)
    answer_on_page(at.paypal_http, url)
    ada.pays(invoice_id)

    confirm_checkout(at.house.automation("test"), at.house.gateways["paypal"], order_of(url))
    at.hears_paypal()

    assert (paypal_did(at)["captured"], [gateway for gateway, _ in payments(at)]) == ({}, ["stripe"])
    assert at.complaints() == {}


def test_a_page_that_is_being_taken_is_not_closed_for_another_one(at, ada):
    invoice_id = ada.orders().invoice_id
    url = page(ada, invoice_id)
    answer_on_page(at.paypal_http, url)
    breaks(at, Wrong.LOST, "*/capture", times=0)
    with pytest.raises(UnknownOutcome):
        confirm_checkouts_of(opener(ada), at.house.gateways, invoice_id)
    at.paypal.faults.clear()
    breaks(at, Wrong.DOWN, "/v2/checkout/orders/*", method="GET", times=0)

    with pytest.raises(TemporaryFailure):
        open_checkout(opener(ada), at.house.gateways, invoice_id, BACK)
    at.paypal.faults.clear()
    with pytest.raises(NothingToPay):
        open_checkout(opener(ada), at.house.gateways, invoice_id, BACK)

    assert [gateway for gateway, _ in payments(at)] == ["paypal"]
    assert (paypal_did(at)["captured"], at.stripe_did()["captured"]) == ({"EUR": ada.invoices()[0].total.minor}, {})


def test_while_paypal_looks_at_a_payment_nothing_else_is_paid(at, ada):
    order = ada.orders()
    ada.pays_by_paypal(order.invoice_id, "review")
    for through in ("paypal", "stripe"):
        with pytest.raises(AlreadyPaying):
            open_checkout(opener(ada), at.house.gateways, order.invoice_id, BACK, through)
    at.lives(days=0.2)
    [waiting] = attempts(at)
    [capture] = [doc["id"] for doc in at.paypal.account.store.all("capture")]

    at.paypal_http.post(f"/_sandbox/captures/{capture}/complete")
    at.hears_paypal()

    assert waiting.is_live
    assert ada.invoices()[0].status is InvoiceStatus.PAID
    assert at.complaints() == {}


def test_a_page_left_open_lets_the_card_be_charged_after_hours(at, ada):
    ada.buys()
    at.sleeps(days=28)
    invoice = ada.invoices()[-1]
    url = page(ada, invoice.id)

    at.sleeps(days=0.2)
    at.sleeps(days=4)
    answer_on_page(at.paypal_http, url)
    at.hears_paypal()

    assert ada.invoices()[1].status is InvoiceStatus.PAID
    assert (paypal_did(at)["captured"], [gateway for gateway, _ in payments(at)]) == ({}, ["stripe", "stripe"])


@pytest.mark.all_databases
def test_taking_and_closing_at_once_take_the_money_once(at, ada):
    invoice_id = ada.orders().invoice_id
    url = page(ada, invoice_id)
    answer_on_page(at.paypal_http, url)
    who, gateways = opener(ada), at.house.gateways

    def by_card():
        other = open_checkout(who, gateways, invoice_id, BACK, "stripe")
        with suppress(KeyError):  # there is nothing to type: it was paid in another window
            pay_on_page(at.browser, other)
        confirm_checkouts_of(who, gateways, invoice_id)

    at_once([by_card, lambda: confirm_checkout(who, gateways["paypal"], order_of(url)), at.hears_paypal] * 3)
    at.lives(days=0.1)

    [invoice] = ada.invoices()
    took = paypal_did(at)["captured"].get("EUR", 0) + at.stripe_did()["captured"].get("eur", 0)
    assert (invoice.status, took) == (InvoiceStatus.PAID, invoice.total.minor)
    assert at.complaints() == {}


def test_what_is_approved_on_a_page_for_a_voided_invoice_is_not_taken(at, ada):
    ada.buys()
    at.sleeps(days=25)
    invoice = ada.invoices()[-1]
    answer_on_page(at.paypal_http, page(ada, invoice.id))
    with at.robot() as work:
        void_invoice(work, invoice.id)

    at.hears_paypal()

    assert paypal_did(at)["captured"] == {}
    assert attempts(at)[-1].decline_code == "not_needed"


def test_somebody_elses_page_is_finished_by_nobody_else(at, ada):
    bob = at.signs_up("Bob Ferris")
    answer_on_page(at.paypal_http, open_card_page(opener(ada), at.house.gateways, BACK, "paypal"))

    his = confirm_card_pages(opener(bob), at.house.gateways)
    hers = confirm_card_pages(opener(ada), at.house.gateways)

    assert (his, hers) == (False, True)
    assert ([card.brand for card in ada.does(cards)], bob.does(cards)) == (["paypal"], [])


def test_who_pays_by_a_link_leaves_nothing_at_paypal(at, ada):
    ada.buys()
    at.sleeps(days=25)
    invoice_id = ada.invoices()[-1].id
    secret = ada.does(lambda work: new_pay_link(work, invoice_id))
    with at.robot() as work:
        holder, _ = holder_of(work, secret)
    url = open_checkout(at.house.database.opener(holder), at.house.gateways, invoice_id, BACK, "paypal")
    answer_on_page(at.paypal_http, url)
    at.hears_paypal()

    assert ada.invoices()[-1].status is InvoiceStatus.PAID
    assert (paypal_did(at)["wallets_kept"], [card.brand for card in ada.does(cards)]) == (0, ["visa"])


@pytest.mark.parametrize("away", [timedelta(minutes=20), timedelta(days=2)], ids=["key known", "key forgotten"])
def test_a_lost_answer_to_taking_is_no_second_payment(at, ada, away):
    order = ada.orders()
    breaks(at, Wrong.LOST, "*/capture")
    with pytest.raises(UnknownOutcome):
        ada.pays_by_paypal(order.invoice_id)
    assert [each.status for each in attempts(at)] == [AttemptStatus.UNKNOWN]

    at.sleeps(away / timedelta(days=1))

    assert ada.invoices()[0].status is InvoiceStatus.PAID
    assert paypal_did(at)["captured"] == {"EUR": ada.invoices()[0].total.minor}


def test_a_charge_without_an_answer_is_not_lost_before_the_report_reaches_to_it(at, ada, monkeypatch):
    monkeypatch.setattr(transactions, "BEHIND", timedelta(hours=6))
    buys_by_paypal(at, ada)
    at.sleeps(days=25)
    invoice = ada.invoices()[-1]
    breaks(at, Wrong.REFUSE, "/v2/checkout/orders", status=500, times=0)  # not acted on, and we cannot know
    with at.robot() as work:
        attempt = request_charge(work, invoice.id, AttemptTrigger.DUE)
    assert attempt is not None
    gateways, automation = at.house.gateways, at.house.automation("test")
    with pytest.raises(UnknownOutcome):
        collect(automation, gateways, attempt.id)

    at.clock.move(timedelta(hours=5, minutes=1))
    with pytest.raises(TemporaryFailure, match="does not reach"):
        collect(automation, gateways, attempt.id)
    behind = attempts(at)[-1].is_live
    at.clock.move(timedelta(hours=2))
    collect(automation, gateways, attempt.id)

    assert (behind, attempts(at)[-1].decline_code) == (True, "lost")
    assert paypal_did(at)["captured"] == {"EUR": ada.invoices()[0].total.minor}


def test_a_charge_whose_answer_was_lost_is_found_in_the_report_after_its_key_is_forgotten(at, ada):
    buys_by_paypal(at, ada)
    breaks(at, Wrong.LOST, "/v2/checkout/orders", times=0)
    at.sleeps(days=A_MONTH)
    at.paypal.faults.clear()
    at.sleeps(2)

    assert ada.invoices()[-1].status is InvoiceStatus.PAID
    assert len(payments(at)) == 2
    assert paypal_did(at)["captured"]["EUR"] == sum(invoice.total.minor for invoice in ada.invoices())


def test_a_wallet_at_a_gateway_that_was_taken_off_stands_in_nobodys_way(at, ada):
    buys_by_paypal(at, ada)
    del at.house.gateways["paypal"]
    at.sleeps(days=A_MONTH)
    given_up = attempts(at)[-1].decline_code

    ada.pays(ada.invoices()[-1].id)

    assert given_up == "not_connected"
    assert ada.invoices()[-1].status is InvoiceStatus.PAID


def test_parts_go_back_by_us_and_the_rest_at_paypal(at, ada):
    buys_by_paypal(at, ada)
    [invoice] = ada.invoices()
    with at.robot() as work:
        issue_credit_note(
            work,
            invoice.id,
            {invoice_lines(work, invoice.id)[0].id: Money(400, "EUR")},
            "It stood still",
            GiveBack.REFUND,
        )
    at.works()
    [ours] = refunds(at)
    with at.robot() as work:
        [ref] = work.session.exec(select(Payment.gateway_ref)).all()
    answer = api(at).post(f"/v2/payments/captures/{ref}/refund", json={}, headers={"PayPal-Request-Id": "dashboard"})
    at.hears_paypal()

    assert answer.status_code == 201
    assert ours[1] == RefundStatus.SUCCEEDED
    assert sum(minor for minor, _ in refunds(at)) == invoice.total_minor == paypal_did(at)["refunded"]["EUR"]
    assert at.complaints() == {}


@pytest.mark.parametrize("heard", ["by webhook", "by asking"])
@pytest.mark.parametrize(("verdict", "status"), [("for_seller", "won"), ("for_buyer", "lost")])
def test_a_dispute_at_paypal_is_won_or_lost_once(at, ada, verdict, status, heard):
    buys_by_paypal(at, ada)
    at.hears_paypal()
    hear = at.hears_paypal if heard == "by webhook" else lambda: (poll_gateway(at.house), at.works())
    with at.robot() as work:
        [ref] = work.session.exec(select(Payment.gateway_ref)).all()
    dispute = at.paypal_http.post(f"/_sandbox/captures/{ref}/dispute").json()["dispute_id"]
    hear()
    with at.robot() as work:
        asked = work.session.exec(select(Dispute.status)).one()
    at.paypal_http.post(f"/_sandbox/disputes/{dispute}/{verdict}")
    hear()

    with at.robot() as work:
        [after] = work.session.exec(select(Dispute.status)).all()
        held = ledger.balance(work, ledger.clearing("paypal"), "EUR").minor
    did = paypal_did(at)
    fees = sum(payment_fees(at))
    assert (asked, after, refunds(at)) == ("warning", status, [])
    assert held == did["captured"]["EUR"] - did["refunded"].get("EUR", 0) - fees
    assert at.complaints() == {}


def page(person, invoice_id):
    return open_checkout(opener(person), person.at.house.gateways, invoice_id, BACK, "paypal")


def opener(person):
    return person.at.house.database.opener(person.actor)


def order_of(url):
    return url.rpartition("/")[2]


def breaks(at, wrong, path, **how):
    at.paypal.faults.add(Fault(wrong=wrong, path=path, **how))


def api(at):
    """PayPal's HTTP, as its owner and its customers reach it."""
    form = {"grant_type": "client_credentials"}
    token = at.paypal_http.post("/v1/oauth2/token", data=form, auth=CLIENT).json()["access_token"]
    at.paypal_http.headers["Authorization"] = f"Bearer {token}"
    return at.paypal_http


def refunds(at):
    with at.robot() as work:
        return [(each.amount_minor, each.status) for each in work.session.exec(select(Refund).order_by(col(Refund.id)))]


def payment_fees(at):
    with at.robot() as work:
        return work.session.exec(select(Payment.fee_minor)).all()
