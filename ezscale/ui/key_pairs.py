"""A button that makes an SSH key pair in the browser. A script of ours does it: the private half never leaves the browser."""

import reflex as rx

from ezscale.ui.buttons import button
from ezscale.ui.icons import icon


def key_pair_button() -> rx.Component:
    """Saves a private key as a file, and writes the public line into the form's field "line". It reads the field "name"."""
    return rx.el.div(
        button(
            icon("wand-sparkles", 14),
            "Make a pair here",
            look="plain",
            size="small",
            custom_attrs={"data-key-pair": ""},
        ),
        rx.el.p(
            role="status",
            custom_attrs={"data-key-pair-told": ""},
            class_name="text-[0.8125rem] text-body empty:hidden [overflow-wrap:anywhere]",
        ),
        rx.el.script(src="/scripts/key-pairs.js", async_=True),
        class_name="flex flex-col items-start gap-2",
    )
