"""Add-ons: what can be had beside a plan."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import by_id, or_dash, two_lines
from ezscale.pages.admin.price_parts import SIDE_BY_SIDE, price_window
from ezscale.pages.shell import admin_page
from ezscale.state.admin.add_ons import PAID_CHOICES, AddOnsState
from ezscale.state.admin.panel_fields import FIELD_CHOICES
from ezscale.ui import Column, badge, button, card, confirm, dialog, empty, icon, select_field, table, text_field
from ezscale.ui.base import words

MAY, ERRORS, THIS = AddOnsState.may.contains("staff.catalog"), AddOnsState.errors, AddOnsState.row
SMALL = {"look": "plain", "size": "small"}


def add_ons() -> rx.Component:
    """Every add-on and what it costs."""
    sheet = table(
        AddOnsState.rows,
        (
            Column("Add-on", _name),
            Column("Paid", lambda row: words(row.recurring, "With each cycle", "Once"), shown_from="md"),
            Column("Up to", lambda row: row.most, figures=True, shown_from="sm"),
            Column("Price", lambda row: or_dash(row.price), shown_from="sm"),
            Column("Change", _buttons, figures=True),
        ),
        caption="Add-ons",
        key=by_id,
        empty=empty("No add-ons yet", "Addresses, backups, licences, work by hand.", icon_name="puzzle"),
        loading=AddOnsState.loading,
    )
    new = button(icon("plus"), "New add-on", size="small", on_click=AddOnsState.edit(""))
    return admin_page(
        "Add-ons",
        card(sheet, flush=True),
        _describing(),
        price_window(AddOnsState),
        at="/admin/plans/",
        lead="They are offered with a plan on the plan's own page. Those who have one keep it.",
        crumbs=(("Plans", "/admin/plans/"),),
        actions=[rx.cond(MAY, new)],
    )


def _name(row: Any) -> rx.Component:
    name = rx.el.span(
        row.name, rx.cond(row.archived, badge("Archived")), class_name="flex items-center gap-2 font-medium text-ink"
    )
    return two_lines(name, rx.cond(row.summary != "", row.summary, row.slug))


def _buttons(row: Any) -> rx.Component:
    archive = confirm(
        button("Archive", custom_attrs=_named("Archive ", row), **SMALL),
        title=rx.Var.create("Archive ") + row.name + "?",
        text="No plan offers it any more. Those who have it keep it, and go on paying for it. It can come back.",
        yes="Archive the add-on",
        on_yes=AddOnsState.archive(row.id),
    )
    restore = button("Restore", on_click=AddOnsState.restore(row.id), custom_attrs=_named("Restore ", row), **SMALL)
    prices = button(
        "Prices",
        on_click=AddOnsState.ask_prices(row.id, row.name, ~row.recurring),
        custom_attrs=_named("Prices of ", row),
        **SMALL,
    )
    edit = button("Edit", on_click=AddOnsState.edit(row.id), custom_attrs=_named("Edit ", row), **SMALL)
    every = rx.el.div(
        prices, edit, rx.cond(row.archived, restore, archive), class_name="flex flex-wrap justify-end gap-1.5"
    )
    return rx.cond(MAY, every)


def _describing() -> rx.Component:
    is_new = THIS.id == ""
    form = rx.el.form(
        rx.cond(
            is_new,
            rx.el.div(
                _line("Name in addresses", "slug", THIS.slug, required=True, max_length=60, placeholder="extra-ipv4"),
                select_field("Paid", "paid", PAID_CHOICES, errors=ERRORS),
                class_name=SIDE_BY_SIDE,
            ),
        ),
        _line("Name", "name", THIS.name, required=True, max_length=80),
        _line("Summary", "summary", THIS.summary, max_length=250),
        rx.el.div(
            _line("Up to so many", "most", THIS.most, input_mode="numeric", max_length=4),
            select_field(
                "More at the panel",
                "panel_field",
                FIELD_CHOICES,
                errors=ERRORS,
                default_value=THIS.panel_field,
            ),
            _line("Position", "position", THIS.position, input_mode="numeric", max_length=4),
            class_name=SIDE_BY_SIDE,
        ),
        button("Save the add-on", type="submit", class_name="self-end"),
        on_submit=AddOnsState.save,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        None,
        form,
        title=words(is_new, "New add-on", rx.Var.create("Edit ") + THIS.name),
        text="Whether it is paid once or with each cycle is for good.",
        open=AddOnsState.editing,
        on_open_change=AddOnsState.show,
    )


def _line(label: str, name: str, value: Any, **props: Any) -> rx.Component:
    return text_field(label, name, errors=ERRORS, default_value=value, auto_complete="off", **props)


def _named(what: str, row: Any) -> dict[str, Any]:
    return {"aria-label": rx.Var.create(what) + row.name}
