"""Waiting for a plan that is sold out."""

import reflex as rx

from ezscale.state.ordering.order_form import OrderState
from ezscale.ui import button, confirm, icon, link, notice

WAITING = OrderState.waiting


def waiting() -> rx.Component:
    """What can be done about a plan that is sold out; nothing of one that is there."""
    join = rx.cond(
        OrderState.has_customer,
        button(icon("clock"), "Join the waitlist", look="plain", size="small", on_click=OrderState.join_waitlist),
        rx.cond(
            OrderState.signed_in,
            rx.fragment(),
            rx.el.p(link("Log in", OrderState.login_address), " to join its waitlist."),
        ),
    )
    gone = notice(
        _with("Whoever joins the waitlist first is offered the next one.", join),
        "info",
        title=rx.fragment(WAITING.plan, " is sold out"),
    )
    place = rx.cond(WAITING.ahead > 0, rx.fragment("Ahead of you: ", WAITING.ahead, "."), "You are next.")
    waits = notice(
        _with(
            rx.fragment(place, " We write to you as soon as one is set aside for you."), _leave("Leave the waitlist")
        ),
        "info",
        title=rx.fragment("You wait for ", WAITING.plan),
    )
    offered = notice(
        _with(
            rx.fragment("Order it until ", WAITING.until, "; afterwards it goes to whoever is next."),
            _leave("I do not want it"),
        ),
        "success",
        title=rx.fragment("One ", WAITING.plan, " is set aside for you"),
    )
    shown = rx.match(WAITING.standing, ("sold-out", gone), ("waiting", waits), ("offered", offered), rx.fragment())
    return rx.el.div(shown, aria_live="polite")


def _with(text: rx.Component | str, deed: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.p(text), deed, class_name="flex flex-col items-start gap-2.5")


def _leave(label: str) -> rx.Component:
    return confirm(
        button(label, look="plain", size="small"),
        title="Give up your place?",
        text="It goes to whoever is behind you. If you come back later, you start at the end.",
        yes="Give it up",
        on_yes=OrderState.leave_waitlist,
        no="Keep my place",
    )
