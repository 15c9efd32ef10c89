from collections import Counter
from datetime import date

import pytest

from ezscale.billing.invoicing import void_invoice
from ezscale.models import Invoice
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from tests.company import DECLINED_LATER
from tests.journeys.records import (
    attempts_on,
    latest_mail,
    mails_to,
    monthly_revenue,
    steps_on,
    subscription_of,
    suspensions_of,
)

ASKS_THE_BANK = "4000002760003184"
DUE = date(2026, 4, 2)
LOST_CARD = {"type": "card_error", "code": "card_declined", "decline_code": "lost_card", "message": "It was lost."}


@pytest.fixture
def rounds():
    return False


@pytest.fixture
def otto(at):
    """A customer whose first renewal is a week away."""
    otto = at.signs_up("Otto Lenz", "DE")
    otto.buys("vps-2")
    at.sleeps(24)
    assert otto.invoices()[-1].due_on == DUE
    return otto


def servers(at):
    return [(server["suspended"], server["power"]) for server in at.panel_did()["servers"]]


def test_a_declined_card_is_tried_and_its_owner_reminded_until_the_server_stands_still_and_paying_lets_it_run(at, otto):
    otto.leaves_card(DECLINED_LATER)

    at.lives(days=13.5)
    [_, invoice] = otto.invoices()
    before = (otto.service().status, subscription_of(otto).status, servers(at))
    at.lives(days=0.5)

    assert before == (ServiceStatus.ACTIVE, SubscriptionStatus.PAST_DUE, [(False, "running")])
    assert steps_on(at, invoice) == {
        0: ["charge+0"],
        1: ["charge+1", "remind+1"],
        3: ["charge+3", "remind+3"],
        5: ["charge+5"],
        7: ["charge+7", "remind+7", "suspend+7"],
    }
    assert attempts_on(at, invoice) == [
        (AttemptTrigger.DUE, AttemptStatus.FAILED),
        *[(AttemptTrigger.RETRY, AttemptStatus.FAILED)] * 4,
    ]
    assert otto.service().status is ServiceStatus.SUSPENDED
    assert servers(at) == [(True, "shutoff")]
    told = Counter(mails_to(otto, "reminder", "charge_failed", "service_suspended"))
    assert told == {"charge_failed": 5, "reminder": 3, "service_suspended": 1}
    assert at.complaints() == {}

    otto.pays(invoice.id)
    at.works()

    assert otto.invoices()[-1].status is InvoiceStatus.PAID
    assert (otto.service().status, subscription_of(otto).status) == (ServiceStatus.ACTIVE, SubscriptionStatus.ACTIVE)
    assert servers(at) == [(False, "running")]
    assert suspensions_of(at, otto.service().id)[0].lifted_at is not None
    assert mails_to(otto)[-2:] == ["receipt", "service_resumed"]


def test_who_never_pays_is_warned_a_week_before_the_server_is_deleted(at, otto):
    otto.leaves_card(DECLINED_LATER)

    at.sleeps(7 + 7)
    at.sleeps(16)
    at.sleeps(6)
    [_, invoice, _] = otto.invoices()
    until_then = otto.service().status
    at.sleeps(1)

    assert list(steps_on(at, invoice).items())[-2:] == [(23, ["warn+23"]), (30, ["terminate+30"])]
    assert until_then is ServiceStatus.SUSPENDED
    assert [each.status for each in otto.invoices()][1:] == [InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.VOID]
    assert subscription_of(otto).status is SubscriptionStatus.ENDED
    assert otto.service().status is ServiceStatus.TERMINATED
    assert at.panel_did()["servers"] == []
    assert monthly_revenue(at) == {"EUR": 0}
    assert "deleted on May 2, 2026" in latest_mail(otto, "final_warning").subject
    assert mails_to(otto)[-1] == "service_terminated"

    otto.pays(invoice.id)  # honest after all
    at.lives(days=1)

    assert otto.invoices()[1].status is InvoiceStatus.PAID
    assert otto.service().status is ServiceStatus.TERMINATED


def test_after_weeks_of_outage_nobody_is_deleted_without_notice(at, otto):
    otto.leaves_card(DECLINED_LATER)

    at.sleeps(7 + 35)
    at.sleeps(6)
    [_, invoice, *_] = otto.invoices()
    warned = (steps_on(at, invoice), otto.service().status)
    at.sleeps(1)

    assert warned[0][35] == ["charge+7", "remind+7", "suspend+7", "warn+23"]
    assert warned[1] is ServiceStatus.SUSPENDED
    assert "deleted on May 14, 2026" in latest_mail(otto, "final_warning").subject
    assert otto.service().status is ServiceStatus.TERMINATED


