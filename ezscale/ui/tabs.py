"""Pages that belong together."""

from collections.abc import Sequence

import reflex as rx

from ezscale.ui.base import Text
from ezscale.ui.links import nav_link


def tabs(label: str, pages: Sequence[tuple[str, str]], current: Text) -> rx.Component:
    """Links, as (text, address), of which `current` is the address shown. Each tab has its own address to share."""
    items = [
        rx.el.li(
            nav_link(
                text,
                to,
                current=to == current,
                class_name="inline-flex border-b-2 px-1 pb-2.5 pt-1 text-sm whitespace-nowrap",
                here="border-ink font-medium text-ink",
                elsewhere="border-transparent text-faint hover:text-ink",
            )
        )
        for text, to in pages
    ]
    row = rx.el.ul(*items, class_name="-mb-px flex gap-5 overflow-x-auto")
    return rx.el.nav(row, aria_label=label, class_name="mb-6 border-b border-line")
