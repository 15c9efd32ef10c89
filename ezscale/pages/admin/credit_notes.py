"""Credit notes."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import QUIET, by_id, customer_link, export_button, turner, two_lines
from ezscale.pages.papers import credit_note_link
from ezscale.pages.shell import admin_page
from ezscale.state.admin.credit_notes import CreditNotesState
from ezscale.ui import Column, card, empty, link, table


def credit_notes() -> rx.Component:
    """Everything that was ever taken back."""
    rows = table(
        CreditNotesState.rows,
        [
            Column("Credit note", lambda row: two_lines(credit_note_link(row), row.reason)),
            Column("Invoice", lambda row: link(row.invoice, _invoice_of(row), f"{QUIET} whitespace-nowrap")),
            Column("Customer", customer_link, shown_from="md"),
            Column("Issued", lambda row: row.issued, shown_from="lg"),
            Column("Had been paid", lambda row: row.kept, figures=True, shown_from="lg"),
            Column("Total", lambda row: rx.el.span(row.total, class_name="font-medium text-ink"), figures=True),
        ],
        caption="Credit notes",
        key=by_id,
        empty=empty("No credit notes yet", "They are written on the page of an invoice.", icon_name="receipt-text"),
        loading=CreditNotesState.loading,
    )
    return admin_page(
        "Credit notes",
        card(rows, turner(CreditNotesState), flush=True),
        at="/admin/invoices/",
        crumbs=(("Invoices", "/admin/invoices/"),),
        actions=[export_button("credit-notes", CreditNotesState)],
    )


def _invoice_of(row: Any) -> str:
    return f"/admin/invoice/?id={row.invoice_id}"
