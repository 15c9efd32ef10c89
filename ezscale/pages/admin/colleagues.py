"""Colleagues."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import by_id, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.colleagues import NEW, ColleaguesState
from ezscale.ui import (
    Column,
    button,
    card,
    confirm,
    empty,
    form_dialog,
    icon,
    link_button,
    select_field,
    status_badge,
    table,
    text_field,
)
from ezscale.ui.base import Tone

TONES: dict[str, Tone] = {"active": "success", "invited": "info", "suspended": "warning"}
WORDS = {name: name.capitalize() for name in TONES}


def colleagues() -> rx.Component:
    """Everybody who works here."""
    rows = table(
        ColleaguesState.rows,
        (
            Column("Name", lambda row: two_lines(rx.el.span(row.name, class_name="font-medium text-ink"), row.email)),
            Column("Role", lambda row: row.role, shown_from="sm"),
            Column("Second factor", lambda row: rx.cond(row.second_factor, "yes", "none yet"), shown_from="lg"),
            Column("Since", lambda row: row.since, shown_from="xl"),
            Column("Stands", lambda row: status_badge(row.standing, TONES, WORDS), shown_from="md"),
            Column("Change", _actions, figures=True),
        ),
        caption="Colleagues",
        key=by_id,
        empty=empty("Nobody works here yet", "The first administrator is made on the command line.", icon_name="users"),
        loading=ColleaguesState.loading,
    )
    return admin_page(
        "Colleagues",
        card(rows, flush=True),
        at="/admin/staff/",
        lead="Who works here, and in which role. Whoever is changed is signed out everywhere and told by mail.",
        actions=[link_button("Roles", to="/admin/roles/", look="plain", size="small"), _invite(), _role_window()],
    )


def _invite() -> rx.Component:
    return form_dialog(
        button(icon("plus"), "Invite a colleague", size="small", on_click=ColleaguesState.edit(NEW)),
        text_field("Name", "name", errors=ColleaguesState.errors, required=True, max_length=120),
        text_field("E-mail", "email", errors=ColleaguesState.errors, type="email", required=True, max_length=190),
        select_field("Role", "role", ColleaguesState.choices, errors=ColleaguesState.errors, required=True),
        title="Invite a colleague",
        text="They choose their own password by a link that we mail them.",
        yes="Send the invitation",
        on_yes=ColleaguesState.invite,
        open=ColleaguesState.editing == NEW,
        on_open_change=ColleaguesState.show,
    )


def _actions(row: Any) -> rx.Component:
    suspend = _asked(
        "Suspend",
        row,
        "They are signed out everywhere and cannot sign in until they are brought back.",
        "Suspend colleague",
        ColleaguesState.suspend(row.id),
    )
    remove = _asked(
        "Remove",
        row,
        "They work here no more. What they did stays under their name.",
        "Remove colleague",
        ColleaguesState.remove(row.id),
    )
    back = button(
        "Bring back",
        look="plain",
        size="small",
        on_click=ColleaguesState.bring_back(row.id),
        custom_attrs=_named("Bring back ", row),
    )
    again = button(
        "Invite again",
        look="plain",
        size="small",
        on_click=ColleaguesState.invite_again(row.id),
        custom_attrs=_named("Invite again: ", row),
    )
    buttons = rx.el.div(
        button(
            "Role",
            look="plain",
            size="small",
            on_click=ColleaguesState.edit(row.id),
            custom_attrs=_named("Role of ", row),
        ),
        rx.cond(row.standing == "invited", again),
        rx.cond(row.standing == "suspended", back, suspend),
        remove,
        class_name="flex flex-wrap justify-end gap-1.5",
    )
    return rx.cond(row.may_change, buttons, rx.el.span("Not yours to change", class_name="text-xs text-faint"))


def _role_window() -> rx.Component:
    """The one window in which roles are given: its field is the only one of its name on the page."""
    return form_dialog(
        None,
        select_field(
            "Role",
            "new_role",
            ColleaguesState.choices,
            errors=ColleaguesState.errors,
            default_value=ColleaguesState.role_id,
            required=True,
        ),
        title=rx.Var.create("The role of ") + ColleaguesState.person,
        text="They are signed out, and sign in again with the new role.",
        yes="Give this role",
        on_yes=ColleaguesState.give,
        open=(ColleaguesState.editing != "") & (ColleaguesState.editing != NEW),
        on_open_change=ColleaguesState.show,
    )


def _asked(text: str, row: Any, what_happens: str, yes: str, on_yes: Any) -> rx.Component:
    return confirm(
        button(text, look="plain", size="small", custom_attrs=_named(f"{text} ", row)),
        title=rx.Var.create(f"{text} ") + row.name + "?",
        text=what_happens,
        yes=yes,
        on_yes=on_yes,
        no="Leave it",
    )


def _named(what: str, row: Any) -> dict[str, Any]:
    return {"aria-label": rx.Var.create(what) + row.name}
