"""An address that leads nowhere."""

import reflex as rx

from ezscale.pages.marketing.parts import page_top
from ezscale.pages.shell import marketing_page
from ezscale.ui import link_button


def not_found() -> rx.Component:
    """What stands at every address we do not know."""
    ways = rx.el.div(
        link_button("Home", to="/"),
        link_button("See plans", to="/vps/", look="plain"),
        class_name="mt-8 flex gap-3",
    )
    return marketing_page(
        page_top("There is nothing here", "The page has moved, or the address has a slip in it.", ways)
    )
