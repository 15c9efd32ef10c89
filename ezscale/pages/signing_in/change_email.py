"""Confirm a new address, by a mailed link."""

import reflex as rx

from ezscale.pages.signing_in.mailed_link import mailed_link_page


def change_email() -> rx.Component:
    """The page on which another address takes the place of the one somebody had."""
    return mailed_link_page(
        "Confirm your new address",
        "It takes the place of the one you had.",
        yes="Use this address",
        action="/api/email/change",
        done="Thank you. From now on you sign in with this address.",
        onward=("Log in", "/login/"),
    )
