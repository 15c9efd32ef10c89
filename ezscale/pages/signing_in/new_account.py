"""What the pages share on which somebody makes an account."""

import reflex as rx

from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import link, password_field


def first_password() -> rx.Component:
    """The field for the password of a new account."""
    return password_field(
        "Password",
        "password",
        errors=PostedFormState.errors,
        hint="At least 10 characters. A few unrelated words make a good one.",
        auto_complete="new-password",
        min_length=10,
        max_length=200,
    )


def agreement() -> rx.Component:
    """To what somebody agrees by making an account."""
    return rx.el.p(
        "By creating an account you agree to our ",
        link("terms", "/terms/"),
        " and ",
        link("acceptable use policy", "/acceptable-use/"),
        ".",
        class_name="text-xs text-faint",
    )
