"""Grounds on which content stands, and what stands there when there is none."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from ezscale.ui.base import Content, Text, classes
from ezscale.ui.icons import icon


def card(
    *content: Content, title: Content = "", actions: Sequence[rx.Component] = (), flush: bool = False, **props: Any
) -> rx.Component:
    """A part of a page, with its title. `flush` lets the content (a table) reach the edges."""
    head = []
    if not isinstance(title, str) or title or actions:
        head.append(
            rx.el.div(
                rx.el.h2(title, class_name="text-[0.9375rem] font-semibold text-ink"),
                rx.el.div(*actions, class_name="flex items-center gap-2") if actions else rx.fragment(),
                class_name="flex flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-3 sm:px-5",
            )
        )
    look = "rounded-xl border border-line bg-surface shadow-card"
    body = rx.el.div(*content, class_name="" if flush else "p-4 sm:p-5")
    return rx.el.section(*head, body, class_name=classes(look, props.pop("class_name", "")), **props)


def stats(*items: rx.Component) -> rx.Component:
    """Figures side by side."""
    return rx.el.dl(*items, class_name="grid grid-cols-1 gap-3 min-[420px]:grid-cols-2 xl:grid-cols-4")


def stat(label: Text, value: Content, note: Content = "", *, icon_name: str = "") -> rx.Component:
    """One figure with its name, for use inside `stats`."""
    sign = icon(icon_name, 16) if icon_name else ""
    return rx.el.div(
        rx.el.dt(label, sign, class_name="flex justify-between gap-2 text-[0.8125rem] text-faint"),
        rx.el.dd(value, class_name="mt-1.5 text-2xl font-semibold tracking-tight text-ink tabular-nums"),
        rx.el.dd(note, class_name="mt-0.5 min-h-4 text-xs text-faint"),
        class_name="rounded-xl border border-line bg-surface px-4 py-3.5 shadow-card",
    )


def definitions(*pairs: tuple[Content, Content], narrow: bool = False) -> rx.Component:
    """Names with their values, as a record shows them. `narrow` is for a column at the side."""
    name_width = "w-24 shrink-0" if narrow else "sm:w-40 sm:shrink-0"
    line = "flex-row gap-3" if narrow else "flex-col gap-0.5 sm:flex-row sm:gap-4"
    rows = [
        rx.el.div(
            rx.el.dt(name, class_name=classes("text-[0.8125rem] leading-5 text-faint", name_width)),
            rx.el.dd(value, class_name="min-w-0 text-sm text-ink [overflow-wrap:anywhere]"),
            class_name=classes("flex py-2.5", line),
        )
        for name, value in pairs
    ]
    return rx.el.dl(*rows, class_name="-my-2.5 divide-y divide-line")


def empty(title: Text, text: Content = "", *actions: rx.Component, icon_name: str = "inbox") -> rx.Component:
    """What stands where nothing is yet, and what to do about it."""
    return rx.el.div(
        rx.el.div(icon(icon_name, 20), class_name="grid size-10 place-items-center rounded-full bg-sunken text-faint"),
        rx.el.p(title, class_name="mt-3 text-sm font-medium text-ink"),
        rx.el.p(text, class_name="mt-1 max-w-sm text-sm text-faint"),
        rx.el.div(*actions, class_name="mt-4 flex gap-2") if actions else rx.fragment(),
        class_name="flex flex-col items-center px-4 py-10 text-center",
    )


def skeleton(rows: int = 3) -> rx.Component:
    """Grey lines while content is on its way."""
    lines = [rx.el.div(class_name="shimmer h-4 rounded-sm last:w-2/3") for _ in range(rows)]
    return rx.el.div(*lines, role="status", aria_label="Loading", class_name="flex flex-col gap-3 p-4 sm:p-5")
