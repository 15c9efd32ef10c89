"""Questions that must be answered first."""

from typing import Any

import reflex as rx
from reflex_components_radix.primitives.dialog import dialog as radix

from ezscale.ui.base import Content, Text
from ezscale.ui.buttons import Look, button
from ezscale.ui.icons import icon

OVERLAY = "fixed inset-0 z-40 bg-night/60 backdrop-blur-[2px]"
PANEL = (
    "fixed inset-x-4 top-[10vh] z-50 mx-auto max-h-[80vh] max-w-lg overflow-y-auto rounded-xl border border-line "
    "bg-surface p-5 text-body shadow-float sm:p-6"
)


def dialog(trigger: rx.Component | None, *content: Content, title: Text, text: Content, **root: Any) -> rx.Component:
    """A window over the page, opened by its trigger (a button). `open=` and `on_open_change=` let a state do it.

    Then the trigger may have a click of its own, which tells the state, or there may be none.
    """
    close = rx.el.button(
        icon("x", 18),
        type="button",
        aria_label="Close",
        class_name="absolute right-3 top-3 grid size-9 place-items-center rounded-md text-faint hover:bg-sunken",
    )
    panel = radix.content(
        radix.title(title, class_name="pr-8 text-lg font-semibold text-ink"),
        radix.description(text, class_name="mt-1.5 text-sm text-body"),
        *content,
        radix.close(close, as_child=True),
        class_name=PANEL,
    )
    shown = radix.portal(radix.overlay(class_name=OVERLAY), panel)
    if trigger is None or "on_click" in trigger.event_triggers:  # Reflex would wrap it in a div that poses as a button
        return rx.fragment(*filter(None, (trigger,)), radix.root(shown, **root))
    return radix.root(radix.trigger(trigger, as_child=True), shown, **root)


def form_dialog(
    trigger: rx.Component | None,
    *fields: Content,
    title: Text,
    text: Content,
    yes: Content,
    on_yes: Any,
    look: Look = "primary",
    **root: Any,
) -> rx.Component:
    """A window with something to fill in, opened and closed by a state. What was typed stays when it is refused."""
    form = rx.el.form(
        *fields,
        button(yes, type="submit", look=look, class_name="self-end"),
        on_submit=on_yes,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(trigger, form, title=title, text=text, **root)


def confirm(
    trigger: rx.Component,
    *,
    title: Text,
    text: Content,
    yes: str,
    on_yes: Any,
    no: str = "Keep it",
    look: Look = "danger",
) -> rx.Component:
    """Says what will happen and asks. `yes` names the deed ("Delete server"), never just yes."""
    answers = rx.el.div(
        radix.close(button(no, look="plain"), as_child=True),
        radix.close(button(yes, look=look, on_click=on_yes), as_child=True),
        class_name="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end",
    )
    return dialog(trigger, answers, title=title, text=text)
