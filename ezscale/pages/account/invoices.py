"""The list of invoices."""

from typing import Any

import reflex as rx

from ezscale.pages.account.words import NO_BILLS, SEES_MONEY, invoice_badge, invoice_link, not_theirs
from ezscale.pages.shell import account_page
from ezscale.state.account.invoices import InvoicesState
from ezscale.ui import Column, card, empty, filters, icon, link_button, pager, plain_link, table, toolbar

SHOWN = (("", "All"), ("open", "Open"), ("paid", "Paid"), ("void", "Void"))


def invoices() -> rx.Component:
    """Every invoice, newest first."""
    sheet = "/api/exports/invoices.csv?status=" + InvoicesState.status
    pages = pager(
        InvoicesState.previous_page,
        InvoicesState.next_page,
        has_previous=InvoicesState.has_previous,
        has_more=InvoicesState.has_more,
    )
    listed = card(
        toolbar(filters("Status", SHOWN, InvoicesState.status, InvoicesState.choose)),
        _rows(),
        rx.cond(InvoicesState.has_previous | InvoicesState.has_more, pages),
        flush=True,
    )
    account = link_button(icon("scale"), "Statement", to="/account/statement/", look="plain")
    export = link_button(icon("download"), "Export", to=sheet, look="plain", loads=True)
    return account_page(
        "Invoices",
        rx.cond(SEES_MONEY | InvoicesState.loading, listed, not_theirs(NO_BILLS, "receipt-text")),
        at="/account/invoices/",
        actions=(rx.cond(SEES_MONEY, rx.fragment(account, export)),),
        lead=rx.cond(InvoicesState.credit != "", rx.fragment("Your credit: ", InvoicesState.credit)),
    )


def _rows() -> rx.Component:
    columns = (
        Column("Invoice", _number),
        Column("Issued", lambda row: row.issued_on, shown_from="sm"),
        Column("Due", lambda row: row.due_on, shown_from="md"),
        Column("Total", lambda row: row.total, figures=True),
        Column("Status", lambda row: invoice_badge(row.status)),
        Column("PDF", _document, shown_from="sm"),
    )
    return table(
        InvoicesState.rows,
        columns,
        caption="Your invoices",
        key=lambda row: row.id,
        empty=rx.cond(
            InvoicesState.status != "",
            empty("Nothing found", "You have no such invoice.", icon_name="search-x"),
            empty("No invoices yet", "Your first one comes with your first order.", icon_name="receipt-text"),
        ),
        loading=InvoicesState.loading,
    )


def _number(row: Any) -> rx.Component:
    return rx.el.div(
        invoice_link(row),
        rx.el.div(row.issued_on, class_name="text-xs text-faint sm:hidden"),
    )


def _document(row: Any) -> rx.Component:
    return plain_link(
        icon("file-text"),
        rx.el.span("PDF of ", row.number, class_name="sr-only"),
        href="/api/documents/invoices/" + row.id + ".pdf",
        target="_blank",
        class_name="-ml-2 inline-grid size-8 place-items-center rounded-md text-faint hover:bg-sunken hover:text-ink",
    )
