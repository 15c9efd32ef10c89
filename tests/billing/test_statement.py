"""The statement of account: what the books say, in the customer's words, and adding up."""

from datetime import date, timedelta

import pytest

from ezscale.billing import ledger
from ezscale.billing.credit import grant_credit
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.document_rules import InvoiceRules
from ezscale.billing.invoicing import void_invoice
from ezscale.billing.statement import Paper, statement
from ezscale.company.rules import set_rules
from ezscale.kit.errors import Invalid, NotFound
from tests.billing.papers import a_line, euros, owes, pays_from_credit

TODAY = date(2026, 3, 2)


@pytest.fixture
def ada(at):
    return at.signs_up("Ada Moreno")


def account(at, person, since=TODAY, until=TODAY + timedelta(days=400)):
    with at.robot() as work:
        [only] = statement(work, person.actor.own_customer(), since, until).accounts
    return only


def told(only):
    return [(line.words, line.document, line.charged.minor, line.paid.minor, line.balance.minor) for line in only.lines]


def test_it_tells_a_story_that_adds_up(at, ada):
    invoice = owes(at, ada, a_line(10_000))
    with at.robot() as work:
        grant_credit(work, invoice.customer_id, euros(2_000), "Sorry")
    pays_from_credit(at, invoice)
    ada.pays(invoice.id)
    with at.robot() as work:
        issue_credit_note(work, invoice.id, None, "Never done")
    gone = owes(at, ada)
    with at.robot() as work:
        void_invoice(work, gone.id)

    only = account(at, ada)

    assert told(only) == [
        ("Invoice", "INV-2026-000001", 12_300, 0, 12_300),
        ("Credit given", "Sorry", 0, 2_000, 10_300),
        ("Credit used", "INV-2026-000001", 2_000, 2_000, 10_300),
        ("Payment", "INV-2026-000001", 0, 10_300, 0),
        ("Credit note", "CN-2026-000001", 0, 12_300, -12_300),
        ("Kept as credit", "CN-2026-000001", 12_300, 12_300, -12_300),
        ("Invoice", "INV-2026-000002", 1_230, 0, -11_070),
        ("Cancelled", "INV-2026-000002", 0, 1_230, -12_300),
    ]
    assert (only.opening.minor, only.closing.minor) == (0, -12_300)
    note_id = only.lines[4].paper.credit_note_id
    assert [line.paper for line in only.lines] == [
        Paper(invoice_id=invoice.id),
        Paper(),
        *[Paper(invoice_id=invoice.id)] * 2,
        *[Paper(credit_note_id=note_id)] * 2,
        *[Paper(invoice_id=gone.id)] * 2,
    ]
    with at.robot() as work:
        owed = ledger.balance(work, ledger.receivable(invoice.customer_id), "EUR")
        kept = ledger.balance(work, ledger.credit(invoice.customer_id), "EUR")
    assert only.closing == owed + kept


def test_a_period_begins_with_what_stood_before_and_both_its_days_count(at, ada):
    owes(at, ada)
    at.lives(days=10)
    owes(at, ada)
    at.lives(days=10)
    owes(at, ada)
    tenth = TODAY + timedelta(days=10)

    only = account(at, ada, tenth, tenth)

    assert (only.opening.minor, only.closing.minor) == (1_230, 2_460)
    assert [line.document for line in only.lines] == ["INV-2026-000002"]
    assert [line.day for line in only.lines] == [tenth]


def test_a_proforma_is_no_debt_and_a_quiet_account_has_one_line_for_each_currency(at, ada):
    with at.robot() as work:
        set_rules(work, InvoiceRules, {"proforma": True})
    owes(at, ada)

    only = account(at, ada)

    assert (only.currency, only.lines, only.closing.minor) == ("EUR", (), 0)


def test_nobody_reads_anothers_account(at, ada):
    eve = at.signs_up("Eve Lang")
    theirs = ada.actor.own_customer()

    with pytest.raises(NotFound):
        eve.does(lambda work: statement(work, theirs, TODAY, TODAY))
    assert ada.does(lambda work: statement(work, theirs, TODAY, TODAY)).customer.id == theirs


@pytest.mark.parametrize(("since", "until"), [(TODAY, TODAY - timedelta(days=1)), (date(2000, 1, 1), TODAY)])
def test_a_period_that_makes_no_sense_is_refused(at, ada, since, until):
    with pytest.raises(Invalid):
        account(at, ada, since, until)
