"""Choose a new password, by a mailed link."""

import reflex as rx

from ezscale.pages.shell import auth_page
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import button, form_notice, hidden, link, native_form, password_field


def reset() -> rx.Component:
    """The page to which the mailed link leads."""
    form = native_form(
        form_notice(PostedFormState.problem),
        hidden("token", PostedFormState.secret),
        password_field(
            "New password",
            "password",
            errors=PostedFormState.errors,
            hint="At least 10 characters. Every session that is open now will end.",
            auto_complete="new-password",
            min_length=10,
            max_length=200,
        ),
        button("Set the new password", type="submit", size="large", class_name="mt-2"),
        action="/api/password/reset",
    )
    return auth_page(
        "Choose a new password",
        "For the account to which we sent the link.",
        form,
        foot=rx.el.p("Link too old? ", link("Ask for a new one", "/forgotten/")),
    )
