"""Billing cases, wherever they are shown."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import open_matter
from ezscale.state.admin.cases import CaseState, CaseView
from ezscale.ui import button, form_dialog, icon, link, text_area


def case_list(cases: Any) -> rx.Component:
    """Cases below each other, each with its way to close it."""
    return rx.el.ul(rx.foreach(cases, _case), class_name="divide-y divide-line")


def _case(case: CaseView) -> rx.Component:
    customer = rx.cond(
        case.customer_id != "",
        rx.el.span(" · ", link("customer", f"/admin/customer/?id={case.customer_id}")),
    )
    return open_matter(
        icon("triangle-alert", 18, "mt-px text-warning"),
        case.title,
        case.facts,
        rx.fragment("Opened ", case.opened, customer),
        _closing(case),
        key=case.id,
    )


def _closing(case: CaseView) -> rx.Component:
    return form_dialog(
        button("Close", look="plain", size="small", on_click=CaseState.open(case.id)),
        text_area(
            "What was done?",
            "done",
            errors=CaseState.errors,
            required=True,
            max_length=500,
            hint="It is kept with the case, with your name.",
        ),
        title="Close this case",
        text=case.title,
        yes="Close the case",
        on_yes=CaseState.close,
        open=CaseState.closing == case.id,
        on_open_change=CaseState.show,
    )
