from datetime import date, timedelta

import pytest

from ezscale.billing.cancelling import cancel_at_period_end, keep_subscription
from ezscale.kit.errors import BusinessError
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from ezscale.models.subscription import SubscriptionStatus
from tests.company import DECLINED_LATER
from tests.journeys.records import attempts_on, latest_mail, mails_to, monthly_revenue, subscription_of

END = date(2026, 4, 2)


@pytest.fixture
def lea(at):
    """A customer whose server is paid until the 2nd of April."""
    lea = at.signs_up("Lea Roy", "FR")
    lea.buys("vps-2")
    return lea


def cancels(person, reason=""):
    service = person.service()
    return person.does(lambda work: cancel_at_period_end(work, service.item_id, reason))


def goes(person):
    """It is paid for no more, and stands still until it is deleted."""
    return (subscription_of(person).status, person.service().status) == (
        SubscriptionStatus.ENDED,
        ServiceStatus.SUSPENDED,
    )


def test_a_cancelled_server_runs_to_the_end_of_what_is_paid_stands_still_for_a_week_and_is_then_gone(at, lea):
    at.sleeps(5)

    once, twice = cancels(lea, " Moving on "), cancels(lea)
    at.sleeps(25)
    running_until_then = lea.service().status
    at.sleeps(1)

    assert (once.id, once.effective_on, once.reason) == (twice.id, END, "Moving on")
    assert running_until_then is ServiceStatus.ACTIVE
    assert goes(lea)
    assert latest_mail(lea, "deletion_planned").subject == "lea.example.com will be deleted on April 9, 2026"
    at.lives(7)
    assert lea.service().status is ServiceStatus.TERMINATED
    assert latest_mail(lea, "deletion_near").written_at.date() == date(2026, 4, 8)
    assert len(lea.invoices()) == 1
    assert monthly_revenue(at) == {"EUR": 0}
    assert "ends on April 2, 2026" in latest_mail(lea, "cancellation").subject
    assert at.panel_did()["servers"] == []
    with pytest.raises(BusinessError, match="no running subscription"):
        cancels(lea)


def test_a_cancellation_taken_back_is_as_if_it_had_never_been(at, lea):
    cancels(lea)
    at.sleeps(20)
    item_id = lea.service().item_id

    lea.does(lambda work: keep_subscription(work, item_id))
    at.sleeps(1)
    at.sleeps(11)

    _, second = lea.invoices()
    assert (second.status, second.due_on) == (InvoiceStatus.PAID, END)
    assert subscription_of(lea).status is SubscriptionStatus.ACTIVE
    with pytest.raises(BusinessError, match="no cancellation"):
        lea.does(lambda work: keep_subscription(work, item_id))


def test_an_open_renewal_is_never_charged_after_a_cancellation_and_voided_at_the_end(at, lea):
    at.sleeps(20)
    [_, renewal] = lea.invoices()

    cancellation = cancels(lea)
    at.sleeps(11)
    at.sleeps(1)

    assert renewal.status is InvoiceStatus.OPEN
    assert cancellation.effective_on == END
    assert lea.invoices()[1].status is InvoiceStatus.VOID
    assert attempts_on(at, renewal) == []
    assert goes(lea)


def test_who_pays_on_after_cancelling_keeps_the_server_for_what_they_paid(at, lea):
    at.sleeps(20)
    [_, renewal] = lea.invoices()
    cancels(lea)

    lea.pays(renewal.id)
    at.sleeps(20)
    a_week_later = lea.service().status
    at.sleeps(21)

    assert a_week_later is ServiceStatus.ACTIVE
    assert subscription_of(lea).ended_on == END + timedelta(days=30)
    assert [invoice.status for invoice in lea.invoices()] == [InvoiceStatus.PAID, InvoiceStatus.PAID]
    assert goes(lea)


def test_a_suspended_customer_who_cancels_leaves_without_debts(at, lea):
    lea.leaves_card(DECLINED_LATER)
    at.sleeps(24)
    at.sleeps(7 + 8)
    suspended = lea.service().status

    cancels(lea)
    at.sleeps(1)

    assert suspended is ServiceStatus.SUSPENDED
    assert [invoice.status for invoice in lea.invoices()] == [InvoiceStatus.PAID, InvoiceStatus.VOID]
    assert goes(lea)
    assert "service_resumed" not in mails_to(lea)


def test_many_leave_on_one_day(at, lea, monkeypatch):
    monkeypatch.setattr("ezscale.billing.dunning.BATCH", 1)
    ben = at.signs_up("Ben Orr", "FR")
    ben.buys("vps-1")
    for person in (lea, ben):
        cancels(person)

    at.sleeps(31)

    assert goes(lea)
    assert goes(ben)
