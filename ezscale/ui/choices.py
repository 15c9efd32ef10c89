"""One of several, with room to say what each means."""

from typing import Any

import reflex as rx

from ezscale.ui.base import Content, Flag, Text, classes

CARD = (
    "relative flex cursor-pointer rounded-lg border border-line bg-surface p-3.5 text-sm text-body transition-colors "
    "hover:border-edge has-checked:border-ink has-checked:ring-1 has-checked:ring-ink has-checked:ring-inset "
    "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
)


def choices(legend: Content, *cards: Any, class_name: str = "grid gap-2.5", error: Content = "") -> rx.Component:
    """A question with its answers as cards."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="mb-3 text-base font-semibold text-ink"),
        rx.el.div(*cards, class_name=class_name),
        error,
        class_name="min-w-0",
    )


def choice(
    *content: Content, name: str, value: Text, chosen: Flag, on_choose: Any, class_name: str = ""
) -> rx.Component:
    """One answer: the whole card can be pressed, and arrow keys go from one to the next."""
    mark = rx.el.input(
        type="radio", name=name, value=value, checked=chosen, on_change=on_choose, class_name="peer sr-only"
    )
    return rx.el.label(mark, *content, class_name=classes(CARD, class_name))
