"""What belongs to a document: its PDF, which a browser opens beside the page, and the link by which it is paid."""

from typing import Any

import reflex as rx

from ezscale.ui import code, copy_button, notice, plain_link
from ezscale.ui.base import Text

NUMBER = "font-medium text-ink whitespace-nowrap hover:underline"


def credit_note_link(row: Any) -> rx.Component:
    """The number of a credit note, which opens its PDF."""
    return paper_link(row.number, rx.Var.create("/api/documents/credit-notes/") + row.id + ".pdf")


def paper_link(name: Text, address: Text, look: str = NUMBER) -> rx.Component:
    """What a document is called, which opens its PDF in a tab of its own."""
    return plain_link(name, rx.el.span(" (PDF)", class_name="sr-only"), href=address, target="_blank", class_name=look)


def pay_link_notice(address: Any) -> rx.Component:
    """A link by which an invoice can be paid, just made, to be copied; nothing without one."""
    text = rx.el.div(code(address), copy_button(address), class_name="mt-2 flex flex-wrap items-center gap-2")
    words = "Whoever has it sees this invoice and can pay it, without signing in; nothing else."
    return rx.cond(address != "", notice(rx.fragment(words, text), "success", title="A link to pay this invoice"))
