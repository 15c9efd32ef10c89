"""Buttons that ask the browser for a passkey. A script of ours does the asking: it is not worth a React component."""

import reflex as rx

from ezscale.ui.base import Content
from ezscale.ui.buttons import Look, Size, button
from ezscale.ui.icons import icon


def passkey_button(
    content: Content, does: str, *, look: Look = "plain", size: Size = "large", class_name: str = ""
) -> rx.Component:
    """Asks for a passkey, and says below what went wrong. `does` names the routes: /api/passkeys/<does>.

    One to a page. A name for a new passkey is read from the input whose id is "passkey-name".
    """
    return rx.fragment(
        button(
            icon("fingerprint"),
            content,
            look=look,
            size=size,
            custom_attrs={"data-passkey": does},
            class_name=class_name,
        ),
        rx.el.p(id="passkey-problem", role="alert", class_name="text-[0.8125rem] text-danger empty:hidden"),
        rx.el.script(src="/scripts/passkeys.js", async_=True),
    )
