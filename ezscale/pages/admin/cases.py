"""Billing cases, wherever they are shown."""

from typing import Any

import reflex as rx

from ezscale.state.admin.cases import CaseState, CaseView
from ezscale.ui import button, dialog, icon, link, text_area


def case_list(cases: Any) -> rx.Component:
    """Cases below each other, each with its way to close it."""
    return rx.el.ul(rx.foreach(cases, _case), class_name="divide-y divide-line")


def _case(case: CaseView) -> rx.Component:
    customer = rx.cond(
        case.customer_id != "",
        rx.el.span(" · ", link("customer", f"/admin/customer/?id={case.customer_id}")),
    )
    return rx.el.li(
        icon("triangle-alert", 18, "mt-px text-warning"),
        rx.el.div(
            rx.el.p(case.title, class_name="text-sm font-medium text-ink"),
            rx.el.p(case.facts, class_name="mt-0.5 text-sm text-body [overflow-wrap:anywhere]"),
            rx.el.p("Opened ", case.opened, customer, class_name="mt-0.5 text-xs text-faint"),
            class_name="min-w-0 flex-1 basis-60",
        ),
        _closing(case),
        key=case.id,
        class_name="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 py-3.5 sm:px-5",
    )


def _closing(case: CaseView) -> rx.Component:
    form = rx.el.form(
        text_area(
            "What was done?",
            "done",
            errors=CaseState.errors,
            required=True,
            max_length=500,
            hint="It is kept with the case, with your name.",
        ),
        rx.el.div(button("Close the case", type="submit"), class_name="mt-5 flex justify-end"),
        on_submit=CaseState.close,
        reset_on_submit=False,
        class_name="mt-4",
    )
    return dialog(
        button("Close", look="plain", size="small", on_click=CaseState.open(case.id)),
        form,
        title="Close this case",
        text=case.title,
        open=CaseState.closing == case.id,
        on_open_change=CaseState.show,
    )
