"""Buttons for paying through another gateway than the first."""

from typing import Any

import reflex as rx

from ezscale.ui import button
from ezscale.ui.buttons import Size


def pay_buttons(state: Any, size: Size = "medium") -> rx.Component:
    """One for each other way to pay that we offer, such as PayPal; nothing where there is none."""
    return rx.foreach(state.other_ways, lambda way: _button("Pay by ", way, state.pay, state.going_to_pay, size))


def keep_buttons(state: Any) -> rx.Component:
    """One for each other kind of thing that can be left for renewals."""
    return rx.foreach(state.other_ways, lambda way: _button("Add ", way, state.add, state.going_to_add, "medium"))


def _button(words: str, way: Any, click: Any, busy: Any, size: Size) -> rx.Component:
    named = {"data-way": way.name}
    return button(words, way.words, look="quiet", size=size, on_click=click(way.name), busy=busy, custom_attrs=named)
