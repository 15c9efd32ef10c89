"""Which machine a service gets: on the page of a service that is not built yet."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import machine_name
from ezscale.state.admin.machine import ANY, MachineState
from ezscale.ui import button, card, choice, choices, form_dialog, icon, spinner

THIS = MachineState


def machine_card() -> rx.Component:
    """Which one is chosen, where one can be."""
    chosen = rx.cond(
        THIS.chosen != ANY,
        rx.fragment("It gets machine ", machine_name(THIS.chosen), " and no other."),
        "The panel takes any free machine that is what the plan says.",
    )
    press = button(icon("server"), "Choose", look="plain", size="small", on_click=THIS.show(True))
    return rx.fragment(
        rx.cond(THIS.may_choose, card(rx.el.p(chosen, class_name="text-sm"), title="Machine", actions=[press])),
        _window(),
    )


def _window() -> rx.Component:
    waiting = rx.el.p(spinner(), "Asking the panel…", class_name="flex items-center gap-2 text-sm text-faint")
    nothing = rx.el.p("No other machine of this kind is free.", class_name="text-sm text-faint")
    cards = choices(
        rx.el.span("Machine", class_name="text-sm"),
        _card(ANY, "Whichever the panel takes", "The first that is free when it is built."),
        rx.foreach(THIS.machines, lambda row: _card(row.id, row.name, row.parts)),
        error=rx.cond(
            THIS.errors.contains("machine"),
            rx.el.p(THIS.errors["machine"], role="alert", class_name="mt-2 text-sm text-danger"),
        ),
    )
    found = rx.fragment(cards, rx.cond(THIS.machines.length() == 0, nothing))
    return form_dialog(
        None,
        rx.el.div(rx.cond(THIS.asking, waiting, found), aria_live="polite"),
        title="Choose a machine",
        text="Free now, and exactly what the plan says. It is asked for again when the service is built.",
        yes="Save",
        on_yes=THIS.choose,
        open=THIS.picking,
        on_open_change=THIS.show,
    )


def _card(value: Any, name: Any, parts: Any) -> rx.Component:
    words = rx.el.span(
        rx.el.span(name, class_name="block font-medium text-ink"),
        rx.el.span(parts, class_name="block text-faint [overflow-wrap:anywhere]"),
        class_name="min-w-0",
    )
    return choice(words, name="machine", value=value, chosen=THIS.picked == value, on_choose=THIS.pick(value))
