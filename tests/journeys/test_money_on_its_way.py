"""Money that comes where nobody expected it is never lost, never kept silently, and never settles the wrong thing."""

from datetime import timedelta

import pytest

from ezscale.billing.cards import cards, remove_card
from ezscale.billing.checkout import AlreadyPaying, NothingToPay, open_checkout
from ezscale.billing.invoicing import void_invoice
from ezscale.billing.payers import payer_ref_of
from ezscale.billing.subscriptions import items_of
from ezscale.kit.errors import NotFound, TemporaryFailure
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.sandbox.stripe.browser import pay_on_page
from tests.company import BACK, GOOD_CARD, Company
from tests.journeys.records import attempts_on, cases, credit_of, subscription_of

PAID_BY_HAND = (AttemptTrigger.CHECKOUT, AttemptStatus.SUCCEEDED)


@pytest.fixture
def ada(at):
    """A customer whose renewal is issued and due in a fortnight."""
    ada = at.signs_up("Ada Moreno")
    ada.buys("vps-2")
    at.sleeps(17)
    return ada


def page_for(person, invoice):
    return open_checkout(person.at.house.database.opener(person.actor), person.at.house.gateways, invoice.id, BACK)


def kept_at_stripe(at, person):
    with at.robot() as work:
        payer_ref = payer_ref_of(work, person.actor.customer_id, "stripe")
    listed = at.stripe_http.get("/v1/payment_methods", params={"customer": payer_ref}).json()["data"]
    return sorted((kept["card"]["last4"], kept["card"]["exp_year"]) for kept in listed)


def pays_what_is_voided_meanwhile(at, person, invoice):
    page = page_for(person, invoice)
    with at.robot() as work:
        void_invoice(work, invoice.id)
    pay_on_page(at.browser, page)
    at.lives(days=0.01)


def test_who_pays_an_invoice_that_is_voided_meanwhile_has_credit_that_pays_the_next_one(at, ada):
    pays_what_is_voided_meanwhile(at, ada, ada.invoices()[1])
    after_the_payment = (ada.invoices()[1].status, credit_of(ada), cases(at))

    at.sleeps(30)

    [_, _, next_one] = ada.invoices()
    assert after_the_payment == (InvoiceStatus.VOID, 1353, ["surplus"])
    assert (next_one.status, credit_of(ada)) == (InvoiceStatus.PAID, 0)
    assert attempts_on(at, next_one) == []


def test_credit_pays_what_it_can_and_the_card_the_rest(at, ada):
    pays_what_is_voided_meanwhile(at, ada, ada.invoices()[1])
    with at.robot() as work:
        for item in items_of(work, subscription_of(ada).id):
            item.price_minor = 2200

    at.sleeps(30)
    [_, _, next_one] = ada.invoices()
    at.sleeps(14)

    assert (next_one.total.minor, next_one.settled.minor, next_one.status) == (2706, 1353, InvoiceStatus.OPEN)
    assert ada.invoices()[2].status is InvoiceStatus.PAID
    assert at.stripe_did()["invoices"][str(next_one.id)]["captured"] == 1353


def test_a_closed_window_and_a_lost_webhook_are_healed_within_minutes(database, clock, tmp_path):
    at = Company(database, clock, tmp_path, webhooks=False)
    ben = at.signs_up("Ben Orr")
    order = ben.orders("vps-1")

    ben.pays(order.invoice_id, returns=False)
    at.sleeps(5 / 24 / 60)

    assert ben.invoices()[0].status is InvoiceStatus.PAID
    assert at.complaints() == {}


def test_a_payment_page_whose_answer_was_lost_does_not_hold_up_the_invoice(at, ada):
    [_, renewal] = ada.invoices()
    at.breaks(at.stripe_http, "lost", "/v1/checkout/sessions", "POST", times=0)
    with pytest.raises(TemporaryFailure):
        page_for(ada, renewal)
    at.mends(at.stripe_http)

    at.sleeps(13)
    at.sleeps(1)

    assert attempts_on(at, renewal) == [
        (AttemptTrigger.CHECKOUT, AttemptStatus.FAILED),
        (AttemptTrigger.DUE, AttemptStatus.SUCCEEDED),
    ]
    assert ada.invoices()[1].status is InvoiceStatus.PAID


