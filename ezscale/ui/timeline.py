"""What happened, one thing below the other, newest first."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from ezscale.ui.base import Content, StateVar, words


def timeline(
    rows: StateVar,
    *,
    key: Callable[[Any], rx.Var[Any]],
    what: Callable[[Any], Content],
    note: Callable[[Any], Content],
    is_bad: Callable[[Any], StateVar],
    label: str,
) -> rx.Component:
    """Rows with a dot on a line. `what` is the news, `note` the small print below it; bad news has a red dot."""
    items = rx.foreach(rows, lambda row: _item(key(row), what(row), note(row), is_bad(row)))
    return rx.el.ol(items, aria_label=label, class_name="flex flex-col")


def _item(key: rx.Var[Any], what: Content, note: Content, is_bad: StateVar) -> rx.Component:
    dot = "relative z-10 mt-[0.4rem] size-2 shrink-0 rounded-full ring-4 ring-surface"
    return rx.el.li(
        rx.el.span(aria_hidden="true", class_name=words(is_bad, f"{dot} bg-danger", f"{dot} bg-edge")),
        rx.el.div(
            rx.el.div(what, class_name=words(is_bad, "text-sm text-danger", "text-sm text-ink")),
            rx.el.div(note, class_name="mt-0.5 text-xs text-faint"),
            class_name="min-w-0 flex-1 pb-4 [overflow-wrap:anywhere]",
        ),
        key=key,
        class_name=(
            "relative flex gap-3 last:[&>div]:pb-0 "
            "before:absolute before:left-[3.5px] before:top-3 before:bottom-[-0.4rem] before:w-px before:bg-line "
            "last:before:hidden"
        ),
    )
