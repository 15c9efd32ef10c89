"""Proformas: asked for and chased like invoices, and no sale until the first money comes."""

from datetime import date

import pytest
from sqlmodel import select

from ezscale.billing import ledger
from ezscale.billing.credit import grant_credit
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.invoicing import mark_uncollectible, void_invoice
from ezscale.company.rules import set_rules
from ezscale.models import Invoice, LedgerEntry, MailMessage
from ezscale.models.base import WrongState
from ezscale.models.invoice import InvoiceStatus
from tests.billing.papers import a_line, again, euros, owes, pays_from_credit
from tests.company import DECLINED_LATER


@pytest.fixture
def ada(at):
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"proforma": True})
    return at.signs_up("Ada Moreno")


def booked(at, kind):
    with at.robot() as work:
        return len(work.session.exec(select(LedgerEntry.id).where(LedgerEntry.kind == kind)).all())


def gives(at, person, minor):
    with at.robot() as work:
        grant_credit(work, person.actor.own_customer(), euros(minor), "Sorry")


def test_a_proforma_asks_and_is_no_sale(at, ada):
    proforma = owes(at, ada)
    at.works()

    assert (proforma.number, proforma.proforma_number) == (None, "PF-2026-000001")
    assert (proforma.status, proforma.due_on) == (InvoiceStatus.OPEN, date(2026, 3, 16))
    assert booked(at, "invoice") == 0
    with at.robot() as work:
        assert (
            "PF-2026-000001"
            in work.session.exec(select(MailMessage.subject).where(MailMessage.template == "invoice_issued")).one()
        )


def test_the_first_money_makes_an_invoice_of_it_with_number_and_date(at, ada):
    proforma = owes(at, ada)
    at.lives(days=3)
    gives(at, ada, 100)

    pays_from_credit(at, proforma)

    invoice = again(at, proforma)
    assert (invoice.number, invoice.proforma_number) == ("INV-2026-000001", "PF-2026-000001")
    assert (invoice.issued_on, invoice.status) == (date(2026, 3, 5), InvoiceStatus.OPEN)
    with at.robot() as work:
        assert ledger.balance(work, ledger.receivable(invoice.customer_id), "EUR") == euros(1_130)


def test_a_customer_who_pays_on_the_page_pays_an_invoice(at, ada):
    proforma = owes(at, ada)

    ada.pays(proforma.id)
    at.works()

    assert (again(at, proforma).number, again(at, proforma).status) == ("INV-2026-000001", InvoiceStatus.PAID)


@pytest.mark.all_databases
def test_renewals_are_asked_for_by_proforma_and_charged_as_ever(at, ada):
    ada.buys()

    at.lives(days=20)
    asked = ada.invoices()[-1]
    at.lives(days=15)

    assert (asked.number, asked.proforma_number) == (None, "PF-2026-000001")
    paid = again(at, asked)
    assert (paid.status, paid.number, paid.issued_on) == (InvoiceStatus.PAID, "INV-2026-000002", paid.due_on)


def test_a_renewal_that_credit_pays_a_part_of_has_its_number_at_once(at, ada):
    ada.buys()
    gives(at, ada, 100)

    at.lives(days=20)

    renewal = ada.invoices()[-1]
    assert (renewal.number, renewal.proforma_number, renewal.settled_minor) == ("INV-2026-000002", None, 100)


def test_one_that_is_never_paid_is_chased_like_any_other_and_then_cancelled(at, ada):
    ada.buys()
    ada.leaves_card(DECLINED_LATER)

    at.lives(days=80)

    ended = ada.invoices()[1]
    assert (ended.status, ended.number) == (InvoiceStatus.VOID, None)
    assert ada.service().status == "terminated"
    assert (booked(at, "write_off"), booked(at, "invoice")) == (0, 1)


def test_what_is_no_sale_is_voided_without_a_booking_and_never_written_off(at, ada):
    proforma = owes(at, ada)

    with pytest.raises(WrongState, match="void it"), at.robot() as work:
        mark_uncollectible(work, proforma.id)
    with at.robot() as work:
        void_invoice(work, proforma.id)

    assert (again(at, proforma).status, booked(at, "void")) == (InvoiceStatus.VOID, 0)


def test_one_over_nothing_is_an_invoice_at_once(at, ada):
    assert owes(at, ada, a_line(100, discount=euros(100))).number == "INV-2026-000001"


def test_money_for_two_proformas_numbers_each_when_it_comes(at, ada):
    first, second = owes(at, ada), owes(at, ada)
    gives(at, ada, 2_460)

    for proforma in (second, first):
        pays_from_credit(at, proforma)

    with at.robot() as work:
        numbers = [work.session.get_one(Invoice, each.id).number for each in (first, second)]
    assert numbers == ["INV-2026-000002", "INV-2026-000001"]
