"""Invoices."""

import reflex as rx

from ezscale.pages.admin.parts import (
    by_id,
    export_button,
    invoice_columns,
    nothing_found,
    sorting,
    turner,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.invoices import InvoicesState
from ezscale.state.session import SessionState
from ezscale.ui import button, card, empty, filters, icon, link_button, table, toolbar

STATUSES = (
    ("", "All"),
    ("draft", "Drafts"),
    ("open", "Open"),
    ("overdue", "Overdue"),
    ("paid", "Paid"),
    ("void", "Void"),
    ("uncollectible", "Uncollectible"),
)


def invoices() -> rx.Component:
    """Everything that was ever invoiced."""
    return admin_page(
        "Invoices",
        card(
            toolbar(filters("Status", STATUSES, InvoicesState.status, InvoicesState.choose)),
            rx.cond(
                (InvoicesState.status == "") | (InvoicesState.status == "draft"),
                _sheet(sort_due=False),
                _sheet(sort_due=True),
            ),
            turner(InvoicesState),
            flush=True,
        ),
        at="/admin/invoices/",
        actions=[
            link_button("Credit notes", to="/admin/credit-notes/", look="plain", size="small"),
            link_button("Disputes", to="/admin/disputes/", look="plain", size="small"),
            link_button("Payouts", to="/admin/payouts/", look="plain", size="small"),
            export_button("invoices", InvoicesState),
            _new(),
        ],
    )


def _new() -> rx.Component:
    words = (icon("plus"), "New invoice")
    room = button(*words, size="small", class_name="invisible")  # what is below must not move when the answer is there
    return rx.cond(
        SessionState.may.contains("staff.invoices"),
        link_button(*words, to="/admin/draft/", size="small"),
        rx.cond(InvoicesState.loading, room),
    )


def _sheet(*, sort_due: bool) -> rx.Component:
    nothing = empty(
        "No invoices yet", "They are issued when orders are paid and services renew.", icon_name="receipt-text"
    )
    return table(
        InvoicesState.rows,
        invoice_columns(sort_due=sort_due),
        caption="Invoices",
        key=by_id,
        empty=nothing_found(InvoicesState, "invoices", nothing),
        loading=InvoicesState.loading,
        sorting=sorting(InvoicesState),
    )
