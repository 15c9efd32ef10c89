"""Sizing a server, and what goes beside it: the same on the order page and where staff put an offer together."""

from typing import Any

import reflex as rx

from ezscale.ui import drop_down, heading

LABEL = "text-sm font-medium text-ink"
LIST = "divide-y divide-line rounded-lg border border-line bg-surface"


def options(state: Any) -> rx.Component:
    """Sliders and choices, if there are any."""

    def line_of(option: Any) -> rx.Component:
        name = rx.Var.create("option-") + option.slug
        shown = rx.cond(option.picks, _choice(state, option, name), _slider(state, option, name))
        return rx.el.div(shown, wrong(state, name), key=option.slug, class_name="px-4 py-3.5")

    listed = rx.el.div(rx.foreach(state.options, line_of), class_name=LIST)
    return rx.cond(state.options, rx.el.section(heading("Size", "mb-3"), listed))


def add_ons(state: Any) -> rx.Component:
    """What can be had beside the server, if anything."""

    def line_of(add_on: Any) -> rx.Component:
        name = rx.Var.create("add-on-") + add_on.slug
        words = rx.el.label(
            rx.el.span(add_on.name, class_name="block font-medium text-ink"),
            rx.cond(add_on.summary != "", rx.el.span(add_on.summary, class_name="block text-xs text-faint")),
            rx.el.span(add_on.price, class_name="mt-0.5 block text-[0.8125rem] text-faint tabular-nums"),
            html_for=name,
            class_name="min-w-0 text-sm",
        )
        how_many = rx.cond(add_on.most == 1, _box(state, add_on, name), _number(state, add_on, name))
        line = rx.el.div(words, how_many, class_name="flex items-center justify-between gap-4")
        return rx.el.div(line, wrong(state, name), key=add_on.slug, class_name="px-4 py-3.5")

    listed = rx.el.div(rx.foreach(state.add_ons, line_of), class_name=LIST)
    return rx.cond(state.add_ons, rx.el.section(heading("Add-ons", "mb-3"), listed))


def wrong(state: Any, name: Any) -> rx.Component:
    """What is wrong with something, beside it."""
    words = rx.el.p(state.errors[name], class_name="mt-2 text-[0.8125rem] text-danger")
    return rx.el.div(rx.cond(state.errors.contains(name), words), role="alert")


def _slider(state: Any, option: Any, name: Any) -> rx.Component:
    head = rx.el.div(
        rx.el.label(option.name, html_for=name, class_name=LABEL),
        rx.el.output(option.shown, html_for=name, class_name="text-sm text-ink tabular-nums"),
        class_name="flex items-baseline justify-between gap-4",
    )
    slider = rx.el.input(
        type="range",
        id=name,
        min=option.bottom,
        max=option.largest,
        step=option.step,
        default_value=option.chosen,
        on_change=lambda value: state.size(option.slug, value).debounce(150),
        aria_valuetext=option.shown,
        key=_anew(state, option),
        class_name="mt-2 h-6 w-full cursor-pointer accent-ink dark:accent-volt",
    )
    return rx.fragment(head, slider, rx.el.p(option.price, class_name="mt-1 text-xs text-faint"))


def _choice(state: Any, option: Any, name: Any) -> rx.Component:
    return rx.fragment(
        rx.el.label(option.name, html_for=name, class_name=f"mb-1.5 block {LABEL}"),
        drop_down(
            rx.foreach(option.picks, lambda value: rx.el.option(value.text, value=value.value)),
            id=name,
            value=option.chosen,
            on_change=lambda value: state.size(option.slug, value),
        ),
    )


def _box(state: Any, add_on: Any, name: Any) -> rx.Component:
    return rx.el.input(
        type="checkbox",
        id=name,
        checked=add_on.count > 0,
        on_change=lambda checked: state.toggle(add_on.slug, checked),
        class_name="size-4 shrink-0 accent-ink dark:accent-volt",
    )


def _number(state: Any, add_on: Any, name: Any) -> rx.Component:
    return rx.el.input(
        type="number",
        id=name,
        min=0,
        max=add_on.most,
        default_value=add_on.count.to_string(),
        on_change=lambda value: state.add(add_on.slug, value).debounce(300),
        key=_anew(state, add_on),
        class_name="h-9 w-16 shrink-0 rounded-md border border-edge bg-surface px-2 text-sm text-ink tabular-nums",
    )


def _anew(state: Any, thing: Any) -> rx.Var[str]:
    """An input that keeps what was typed begins anew with another plan, or another visit."""
    key: rx.Var[str] = rx.Var.create("") + thing.slug + state.basket.plan + state.visits.to_string()
    return key
