"""Maintenance: a list of what was announced, and a window to announce more."""

import reflex as rx

from ezscale.pages.admin.parts import by_id, turner, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.maintenance import MaintenanceRow, MaintenanceState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    checkbox,
    confirm,
    empty,
    form_dialog,
    icon,
    select_field,
    table,
    text_area,
    text_field,
)

FORM = MaintenanceState.form
LEVELS = (("notice", "Nothing stands still"), ("outage", "Services stand still for a while"))


def maintenance() -> rx.Component:
    """What was announced, newest first."""
    none = empty(
        "Nothing announced",
        "What is announced here is shown to everybody with a service there, until it is over.",
        icon_name="construction",
    )
    rows = table(
        MaintenanceState.rows,
        [
            Column("What", lambda row: two_lines(rx.el.span(row.title, class_name="font-medium text-ink"), row.where)),
            Column("From", lambda row: two_lines(row.begins, rx.fragment("to ", row.ends)), shown_from="sm"),
            Column("Stands", _standing),
            Column("Announced", lambda row: row.by, shown_from="lg"),
            Column("", lambda row: rx.cond(MaintenanceState.may_announce & ~row.is_over, _ways(row)), figures=True),
        ],
        caption="Maintenance",
        key=by_id,
        empty=none,
        loading=MaintenanceState.loading,
    )
    announce = button(icon("plus"), "Announce", size="small", on_click=MaintenanceState.open_form(""))
    return admin_page(
        "Maintenance",
        rx.fragment(card(rows, turner(MaintenanceState), flush=True), _form()),
        at="/admin/maintenance/",
        lead="Customers with a service there see it on their first page and on the service's, until it is over.",
        actions=[rx.cond(MaintenanceState.may_announce, announce)],
    )


def _standing(row: MaintenanceRow) -> rx.Component:
    standing = rx.match(
        row.standing,
        ("on", badge("On now", "warning", dot=True)),
        ("planned", badge("Planned", "info", dot=True)),
        ("cancelled", badge("Cancelled")),
        badge("Over"),
    )
    return rx.fragment(standing)


def _ways(row: MaintenanceRow) -> rx.Component:
    end = confirm(
        button("End", look="plain", size="small"),
        title="Is it done?",
        text="It ends now, and nobody is shown it any more.",
        yes="End it now",
        on_yes=MaintenanceState.end(row.id),
        no="Not yet",
        look="primary",
    )
    cancel = confirm(
        button("Cancel", look="plain", size="small"),
        title="Cancel this maintenance?",
        text="Nobody is shown it any more. Whoever had a mail about it gets no other one.",
        yes="Cancel it",
        on_yes=MaintenanceState.cancel(row.id),
    )
    return rx.el.div(
        button("Change", look="plain", size="small", on_click=MaintenanceState.open_form(row.id)),
        rx.cond(row.is_on, end, cancel),
        class_name="flex flex-wrap justify-end gap-2",
    )


def _form() -> rx.Component:
    errors = MaintenanceState.errors
    is_new = MaintenanceState.editing == "new"
    mail = checkbox("Write to everybody whom it concerns, once", "with_mail")
    return form_dialog(
        None,
        text_field("What is done", "title", default_value=FORM.title, errors=errors, required=True, max_length=120),
        text_area(
            "What customers notice of it",
            "text",
            default_value=FORM.text,
            errors=errors,
            required=True,
            max_length=1000,
            rows="3",
        ),
        rx.el.div(
            text_field(
                "From", "begins_at", type="datetime-local", default_value=FORM.begins_at, errors=errors, required=True
            ),
            text_field(
                "To", "ends_at", type="datetime-local", default_value=FORM.ends_at, errors=errors, required=True
            ),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        rx.el.div(
            select_field("Panel", "panel", MaintenanceState.panels, default_value=FORM.panel, errors=errors),
            select_field("Location", "location_id", MaintenanceState.locations, default_value=FORM.location_id),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        select_field("How much is noticed", "level", LEVELS, default_value=FORM.level),
        rx.cond(is_new, mail),
        title=rx.cond(is_new, "Announce maintenance", "Change what was announced"),
        text="Times are the company's own.",
        yes=rx.cond(is_new, "Announce it", "Save"),
        on_yes=MaintenanceState.save,
        open=MaintenanceState.editing != "",
        on_open_change=MaintenanceState.close_form,
    )
