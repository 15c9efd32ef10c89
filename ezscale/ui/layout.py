"""How parts of a page stand beside and below each other."""

from typing import Any

import reflex as rx

from ezscale.ui.base import classes


def stack(*content: Any, class_name: str = "") -> rx.Component:
    """Parts below each other."""
    return rx.el.div(*content, class_name=classes("flex flex-col gap-5 sm:gap-6", class_name))


def split(main: rx.Component, side: rx.Component) -> rx.Component:
    """What matters most, with what belongs to it beside it; below it where there is no room."""
    return rx.el.div(
        rx.el.div(main, class_name="min-w-0"),
        rx.el.div(side, class_name="min-w-0"),
        class_name="grid grid-cols-1 items-start gap-5 sm:gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]",
    )


def toolbar(*content: Any) -> rx.Component:
    """What stands above a table, inside its card: search, filters, actions."""
    return rx.el.div(
        *content, class_name="flex flex-wrap items-center gap-x-3 gap-y-2.5 border-b border-line px-4 py-3 sm:px-5"
    )
