"""Ask for a link to set a new password."""

import reflex as rx

from ezscale.pages.shell import auth_page
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import button, form_notice, link, native_form, notice, text_field


def forgotten() -> rx.Component:
    """The page for somebody who no longer knows their password. It never tells who has an account."""
    form = native_form(
        form_notice(PostedFormState.problem),
        text_field(
            "E-mail",
            "email",
            errors=PostedFormState.errors,
            type="email",
            auto_complete="username",
            required=True,
            default_value=PostedFormState.typed["email"],
            key=PostedFormState.attempt,
        ),
        button("Send the link", type="submit", size="large", class_name="mt-2"),
        action="/api/password/forgotten",
    )
    sent = notice(
        "If there is an account with this address, a link is on its way. It works for one hour.",
        "success",
        title="Look into your mail",
    )
    return auth_page(
        "Reset your password",
        "We send you a link to choose a new one.",
        rx.cond(PostedFormState.sent, sent, form),
        foot=rx.el.p("Remembered it? ", link("Log in", "/login/")),
    )
