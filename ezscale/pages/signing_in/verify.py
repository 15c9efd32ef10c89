"""Confirm an e-mail address, by a mailed link."""

import reflex as rx

from ezscale.pages.shell import auth_page
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import button, form_notice, hidden, link, link_button, native_form, notice


def verify() -> rx.Component:
    """The page to which the mailed link leads. It asks for a click, since mail scanners open links as well."""
    form = native_form(
        form_notice(PostedFormState.problem),
        hidden("token", PostedFormState.secret),
        button("Confirm my address", type="submit", size="large"),
        action="/api/verify",
    )
    done = rx.el.div(
        notice("Thank you. Your address is confirmed.", "success"),
        link_button("Go to my account", to="/account/", size="large", class_name="mt-4 w-full"),
    )
    return auth_page(
        "Confirm your address",
        "So that invoices and passwords reach you and nobody else.",
        rx.cond(PostedFormState.sent, done, form),
        foot=rx.el.p("Questions? ", link("Contact us", "/contact/")),
    )
