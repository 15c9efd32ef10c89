"""What stands on a customer's invoices."""

from typing import Any

import reflex as rx

from ezscale.pages.account.words import not_theirs
from ezscale.pages.shell import account_page
from ezscale.state.account.profile import ProfileState, time_zones
from ezscale.state.signing_in.choices import countries
from ezscale.ui import (
    button,
    card,
    definitions,
    icon,
    link_button,
    select_field,
    skeleton,
    split,
    stack,
    text_field,
)


def profile() -> rx.Component:
    """Who the customer is, and where later invoices go."""
    customer = ProfileState.customer
    facts = card(
        definitions(
            ("Customer number", customer.number),
            ("E-mail", customer.email),
            ("Currency", customer.currency),
            narrow=True,
        ),
        title="Account",
    )
    owners = not_theirs("Whoever owns this account looks after its address.", "user-round")
    side = stack(facts, rx.cond(ProfileState.may_edit, card(_own_data(), title="Your data")))
    page = rx.cond(ProfileState.missing, owners, split(card(_form(), title="Billing address"), side))
    return account_page(
        "Profile",
        rx.cond(ProfileState.loaded, page, skeleton(6)),
        at="/account/profile/",
        lead="This stands on your later invoices. Issued ones keep what they were issued with.",
    )


def _own_data() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "Everything that we store about you, as one file: your orders, services, invoices, mail and sign-ins. "
            "Write to us if you want it erased.",
            class_name="text-sm text-faint",
        ),
        link_button(
            icon("file-down"), "Download", to="/api/privacy/mine.zip", look="plain", loads=True, class_name="mt-3"
        ),
    )


def _form() -> rx.Component:
    save = button("Save", type="submit", class_name="self-start")
    return rx.el.form(
        address_fields(ProfileState.customer, ProfileState.errors, ProfileState.version, country=True),
        text_field(
            "VAT or tax id",
            "tax_id",
            errors=ProfileState.errors,
            hint="For companies. It decides the tax on your later invoices, and is printed on them.",
            max_length=30,
            default_value=ProfileState.customer.tax_id,
            key=rx.Var.create("tax_id") + ProfileState.version.to_string(),
        ),
        select_field(
            "Time zone",
            "time_zone",
            time_zones(),
            errors=ProfileState.errors,
            hint="Your days begin and end there: it decides on which day something begins, renews or ends.",
            default_value=ProfileState.customer.time_zone,
            key=rx.Var.create("time_zone") + ProfileState.version.to_string(),
        ),
        rx.cond(
            customer_standing() != "", rx.el.p(customer_standing(), role="status", class_name="-mt-3 text-sm text-body")
        ),
        rx.cond(
            ProfileState.may_edit,
            save,
            rx.el.p("Only an owner of the account can change this.", class_name="text-sm text-faint"),
        ),
        on_submit=ProfileState.save,
        class_name="flex flex-col gap-5",
    )


def customer_standing() -> Any:
    """What is known of the tax id."""
    return ProfileState.customer.tax_standing


def address_fields(customer: Any, errors: Any, version: Any, *, country: bool) -> rx.Component:
    """The fields of a billing address; they keep what is typed until another `version` of it is read."""

    def line(label: str, name: str, fills: str, longest: int, *, required: bool = True) -> rx.Component:
        return text_field(
            label,
            name,
            errors=errors,
            auto_complete=fills,
            max_length=longest,
            required=required,
            default_value=getattr(customer, name),
            key=rx.Var.create(name) + version.to_string(),
        )

    land = select_field(
        "Country",
        "country",
        countries(),
        errors=errors,
        auto_complete="country",
        required=True,
        default_value=customer.country,
        key=rx.Var.create("country") + version.to_string(),
    )
    return rx.el.div(
        line("Name", "name", "name", 120),
        line("Company", "company", "organization", 120, required=False),
        rx.el.div(line("Street and number", "address", "street-address", 250), class_name="sm:col-span-2"),
        line("Postcode", "postcode", "postal-code", 20),
        line("City", "city", "address-level2", 100),
        line("State or region", "region", "address-level1", 60, required=False) if country else rx.fragment(),
        land if country else rx.fragment(),
        class_name="grid gap-4 sm:grid-cols-2",
    )
