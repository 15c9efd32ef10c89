"""What is held of the night, wherever it is shown."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import open_matter
from ezscale.state.admin.holds import HoldsState, HoldView
from ezscale.ui import button, card, confirm, icon, link


def held_card(holds: Any, on_lift: Any = HoldsState.lift) -> rx.Component:
    """The holds on what a page is about; nothing where there are none."""
    lines = rx.el.ul(rx.foreach(holds, lambda held: _hold(held, on_lift)), class_name="divide-y divide-line")
    return rx.cond(holds.length() > 0, card(lines, title="Held", flush=True))


def _hold(held: HoldView, on_lift: Any) -> rx.Component:
    whose = rx.cond(
        held.customer != "",
        rx.fragment(link(held.customer, rx.Var.create("/admin/customer/?id=") + held.customer_id), " · "),
    )
    lifting = confirm(
        button("Lift", look="plain", size="small"),
        title="Lift this hold?",
        text="The next night does what was held, and makes up for what it has missed.",
        yes="Lift it",
        on_yes=on_lift(held.id),
        no="Keep holding",
        look="primary",
    )
    return open_matter(
        icon("hand", 18, "mt-px text-warning"),
        rx.fragment(rx.cond(held.subject != "", rx.fragment(held.subject, " · ")), held.title),
        held.reason,
        rx.fragment(whose, held.since),
        rx.cond(held.may_lift, lifting),
        key=held.id,
    )
