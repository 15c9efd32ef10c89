"""Headings and the small print around them."""

from collections.abc import Sequence

import reflex as rx

from ezscale.ui.base import Content, Text, classes
from ezscale.ui.links import link


def heading(text: Text, class_name: str = "") -> rx.Component:
    """The heading of a part of a page."""
    return rx.el.h2(text, class_name=classes("text-base font-semibold text-ink", class_name))


def page_header(
    title: Text,
    *actions: rx.Component,
    lead: Content = "",
    crumbs: Sequence[tuple[str, str]] = (),
    badge: rx.Component | None = None,
) -> rx.Component:
    """What a page is about, where it belongs (`crumbs`), and what can be done here (`actions`)."""
    heading_row = rx.el.div(
        rx.el.h1(title, class_name="text-2xl font-semibold tracking-tight text-ink [overflow-wrap:anywhere]"),
        *([badge] if badge else []),
        class_name="flex flex-wrap items-center gap-x-3 gap-y-1",
    )
    words: list[rx.Component] = [heading_row]
    if not isinstance(lead, str) or lead:
        words.append(rx.el.p(lead, class_name="mt-1 max-w-2xl text-sm text-faint"))
    return rx.el.header(
        *([breadcrumbs(crumbs)] if crumbs else []),
        rx.el.div(
            rx.el.div(*words, class_name="min-w-0"),
            rx.el.div(*actions, class_name="flex flex-wrap items-center gap-2") if actions else rx.fragment(),
            class_name="flex flex-wrap items-start justify-between gap-x-6 gap-y-3",
        ),
        class_name="mb-6",
    )


def breadcrumbs(crumbs: Sequence[tuple[str, str]]) -> rx.Component:
    """The pages above this one, as (text, address)."""
    items = [
        rx.el.li(
            link(text, to, "hover:text-ink hover:underline underline-offset-[3px]"),
            rx.el.span("/", aria_hidden="true", class_name="ml-2 text-edge"),
        )
        for text, to in crumbs
    ]
    trail = rx.el.ol(*items, class_name="flex flex-wrap items-center gap-x-2 text-sm text-faint")
    return rx.el.nav(trail, aria_label="Breadcrumbs", class_name="mb-2")


def code(text: Content, class_name: str = "") -> rx.Component:
    """A name or a value as machines write it."""
    look = "rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-[0.86em] text-ink [overflow-wrap:anywhere]"
    return rx.el.code(text, class_name=classes(look, class_name))


def code_block(text: Content, label: str = "Code") -> rx.Component:
    """Lines of code or of a log, scrolling sideways when they are long."""
    look = "overflow-x-auto rounded-lg border border-line bg-sunken p-4 font-mono text-xs leading-relaxed text-ink"
    return rx.el.pre(text, class_name=look, tab_index=0, role="region", aria_label=label)


def visually_hidden(text: Content) -> rx.Component:
    """For the ear alone."""
    return rx.el.span(text, class_name="sr-only")
