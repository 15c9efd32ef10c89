"""An order that a person must look at, from the basket to the server, or to nothing at all."""

import pytest
from sqlmodel import col, select

from ezscale.accounts.permissions import MANAGE_ORDERS, SEE_EVERYTHING
from ezscale.billing.ledger import balance, clearing
from ezscale.kit.actor import Actor, ActorKind
from ezscale.models import CreditNote, Invoice, LedgerEntry, MailMessage, Refund
from ezscale.ordering.deciding import approve_order, reject_order
from ezscale.ordering.placing import order
from tests.company import Company
from tests.ordering.plans import turns

SAM = Actor(ActorKind.STAFF, "Sam", permissions=frozenset({SEE_EVERYTHING, MANAGE_ORDERS}))
A_MONTH = 32


@pytest.fixture
def at(database, clock, tmp_path):
    company = Company(database, clock, tmp_path)
    turns(company, needs_approval=True, stock=1)
    yield company
    assert company.complaints() == {}


@pytest.fixture
def placed(at):
    ada = at.signs_up()
    placed = ada.orders()
    ada.pays(placed.invoice_id, returns=False)
    at.stripe.webhooks.deliver_due(all=True)
    at.lives(days=3)
    return ada, placed


def decides(at, how, placed, words):
    with at.house.database.opener(SAM)() as work:
        how(work, placed.id, words)
    at.lives(days=0.01)
    with at.robot() as work:
        return order(work, placed.id).status


def mails(at):
    with at.robot() as work:
        about = select(MailMessage.template).where(col(MailMessage.template).startswith("order_"))
        return [*work.session.exec(about.order_by(col(MailMessage.id)))]


def test_reserved_approved_built_and_renewed_by_the_card_that_was_reserved_on(at, placed):
    ada, held = placed
    with at.robot() as work:
        booked_before = work.session.exec(select(LedgerEntry)).all()
    before = (at.stripe_did()["captured"], at.panel_did()["servers"])

    approved = decides(at, approve_order, held, "Telephoned")
    at.sleeps(days=A_MONTH)

    first, renewal = ada.invoices()
    assert (before, booked_before) == (({}, []), [])
    assert (approved, ada.service().status) == ("paid", "active")
    assert (first.status, renewal.status) == ("paid", "paid")
    assert at.stripe_did()["captured"] == {"eur": first.total.minor + renewal.total.minor}
    assert mails(at) == ["order_reserved"]


def test_reserved_rejected_and_nothing_was_ever_sold(at, placed):
    _, held = placed

    rejected = decides(at, reject_order, held, "We do not serve this country.")
    at.sleeps(days=10)

    with at.robot() as work:
        sold = [*work.session.exec(select(Invoice.number).where(col(Invoice.number).is_not(None)))]
        documents = [work.session.exec(select(each)).all() for each in (CreditNote, Refund, LedgerEntry)]
        assert balance(work, clearing("stripe"), "EUR").minor == 0
    did = at.stripe_did()
    assert (rejected, sold, documents) == ("rejected", [], [[], [], []])
    assert (did["captured"], did["authorised"], did["released"]) == ({}, {}, {"eur": held.total.minor})
    assert mails(at) == ["order_reserved", "order_rejected"]
    bea = at.signs_up("Bea Lind")
    bea.orders()  # what it kept from stock is free again
