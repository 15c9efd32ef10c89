"""Prove again that it is you, before something dangerous."""

import reflex as rx

from ezscale.pages.shell import auth_page, next_field
from ezscale.pages.signing_in.proof import proof
from ezscale.state.session import SessionState
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.state.signing_in.proving import ProvingState
from ezscale.ui import button, form_notice, native_form, passkey_button, password_field


def confirm() -> rx.Component:
    """The page to which dangerous steps lead, and from which one comes back to them."""
    form = native_form(
        form_notice(PostedFormState.problem),
        password_field(
            "Your password",
            "password",
            errors=PostedFormState.errors,
            auto_complete="current-password",
            auto_focus=True,
        ),
        next_field(PostedFormState.goes_to),
        button("Confirm", type="submit", size="large", class_name="mt-2"),
        action="/api/session/confirm",
    )
    key = rx.el.div(
        passkey_button("Confirm with a passkey", "confirm", class_name="w-full"), class_name="mt-3 flex flex-col gap-2"
    )
    return auth_page(
        "Is it you?",
        "What you are about to do matters: please prove that it is still you. It holds for a quarter of an hour.",
        proof(rx.cond(ProvingState.has_password, form), rx.cond(ProvingState.has_passkeys, key)),
        foot=rx.cond(SessionState.person != "", rx.el.p("Signed in as ", SessionState.person)),
    )
