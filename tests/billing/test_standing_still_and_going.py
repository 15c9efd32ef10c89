from datetime import date

import pytest
from sqlmodel import col, select

from ezscale.accounts.permissions import STAFF_PERMISSIONS
from ezscale.billing.aligning import align_renewals, alignment
from ezscale.billing.cancelling import cancel_at_period_end, cancel_now, keep_subscription
from ezscale.billing.extending import extend_subscription, renew_early
from ezscale.billing.invoicing import mark_uncollectible
from ezscale.billing.leaving import leaving_reasons
from ezscale.billing.pausing import end_pause, pause_subscription
from ezscale.billing.proration import ChangeRules
from ezscale.billing.subscriptions import items_of
from ezscale.company.rules import set_rules
from ezscale.kit.errors import BusinessError, Invalid, NotAllowed, NotFound
from ezscale.models import Customer, Invoice, InvoiceLine, Subscription, SubscriptionItem
from ezscale.models.customer import MemberRole
from ezscale.models.invoice import InvoiceStatus, LineKind
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import LeavingReason, SubscriptionStatus
from tests.journeys.records import credit_of, mails_to, monthly_revenue, subscription_of


def pauses(person, until):
    mine = subscription_of(person).id
    person.does(lambda work: pause_subscription(work, mine, until))
    person.at.lives(days=0.01)


def periods(at, person):
    """The days that were billed and not voided, in order."""
    mine = subscription_of(person).id
    with at.robot() as work:
        billed = (
            select(InvoiceLine)
            .join(SubscriptionItem, col(SubscriptionItem.id) == InvoiceLine.item_id)
            .join(Invoice, col(Invoice.id) == InvoiceLine.invoice_id)
            .where(
                SubscriptionItem.subscription_id == mine,
                InvoiceLine.kind == LineKind.PERIOD,
                Invoice.status != InvoiceStatus.VOID,
            )
        )
        lines = work.session.exec(billed.order_by(col(InvoiceLine.period_start)))
        return [(line.period_start, line.period_end) for line in lines]


def test_what_is_paid_lasts_longer_by_the_days_of_a_pause(at, ada):
    at.lives(days=9)

    pauses(ada, date(2026, 4, 10))

    assert subscription_of(ada).status is SubscriptionStatus.PAUSED
    assert ada.service().status is ServiceStatus.SUSPENDED
    assert mails_to(ada, "service_paused", "service_suspended") == ["service_paused"]  # no word of an unpaid invoice
    at.lives(days=29)
    assert len(ada.invoices()) == 1  # nothing is billed while it stands still
    at.lives(days=1.5)
    back = subscription_of(ada)
    assert (back.status, back.bill_from) == (SubscriptionStatus.ACTIVE, date(2026, 5, 2))  # 30 days later
    assert ada.service().status is ServiceStatus.ACTIVE
    at.lives(days=25)
    assert len(ada.invoices()) == 2
    assert monthly_revenue(at) == {"EUR": 1100}


def test_a_customer_comes_back_earlier_and_the_invoice_called_off_is_written_anew(at, ada):
    at.lives(days=20)
    pauses(ada, date(2026, 5, 1))
    assert ada.invoices()[-1].status is InvoiceStatus.VOID

    mine = subscription_of(ada).id
    ada.does(lambda work: end_pause(work, mine))  # on the same day: not a day longer
    at.lives(days=12)

    assert ada.service().status is ServiceStatus.ACTIVE
    assert subscription_of(ada).bill_from == date(2026, 5, 2)
    assert ada.invoices()[-1].status is InvoiceStatus.PAID


def test_what_is_left_after_a_pause_is_given_back_whole(at, ada):
    at.lives(days=9)  # 22 of 31 days are left
    pauses(ada, date(2026, 4, 10))
    at.lives(days=10)

    mine = subscription_of(ada).id
    ada.does(lambda work: cancel_now(work, mine))
    at.works()

    assert credit_of(ada) == 781 + 180  # 11.00 x 22 / 31 and 2.53 x 22 / 31
    at.lives(days=0.01)
    assert ada.service().status is ServiceStatus.SUSPENDED


