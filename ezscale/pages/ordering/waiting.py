"""Waiting for a plan that is sold out."""

from typing import Any

import reflex as rx

from ezscale.state.ordering.order_form import OrderState
from ezscale.ui import button, confirm, icon, link, notice

WAITING = OrderState.waiting


def waiting() -> rx.Component:
    """What can be done about a plan that is sold out; nothing of one that is there."""
    join = rx.cond(
        OrderState.has_customer,
        _join(look="plain", size="small"),
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


def is_gone() -> Any:
    """Whether the chosen plan cannot be ordered because none is left, or is for somebody else."""
    return (WAITING.standing == "sold-out") | (WAITING.standing == "waiting")


def instead_of_paying() -> rx.Component:
    """Where the button that orders would be: the waitlist, or that one stands in it."""
    words = "text-sm text-body"
    join = rx.cond(
        OrderState.has_customer,
        _join(size="large", class_name="w-full"),
        rx.el.p("Once you are logged in, you can join its waitlist.", class_name=words),
    )
    return rx.cond(
        WAITING.standing == "waiting",
        rx.el.p("You are on the waitlist for ", WAITING.plan, ": order it when it is your turn.", class_name=words),
        rx.fragment(rx.el.p(WAITING.plan, " is sold out at the moment.", class_name=words), join),
    )


def _join(**look: Any) -> rx.Component:
    return button(icon("clock"), "Join the waitlist", on_click=OrderState.join_waitlist, **look)


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
