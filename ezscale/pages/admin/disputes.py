"""Disputes: all of them, and those of an invoice."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import QUIET, by_id, customer_link, turner, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.dispute_views import DisputeView
from ezscale.state.admin.disputes import DisputesState
from ezscale.state.admin.invoice import InvoiceState
from ezscale.ui import (
    Column,
    card,
    empty,
    filters,
    icon,
    link,
    link_button,
    status_badge,
    table,
    toolbar,
    visually_hidden,
)
from ezscale.ui.base import Tone

STATUSES = (("", "Waiting for the bank"), ("decided", "Decided"))
DISPUTE_TONES: dict[str, Tone] = {"warning": "warning", "open": "danger", "won": "success", "lost": "danger"}
DISPUTE_WORDS = {"warning": "The bank asks", "open": "Disputed", "won": "Won", "lost": "Lost"}


def disputes() -> rx.Component:
    """What banks have taken back, or ask about."""
    rows = table(
        DisputesState.rows,
        [
            Column("Invoice", lambda row: link(row.invoice, _invoice_of(row), f"{QUIET} whitespace-nowrap")),
            Column("Customer", customer_link, shown_from="md"),
            Column("Evidence due", lambda row: two_lines(_due(row.dispute), row.dispute.reason)),
            Column("Opened", lambda row: row.dispute.opened, shown_from="lg"),
            Column("Result", lambda row: _result(row.dispute), shown_from="sm"),
            Column("Amount", lambda row: _amount(row.dispute), figures=True),
            Column("", lambda row: _evidence(row.dispute)),
        ],
        caption="Disputes",
        key=by_id,
        empty=empty("No disputes", "Banks tell the gateway, and it tells us.", icon_name="scale"),
        loading=DisputesState.loading,
    )
    return admin_page(
        "Disputes",
        card(
            toolbar(filters("Status", STATUSES, DisputesState.status, DisputesState.choose)),
            rows,
            turner(DisputesState),
            flush=True,
        ),
        at="/admin/invoices/",
        crumbs=(("Invoices", "/admin/invoices/"),),
    )


def disputes_card() -> rx.Component:
    """Those of what was paid on an invoice; nothing where there are none."""
    rows = table(
        InvoiceState.disputes,
        [
            Column("Opened", lambda row: two_lines(rx.el.span(row.opened, class_name="text-ink"), row.reason)),
            Column("Evidence due", _due, shown_from="sm"),
            Column("Result", _result),
            Column("Amount", _amount, figures=True),
            Column("", _evidence),
        ],
        caption="Disputes",
        key=by_id,
        empty=empty("No disputes"),
    )
    return rx.cond(InvoiceState.disputes.length() > 0, card(rows, title="Disputes", flush=True))


def _due(dispute: DisputeView) -> rx.Component:
    return rx.el.span(rx.cond(dispute.due != "", dispute.due, "Decided"), class_name="text-ink")


def _result(dispute: DisputeView) -> rx.Component:
    return two_lines(status_badge(dispute.status, DISPUTE_TONES, DISPUTE_WORDS), dispute.came_of_it)


def _amount(dispute: DisputeView) -> rx.Component:
    fee = rx.cond(dispute.fee != "", f"and {dispute.fee} for it", "")
    return two_lines(rx.el.span(dispute.amount, class_name="font-medium text-ink"), fee)


def _evidence(dispute: DisputeView) -> rx.Component:
    to_gateway = link_button(
        icon("external-link"),
        visually_hidden("Send evidence at the gateway"),
        to=dispute.dashboard,
        look="plain",
        size="small",
        loads=True,
        target="_blank",
        rel="noreferrer",
    )
    return rx.cond(dispute.dashboard != "", to_gateway)


def _invoice_of(row: Any) -> str:
    return f"/admin/invoice/?id={row.invoice_id}"
