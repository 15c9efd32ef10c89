"""What a customer puts into their credit, on their file."""

import reflex as rx

from ezscale.pages.admin.parts import by_id, or_dash, two_lines
from ezscale.state.admin.top_ups import StaffTopUpRow, TopUpsState
from ezscale.ui import (
    Column,
    button,
    card,
    definitions,
    empty,
    form_dialog,
    icon,
    status_badge,
    table,
    text_area,
    text_field,
)
from ezscale.ui.base import Tone

AUTO, ERRORS = TopUpsState.automatic, TopUpsState.errors
TONES: dict[str, Tone] = {"asked": "info", "paid": "success", "abandoned": "neutral"}
WORDS = {"asked": "Waits for payment", "paid": "Paid", "abandoned": "Not paid"}
AUTO_TONES: dict[str, Tone] = {"on": "success", "paused": "warning", "off": "neutral"}
AUTO_WORDS = {"on": "Automatic", "paused": "Automatic, paused", "off": "Not automatic"}


def top_ups_card() -> rx.Component:
    """What was put in, what can go back of it, and what happens by itself."""
    rows = table(
        TopUpsState.rows,
        (
            Column("Number", lambda row: two_lines(rx.el.span(row.number, class_name="text-ink"), row.how)),
            Column("Day", lambda row: row.day, shown_from="sm"),
            Column("Status", lambda row: status_badge(row.status, TONES, WORDS)),
            Column("Amount", lambda row: rx.el.span(row.amount, class_name="font-medium text-ink"), figures=True),
            Column("Goes back", _sending, figures=True),
        ),
        caption="Top-ups",
        key=by_id,
        empty=empty("No top-ups", icon_name="wallet"),
    )
    is_agreed = (AUTO.status == "on") | (AUTO.status == "paused")
    return card(
        rows,
        rx.cond(AUTO.each != "", _automatic()),
        title="Top-ups",
        actions=[
            status_badge(AUTO.status, AUTO_TONES, AUTO_WORDS),
            rx.cond(TopUpsState.may_stop & is_agreed, _stopping()),
        ],
        flush=True,
    )


def _automatic() -> rx.Component:
    terms = definitions(
        ("Below", AUTO.below),
        ("Top up", AUTO.each),
        ("At most", rx.fragment(AUTO.monthly_most, " a month; ", AUTO.taken, " of it so far")),
        ("Agreed", AUTO.agreed),
        ("Why not", or_dash(AUTO.because)),
        narrow=True,
    )
    return rx.el.div(terms, class_name="border-t border-line px-4 py-4 sm:px-5")


def _stopping() -> rx.Component:
    return form_dialog(
        button("Stop it", look="plain", size="small", on_click=TopUpsState.ask_to_stop),
        text_area("Why?", "why", errors=ERRORS, required=True, max_length=200, rows="2", hint="The customer reads it."),
        title="Stop automatic top-ups",
        text="Nothing is taken by itself any more, until they agree anew. They are told by mail.",
        yes="Stop it",
        on_yes=TopUpsState.stop,
        open=TopUpsState.is_stopping,
        on_open_change=TopUpsState.show_stopping,
    )


def _sending(row: StaffTopUpRow) -> rx.Component:
    window = form_dialog(
        button(icon("undo-2"), "Send back", look="plain", size="small", on_click=TopUpsState.ask(row.id)),
        text_field(
            "How much?",
            "amount",
            errors=ERRORS,
            hint=rx.fragment(row.back, " of it is unspent."),
            default_value=row.plain,
            required=True,
            max_length=20,
            input_mode="decimal",
            auto_complete="off",
        ),
        text_area(
            "Why?", "reason", errors=ERRORS, required=True, max_length=200, rows="2", hint="The customer reads it."
        ),
        title="Send a top-up back",
        text="It leaves their credit and goes back to where it came from. Automatic top-ups pause, so that it is not taken "
        "again.",
        yes="Send it back",
        on_yes=TopUpsState.send,
        open=TopUpsState.asking == row.id,
        on_open_change=TopUpsState.show,
    )
    return rx.cond((row.back != "") & TopUpsState.may_refund, window)
