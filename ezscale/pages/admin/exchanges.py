"""Panel calls: what was asked of panels, and what they answered."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import STRONG, finder, nothing_found, turner
from ezscale.pages.shell import admin_page
from ezscale.state.admin.exchanges import ExchangesState
from ezscale.ui import (
    badge,
    card,
    code_block,
    empty,
    filters,
    icon,
    link,
    link_button,
    skeleton,
    toolbar,
    visually_hidden,
)

OUTCOMES = (("", "All"), ("failed", "Failed"), ("unanswered", "No answer"))


def exchanges() -> rx.Component:
    """Every call, newest first, each to be unfolded."""
    none = empty(
        "No calls yet", "Whatever a job or a button asks of a panel is kept here, without secrets.", icon_name="cable"
    )
    rows = rx.cond(
        ExchangesState.rows.length() > 0,
        calls(ExchangesState.rows, with_service=True),
        nothing_found(ExchangesState, "calls", none),
    )
    return admin_page(
        "Panel calls",
        card(
            toolbar(
                finder("Look for words, or the number of a service", ExchangesState),
                filters("Outcome", OUTCOMES, ExchangesState.status, ExchangesState.choose),
                filters("Panel", ExchangesState.panels, ExchangesState.panel, ExchangesState.choose_panel),
            ),
            rx.cond(ExchangesState.loading, skeleton(8), rows),
            turner(ExchangesState),
            flush=True,
        ),
        at="/admin/provisioning/",
        lead="What was asked of panels and what they answered, without secrets. Words are looked for in the newest 5,000 calls.",
        crumbs=(("Provisioning", "/admin/provisioning/"),),
        actions=[_export()],
    )


def calls(rows: Any, *, with_service: bool) -> rx.Component:
    """Calls one below the other; each opens and shows both bodies."""
    return rx.el.ul(
        rx.foreach(rows, lambda row: _call(row, with_service=with_service)), class_name="divide-y divide-line"
    )


def _call(row: Any, *, with_service: bool) -> rx.Component:
    whose = link(row.number, f"/admin/service/?id={row.service_id}", f"{STRONG} whitespace-nowrap")
    about = (" · ", whose) if with_service else ()
    head = rx.el.summary(
        rx.el.span(row.call, class_name="font-mono text-xs text-ink [overflow-wrap:anywhere]"),
        rx.cond(row.ok, badge(row.outcome), badge(row.outcome, "danger")),
        class_name="cursor-pointer space-x-2 py-1",
    )
    note = rx.el.p(row.at, " · ", row.took, " · ", row.panel, *about, class_name="mt-0.5 text-xs text-faint")
    return rx.el.li(
        rx.el.details(
            head,
            rx.cond(row.trouble != "", rx.el.p(row.trouble, class_name="mt-2 text-sm [overflow-wrap:anywhere]")),
            _body("Asked", row.sent),
            _body("Answered", row.got),
        ),
        note,
        key=row.id,
        class_name="min-w-0 px-4 py-3 sm:px-5",
    )


def _body(title: str, text: Any) -> rx.Component:
    shown = rx.el.div(
        rx.el.p(title, class_name="mb-1 text-xs font-medium text-faint"),
        rx.el.div(code_block(text, title), class_name="max-h-96 overflow-y-auto"),
        class_name="mt-3",
    )
    return rx.cond(text != "", shown)


def _export() -> rx.Component:
    return link_button(
        icon("download"),
        "Export",
        visually_hidden("as JSON"),
        to=f"/api/exports/exchanges.json{ExchangesState.query}",
        look="plain",
        size="small",
        loads=True,
        download=True,
    )
