"""The nightly comparison finds every difference between our payments and the gateway's, and nothing that is none."""

import random

import pytest
from sqlalchemy import insert
from sqlmodel import select

from ezscale.billing.comparing import compare_payments
from ezscale.kit.ids import new_id
from ezscale.models import BillingCase, Payment
from tests.company import Company
from tests.sizes import figures, size

GOOD, BREAKS = size(300, 10_000), size(10, 50)


@pytest.fixture
def at(database, clock, tmp_path):
    return Company(database, clock, tmp_path, webhooks=False)


@pytest.mark.all_databases
def test_every_planted_break_is_found_and_no_good_row_is_told(at):
    ada = at.signs_up("Ada Moreno")
    chances = random.Random(5)
    refs = [f"pi_planted{number:06}" for number in range(GOOD)]
    broken = chances.sample(refs, BREAKS)
    kinds = {ref: ("not booked", "never taken", "another sum")[place % 3] for place, ref in enumerate(broken)}
    for ref in refs:
        if kinds.get(ref) != "never taken":
            taken(at, ref, 1000 if kinds.get(ref) != "another sum" else 999)
    booked(at, ada.actor.own_customer(), [ref for ref in refs if kinds.get(ref) != "not booked"])

    first = compare_payments(at.house.automation("comparison"), at.house.gateways["stripe"])
    second = compare_payments(at.house.automation("comparison"), at.house.gateways["stripe"])

    with at.robot() as work:
        cases = {(row.facts["payment"], row.kind) for row in work.session.exec(select(BillingCase))}
    expected = {"not booked": "stray_money", "never taken": "payment_without_money", "another sum": "wrong_sum"}
    figures("comparison", database=at.house.database.engine.dialect.name, good=GOOD - BREAKS, found=len(cases))
    assert cases == {(ref, expected[kind]) for ref, kind in kinds.items()}
    assert (sum(first.counts.values()), first.set_aside) == (BREAKS, [])
    assert sum(second.counts.values()) == 0


def test_money_whose_answer_and_webhook_were_lost_pays_its_invoice(at):
    ada = at.signs_up("Ada Moreno")
    order = ada.orders("vps-2")
    ada.pays(order.invoice_id, returns=False)

    compare_payments(at.house.automation("comparison"), at.house.gateways["stripe"])

    [invoice] = ada.invoices()
    assert invoice.status == "paid"


def taken(at, ref, minor):
    """Money that the gateway has taken."""
    account = at.stripe.account
    intent = {
        "id": ref,
        "object": "payment_intent",
        "created": account.time,
        "livemode": False,
        "currency": "eur",
        "status": "succeeded",
        "amount": minor,
        "amount_received": minor,
        "customer": None,
        "metadata": {},
        "latest_charge": None,
        "payment_method": None,
        "last_payment_error": None,
    }
    account.save(intent)


def booked(at, customer_id, refs):
    """Payments that we have booked."""
    rows = [
        {
            "id": new_id(),
            "customer_id": customer_id,
            "gateway": "stripe",
            "gateway_ref": ref,
            "currency": "EUR",
            "amount_minor": 1000,
            "fee_minor": 0,
            "received_at": at.clock.now,
        }
        for ref in refs
    ]
    with at.robot() as work:
        work.session.connection().execute(insert(Payment), rows)
        work.record("payments planted", written={"payment": len(rows)})