def test_clicking_again_after_a_lost_answer_opens_the_same_page(at, ada):
    [_, renewal] = ada.invoices()
    at.breaks(at.stripe_http, "lost", "/v1/checkout/sessions", "POST", times=1)
    with pytest.raises(TemporaryFailure):
        page_for(ada, renewal)

    ada.pays(renewal.id)

    assert attempts_on(at, renewal) == [PAID_BY_HAND]


def test_twenty_clicks_are_one_page_and_one_payment(at, ada):
    [_, renewal] = ada.invoices()

    [page] = {page_for(ada, renewal) for _ in range(20)}
    pay_on_page(at.browser, page)
    with pytest.raises(NothingToPay):
        page_for(ada, renewal)
    at.sleeps(15)

    assert at.stripe_did()["invoices"][str(renewal.id)]["captures"] == 1
    assert attempts_on(at, renewal) == [PAID_BY_HAND]


def test_nobody_pays_by_hand_while_the_card_is_being_charged(at, ada):
    [_, renewal] = ada.invoices()
    at.breaks(at.stripe_http, "down", "/v1/payment_intents*", times=0)
    at.sleeps(14)

    with pytest.raises(AlreadyPaying):
        page_for(ada, renewal)

    at.mends(at.stripe_http)
    at.lives(days=0.02)
    assert ada.invoices()[1].status is InvoiceStatus.PAID


def test_a_charge_in_the_background_changes_nothing_about_the_cards(at, ada):
    at.breaks(at.stripe_http, "lost", "/v1/payment_intents", "POST", times=0)
    at.breaks(at.stripe_http, "down", "/v1/payment_intents*", "GET", times=0)
    at.sleeps(14)
    [old] = ada.does(cards)
    ada.leaves_card("5555555555554444")
    remove_card(at.house.database.opener(ada.actor), at.house.gateways, old.id)

    at.mends(at.stripe_http)
    at.lives(days=0.02)

    [card] = ada.does(cards)
    assert ada.invoices()[1].status is InvoiceStatus.PAID
    assert (card.last4, card.is_default) == ("4444", True)


@pytest.mark.all_databases
def test_the_same_card_typed_again_is_one_card_with_the_new_date(at, ada):
    ada.leaves_card("5555555555554444")
    before = [(card.last4, card.exp_year, card.is_default) for card in ada.does(cards)]

    ada.leaves_card(GOOD_CARD, expiry="07/41")
    at.works()

    after = [(card.last4, card.exp_year, card.is_default) for card in ada.does(cards)]
    assert before == [("4444", 2034, True), ("4242", 2034, False)]
    assert after == [("4242", 2041, True), ("4444", 2034, False)]
    assert kept_at_stripe(at, ada) == [("4242", 2041), ("4444", 2034)]
    at.sleeps(14)
    assert attempts_on(at, ada.invoices()[1]) == [(AttemptTrigger.DUE, AttemptStatus.SUCCEEDED)]


def test_the_same_card_of_two_customers_stays_two_cards(at, ada):
    ben = at.signs_up("Ben Orr")

    ben.buys("vps-1")

    assert [[card.last4 for card in person.does(cards)] for person in (ada, ben)] == [["4242"], ["4242"]]
    assert kept_at_stripe(at, ada) == [("4242", 2034)]


def test_nobody_removes_or_sees_anothers_card(at, ada):
    eve = at.signs_up("Eve Lang")
    [card] = ada.does(cards)

    with pytest.raises(NotFound):
        remove_card(at.house.database.opener(eve.actor), at.house.gateways, card.id)

    assert eve.does(cards) == []
    assert [kept.id for kept in ada.does(cards)] == [card.id]


def test_a_customer_without_a_card_is_reminded_before_the_day(at, ada):
    [card] = ada.does(cards)
    remove_card(at.house.database.opener(ada.actor), at.house.gateways, card.id)

    at.sleeps(7)
    at.sleeps(7)

    [_, renewal] = ada.invoices()
    assert renewal.due_on == at.clock.now.date()
    assert attempts_on(at, renewal) == []
    ada.pays(renewal.id)
    assert ada.invoices()[1].paid_at - at.clock.now < timedelta(minutes=1)
