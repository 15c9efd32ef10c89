"""Log in."""

import reflex as rx

from ezscale.pages.shell import auth_page, next_field
from ezscale.state.session import SessionState
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import (
    button,
    company,
    form_notice,
    link,
    native_form,
    notice,
    passkey_button,
    password_field,
    text_field,
)


def login() -> rx.Component:
    """The page to log in, for customers and staff alike."""
    form = native_form(
        form_notice(PostedFormState.problem),
        text_field(
            "E-mail",
            "email",
            errors=PostedFormState.errors,
            type="email",
            auto_complete="username",
            required=True,
            auto_focus=True,
            default_value=PostedFormState.typed["email"],
            key=PostedFormState.attempt,
        ),
        password_field("Password", "password", errors=PostedFormState.errors, auto_complete="current-password"),
        next_field(PostedFormState.goes_to),
        button("Log in", type="submit", size="large", class_name="mt-2"),
        action="/api/session",
    )
    changed = notice("Your new password is set. Log in with it.", "success")
    return auth_page(
        "Log in",
        f"Welcome back to {company()}.",
        rx.cond(PostedFormState.sent, rx.el.div(changed, class_name="mb-5")),
        form,
        rx.el.div(
            passkey_button("Log in with a passkey", "sign-in", class_name="w-full"),
            class_name="mt-3 flex flex-col gap-2",
        ),
        rx.el.p(link("Forgotten your password?", "/forgotten/"), class_name="mt-5 text-center text-sm"),
        rx.cond(
            rx.State.is_hydrated & ~SessionState.signed_in, rx.el.span(hidden=True, custom_attrs={"data-visitor": ""})
        ),
        foot=rx.el.p("No account yet? ", link("Create one", PostedFormState.sign_up_at)),
    )
