"""Why customers go."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import (
    QUIET,
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
from ezscale.pages.subscription_dialogs import REASONS
from ezscale.state.admin.leaving import LeavingState
from ezscale.ui import Column, card, empty, filters, link, stack, table, toolbar
from ezscale.ui.base import words

SHOWN = (("", "All"), ("words", "In their words"))
NONE_LEFT = ("Nobody has left", "What customers answer when they cancel appears here.")


def leaving() -> rx.Component:
    """The reasons counted, then everybody who gave one."""
    return admin_page(
        "Leaving",
        stack(_counts(), _answers()),
        at="/admin/leaving/",
        lead="What customers answered when they cancelled. Whoever stayed after all is not counted.",
        actions=[export_button("leaving", LeavingState)],
    )


def _counts() -> rx.Component:
    rows = table(
        LeavingState.counts,
        [
            Column("Reason", lambda row: link(_reason(row.reason), f"/admin/leaving/?status={row.reason}", STRONG)),
            Column("30 days", lambda row: row.month, figures=True),
            Column("A year", lambda row: row.year, figures=True),
            Column("Ever", lambda row: row.ever, figures=True, shown_from="sm"),
        ],
        caption="Reasons",
        key=lambda row: row.reason,
        empty=empty(*NONE_LEFT, icon_name="door-open"),
        loading=LeavingState.loading,
    )
    return card(rows, title="Reasons", flush=True)


def _answers() -> rx.Component:
    rows = table(
        LeavingState.rows,
        [
            Column(
                "Customer",
                lambda row: two_lines(link(row.customer, f"/admin/customer/?id={row.customer_id}", STRONG), row.day),
                sort="newest",
            ),
            Column("Subscription", _subscription, shown_from="md"),
            Column("Why", lambda row: two_lines(_reason(row.reason), row.words)),
        ],
        caption="Answers",
        key=by_id,
        empty=nothing_found(LeavingState, "answers", empty(*NONE_LEFT, icon_name="door-open")),
        loading=LeavingState.loading,
        sorting=sorting(LeavingState),
    )
    search = toolbar(
        finder("Customer or words", LeavingState), filters("Shown", SHOWN, LeavingState.status, LeavingState.choose)
    )
    return card(search, rows, turner(LeavingState), title="Answers", flush=True)


def _subscription(row: Any) -> rx.Component:
    number = link(row.subscription, f"/admin/subscription/?id={row.subscription_id}", f"{QUIET} whitespace-nowrap")
    return two_lines(number, words(row.at_once, "at once", "at the end of its period"))


def _reason(code: Any) -> rx.Component:
    return rx.el.span(rx.match(code, *REASONS, code), class_name="text-ink")
