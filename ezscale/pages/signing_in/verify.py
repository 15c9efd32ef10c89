"""Confirm an e-mail address, by a mailed link."""

import reflex as rx

from ezscale.pages.signing_in.mailed_link import mailed_link_page


def verify() -> rx.Component:
    """The page that proves that mail to a new customer arrives."""
    return mailed_link_page(
        "Confirm your address",
        "So that invoices and passwords reach you and nobody else.",
        yes="Confirm my address",
        action="/api/verify",
        done="Thank you. Your address is confirmed.",
        onward=("Go to my account", "/account/"),
    )
