"""The statement of account of one customer."""

import reflex as rx

from ezscale.pages.admin.parts import record
from ezscale.pages.shell import admin_page
from ezscale.pages.statements import accounts, download_button, period_form
from ezscale.state.admin.statement import StatementState
from ezscale.ui import link, stack

THIS = StatementState.statement


def statement() -> rx.Component:
    """What they owed, what they paid, and what stands now."""
    known = ~(StatementState.loading | StatementState.missing)
    customer = link(THIS.name, rx.Var.create("/admin/customer/?id=") + THIS.customer_id)
    return admin_page(
        "Statement of account",
        record(StatementState, "customer", stack(period_form(StatementState), accounts(StatementState))),
        at="/admin/customers/",
        lead=rx.cond(known, rx.fragment(customer, rx.el.span(" · ", THIS.period))),
        crumbs=(("Customers", "/admin/customers/"),),
        actions=[rx.cond(known, download_button(THIS))],
    )