def test_a_pause_keeps_to_the_rules(at, ada):
    mine = subscription_of(ada).id
    for wrong in (date(2026, 3, 2), date(2026, 2, 1), date(2026, 6, 1)):
        with pytest.raises(Invalid) as refusal:
            ada.does(lambda work, day=wrong: pause_subscription(work, mine, day))
        assert refusal.value.field == "returns_on"
    with at.robot() as work:
        set_rules(work, ChangeRules, {"pauses_a_year": 1})
    pauses(ada, date(2026, 3, 20))
    ada.does(lambda work: end_pause(work, mine))
    with pytest.raises(BusinessError, match="once within a year"):
        pauses(ada, date(2026, 3, 20))
    at.lives(days=0.1)


def test_a_subscription_that_is_cancelled_or_stands_still_does_not_pause_or_cancel(at, ada):
    server = ada.service().item_id
    ada.does(lambda work: cancel_at_period_end(work, server))
    with pytest.raises(BusinessError, match="cancelled"):
        pauses(ada, date(2026, 3, 20))
    ada.does(lambda work: keep_subscription(work, server))
    pauses(ada, date(2026, 3, 20))

    with pytest.raises(BusinessError, match="stands still"):
        ada.does(lambda work: cancel_at_period_end(work, server))
    with pytest.raises(BusinessError, match="stands still"):
        pauses(ada, date(2026, 3, 20))


def test_ending_now_gives_the_rest_back_and_stops_the_server(at, ada):
    at.lives(days=14)
    mine = subscription_of(ada).id

    ada.does(lambda work: cancel_now(work, mine, "Too dear", LeavingReason.PRICE))
    at.lives(days=0.1)

    assert credit_of(ada) == 603 + 139
    assert subscription_of(ada).status is SubscriptionStatus.ENDED
    assert ada.service().status is ServiceStatus.SUSPENDED
    assert monthly_revenue(at) == {"EUR": 0}
    with at.robot() as work:
        assert leaving_reasons(work, date(2026, 3, 1)) == {LeavingReason.PRICE: 1}


def test_a_seller_may_keep_the_rest_and_may_ask_to_wait(at, ada):
    mine = subscription_of(ada).id
    with at.robot() as work:
        set_rules(work, ChangeRules, {"cancel_now": False, "credit_on_cancel": False})

    with pytest.raises(BusinessError, match="period that is paid"):
        ada.does(lambda work: cancel_now(work, mine))
    with at.robot() as work:
        cancel_now(work, mine)
    at.lives(days=0.1)

    assert credit_of(ada) == 0


def test_days_that_are_given_are_free_and_are_not_given_back(at, ada):
    at.lives(days=20)
    mine = subscription_of(ada).id

    with at.robot() as work:
        extend_subscription(work, mine, 10, "The outage of 20 March")

    assert subscription_of(ada).bill_from == date(2026, 4, 12)
    at.lives(days=22)
    assert ada.invoices()[-1].status is InvoiceStatus.PAID
    assert periods(at, ada) == [(date(2026, 3, 2), date(2026, 4, 2)), (date(2026, 4, 12), date(2026, 5, 12))]


def test_only_staff_give_days_with_a_reason(at, ada):
    mine = subscription_of(ada).id
    with pytest.raises(NotAllowed):
        ada.does(lambda work: extend_subscription(work, mine, 10, "Because I say so"))
    for days, reason, field in ((0, "An outage", "days"), (1000, "An outage", "days"), (5, " ", "reason")):
        with pytest.raises(Invalid) as refusal, at.robot() as work:
            extend_subscription(work, mine, days, reason)
        assert refusal.value.field == field
    assert "staff.subscriptions" in STAFF_PERMISSIONS


def test_a_next_period_that_is_paid_early_is_not_billed_again(at, ada):
    mine = subscription_of(ada).id

    early = ada.does(lambda work: renew_early(work, mine))
    again = ada.does(lambda work: renew_early(work, mine))
    ada.pays(early.id)
    at.lives(days=20)

    assert again.id == early.id
    assert [invoice.id for invoice in ada.invoices()][-1] == early.id
    with pytest.raises(BusinessError, match="paid already"):
        ada.does(lambda work: renew_early(work, mine))
    with pytest.raises(BusinessError, match="from 2 April 2026 on"):
        pauses(ada, date(2026, 4, 10))
    at.lives(days=40)
    assert periods(at, ada) == [
        (date(2026, 3, 2), date(2026, 4, 2)),
        (date(2026, 4, 2), date(2026, 5, 2)),
        (date(2026, 5, 2), date(2026, 6, 2)),
    ]


