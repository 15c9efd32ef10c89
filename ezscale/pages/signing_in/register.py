"""Create an account."""

import reflex as rx

from ezscale.pages.shell import auth_page, next_field
from ezscale.pages.signing_in.new_account import agreement, first_password
from ezscale.state.signing_in.choices import countries
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.state.signing_in.registering import RegisterState
from ezscale.ui import button, form_notice, link, native_form, select_field, text_field


def register() -> rx.Component:
    """The page to become a customer."""
    errors, typed, again = PostedFormState.errors, PostedFormState.typed, PostedFormState.attempt
    form = native_form(
        form_notice(PostedFormState.problem),
        text_field(
            "Your name",
            "name",
            errors=errors,
            auto_complete="name",
            required=True,
            max_length=120,
            default_value=typed["name"],
            key=f"name{again}",
        ),
        text_field(
            "E-mail",
            "email",
            errors=errors,
            type="email",
            auto_complete="email",
            required=True,
            default_value=typed["email"],
            key=f"email{again}",
        ),
        first_password(),
        text_field(
            "Company",
            "company",
            errors=errors,
            auto_complete="organization",
            max_length=120,
            default_value=typed["company"],
            key=f"company{again}",
        ),
        rx.el.div(
            select_field(
                "Country",
                "country",
                [("", "Choose…"), *countries()],
                errors=errors,
                auto_complete="country",
                required=True,
                default_value=typed["country"],
                key=f"country{again}{typed['country']}",
            ),
            select_field(
                "Currency",
                "currency",
                RegisterState.currencies,
                errors=errors,
                default_value=typed["currency"],
                key=f"currency{again}{RegisterState.offered}",  # what was typed is chosen once it is among them
            ),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        next_field(PostedFormState.goes_to),
        button("Create account", type="submit", size="large", class_name="mt-2"),
        agreement(),
        action="/api/register",
    )
    return auth_page(
        "Create an account",
        "It costs nothing; you pay when you order.",
        form,
        foot=rx.el.p("Have an account? ", link("Log in", PostedFormState.sign_in_at)),
    )
