"""The second step of signing in."""

import reflex as rx

from ezscale.pages.shell import auth_page, next_field
from ezscale.pages.signing_in.proof import proof
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.state.signing_in.proving import ProvingState
from ezscale.ui import button, form_notice, link, native_form, passkey_button, text_field


def second_step() -> rx.Component:
    """The page for somebody whose password was right, and who has a second factor."""
    form = native_form(
        form_notice(PostedFormState.problem),
        text_field(
            "Code",
            "code",
            errors=PostedFormState.errors,
            hint="The six digits that your app shows, or one of your recovery codes.",
            auto_complete="one-time-code",
            required=True,
            auto_focus=True,
            max_length=40,
        ),
        next_field(PostedFormState.goes_to),
        button("Go on", type="submit", size="large", class_name="mt-2"),
        action="/api/session/second-step",
    )
    key = rx.el.div(
        passkey_button("Use a passkey", "second-step", class_name="w-full"), class_name="mt-3 flex flex-col gap-2"
    )
    return auth_page(
        "One more step",
        "Your password was right. Now show that it is really you.",
        proof(form, rx.cond(ProvingState.has_passkeys, key)),
        foot=rx.el.p("Lost your device and your recovery codes? ", link("Contact us", "/contact/")),
    )
