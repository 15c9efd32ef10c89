"""Payouts: what gateways have sent to our bank, and what they still hold."""

import reflex as rx

from ezscale.pages.admin.parts import by_id, export_button, or_dash, turner, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.payouts import PayoutRow, PayoutsState
from ezscale.ui import Column, card, empty, filters, status_badge, table, toolbar
from ezscale.ui.base import Tone

STATUSES = (
    ("", "All"),
    ("under_way", "Under way"),
    ("paid", "At the bank"),
    ("failed", "Failed"),
    ("canceled", "Canceled"),
)
TONES: dict[str, Tone] = {"under_way": "info", "paid": "success", "failed": "danger", "canceled": "neutral"}
WORDS = {"under_way": "Under way", "paid": "At the bank", "failed": "Failed", "canceled": "Canceled"}


def payouts() -> rx.Component:
    """What is at the bank, on its way there, or came back."""
    rows = table(
        PayoutsState.rows,
        [
            Column("Day", lambda row: rx.el.span(row.day, class_name="text-ink whitespace-nowrap")),
            Column("Gateway", lambda row: two_lines(row.gateway, row.reference), shown_from="sm"),
            Column("State", _state),
            Column("Amount", lambda row: rx.el.span(row.amount, class_name="font-medium text-ink"), figures=True),
        ],
        caption="Payouts",
        key=by_id,
        empty=empty("No payouts", "What gateways send to our bank is read each night.", icon_name="landmark"),
        loading=PayoutsState.loading,
    )
    return admin_page(
        "Payouts",
        rx.cond(PayoutsState.held.length() > 0, _held()),
        card(
            toolbar(filters("State", STATUSES, PayoutsState.status, PayoutsState.choose)),
            rows,
            turner(PayoutsState),
            flush=True,
        ),
        at="/admin/invoices/",
        crumbs=(("Invoices", "/admin/invoices/"),),
        actions=[export_button("payouts", PayoutsState)],
    )


def _held() -> rx.Component:
    rows = table(
        PayoutsState.held,
        [
            Column("Gateway", lambda row: two_lines(rx.el.span(row.gateway, class_name="text-ink"), row.looked)),
            Column("It holds", lambda row: or_dash(row.held), figures=True),
            Column("By our books", lambda row: row.booked, figures=True),
            Column("Difference", lambda row: or_dash(row.difference), figures=True),
        ],
        caption="Still held",
        key=by_id,
        empty=empty("Nothing is held"),
    )
    return card(rows, title="Still held", flush=True)


def _state(row: PayoutRow) -> rx.Component:
    return two_lines(
        status_badge(row.status, TONES, WORDS), rx.cond(row.came_back != "", f"came back {row.came_back}", "")
    )
