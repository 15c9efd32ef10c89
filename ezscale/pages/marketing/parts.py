"""What several public pages are made of."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import reflex as rx

from ezscale.pages.shell import WIDTH
from ezscale.ui import icon


def section(*content: Any, class_name: str = "mt-20 sm:mt-24") -> rx.Component:
    """A band of a page, as wide as the rest."""
    return rx.el.section(*content, class_name=f"{WIDTH} {class_name}")


def title(text: str, lead: str = "", *, center: bool = False) -> rx.Component:
    """What a band is about."""
    words = [rx.el.h2(text, class_name="text-2xl font-semibold tracking-tight sm:text-[2rem] sm:leading-tight")]
    if lead:
        words.append(rx.el.p(lead, class_name="mt-3 text-base leading-relaxed text-body sm:text-lg"))
    return rx.el.div(*words, class_name="mx-auto max-w-2xl text-center" if center else "max-w-2xl")


def page_top(text: str, lead: str, *content: Any) -> rx.Component:
    """The head of a page that is not the home page."""
    return section(
        rx.el.h1(text, class_name="max-w-3xl text-3xl font-semibold tracking-tight sm:text-[2.75rem] sm:leading-[1.1]"),
        rx.el.p(lead, class_name="mt-4 max-w-2xl text-base leading-relaxed text-body sm:text-lg"),
        *content,
        class_name="pt-12 sm:pt-20",
    )


def features(items: Sequence[tuple[str, str, str]]) -> rx.Component:
    """Things that speak for us, as (icon, name, sentence)."""
    cells = [
        rx.el.li(
            rx.el.span(
                icon(sign, 18),
                class_name="grid size-9 place-items-center rounded-lg bg-accent-soft text-accent",
            ),
            rx.el.h3(name, class_name="mt-4 text-base font-semibold"),
            rx.el.p(text, class_name="mt-1.5 text-sm leading-relaxed text-body"),
            class_name="bg-surface p-6",
        )
        for sign, name, text in items
    ]
    look = "mt-10 grid gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-2 lg:grid-cols-3"
    return rx.el.ul(*cells, class_name=look)


def questions(items: Sequence[tuple[str, str]]) -> rx.Component:
    """Questions people ask, with their answers; the first ones to read, not to click."""
    lines = [
        rx.el.details(
            rx.el.summary(
                rx.el.h3(question, class_name="text-base font-medium"),
                rx.el.span("+", aria_hidden="true", class_name="text-xl font-normal text-faint group-open:rotate-45"),
                class_name="flex items-center justify-between gap-4 py-4",
            ),
            rx.el.p(answer, class_name="max-w-2xl pb-5 text-sm leading-relaxed text-body sm:text-[0.9375rem]"),
            class_name="group",
        )
        for question, answer in items
    ]
    return rx.el.div(*lines, class_name="divide-y divide-line border-y border-line")


def choices(places: Sequence[str], systems: Sequence[str]) -> rx.Component:
    """Where a server can stand and what it can run."""
    return rx.el.div(
        _list("Where it stands", places),
        _list("What it runs", systems),
        class_name="grid gap-4 md:grid-cols-2",
    )


def json_ld(*things: Mapping[str, Any]) -> rx.Component:
    """What a page holds, for search engines."""
    graph = json.dumps({"@context": "https://schema.org", "@graph": list(things)}, ensure_ascii=False)
    return rx.el.script(graph.replace("</", "<\\/"), type="application/ld+json")


def _list(name: str, items: Sequence[str]) -> rx.Component:
    lines = [rx.el.li(item, class_name="py-3 text-sm text-ink") for item in items]
    return rx.el.div(
        rx.el.h2(name, class_name="text-lg font-semibold"),
        rx.el.ul(*lines, class_name="mt-2 divide-y divide-line"),
        class_name="rounded-xl border border-line bg-surface p-6 shadow-card",
    )
