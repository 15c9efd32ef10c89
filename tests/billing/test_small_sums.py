"""What is too small to be charged: nobody is chased for it, and the next invoice takes it along."""

import pytest

from ezscale.billing.collecting import request_charge
from ezscale.billing.credit import grant_credit
from ezscale.billing.house_rules import PaymentRules
from ezscale.billing.invoicing import issue_invoice
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid
from ezscale.models import Invoice
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptTrigger
from tests.billing.papers import euros
from tests.journeys.records import attempts_on, steps_on, subscription_of


def gets_credit(at, person):
    """So much that 0.23 of the next invoice is left."""
    customer_id = person.actor.own_customer()
    with at.robot() as work:
        grant_credit(work, customer_id, euros(1_330), "Sorry")


def test_what_credit_leaves_of_a_renewal_stops_nothing_and_is_charged_with_the_next_one(at, ada):
    gets_credit(at, ada)
    at.lives(days=45)
    _, left = ada.invoices()
    assert (left.status, left.open_amount, attempts_on(at, left)) == (InvoiceStatus.OPEN, euros(23), [])
    assert (steps_on(at, left), subscription_of(ada).status, ada.service().status) == ({}, "active", "active")

    at.lives(days=20)

    _, left, renewal, *_ = ada.invoices()
    assert (left.status, renewal.status) == (InvoiceStatus.PAID, InvoiceStatus.PAID)
    assert at.stripe_did()["invoices"][str(renewal.id)]["captured"] == 1353 + 23


def test_two_charges_at_once_do_not_both_take_it_along(at, ada):
    gets_credit(at, ada)
    at.lives(days=32)
    first, second = (ada.orders(hostname=f"{name}.example.com").invoice_id for name in ("one", "two"))
    with at.robot() as work:
        for invoice_id in (first, second):
            issue_invoice(work, work.session.get_one(Invoice, invoice_id), work.today)
            request_charge(work, invoice_id, AttemptTrigger.DUE)

    at.works()

    captured = [at.stripe_did()["invoices"][str(invoice_id)]["captured"] for invoice_id in (first, second)]
    assert captured == [1353 + 23, 1353]
    assert {invoice.status for invoice in ada.invoices()} == {InvoiceStatus.PAID}


def test_where_the_gateway_takes_any_sum_nothing_waits(at, ada):
    with at.robot() as work:
        set_rules(work, PaymentRules, {"smallest_charge": {"EUR": 20}})
    gets_credit(at, ada)

    at.lives(days=32)

    assert attempts_on(at, ada.invoices()[1])


@pytest.mark.parametrize("typed", [{"EUR": -1}, {"EUR": 1_001}, {"XXZ": 5}])
def test_a_smallest_charge_that_would_stop_everything_is_refused(at, typed):
    with pytest.raises(Invalid) as refusal, at.robot() as work:
        set_rules(work, PaymentRules, {"smallest_charge": typed})

    assert refusal.value.field == "smallest_charge"
