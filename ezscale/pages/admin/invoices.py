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
from ezscale.ui import card, empty, filters, table, toolbar

STATUSES = (
    ("", "All"),
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
            rx.cond(InvoicesState.status == "", _sheet(sort_due=False), _sheet(sort_due=True)),
            turner(InvoicesState),
            flush=True,
        ),
        at="/admin/invoices/",
        actions=[export_button("invoices", InvoicesState)],
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
