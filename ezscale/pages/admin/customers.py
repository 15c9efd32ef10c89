"""Customers."""

import reflex as rx

from ezscale.pages.admin.parts import (
    STRONG,
    by_id,
    export_button,
    finder,
    nothing_found,
    sorting,
    turner,
    two_lines,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.customers import CustomerRow, CustomersState
from ezscale.ui import Column, badge, card, empty, link, table, toolbar


def customers() -> rx.Component:
    """Everybody who has an account."""
    nobody = empty("No customers yet", "Whoever signs up appears here.", icon_name="users")
    sheet = table(
        CustomersState.rows,
        _columns(),
        caption="Customers",
        key=by_id,
        empty=nothing_found(CustomersState, "customers", nobody),
        loading=CustomersState.loading,
        sorting=sorting(CustomersState),
    )
    return admin_page(
        "Customers",
        card(
            toolbar(finder("Name, company, e-mail or number", CustomersState)),
            sheet,
            turner(CustomersState),
            flush=True,
        ),
        at="/admin/customers/",
        actions=[export_button("customers", CustomersState)],
    )


def _columns() -> list[Column]:
    return [
        Column("Customer", _who, sort="name"),
        Column("E-mail", lambda row: row.email, shown_from="md"),
        Column("Country", lambda row: row.country, shown_from="lg"),
        Column("Since", lambda row: row.since, sort="newest", shown_from="sm"),
        Column("Services", lambda row: row.services, figures=True),
    ]


def _who(row: CustomerRow) -> rx.Component:
    mark = rx.cond(row.suspended, rx.el.span(badge("Suspended", "warning"), class_name="ml-2"))
    name = rx.el.span(link(row.name, f"/admin/customer/?id={row.id}", STRONG), mark)
    return two_lines(name, rx.fragment(row.number, rx.cond(row.company != "", rx.el.span(" · ", row.company))))
