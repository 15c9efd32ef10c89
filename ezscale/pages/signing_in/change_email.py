"""Confirm a new address, by a mailed link."""

import reflex as rx

from ezscale.pages.shell import auth_page
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import button, form_notice, hidden, link, link_button, native_form, notice


def change_email() -> rx.Component:
    """The page to which the mailed link leads. It asks for a click, since mail scanners open links as well."""
    form = native_form(
        form_notice(PostedFormState.problem),
        hidden("token", PostedFormState.secret),
        button("Use this address", type="submit", size="large"),
        action="/api/email/change",
    )
    done = rx.el.div(
        notice("Thank you. From now on you sign in with this address.", "success"),
        link_button("Log in", to="/login/", size="large", class_name="mt-4 w-full"),
    )
    return auth_page(
        "Confirm your new address",
        "It takes the place of the one you had.",
        rx.cond(PostedFormState.sent, done, form),
        foot=rx.el.p("Questions? ", link("Contact us", "/contact/")),
    )
