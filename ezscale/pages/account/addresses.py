"""The addresses of a service, and their names."""

from typing import Any

import reflex as rx

from ezscale.state.account.addresses import AddressesState
from ezscale.ui import (
    address_to_copy,
    badge,
    button,
    card,
    confirm,
    form_dialog,
    hideable,
    hiding_addresses,
    icon,
    text_field,
)

CHOSEN = AddressesState.chosen


def addresses() -> rx.Component:
    """Each with its name, where the house keeps names."""
    rows = rx.el.ul(rx.foreach(AddressesState.rows, _row), aria_live="polite", class_name="-my-3 divide-y divide-line")
    return rx.cond(AddressesState.rows.length() > 0, card(rows, _naming(), title="Addresses"))


def _row(row: Any) -> rx.Component:
    about = rx.el.div(
        address_to_copy(row.address, "Copy the address"),
        rx.cond(AddressesState.has_names, rx.cond(row.is_network, _of_network(), _name(row))),
        class_name="flex min-w-0 flex-col gap-1.5",
    )
    deeds = rx.el.div(
        button(
            icon("pencil"),
            rx.cond(row.name == "", "Set a name", "Change"),
            look="plain",
            size="small",
            on_click=AddressesState.think_of(row.address),
        ),
        rx.cond((row.standing != "") & (row.standing != "leaving"), _removing(row)),
        class_name="flex flex-wrap items-center gap-2",
    )
    return rx.el.li(
        about,
        rx.cond(AddressesState.may_name, deeds),
        key=row.address,
        class_name="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 py-3",
    )


def _of_network() -> rx.Component:
    return rx.el.p("Every address in this network can have a name.", class_name="text-xs text-faint")


def _name(row: Any) -> rx.Component:
    name = hideable(row.name, "[overflow-wrap:anywhere]")
    standing = rx.match(
        row.standing,
        ("wished", badge("Being set", "info")),
        ("leaving", badge("Being removed", "info")),
        ("refused", badge("Not set", "danger")),
        rx.fragment(),
    )
    line = rx.el.div(
        rx.el.span("Reverse name", class_name="text-xs text-faint"),
        rx.cond(row.name != "", name, rx.el.span("none", class_name="text-faint")),
        standing,
        class_name="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-ink",
    )
    trouble = rx.el.p(hiding_addresses(row.trouble), class_name="text-xs text-danger [overflow-wrap:anywhere]")
    return rx.fragment(line, rx.cond(row.standing == "refused", trouble))


def _removing(row: Any) -> rx.Component:
    return confirm(
        button("Remove", look="quiet", size="small", custom_attrs={"aria-label": "Remove the reverse name"}),
        title="Remove this reverse name?",
        text="The address answers with our own name for it again. Some mail servers refuse mail from such an address.",
        yes="Remove name",
        on_yes=AddressesState.remove(row.address),
    )


def _naming() -> rx.Component:
    which = rx.cond(
        CHOSEN.is_network,
        text_field(
            "Address",
            "address",
            errors=AddressesState.errors,
            hint=rx.fragment("One address in ", hideable(CHOSEN.address)),
            required=True,
            max_length=45,
            auto_complete="off",
        ),
        rx.el.p(AddressesState.errors["address"], role="alert", class_name="text-sm text-danger empty:hidden"),
    )
    name = text_field(
        "Host name",
        "name",
        errors=AddressesState.errors,
        hint="It has to point to the address already.",
        default_value=CHOSEN.name,
        key=CHOSEN.address,
        required=True,
        max_length=260,
        placeholder="mail.example.com",
        auto_complete="off",
    )
    return form_dialog(
        None,
        which,
        name,
        title="Reverse name",
        text=rx.fragment(
            "What others see when they look up ",
            rx.cond(CHOSEN.is_network, "an address in ", ""),
            hideable(CHOSEN.address),
            ".",
        ),
        yes="Set the name",
        on_yes=AddressesState.save,
        open=AddressesState.naming,
        on_open_change=AddressesState.think_again,
    )
