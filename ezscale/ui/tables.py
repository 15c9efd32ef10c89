"""Tables: sorted, searched and paged by the state that fills them; this is only how they look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx

from ezscale.ui.base import Content, Flag, StateVar, Text, classes, words
from ezscale.ui.buttons import button
from ezscale.ui.cards import skeleton
from ezscale.ui.icons import icon

From = Literal["always", "sm", "md", "lg", "xl"]

SHOWN_FROM: dict[From, str] = {
    "always": "",
    "sm": "hidden sm:table-cell",
    "md": "hidden md:table-cell",
    "lg": "hidden lg:table-cell",
    "xl": "hidden xl:table-cell",
}
SIDES = "px-2.5 first:pl-4 last:pr-4 sm:px-4 first:sm:pl-5 last:sm:pr-5"
HEAD = f"{SIDES} py-2.5 text-xs font-medium text-faint whitespace-nowrap"
CELL = f"{SIDES} py-3 align-middle text-body"


@dataclass(frozen=True)
class Column:
    """A column: its name, what it shows of a row, and from which screen width on.

    `sort` is the word that `Sorting.change` gets when the header is pressed. `figures` go to the right.
    """

    name: str
    cell: Callable[[Any], Content]
    sort: str = ""
    figures: bool = False
    shown_from: From = "always"


@dataclass(frozen=True)
class Sorting:
    """How rows are sorted now, as the state knows it, and the handler that changes it."""

    by: rx.Var[str]
    descending: rx.Var[bool]
    change: Any


def table(
    rows: StateVar,
    columns: Sequence[Column],
    *,
    caption: Text,
    key: Callable[[Any], rx.Var[Any]],
    empty: rx.Component,
    loading: Flag = False,
    sorting: Sorting | None = None,
) -> rx.Component:
    """One page of rows. While `loading` grey lines stand there, and `empty` when there are none."""
    head = rx.el.tr(*[_header(column, sorting) for column in columns])
    sheet = rx.el.table(
        rx.el.caption(caption, class_name="sr-only"),
        rx.el.thead(head, class_name="border-b border-line"),
        rx.el.tbody(rx.foreach(rows, lambda row: _row(row, columns, key)), class_name="divide-y divide-line"),
        class_name="w-full text-left text-sm",
    )
    scroller = rx.el.div(sheet, tab_index=0, role="region", aria_label=caption, class_name="overflow-x-auto")
    return rx.cond(loading, skeleton(5), rx.cond(rows.length() > 0, scroller, empty))


def pager(previous: Any, more: Any, *, has_previous: Flag, has_more: Flag, summary: Content = "") -> rx.Component:
    """Back and forth between pages of a list that is read by key: no page numbers, however long it is."""
    return rx.el.nav(
        rx.el.p(summary, class_name="text-[0.8125rem] text-faint tabular-nums"),
        rx.el.div(
            button(
                icon("chevron-left"),
                "Previous",
                look="plain",
                size="small",
                on_click=previous,
                disabled=_not(has_previous),
            ),
            button("Next", icon("chevron-right"), look="plain", size="small", on_click=more, disabled=_not(has_more)),
            class_name="flex gap-2",
        ),
        aria_label="Pages",
        class_name="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-3 sm:px-5",
    )


def search_box(label: str, on_change: Any, **props: Any) -> rx.Component:
    """Finds while somebody types: `on_change` gets the words when they pause. `on_unmount=` hears when the box is gone."""
    box = rx.el.input(
        type="search",
        name="search",
        placeholder=label,
        aria_label=label,
        on_change=on_change.debounce(250),
        class_name=(
            "h-9 w-full rounded-md border border-edge bg-surface pl-9 pr-3 text-sm text-ink placeholder:text-faint "
            "focus-visible:border-ink"
        ),
        **props,
    )
    glass = icon("search", 16, "pointer-events-none absolute left-3 top-2.5 text-faint")
    return rx.el.div(glass, box, role="search", class_name="relative w-full sm:w-72")


def _header(column: Column, sorting: Sorting | None) -> rx.Component:
    look = classes(HEAD, SHOWN_FROM[column.shown_from], "text-right" if column.figures else "")
    if not column.sort or sorting is None:
        return rx.el.th(column.name, scope="col", class_name=look)
    chosen = sorting.by == column.sort
    arrow = rx.cond(
        chosen,
        rx.cond(sorting.descending, icon("arrow-down", 12), icon("arrow-up", 12)),
        icon("chevrons-up-down", 12, "opacity-50"),
    )
    press = rx.el.button(
        column.name,
        arrow,
        type="button",
        on_click=sorting.change(column.sort),
        class_name="inline-flex cursor-pointer items-center gap-1 hover:text-ink",
    )
    direction = words(chosen, words(sorting.descending, "descending", "ascending"), "none")
    return rx.el.th(press, scope="col", aria_sort=direction, class_name=look)


def _row(row: Any, columns: Sequence[Column], key: Callable[[Any], rx.Var[Any]]) -> rx.Component:
    cells = [
        rx.el.td(
            column.cell(row),
            class_name=classes(
                CELL,
                SHOWN_FROM[column.shown_from],
                "text-right tabular-nums whitespace-nowrap" if column.figures else "",
            ),
        )
        for column in columns
    ]
    return rx.el.tr(*cells, key=key(row), class_name="transition-colors hover:bg-sunken/60")


def _not(flag: Flag) -> Flag:
    return ~flag if isinstance(flag, rx.Var) else not flag
