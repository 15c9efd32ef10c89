"""One of several: as cards with room to say what each means, or as a row of words."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from ezscale.ui.base import Content, Flag, StateVar, Text, classes, words

CARD = (
    "relative flex cursor-pointer rounded-lg border border-line bg-surface p-3.5 text-sm text-body transition-colors "
    "hover:border-edge has-checked:border-ink has-checked:ring-1 has-checked:ring-ink has-checked:ring-inset "
    "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent "
    "has-disabled:cursor-not-allowed has-disabled:bg-sunken has-disabled:hover:border-line"
)
FILTER = "h-7 cursor-pointer rounded-sm px-2.5 text-[0.8125rem] whitespace-nowrap transition-colors"
PRESSED = "bg-surface font-medium text-ink shadow-card"


def choices(legend: Content, *cards: Any, class_name: str = "grid gap-2.5", error: Content = "") -> rx.Component:
    """A question with its answers as cards."""
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="mb-3 text-base font-semibold text-ink"),
        rx.el.div(*cards, class_name=class_name),
        error,
        class_name="min-w-0",
    )


def choice(
    *content: Content,
    name: str,
    value: Text,
    chosen: Flag,
    on_choose: Any,
    disabled: Flag = False,
    class_name: str = "",
) -> rx.Component:
    """One answer: the whole card can be pressed, and arrow keys go from one to the next, past those that are disabled."""
    mark = rx.el.input(
        type="radio",
        name=name,
        value=value,
        checked=chosen,
        disabled=disabled,
        on_change=on_choose,
        class_name="peer sr-only",
    )
    return rx.el.label(mark, *content, class_name=classes(CARD, class_name))


def filters(
    label: str, options: Sequence[tuple[str, str]] | rx.Var[Any], chosen: StateVar, choose: Any
) -> rx.Component:
    """What of a list is shown: buttons of which one is pressed. `choose` is told the value.

    As (value, text) what is known now, or a var of things that have `value` and `text`.
    """

    def one(value: Any, text: Any) -> rx.Component:
        return rx.el.button(
            text,
            type="button",
            on_click=choose(value),
            aria_pressed=words(chosen == value, "true", "false"),
            class_name=words(chosen == value, f"{FILTER} {PRESSED}", f"{FILTER} text-faint hover:text-ink"),
        )

    buttons = (
        [rx.foreach(options, lambda option: one(option.value, option.text))]
        if isinstance(options, rx.Var)
        else [one(value, text) for value, text in options]
    )
    row = "flex max-w-full gap-0.5 overflow-x-auto rounded-md bg-sunken p-1"
    return rx.el.div(*buttons, role="group", aria_label=label, class_name=row)
