"""Staff roles."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import by_id
from ezscale.pages.shell import admin_page
from ezscale.state.admin.roles import NEW, PERMISSIONS, RolesState
from ezscale.ui import Column, button, card, checkbox, confirm, empty, form_dialog, icon, table, text_field
from ezscale.ui.base import words


def roles() -> rx.Component:
    """Every role with what it allows."""
    rows = table(
        RolesState.rows,
        (
            Column("Role", lambda row: rx.el.span(row.name, class_name="font-medium text-ink")),
            Column("Allows", _allows, shown_from="md"),
            Column("People", lambda row: row.people, figures=True),
            Column("Change", _actions, figures=True),
        ),
        caption="Staff roles",
        key=by_id,
        empty=empty("No roles yet", "The first administrator is made on the command line.", icon_name="shield"),
        loading=RolesState.loading,
    )
    new = form_dialog(
        button(icon("plus"), "New role", size="small", on_click=RolesState.edit(NEW)),
        *_fields(),
        title=words(RolesState.editing == NEW, "New role", rx.Var.create("Role: ") + RolesState.name),
        text=(
            "You can give what you may do yourself. When a role changes, whoever holds it is signed out and told by mail."
        ),
        yes="Save the role",
        on_yes=RolesState.save,
        open=RolesState.editing != "",
        on_open_change=RolesState.show,
    )
    return admin_page(
        "Roles",
        card(rows, flush=True),
        at="/admin/roles/",
        lead="What colleagues may do. Whoever holds a role that changes signs in again.",
        actions=[new],
    )


def _allows(row: Any) -> rx.Component:
    return rx.el.ul(rx.foreach(row.allows, _line), class_name="flex flex-col gap-0.5 text-xs text-body")


def _line(sentence: str) -> rx.Component:
    return rx.el.li(sentence)


def _actions(row: Any) -> rx.Component:
    change = button(
        "Edit", look="plain", size="small", on_click=RolesState.edit(row.id), custom_attrs=_named("Edit ", row)
    )
    delete = confirm(
        button("Delete", look="plain", size="small", custom_attrs=_named("Delete ", row)),
        title=rx.Var.create("Delete the role ") + row.name + "?",
        text="This works only while nobody holds it.",
        yes="Delete role",
        on_yes=RolesState.delete(row.id),
    )
    closed = rx.el.span("Not yours to change", class_name="text-xs text-faint")
    both = rx.el.div(change, delete, class_name="flex flex-wrap justify-end gap-1.5")
    return rx.cond(row.may_change, both, closed)


def _named(what: str, row: Any) -> dict[str, Any]:
    return {"aria-label": rx.Var.create(what) + row.name}


def _fields() -> tuple[rx.Component, ...]:
    boxes = [
        checkbox(
            sentence,
            field,
            default_checked=RolesState.chosen.contains(field),
            disabled=~RolesState.own.contains(field),
        )
        for field, sentence in PERMISSIONS
    ]
    wrong = rx.cond(
        RolesState.errors.contains("permissions"),
        rx.el.p(RolesState.errors["permissions"], class_name="mt-2 text-[0.8125rem] text-danger", role="alert"),
    )
    return (
        text_field(
            "Name",
            "name",
            errors=RolesState.errors,
            required=True,
            max_length=60,
            default_value=RolesState.name,
            placeholder="Support",
        ),
        rx.el.fieldset(
            rx.el.legend("What it allows", class_name="mb-2 text-sm font-medium text-ink"),
            rx.el.div(*boxes, class_name="flex flex-col gap-2.5"),
            wrong,
            id="permissions",
            tab_index=-1,
        ),
    )
