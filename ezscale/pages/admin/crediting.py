"""The window in which a credit note is written."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import figure
from ezscale.state.admin.crediting import PART, CreditingState
from ezscale.state.session import SessionState
from ezscale.ui import button, dialog, select_field, text_area
from ezscale.ui.forms import CONTROL

SEEN, ERRORS = CreditingState.foreseen, CreditingState.errors


def credit_note_window() -> rx.Component:
    """How much of each line, why, and what it comes to."""
    problem = rx.el.div(
        rx.cond(ERRORS.contains("parts"), rx.el.p(ERRORS["parts"], class_name="text-sm text-danger")),
        id="parts",
        tab_index=-1,
        role="alert",
    )
    form = rx.el.form(
        rx.el.ul(rx.foreach(CreditingState.lines, _line), class_name="divide-y divide-line"),
        _comes_to(),
        problem,
        rx.cond((SEEN.could_go_back != "") & SessionState.may.contains("staff.refunds"), _give_back()),
        text_area(
            "Why?", "reason", errors=ERRORS, required=True, max_length=200, rows="2", hint="Printed on the credit note."
        ),
        button("Issue the credit note", type="submit", class_name="self-end"),
        on_submit=CreditingState.issue,
        reset_on_submit=False,
        class_name="mt-4 flex flex-col gap-4",
    )
    return dialog(
        None,
        form,
        title="Credit note",
        text="What is taken back, before tax, of each line. Tax follows at the rates of the invoice. It cannot be undone.",
        open=CreditingState.is_open,
        on_open_change=CreditingState.show,
    )


def _give_back() -> rx.Component:
    return select_field(
        "What becomes of what was paid?",
        "give_back",
        [("credit", "It stays as the customer's credit"), ("refund", "It goes back to where it was paid from")],
        errors=ERRORS,
        hint=rx.el.span(SEEN.could_go_back, " can go back."),
    )


def _line(line: Any) -> rx.Component:
    box = rx.el.input(
        type="text",
        name=rx.Var.create(PART) + line.id,
        input_mode="decimal",
        default_value=line.typed,
        on_change=CreditingState.write(line.id).debounce(250),
        aria_label=rx.Var.create("Take back of ") + line.text,
        auto_complete="off",
        max_length=20,
        class_name=f"h-10 text-right tabular-nums {CONTROL}",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.div(line.text, class_name="text-sm text-ink [overflow-wrap:anywhere]"),
            rx.el.div("Left: ", line.left, class_name="mt-0.5 text-xs text-faint tabular-nums"),
            rx.cond(line.why != "", rx.el.div(line.why, class_name="mt-0.5 text-xs text-faint tabular-nums")),
            class_name="min-w-0",
        ),
        rx.el.div(box, class_name="w-32 shrink-0"),
        key=line.id,
        class_name="flex items-center justify-between gap-4 py-3",
    )


def _comes_to() -> rx.Component:
    sums = rx.el.dl(
        _sum("Net", SEEN.net),
        _sum("Tax", SEEN.tax),
        _sum("Total", SEEN.total, strong=True),
        rx.cond(SEEN.lowered != "", _sum("Less to pay", SEEN.lowered)),
        rx.cond(SEEN.kept != "", _sum("Had been paid", SEEN.kept)),
        class_name="flex flex-col gap-1.5",
    )
    problem = rx.el.p(SEEN.problem, class_name="text-sm text-danger")
    return rx.el.div(
        rx.cond(SEEN.problem != "", problem, sums), aria_live="polite", class_name="rounded-lg bg-sunken p-3.5"
    )


def _sum(name: str, amount: Any, *, strong: bool = False) -> rx.Component:
    look = "font-semibold text-ink" if strong else "text-body"
    return rx.el.div(rx.el.dt(name), rx.el.dd(figure(amount)), class_name=f"flex justify-between gap-6 text-sm {look}")
