from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from ezscale.accounts.customers import change_address
from ezscale.billing.documents import invoice_pdf
from ezscale.billing.invoicing import draft_invoice, invoice, invoice_lines, invoices, issue_invoice, void_invoice
from ezscale.billing.ledger import Unbalanced, book
from ezscale.billing.lines import Position, price_line
from ezscale.kit.errors import BusinessError, NotAllowed, NotFound
from ezscale.kit.money import Money
from ezscale.models import Customer, Invoice, LedgerEntry
from ezscale.models.base import WrongState
from tests.builders import standard_tax

TAX = standard_tax("IE", "IE")
MOVED = {"company": "", "address": "9 Hill", "city": "Bonn", "postcode": "53111", "country": "DE"}


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def drafts(work, person):
    customer = work.session.get_one(Customer, person.actor.own_customer())
    return draft_invoice(
        work, customer, [price_line(Position("VPS 2", Money(1100, "EUR"), Money.zero("EUR")), TAX)], "EUR", TAX
    )


def issues(at, person):
    with at.robot() as work:
        drafted = drafts(work, person)
        issue_invoice(work, drafted, work.today)
        return drafted


def test_a_number_is_taken_only_when_an_invoice_is_issued_and_each_year_counts_for_itself(at, ada):
    at.clock.now = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    with at.robot() as work:
        never = drafts(work, ada)
    first, second = issues(at, ada), issues(at, ada)
    at.clock.now = datetime(2027, 1, 1, 0, 1, tzinfo=UTC)

    third = issues(at, ada)
    at.works()

    assert never.number is None
    assert [each.number for each in (first, second, third)] == ["INV-2026-000001", "INV-2026-000002", "INV-2027-000001"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(crashes=st.lists(st.booleans(), min_size=1, max_size=8))
def test_numbers_have_no_gap_whatever_crashes(at, ada, crashes):
    def issue_and_crash():
        with at.robot() as work:
            issue_invoice(work, drafts(work, ada), work.today)
            raise RuntimeError("the power is gone")

    for crash in crashes:
        if crash:
            with pytest.raises(RuntimeError):
                issue_and_crash()
        else:
            issues(at, ada)

    with at.robot() as work:
        numbers = list(work.session.exec(select(Invoice.number).where(col(Invoice.number).is_not(None))))
    assert sorted(numbers) == [f"INV-2026-{number:06}" for number in range(1, len(numbers) + 1)]


def test_an_issued_invoice_stays_as_it_was_whatever_changes_later(at, ada):
    issued = issues(at, ada)
    with at.robot() as work:
        before = sha256(invoice_pdf(work, issued.id)).hexdigest()

    ada.does(lambda work: change_address(work, name="Ada Hall", **MOVED))

    with at.robot() as work:
        kept = work.session.get_one(Invoice, issued.id)
        again = sha256(invoice_pdf(work, issued.id)).hexdigest()
    assert (kept.billed_to["name"], kept.billed_to["country"]) == ("Ada Moreno", "IE")
    assert (kept.seller["name"], kept.seller["tax_id"]) == ("EZSCALE", "IE6388047V")
    assert again == before


def test_a_draft_is_no_document_and_not_shown(at, ada):
    with at.robot() as work:
        drafted = drafts(work, ada)

    with pytest.raises(BusinessError, match="not been issued"):
        ada.does(lambda work: invoice_pdf(work, drafted.id))
    assert ada.does(invoices) == []


@pytest.mark.parametrize("look", [invoice, invoice_lines, invoice_pdf])
def test_anothers_invoice_does_not_exist(at, ada, look):
    issued, eve = issues(at, ada), at.signs_up("Eve Lang")

    with pytest.raises(NotFound):
        eve.does(lambda work: look(work, issued.id))

    assert eve.does(invoices) == []
    assert [each.id for each in ada.does(invoices)] == [issued.id]


def test_only_staff_void_an_invoice_and_only_once(at, ada):
    issued = issues(at, ada)

    with pytest.raises(NotAllowed):
        ada.does(lambda work: void_invoice(work, issued.id))

    with at.robot() as work:
        voided = void_invoice(work, issued.id)
    assert voided.number == issued.number
    with at.robot() as work, pytest.raises(WrongState):
        void_invoice(work, issued.id)


def test_an_entry_that_does_not_balance_is_never_booked(work):
    sides = [("receivable:1", Money(100, "EUR")), ("revenue:services", Money(-99, "EUR"))]

    with pytest.raises(Unbalanced):
        book(work, "invoice", "invoice:1", sides)
    with pytest.raises(Unbalanced):
        book(work, "invoice", "invoice:1", [("a", Money(100, "EUR")), ("b", Money(-100, "USD"))])

    assert work.session.exec(select(LedgerEntry)).all() == []


def test_a_thing_that_happened_is_booked_once(work):
    sides = [("receivable:1", Money(100, "EUR")), ("revenue:services", Money(-100, "EUR"))]
    book(work, "invoice", "invoice:1", sides)

    with pytest.raises(Exception, match="once_key"):
        book(work, "invoice", "invoice:1", sides)
