"""Writing an invoice by hand."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import record
from ezscale.pages.shell import admin_page
from ezscale.state.admin.draft import DraftState
from ezscale.ui import button, card, icon, link, stack, text_area, text_field

ERRORS = DraftState.errors


def draft() -> rx.Component:
    """Its lines, when it is due, and what is printed below them."""
    whose = link(DraftState.customer, rx.Var.create("/admin/customer/?id=") + DraftState.customer_id)
    return admin_page(
        rx.cond(DraftState.invoice_id != "", "Edit draft", "New invoice"),
        record(DraftState, "draft", rx.cond(DraftState.customer_id == "", _whose(), _desk())),
        at="/admin/invoices/",
        lead=rx.cond(
            DraftState.customer_id != "", rx.fragment("for ", whose, rx.el.span(", in ", DraftState.currency))
        ),
        crumbs=(("Invoices", "/admin/invoices/"),),
    )


def _whose() -> rx.Component:
    return card(
        rx.el.form(
            text_field(
                "Customer", "who", errors=ERRORS, required=True, hint="Number, name or e-mail address.", max_length=100
            ),
            button("Go on", type="submit", class_name="self-start"),
            on_submit=DraftState.find,
            reset_on_submit=False,
            class_name="flex max-w-md flex-col gap-4",
        ),
        title="Who is it for?",
    )


def _desk() -> rx.Component:
    problem = rx.el.div(
        rx.cond(ERRORS.contains("lines"), rx.el.p(ERRORS["lines"], class_name="text-sm text-danger")),
        id="lines",
        tab_index=-1,
        role="alert",
        class_name="empty:hidden",
    )
    more = button(icon("plus"), "Add a line", look="plain", size="small", on_click=DraftState.add)
    lines = card(
        rx.el.div(
            rx.foreach(DraftState.lines, _line),
            class_name="divide-y divide-line",
        ),
        rx.el.div(problem, more, class_name="flex flex-col items-start gap-3 border-t border-line p-4 sm:px-5"),
        title="Lines",
        flush=True,
    )
    terms = card(
        rx.el.div(
            text_field(
                "Due on",
                "due_on",
                errors=ERRORS,
                type="date",
                default_value=DraftState.due_on,
                hint="Without a day it is due as the house has decided.",
            ),
            text_area(
                "Memo",
                "memo",
                errors=ERRORS,
                default_value=DraftState.memo,
                max_length=1000,
                hint="Printed below the lines.",
            ),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        title="Terms",
    )
    save = rx.el.div(
        rx.el.p("Taxes are worked out when you save.", class_name="text-sm text-faint"),
        button("Save the draft", type="submit"),
        class_name="flex flex-wrap items-center justify-between gap-3",
    )
    return rx.el.form(stack(lines, terms, save), on_submit=DraftState.save, reset_on_submit=False)


def _line(line: Any) -> rx.Component:
    """Its fields keep what is typed until they are left; then the state knows it, wherever the line moves."""

    def box(label: str, name: str, **more: Any) -> rx.Component:
        return text_field(
            label,
            f"{name}_{line.place}",
            errors=ERRORS,
            default_value=getattr(line, name),
            on_blur=DraftState.write(line.key, name),
            auto_complete="off",
            **more,
        )

    taxed = rx.el.label(
        rx.el.input(
            type="checkbox",
            default_checked=line.taxed,
            on_change=DraftState.tax(line.key),
            class_name="size-4 accent-ink dark:accent-volt",
        ),
        "Taxed",
        class_name="flex items-center gap-2 text-sm text-body",
    )
    moves = rx.el.div(
        _small("arrow-up", "Move up", DraftState.move(line.key, -1), line.place == 0),
        _small("arrow-down", "Move down", DraftState.move(line.key, 1), line.place == DraftState.lines.length() - 1),
        _small("trash-2", "Remove", DraftState.remove(line.key), DraftState.lines.length() == 1),
        class_name="flex gap-1",
    )
    return rx.el.fieldset(
        rx.el.legend("Line ", (line.place + 1).to_string(), class_name="sr-only"),
        box("Description", "description", required=True, max_length=250),
        rx.el.div(
            box("Quantity", "quantity", required=True, input_mode="numeric", max_length=6),
            box("Price of one", "price", required=True, input_mode="decimal", max_length=16),
            box("Discount", "discount", input_mode="decimal", max_length=16),
            class_name="mt-3 grid gap-3 sm:grid-cols-3",
        ),
        rx.el.div(taxed, moves, class_name="mt-3 flex flex-wrap items-center justify-between gap-3"),
        key=line.key.to_string(),
        class_name="min-w-0 p-4 sm:px-5",
    )


def _small(sign: str, label: str, press: Any, off: Any) -> rx.Component:
    return button(
        icon(sign),
        look="quiet",
        size="small",
        on_click=press,
        disabled=off,
        custom_attrs={"aria-label": label},
        title=label,
    )
