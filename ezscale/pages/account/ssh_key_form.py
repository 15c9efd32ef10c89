"""The window in which a public SSH key is added, by pasting it or by making a pair."""

from typing import Any

import reflex as rx

from ezscale.ui import button, form_dialog, icon, key_pair_button, text_area, text_field


def add_key(state: Any, look: Any = "primary", size: Any = "medium") -> rx.Component:
    """A button and its window. `state` has the vars and handlers of AddsSshKeys."""
    return form_dialog(
        button(icon("plus"), "Add a key", look=look, size=size),
        text_field("Name", "name", errors=state.errors, max_length=60, placeholder="Ada's laptop", auto_complete="off"),
        text_area(
            "Public key",
            "line",
            errors=state.errors,
            required=True,
            max_length=4000,
            placeholder="ssh-ed25519 AAAA…",
            spell_check=False,
            hint="One line, from the file that ends in .pub. Never paste a private key.",
        ),
        key_pair_button(),
        title="Add an SSH key",
        text="Paste the public half of a key that you have, or let your browser make a new pair: its private half stays with you.",
        yes="Add the key",
        on_yes=state.add,
        open=state.adding,
        on_open_change=state.think_of_adding,
    )
