"""What went back of an invoice's payments, and the window in which more is sent back."""

import reflex as rx

from ezscale.pages.admin.parts import by_id, two_lines
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.refund_views import RefundableView, RefundView
from ezscale.state.admin.refunding import RefundingState
from ezscale.ui import Column, button, card, empty, form_dialog, icon, status_badge, table, text_area, text_field
from ezscale.ui.base import Tone

REFUND_TONES: dict[str, Tone] = {
    "created": "info",
    "sent": "info",
    "succeeded": "success",
    "failed": "danger",
    "unknown": "warning",
    "unexplained": "warning",
}
REFUND_WORDS = {
    "created": "On its way",
    "sent": "On its way",
    "unknown": "Answer lost",
    "succeeded": "Sent back",
    "failed": "Did not arrive",
    "unexplained": "Credit note missing",
}


def refunds_card() -> rx.Component:
    """What went back, and what could go back still."""
    is_worth_showing = (InvoiceState.refunds.length() > 0) | (InvoiceState.refundable.length() > 0)
    refundable = rx.el.ul(rx.foreach(InvoiceState.refundable, _refundable), class_name="divide-y divide-line")
    return rx.cond(
        is_worth_showing,
        card(rx.cond(InvoiceState.refunds.length() > 0, _refunds()), refundable, title="Refunds", flush=True),
    )


def _refunds() -> rx.Component:
    return table(
        InvoiceState.refunds,
        [
            Column("When", lambda row: two_lines(rx.el.span(row.at, class_name="text-ink"), row.by)),
            Column("Why", lambda row: row.why, shown_from="sm"),
            Column("Result", _result),
            Column("Amount", lambda row: rx.el.span(row.amount, class_name="font-medium text-ink"), figures=True),
        ],
        caption="Refunds",
        key=by_id,
        empty=empty("Nothing was sent back"),
    )


def _result(row: RefundView) -> rx.Component:
    return two_lines(status_badge(row.status, REFUND_TONES, REFUND_WORDS), row.failure)


def _refundable(row: RefundableView) -> rx.Component:
    words = rx.el.div(
        rx.el.div(row.amount, " can be sent back", class_name="text-sm font-medium text-ink tabular-nums"),
        rx.el.div(row.reason, class_name="mt-0.5 text-xs text-faint [overflow-wrap:anywhere]"),
        class_name="min-w-0",
    )
    return rx.el.li(
        words,
        _sending(row),
        key=row.id,
        class_name="flex items-center justify-between gap-4 px-4 py-3.5 sm:px-5",
    )


def _sending(row: RefundableView) -> rx.Component:
    return form_dialog(
        button(icon("undo-2"), "Send back", look="plain", size="small", on_click=RefundingState.ask(row.id)),
        text_field(
            "How much?",
            "amount",
            errors=RefundingState.errors,
            default_value=row.plain,
            required=True,
            max_length=20,
            input_mode="decimal",
            auto_complete="off",
        ),
        text_area(
            "Why?",
            "reason",
            errors=RefundingState.errors,
            required=True,
            max_length=200,
            rows="2",
            hint="The customer reads it.",
        ),
        title="Send money back",
        text="It leaves the customer's credit and goes back to the card it was paid with. It cannot be called back.",
        yes="Send it back",
        on_yes=RefundingState.send,
        open=RefundingState.asking == row.id,
        on_open_change=RefundingState.show,
    )
