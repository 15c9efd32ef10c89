"""Documents that a browser opens beside the page."""

from typing import Any

import reflex as rx

from ezscale.ui import plain_link
from ezscale.ui.base import Text

NUMBER = "font-medium text-ink whitespace-nowrap hover:underline"


def credit_note_link(row: Any) -> rx.Component:
    """The number of a credit note, which opens its PDF."""
    return paper_link(row.number, rx.Var.create("/api/documents/credit-notes/") + row.id + ".pdf")


def paper_link(name: Text, address: Text, look: str = NUMBER) -> rx.Component:
    """What a document is called, which opens its PDF in a tab of its own."""
    return plain_link(name, rx.el.span(" (PDF)", class_name="sr-only"), href=address, target="_blank", class_name=look)
