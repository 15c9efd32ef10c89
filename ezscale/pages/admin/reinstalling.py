"""Reinstalling a customer's server, on its page in the staff panel."""

import reflex as rx

from ezscale.state.admin.service import ServiceState
from ezscale.ui import button, form_dialog, icon, notice, select_field, spinner, text_area, text_field

THIS = ServiceState.service


def reinstallation() -> rx.Component:
    """The button, where it can be done, and the window behind it."""
    press = button(
        icon("hard-drive-download"),
        "Reinstall",
        look="plain",
        size="small",
        on_click=ServiceState.think_of_system(True),
    )
    return rx.fragment(rx.cond(ServiceState.may_reinstall, press), _window())


def _window() -> rx.Component:
    waiting = rx.el.p(spinner(), "Asking the panel…", class_name="flex items-center gap-2 text-sm text-faint")
    system = select_field("What shall be installed?", "image", ServiceState.systems, errors=ServiceState.errors)
    why = text_area(
        "Why?",
        "reason",
        errors=ServiceState.errors,
        required=True,
        max_length=300,
        hint="It stands in the log, and the customer reads it there.",
    )
    sure = text_field(
        rx.el.span("Type ", rx.el.strong(THIS.hostname, class_name="[overflow-wrap:anywhere]"), " to confirm"),
        "typed",
        errors=ServiceState.errors,
        required=True,
        max_length=190,
        auto_complete="off",
        spell_check=False,
    )
    return form_dialog(
        None,
        notice("Everything on it is wiped, and nobody can bring it back.", "danger"),
        rx.el.div(rx.cond(ServiceState.asking_systems, waiting, system), aria_live="polite"),
        why,
        sure,
        title=rx.Var.create("Reinstall ") + THIS.hostname + "?",
        text="Its customer gets a mail when it is done, and logs in with a new password: no SSH key is put onto it.",
        yes="Wipe and reinstall",
        on_yes=ServiceState.reinstall,
        look="danger",
        open=ServiceState.choosing_system,
        on_open_change=ServiceState.think_of_system,
    )
