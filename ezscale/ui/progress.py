"""How far something is."""

from collections.abc import Sequence

import reflex as rx

from ezscale.ui.base import StateVar, Text, words
from ezscale.ui.icons import icon


def spinner(label: str = "") -> rx.Component:
    """Something is going on; `label` is for the ear."""
    ring = "size-4 shrink-0 animate-spin rounded-full border-2 border-current border-r-transparent"
    if label:
        return rx.el.span(rx.el.span(label, class_name="sr-only"), role="status", class_name=f"inline-block {ring}")
    return rx.el.span(aria_hidden="true", class_name=f"inline-block {ring}")


def progress(percent: int | rx.Var[int], label: Text) -> rx.Component:
    """A bar that fills from 0 to 100, named by `label`."""
    return rx.el.div(
        rx.el.div(class_name="h-full rounded-full bg-volt transition-[width]", style={"width": f"{percent}%"}),
        role="progressbar",
        aria_label=label,
        aria_valuenow=percent,
        aria_valuemin=0,
        aria_valuemax=100,
        class_name="h-2 overflow-hidden rounded-full bg-sunken ring-1 ring-line ring-inset",
    )


def steps(names: Sequence[str], done: StateVar, label: str = "Progress") -> rx.Component:
    """Steps in their order, of which `done` are finished and the next one is under way."""
    items = [_step(place, name, rx.Var.create(done)) for place, name in enumerate(names)]
    return rx.el.ol(*items, aria_label=label, class_name="flex flex-col gap-4 sm:flex-row sm:gap-2")


def _step(place: int, name: str, reached: StateVar) -> rx.Component:
    finished, current = reached > place, reached == place
    dot = rx.cond(
        finished,
        rx.el.span(icon("check", 14), class_name="grid size-6 place-items-center rounded-full bg-volt text-on-volt"),
        rx.cond(
            current,
            rx.el.span(spinner(), class_name="grid size-6 place-items-center rounded-full text-accent"),
            rx.el.span(str(place + 1), class_name=_WAITING),
        ),
    )
    state = words(finished, "done", words(current, "in progress", "to come"))
    return rx.el.li(
        rx.el.span(dot, aria_hidden="true"),
        rx.el.span(
            name,
            rx.el.span(", ", state, class_name="sr-only"),
            class_name=words(finished | current, "text-sm font-medium text-ink", "text-sm text-faint"),
        ),
        aria_current=words(current, "step", "false"),
        class_name="flex flex-1 items-center gap-2.5",
    )


_WAITING = "grid size-6 place-items-center rounded-full border border-line text-xs text-faint tabular-nums"
