"""What is asked before a subscription is paid ahead, ended, kept, paused or taken up again."""

from typing import Any

import reflex as rx

from ezscale.ui import (
    button,
    confirm,
    dialog,
    select_field,
    text_area,
    text_field,
)
from ezscale.ui.base import words

REASONS = (
    ("unsaid", "Rather not say"),
    ("price", "It costs too much"),
    ("no_longer_needed", "I do not need it any more"),
    ("missing_feature", "Something is missing"),
    ("trouble", "It gave me trouble"),
    ("support", "I was not helped well"),
    ("another_provider", "I am moving to another provider"),
    ("other", "Something else"),
)


def pay_ahead_button(state: Any) -> rx.Component:
    """Asks for the invoice of the next period before its time."""
    this = state.subscription
    return confirm(
        button("Pay the next period now", look="plain", size="small"),
        title="Pay the next period now?",
        text=rx.fragment(
            "The invoice over ", this.next_total, " is written at once, and those days are not billed again."
        ),
        yes="Write the invoice",
        on_yes=state.pay_ahead,
        no="Not yet",
        look="primary",
    )


def cancel_button(state: Any) -> rx.Component:
    """Asks why, and when."""
    this = state.subscription
    at_end = rx.cond(this.next_on != "", this.next_on, "the end of what is paid")
    form = rx.el.form(
        rx.cond(
            this.status == "paused",
            rx.el.input(type="hidden", name="when", value="now", read_only=True),
            rx.cond(
                state.may_cancel_now,
                select_field(
                    "When",
                    "when",
                    (
                        ("end", "At the end of what is paid"),
                        (
                            "now",
                            words(
                                state.gives_back, "Now, and unused days become credit", "Now, and unused days are lost"
                            ),
                        ),
                    ),
                ),
            ),
        ),
        select_field("Why?", "why", REASONS),
        text_area("In your words", "reason", rows="3", max_length=500, hint="We read every word of it."),
        button("Cancel it", type="submit", look="danger", class_name="self-end"),
        on_submit=state.cancel,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        button("Cancel", look="plain", size="small"),
        form,
        title="Cancel this subscription?",
        text=rx.fragment(
            "At the end of what is paid (",
            at_end,
            ") or now, its server stands still, and some days later it is deleted with everything on it.",
            words(state.pending.id != "", " The change that waits is withdrawn.", ""),
        ),
        open=state.leaving,
        on_open_change=state.think_of_leaving,
    )


def keep_button(state: Any) -> rx.Component:
    """Takes a cancellation back."""
    return confirm(
        button("Keep it", look="plain", size="small"),
        title="Keep this subscription?",
        text="The cancellation is taken back, and it renews as before.",
        yes="Keep it",
        on_yes=state.keep,
        no="Leave it cancelled",
        look="primary",
    )


def pause_button(state: Any) -> rx.Component:
    """Asks until when."""
    form = rx.el.form(
        text_field("Until", "returns_on", errors=state.errors, type="date", required=True),
        button("Pause it", type="submit", class_name="self-end"),
        on_submit=state.pause,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        button("Pause", look="plain", size="small"),
        form,
        title="Let it stand still for a while?",
        text="Its server is stopped and nothing is billed. What is paid lasts so much longer. It goes on by itself.",
        open=state.pausing,
        on_open_change=state.think_of_pausing,
    )


def go_on_button(state: Any) -> rx.Component:
    """Ends a pause before its day."""
    return rx.cond(state.may_change, button("Go on today", look="plain", size="small", on_click=state.go_on))
