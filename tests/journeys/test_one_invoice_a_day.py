"""A customer with two servers who gets one invoice for both, and what becomes of it when one of them leaves."""

from datetime import date

import pytest
from sqlmodel import select

from ezscale.billing.cancelling import cancel_at_period_end, cancel_now
from ezscale.billing.cases import open_cases
from ezscale.billing.house_rules import RenewalRules
from ezscale.company.rules import set_rules
from ezscale.models import Service, Subscription
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.service import ServiceStatus
from tests.company import DECLINED_LATER


@pytest.fixture
def rounds():
    return False


@pytest.fixture
def lea(at):
    """A customer with two servers that began on the same day."""
    with at.robot() as work:
        set_rules(work, RenewalRules, {"one_invoice_a_day": True})
    lea = at.signs_up("Lea Roy", "FR")
    lea.buys("vps-1")
    lea.buys("vps-2")
    lea.leaves_card(DECLINED_LATER)
    return lea


def services(at):
    with at.robot() as work:
        return list(work.session.exec(select(Service).order_by(Service.number)))


def leaves(person, service):
    person.does(lambda work: cancel_at_period_end(work, service.item_id))


def test_both_are_asked_for_on_one_invoice_and_paid_at_once(at, lea):
    at.lives(days=20)
    [_, _, renewal] = lea.invoices()

    lea.pays(renewal.id)
    at.lives(days=20)

    assert renewal.due_on == date(2026, 4, 2)
    assert [service.status for service in services(at)] == [ServiceStatus.ACTIVE] * 2
    assert {invoice.status for invoice in lea.invoices()} == {InvoiceStatus.PAID}


def test_when_one_of_them_ends_the_other_is_still_asked_for_and_a_person_credits_the_part(at, lea):
    at.lives(days=20)
    first, _ = services(at)
    leaves(lea, first)

    at.lives(days=12)

    with at.robot() as work:
        cases = [(case.kind, case.facts["subscription"]) for case in open_cases(work)]
    assert lea.invoices()[-1].status is InvoiceStatus.OPEN
    assert [service.status for service in services(at)] == [ServiceStatus.SUSPENDED, ServiceStatus.ACTIVE]
    assert cases == [("part_of_invoice_ended", "SUB-000001")]


def test_when_one_of_them_ends_at_once_the_other_is_still_asked_for(at, lea):
    at.lives(days=20)
    with at.robot() as work:
        first = work.session.exec(select(Subscription.id).where(Subscription.number == "SUB-000001")).one()

    lea.does(lambda work: cancel_now(work, first))
    at.works()

    with at.robot() as work:
        assert [case.kind for case in open_cases(work)] == ["part_of_invoice_ended"]
    assert lea.invoices()[2].status is InvoiceStatus.OPEN


def test_when_both_end_their_invoice_is_void_and_nobody_has_to_look(at, lea):
    at.lives(days=20)
    for service in services(at):
        leaves(lea, service)

    at.lives(days=12)

    with at.robot() as work:
        assert open_cases(work) == []
    assert lea.invoices()[-1].status is InvoiceStatus.VOID
    assert [service.status for service in services(at)] == [ServiceStatus.SUSPENDED] * 2


def test_when_neither_is_paid_for_both_end_and_nobody_has_to_look(at, lea):
    at.lives(days=64)

    with at.robot() as work:
        assert open_cases(work) == []
    renewals = lea.invoices()[2:]
    assert [invoice.status for invoice in renewals] == [InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.VOID]
    assert [service.status for service in services(at)] == [ServiceStatus.TERMINATED] * 2