def test_a_card_refused_for_good_is_never_tried_again_and_a_new_one_at_once(at, otto):
    at.breaks(at.stripe_http, "refuse", "/v1/payment_intents", "POST", status=402, body={"error": LOST_CARD}, times=0)
    at.lives(days=9)
    at.mends(at.stripe_http)
    [_, invoice] = otto.invoices()
    asked, told = attempts_on(at, invoice), latest_mail(otto, "charge_failed").text

    otto.leaves_card("5555555555554444")
    at.works()

    assert asked == [(AttemptTrigger.DUE, AttemptStatus.FAILED)]
    assert "we will not try this one again" in told
    assert attempts_on(at, invoice)[1:] == [(AttemptTrigger.NEW_CARD, AttemptStatus.SUCCEEDED)]
    assert otto.invoices()[-1].status is InvoiceStatus.PAID
    assert subscription_of(otto).status is SubscriptionStatus.ACTIVE


def test_a_bank_that_wants_to_see_its_customer_is_not_asked_again_until_they_come(at, otto):
    otto.leaves_card(ASKS_THE_BANK)

    at.lives(days=14)
    [_, invoice] = otto.invoices()
    asked = attempts_on(at, invoice)
    otto.pays(invoice.id, ASKS_THE_BANK)
    at.works()

    assert asked == [(AttemptTrigger.DUE, AttemptStatus.NEEDS_CUSTOMER)]
    told = Counter(mails_to(otto, "charge_needs_customer", "reminder", "charge_failed"))
    assert told == {"charge_needs_customer": 1, "reminder": 3}  # on the days 1, 3 and 7 it is still unpaid
    assert otto.invoices()[-1].status is InvoiceStatus.PAID


def test_an_invoice_that_never_reached_its_reader_stops_no_server(at, otto):
    otto.leaves_card(DECLINED_LATER)
    [_, invoice] = otto.invoices()
    with at.robot() as work:
        work.session.get_one(Invoice, invoice.id).delivered_at = None

    at.sleeps(7 + 24)
    at.sleeps(10)
    undelivered = (otto.service().status, otto.invoices()[1].status)
    with at.robot() as work:
        work.session.get_one(Invoice, invoice.id).deliver(work.now)
    at.sleeps(1)

    assert undelivered == (ServiceStatus.ACTIVE, InvoiceStatus.OPEN)
    assert otto.service().status is not ServiceStatus.ACTIVE


def test_a_server_stands_still_only_once_it_is_known_that_no_money_is_coming(at, otto):
    [_, invoice] = otto.invoices()
    at.breaks(at.stripe_http, "lost", "/v1/payment_intents", "POST", times=0)
    at.breaks(at.stripe_http, "down", "/v1/payment_intents*", "GET", times=0)

    at.sleeps(7 + 7)
    meanwhile = (attempts_on(at, invoice), otto.service().status)
    at.mends(at.stripe_http)
    at.lives(days=0.02)

    assert meanwhile == ([(AttemptTrigger.RETRY, AttemptStatus.UNKNOWN)], ServiceStatus.ACTIVE)
    assert otto.invoices()[-1].status is InvoiceStatus.PAID
    assert suspensions_of(at, otto.service().id) == []
    assert at.stripe_did()["invoices"][str(invoice.id)]["captures"] == 1


def test_a_voided_invoice_lets_its_server_run_again(at, otto):
    otto.leaves_card(DECLINED_LATER)
    at.sleeps(7 + 7)
    [_, invoice] = otto.invoices()
    suspended = otto.service().status

    with at.robot() as work:
        void_invoice(work, invoice.id)
    at.works()

    assert suspended is ServiceStatus.SUSPENDED
    assert (otto.service().status, subscription_of(otto).status) == (ServiceStatus.ACTIVE, SubscriptionStatus.ACTIVE)
    assert servers(at) == [(False, "running")]


def test_running_the_day_again_reminds_nobody_twice(at, otto):
    otto.leaves_card(DECLINED_LATER)
    at.sleeps(7 + 1)
    [_, invoice] = otto.invoices()
    once = (steps_on(at, invoice), mails_to(otto), attempts_on(at, invoice))

    for _ in range(24):
        at.lives(days=1 / 24 / 12)

    assert (steps_on(at, invoice), mails_to(otto), attempts_on(at, invoice)) == once
