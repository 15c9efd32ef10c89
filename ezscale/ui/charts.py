"""Where charts hang."""

import reflex as rx

from ezscale.ui.base import Content, Text
from ezscale.ui.cards import card


def chart_frame(title: Text, chart: rx.Component, summary: Content, figures: rx.Component, height: str) -> rx.Component:
    """A chart with its message in words (`summary`) and its `figures` as a table for whoever cannot see it.

    `height` (a Tailwind class such as "h-72") keeps the page from jumping when the chart arrives.
    """
    more = rx.el.details(
        rx.el.summary(
            "Show the figures", class_name="inline-block text-[0.8125rem] text-faint underline underline-offset-[3px]"
        ),
        rx.el.div(figures, class_name="mt-3"),
        class_name="mt-3",
    )
    return card(
        rx.el.p(summary, class_name="text-sm text-faint"),
        rx.el.div(chart, aria_hidden="true", class_name=f"mt-3 {height}"),
        more,
        title=title,
    )
