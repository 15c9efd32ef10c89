"""Credit notes over the API."""

import pytest

from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.invoicing import invoice_lines
from ezscale.kit.money import Money
from ezscale.state.account.statement_views import statement_view
from ezscale.state.reader import Reader


@pytest.fixture
def notes(at, ada):
    [invoice] = ada.invoices()
    with at.robot() as work:
        [line] = invoice_lines(work, invoice.id)
        first = issue_credit_note(work, invoice.id, {line.id: Money(100, "EUR")}, "A slow start")
        return first, issue_credit_note(work, invoice.id, None, "Never mind")


def test_they_come_newest_first_page_by_page_and_for_one_invoice(ada, notes, program_of):
    program, (first, second) = program_of(ada), notes

    page = program.get("/api/v1/credit-notes?limit=1").json()
    last = program.get(page["next"]).json()
    of_invoice = program.get(f"/api/v1/credit-notes?invoice={first.invoice_id}").json()["items"]

    assert [shown["number"] for shown in (*page["items"], *last["items"])] == [second.number, first.number]
    assert [shown["number"] for shown in of_invoice] == [second.number, first.number]
    assert last["next"] is None


def test_one_shows_what_was_taken_back_of_which_position(ada, notes, program_of):
    shown = program_of(ada).get(f"/api/v1/credit-notes/{notes[0].id}").json()

    assert (shown["invoice_number"], shown["reason"]) == ("INV-2026-000001", "A slow start")
    assert (shown["total"]["minor"], shown["kept_as_credit"]["minor"]) == (123, 123)
    [line] = shown["lines"]
    assert (line["description"], line["net"]["minor"], line["tax_percent"]) == ("VPS 2, monthly", 100, "23")


def test_anothers_is_not_there(ada, bob, notes, program_of):
    program = program_of(bob)

    assert program.get("/api/v1/credit-notes").json()["items"] == []
    assert program.get(f"/api/v1/credit-notes/{notes[0].id}").status_code == 404


def test_an_invoice_says_what_was_taken_back_of_it(ada, notes, program_of):
    [shown] = program_of(ada).get("/api/v1/invoices").json()["items"]

    assert (shown["credited"]["minor"], shown["open"]["minor"], shown["proforma_number"]) == (1353, 0, None)


def test_its_pdf_opens_from_the_statement_and_for_nobody_else(ada, bob, notes, browser_of):
    whose, reader = ada.actor.own_customer(), Reader("IE")
    shown = ada.does(lambda work: statement_view(work, str(whose), "", "", reader))
    papers = {line.document: line.paper for account in shown.accounts for line in account.lines}
    own, other = browser_of(ada), browser_of(bob)

    for note in notes:
        opened = own.get(papers[note.number])
        assert (opened.status_code, opened.content[:5]) == (200, b"%PDF-")
        assert opened.headers["content-disposition"] == f'inline; filename="{note.number}.pdf"'
        refused = other.get(papers[note.number])
        assert refused.status_code == 404
        assert b"%PDF" not in refused.content
    assert own.get(papers["INV-2026-000001"]).content.startswith(b"%PDF-")
