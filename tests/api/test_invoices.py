"""Invoices over the API, and their PDFs for programs and browsers."""

import pytest
from sqlmodel import select

from ezscale.kit.ids import new_id
from ezscale.models import InvoiceDocument


def test_amounts_are_minor_units_with_their_currency_and_words_for_people(ada, program_of):
    [shown] = program_of(ada).get("/api/v1/invoices").json()["items"]

    assert (shown["number"], shown["status"]) == ("INV-2026-000001", "paid")
    assert shown["net"] == {"minor": 1100, "currency": "EUR", "display": "€11.00"}
    assert shown["tax"] == {"minor": 253, "currency": "EUR", "display": "€2.53"}
    assert shown["total"] == {"minor": 1353, "currency": "EUR", "display": "€13.53"}
    assert shown["open"]["minor"] == 0


def test_an_invoice_shows_its_positions(ada, program_of):
    [invoice] = ada.invoices()

    shown = program_of(ada).get(f"/api/v1/invoices/{invoice.id}").json()

    [line] = shown["lines"]
    assert (line["description"], line["tax_percent"]) == ("VPS 2, monthly", "23")
    assert (line["period_start"], line["period_end"]) == ("2026-03-02", "2026-04-02")
    assert line["net"]["minor"] + line["tax"]["minor"] == shown["total"]["minor"]


def test_issued_invoices_come_newest_first_page_by_page(ada, program_of):
    for name in ("two", "three"):
        ada.pays(ada.orders(hostname=f"{name}.example.com").invoice_id)
    ada.orders(hostname="still-a-draft.example.com")
    program = program_of(ada)

    first = program.get("/api/v1/invoices?limit=2&status=paid").json()
    last = program.get(first["next"]).json()
    every = program.get("/api/v1/invoices").json()

    numbers = [shown["number"] for shown in [*first["items"], *last["items"]]]
    assert numbers == ["INV-2026-000003", "INV-2026-000002", "INV-2026-000001"]
    assert [shown["number"] for shown in every["items"]] == numbers


def test_a_program_downloads_the_same_pdf_every_time(at, ada, program_of):
    program, [invoice] = program_of(ada), ada.invoices()

    first, second = (program.get(f"/api/v1/invoices/{invoice.id}/pdf") for _ in range(2))

    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"] == 'inline; filename="INV-2026-000001.pdf"'
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content
    with at.robot() as work:
        assert len(work.session.exec(select(InvoiceDocument)).all()) == 1


def test_a_browser_shows_the_pdf_of_its_persons_invoice(ada, browser_of):
    [invoice] = ada.invoices()

    answer = browser_of(ada).get(f"/api/documents/invoices/{invoice.id}.pdf")

    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("address", ["/api/v1/invoices/{}", "/api/v1/invoices/{}/pdf"])
def test_someone_elses_invoice_does_not_exist_for_a_program(ada, bob, program_of, address):
    program, [invoice] = program_of(bob), ada.invoices()

    theirs, nobodys = program.get(address.format(invoice.id)), program.get(address.format(new_id()))

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json()["detail"] == nobodys.json()["detail"]


def test_someone_elses_invoice_does_not_exist_for_a_browser(ada, bob, browser_of):
    [invoice] = ada.invoices()

    answer = browser_of(bob).get(f"/api/documents/invoices/{invoice.id}.pdf")

    assert answer.status_code == 404
    assert b"%PDF" not in answer.content


def test_a_browser_without_a_session_is_shown_the_login_and_comes_back(ada, web):
    [invoice] = ada.invoices()
    address = f"/api/documents/invoices/{invoice.id}.pdf"

    browser = web.get(address, headers={"Accept": "text/html"})
    program = web.get(address)

    assert browser.status_code == 303
    assert browser.headers["location"] == f"/login/?next=%2Fapi%2Fdocuments%2Finvoices%2F{invoice.id}.pdf"
    assert program.status_code == 401
