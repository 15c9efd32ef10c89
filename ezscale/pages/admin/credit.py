"""A customer's account credit, on their file."""

import reflex as rx

from ezscale.pages.statements import credit_table
from ezscale.state.admin.credit import CreditState
from ezscale.state.admin.customer import CustomerState
from ezscale.ui import button, card, dialog, icon, link_button, text_area, text_field

WHO, ERRORS = CustomerState.customer, CreditState.errors


def credit_card() -> rx.Component:
    """How it moved, and giving some."""
    give = button(icon("gift"), "Give credit", look="plain", size="small", on_click=CreditState.ask)
    statement = link_button("Statement", to=f"/admin/statement/?id={WHO.id}", look="quiet", size="small")
    return card(
        credit_table(CreditState.rows),
        _window(),
        title="Credit",
        actions=[statement, rx.cond(CreditState.may_give, give)],
        flush=True,
    )


def new_invoice_button() -> rx.Component:
    """Writing an invoice for them."""
    button_ = link_button(
        icon("plus"), "New invoice", to=f"/admin/draft/?customer={WHO.id}", look="quiet", size="small"
    )
    return rx.cond(CreditState.may_give, button_)


def _window() -> rx.Component:
    form = rx.el.form(
        rx.el.div(
            text_field(
                rx.Var.create("Amount in ") + WHO.currency,
                "amount",
                errors=ERRORS,
                required=True,
                input_mode="decimal",
                max_length=20,
                auto_complete="off",
            ),
            text_field("Can be spent until", "expires_on", errors=ERRORS, type="date"),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        text_area(
            "What for?", "reason", errors=ERRORS, required=True, max_length=200, rows="2", hint="The customer reads it."
        ),
        button("Give it", type="submit", class_name="self-end"),
        on_submit=CreditState.give,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        None,
        form,
        title="Give credit",
        text="It pays for their next invoices, what lapses first before the rest. They are told by mail.",
        open=CreditState.is_open,
        on_open_change=CreditState.show,
    )
