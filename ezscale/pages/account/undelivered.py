"""What somebody reads who has paid for a server that is not there yet, and what they can do."""

from typing import Any

import reflex as rx

from ezscale.state.account.service import ServiceState
from ezscale.ui import button, confirm, icon, notice

VIEW = ServiceState.undelivered
NEVER_BOTH = "It is not built any more, and its subscription ends."


def slow() -> rx.Component:
    """Said of a build that goes on, and does not come along."""
    words = notice(ServiceState.trouble, "warning", title="This takes longer than usual")
    return rx.el.div(rx.cond(ServiceState.trouble != "", rx.el.div(words, class_name="mt-4")), aria_live="polite")


def failed() -> rx.Component:
    """It could not be built: staff know; waiting needs nothing, and the money can go back."""
    text = (
        "Something did not work while building it. Our staff know and are on it. If you wait, you need not do anything."
    )
    return _undelivered(text, "This could not be built yet")


def waitlisted() -> rx.Component:
    """There is none left, or no room for it."""
    text = (
        "It is paid, and there is no room left for it just now. Whoever paid first comes first: it is built by itself as soon "
        "as there is room. If you wait, you need not do anything."
    )
    return _undelivered(text, "It waits for room")


def _undelivered(text: str, title: str) -> rx.Component:
    words = rx.fragment(text, rx.cond(VIEW.whole != "", _ways()))
    return notice(words, "warning", title=title)


def _ways() -> rx.Component:
    refund = _way(
        "refund",
        rx.fragment("Money back: ", VIEW.whole),
        rx.cond(
            VIEW.all_goes,
            rx.fragment(VIEW.whole, " goes back to where you paid it from. ", NEVER_BOTH),
            rx.fragment(
                VIEW.back,
                " goes back to where you paid it from, and the rest of ",
                VIEW.whole,
                " is credit. ",
                NEVER_BOTH,
            ),
        ),
    )
    credit = _way(
        "credit",
        "Keep it as credit",
        rx.fragment(VIEW.whole, " is credit in your account at once, for whatever you order next. ", NEVER_BOTH),
    )
    return rx.el.div(
        rx.el.p("You would rather not wait?", class_name="w-full"),
        rx.cond(VIEW.back != "", refund),
        credit,
        class_name="mt-3 flex flex-wrap gap-2",
    )


def _way(way: str, label: Any, consequence: Any) -> rx.Component:
    return confirm(
        button(icon("undo-2"), label, look="plain", size="small"),
        title="Do not wait any longer?",
        text=consequence,
        yes="Give it back",
        on_yes=ServiceState.give_back(way),
        no="I wait",
    )