def test_two_periods_that_are_called_off_together_are_agreed_anew_once(at, ada):
    mine = subscription_of(ada).id
    given_up = ada.does(lambda work: renew_early(work, mine))
    with at.robot() as work:
        mark_uncollectible(work, given_up.id)
    waiting = ada.does(lambda work: renew_early(work, mine))

    pauses(ada, date(2026, 3, 20))

    with at.robot() as work:
        [item] = items_of(work, mine)
    assert {invoice.status for invoice in ada.invoices()[1:]} == {InvoiceStatus.VOID}
    assert (waiting.id != given_up.id, item.price_minor) == (True, 1100)


def test_renewals_are_aligned_by_paying_the_days_between(at, ada):
    at.lives(days=9)
    ada.buys("vps-1")  # renews on the 11th
    customer = ada.actor.customer_id

    shown = ada.does(lambda work: alignment(work, customer, 15))
    bills = ada.does(lambda work: align_renewals(work, customer, 15, shown.totals()))

    assert [(stub.days.start, stub.days.end) for stub in shown.stubs] == [
        (date(2026, 4, 2), date(2026, 4, 15)),
        (date(2026, 4, 11), date(2026, 4, 15)),
    ]
    assert [bill.total_minor for bill in bills] == [477 + 110, 73 + 17]  # 11.00 x 13 / 30 and 5.50 x 4 / 30, with VAT
    at.lives(days=80)
    with at.robot() as work:
        anchors = set(work.session.exec(select(Subscription.anchor_day)))
    assert anchors == {15}


def test_what_is_aligned_and_not_paid_yet_is_not_aligned_again(at, ada):
    customer = ada.actor.customer_id
    shown = ada.does(lambda work: alignment(work, customer, 15))
    [bill] = ada.does(lambda work: align_renewals(work, customer, 15, shown.totals()))

    again = ada.does(lambda work: alignment(work, customer, 15))

    assert (bill.status, again.stubs) == (InvoiceStatus.OPEN, ())


def test_aligning_shows_its_price_first_and_knows_its_days(at, ada):
    customer = ada.actor.customer_id
    with pytest.raises(Invalid):
        ada.does(lambda work: alignment(work, customer, 31))
    with pytest.raises(BusinessError, match="something else now"):
        ada.does(lambda work: align_renewals(work, customer, 15, {"EUR": 1}))
    assert len(ada.invoices()) == 1


def test_a_day_begins_where_the_customer_is(at, clock):
    clock.now = clock.now.replace(hour=20)  # in Tokyo it is 3 March already
    kei = at.signs_up("Kei Ito", country="JP")
    with at.robot() as work:
        customer = work.session.get_one(Customer, kei.actor.customer_id)
        customer.time_zone = "Asia/Tokyo"
        work.session.add(customer)

    kei.buys("vps-2")

    began = subscription_of(kei)
    assert (began.started_on, began.bill_from, began.anchor_day) == (date(2026, 3, 3), date(2026, 4, 3), 3)


def test_nobody_else_stops_it(at, ada):
    mine, customer = subscription_of(ada).id, ada.actor.customer_id
    bob = at.signs_up("Bob Byrne")
    clerk = ada.brings_along("Cy Doyle", MemberRole.BILLING)

    for use_case in (
        lambda work: pause_subscription(work, mine, date(2026, 3, 20)),
        lambda work: end_pause(work, mine),
        lambda work: cancel_now(work, mine),
    ):
        with pytest.raises(NotFound):
            bob.does(use_case)
        with pytest.raises(NotAllowed):
            clerk.does(use_case)
    with pytest.raises(NotFound):
        bob.does(lambda work: renew_early(work, mine))
    assert bob.does(lambda work: alignment(work, customer, 15)).stubs == ()
    with pytest.raises(NotAllowed):
        clerk.does(lambda work: alignment(work, customer, 15))
    assert subscription_of(ada).status is SubscriptionStatus.ACTIVE
