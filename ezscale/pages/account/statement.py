"""The statement of account."""

import reflex as rx

from ezscale.pages.shell import account_page
from ezscale.pages.statements import accounts, download_button, period_form
from ezscale.state.account.statement import StatementState
from ezscale.ui import skeleton, stack


def statement() -> rx.Component:
    """What was owed, what was paid, and what stands now."""
    return account_page(
        "Statement of account",
        rx.cond(StatementState.loading, skeleton(8), stack(period_form(StatementState), accounts(StatementState))),
        at="/account/invoices/",
        crumbs=(("Invoices", "/account/invoices/"),),
        actions=(rx.cond(StatementState.loading, rx.fragment(), download_button(StatementState.statement)),),
    )
