"""Menus that hang below a button, made of the browser's own popover: Escape and a click elsewhere close them."""

from typing import Any

import reflex as rx

from ezscale.ui.base import Content, classes
from ezscale.ui.links import link

ITEM = (
    "flex w-full items-center gap-2.5 rounded-md px-2.5 py-2 text-left text-sm text-body hover:bg-sunken hover:text-ink"
)
PANEL = "menu min-w-52 rounded-lg border border-line bg-surface p-1.5 text-body shadow-float"


def menu(name: str, trigger: Content, *items: rx.Component, label: str, class_name: str = "") -> rx.Component:
    """A button that opens `items`. `name` must be the only one of its kind on the page."""
    opener = rx.el.button(
        trigger,
        type="button",
        aria_label=label,
        class_name=classes("cursor-pointer", class_name),
        custom_attrs={"popoverTarget": name},
        style={"anchor_name": f"--{name}"},
    )
    panel = rx.el.div(
        *items,
        id=name,
        class_name=PANEL,
        custom_attrs={"popover": "auto"},
        style={"position_anchor": f"--{name}"},
    )
    return rx.fragment(opener, panel)


def menu_link(content: Content, to: str, **props: Any) -> rx.Component:
    """An entry that goes to one of our pages."""
    return link(content, to, ITEM, **props)


def menu_button(*content: Content, **props: Any) -> rx.Component:
    """An entry that does something."""
    return rx.el.button(*content, type=props.pop("type", "button"), class_name=ITEM, **props)
