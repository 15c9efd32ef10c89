"""The servers of an offer with their prices: the same for the customer and for staff."""

from typing import Any

import reflex as rx


def offered_server(server: Any, *content: rx.Component) -> rx.Component:
    """One server, line by line, and what can be done about it."""
    lines = rx.foreach(
        server.lines,
        lambda line: rx.el.div(
            rx.el.dt(line.text, class_name="min-w-0 [overflow-wrap:anywhere]"),
            rx.el.dd(line.amount, class_name="text-ink tabular-nums"),
            class_name="flex justify-between gap-4 text-sm text-body",
        ),
    )
    head = rx.el.div(
        rx.el.h3(server.plan, class_name="text-sm font-semibold text-ink"),
        rx.el.p(server.where, class_name="text-xs text-faint"),
    )
    renewal = rx.el.p("Then ", server.renewal, ", tax included.", class_name="mt-2 text-xs text-faint")
    return rx.el.li(
        head,
        rx.el.dl(lines, class_name="mt-2 flex flex-col gap-1.5"),
        renewal,
        *content,
        key=server.place.to_string(),
        class_name="py-4 first:pt-0 last:pb-0",
    )
