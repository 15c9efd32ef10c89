"""What the pages share on which somebody is invited."""

from typing import Any

import reflex as rx

from ezscale.ui import badge, button, confirm, text_field


def invited_email(state: Any) -> rx.Component:
    """The field for the address of whoever is to be invited."""
    return text_field(
        "E-mail", "email", errors=state.errors, type="email", auto_complete="off", required=True, max_length=190
    )


def open_until(row: Any, otherwise: Any) -> rx.Component:
    """Whether an invitation ran out before anybody came by it."""
    return rx.cond(row.is_over, badge("Ran out", "warning"), otherwise)


def withdraw(state: Any, row: Any) -> rx.Component:
    """Takes an invitation back, after a question."""
    label = {"aria-label": rx.Var.create("Withdraw ") + row.email}
    return confirm(
        button("Withdraw", look="plain", size="small", custom_attrs=label),
        title="Take this invitation back?",
        text="The link in their mail stops working.",
        yes="Withdraw invitation",
        on_yes=state.withdraw(row.id),
    )
