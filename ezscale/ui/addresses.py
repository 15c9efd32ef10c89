"""Addresses, which whoever takes a picture of the screen can hide. A script of ours does it: nobody else needs to know."""

import reflex as rx

from ezscale.ui.base import Content, Text
from ezscale.ui.buttons import copy_button
from ezscale.ui.icons import icon
from ezscale.ui.text import code

# In JavaScript: addresses, networks, mail addresses and host names, in whatever else is written.
IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
IPV6 = r"(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,7}:(?:[0-9a-f:.]*[0-9a-f])?|::(?:[0-9a-f:.]*[0-9a-f])"
NAME = r"(?:[\w.+-]+@)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
IN_WORDS = rf"/((?:\b(?:https?|wss?):\/\/)?(?:{IPV6}|{IPV4}|{NAME})(?:\/\d+|:\d+)?)/i"
TOGGLE = "size-9 place-items-center rounded-md text-faint transition-colors hover:bg-sunken hover:text-ink"


def hideable(content: Content, class_name: str = "") -> rx.Component:
    """An address, a port or a host name: dots stand in its place while addresses are hidden, and nothing can be copied."""
    return rx.el.span(rx.el.span(content, class_name=class_name), class_name="address")


def hiding_addresses(text: Text) -> rx.Component:
    """Words in which an address or a host name may stand: dots stand in the place of these alone."""
    pieces = rx.Var(f"String({rx.Var.create(text)} ?? '').split({IN_WORDS})").to(list[str])
    return rx.el.span(
        rx.foreach(pieces, lambda piece, place: rx.cond(place % 2 == 1, hideable(piece), rx.el.span(piece)))
    )


def machine_address(value: Text) -> rx.Component:
    """An address in the narrow letters of a table."""
    return hideable(value, "font-mono text-xs")


def address_to_copy(value: Text, label: Text) -> rx.Component:
    """An address with a button that copies it."""
    copied = rx.el.span(copy_button(value), title=label)
    return hideable(rx.fragment(code(value), copied), "flex flex-wrap items-center gap-2")


def addresses_toggle() -> rx.Component:
    """Hides every address on the portal's pages, and shows them again; the browser remembers."""
    return rx.fragment(
        _side("eye", "yes", "false", f"when-addresses-shown grid {TOGGLE}"),
        _side("eye-off", "no", "true", f"when-addresses-hidden grid {TOGGLE}"),
        rx.el.script(src="/scripts/addresses.js", async_=True),
    )


def _side(icon_name: str, hides: str, pressed: str, class_name: str) -> rx.Component:
    """One of the two faces of the button, of which the stylesheet shows the one that is true."""
    return rx.el.button(
        icon(icon_name, 18),
        type="button",
        title="Hide addresses",
        class_name=class_name,
        custom_attrs={"data-hides-addresses": hides, "aria-label": "Hide addresses", "aria-pressed": pressed},
    )
