"""Who belongs to the account."""

from typing import Any

import reflex as rx

from ezscale.pages.account.invitations import invited_email, open_until, withdraw
from ezscale.pages.roles import ROLES, role_word
from ezscale.pages.shell import account_page
from ezscale.state.account.people import PeopleState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    confirm,
    empty,
    form_dialog,
    hidden,
    icon,
    select_field,
    skeleton,
    stack,
    table,
)

EXPLAINED = {
    "technical": "Technical: servers, their power and their logins",
    "billing": "Billing: orders, invoices and cards",
    "read_only": "Read only: sees servers and invoices",
    "owner": "Owner: everything, people included",
}


def people() -> rx.Component:
    """Everybody with their role, for whoever looks after them; for others, what they may do themselves."""
    lists = rx.cond(PeopleState.may_manage, stack(_members(), _invited()), _own_access())
    shown = stack(lists, rx.cond(PeopleState.may_manage, _changing()))
    return account_page(
        rx.cond(PeopleState.may_manage, "People", "Your access"),
        rx.cond(PeopleState.loaded, shown, skeleton(6)),
        at="/account/people/",
        actions=(rx.cond(PeopleState.may_manage, _invite()),),
    )


def _members() -> rx.Component:
    columns = (
        Column("Name", lambda row: rx.fragment(_person(row), rx.el.div(_role(row), class_name="mt-1 sm:hidden"))),
        Column("Role", _role, shown_from="sm"),
        Column("Second factor", _second_factor, shown_from="md"),
        Column("Since", lambda row: row.since, shown_from="lg"),
        Column("Change", _buttons, figures=True),
    )
    nobody = empty("Nobody", "", icon_name="users")
    return card(
        table(PeopleState.people, columns, caption="Who has access", key=lambda row: row.id, empty=nobody), flush=True
    )


def _invited() -> rx.Component:
    columns = (
        Column(
            "Invited", lambda row: rx.el.span(row.email, class_name="font-medium text-ink [overflow-wrap:anywhere]")
        ),
        Column("Role", lambda row: role_word(row.role), shown_from="sm"),
        Column("By", lambda row: row.invited_by, shown_from="lg"),
        Column("Open until", lambda row: open_until(row, row.until), shown_from="sm"),
        Column("Change", _invitation_buttons, figures=True),
    )
    rows = table(PeopleState.invited, columns, caption="Open invitations", key=lambda row: row.id, empty=rx.fragment())
    return rx.cond(PeopleState.invited, card(rows, title="Invitations", flush=True))


def _own_access() -> rx.Component:
    nobody = empty(
        "You belong to no account now", "Your access has ended. Your sign-in stays as it is.", icon_name="user-round"
    )
    return rx.cond(
        PeopleState.people,
        rx.foreach(
            PeopleState.people,
            lambda row: card(
                _person(row), rx.el.div(_role(row), class_name="mt-2 text-sm"), rx.el.div(_leave(), class_name="mt-4")
            ),
        ),
        card(nobody),
    )


def _person(row: Any) -> rx.Component:
    me = rx.cond(row.is_me, rx.el.span("you", class_name="text-xs font-normal whitespace-nowrap text-faint"))
    return rx.el.div(
        rx.el.div(row.name, me, class_name="flex flex-wrap items-baseline gap-x-2 font-medium text-ink"),
        rx.el.div(row.email, class_name="text-xs text-faint"),
        class_name="[overflow-wrap:anywhere]",
    )


def _role(row: Any) -> rx.Component:
    servers = rx.cond(row.servers != "", rx.el.div(row.servers, class_name="text-xs text-faint"))
    return rx.el.div(role_word(row.role), servers, class_name="[overflow-wrap:anywhere]")


def _second_factor(row: Any) -> rx.Component:
    return rx.cond(row.second_factor, badge("On", "success"), badge("Off", "neutral"))


def _buttons(row: Any) -> rx.Component:
    change = button(
        "Role",
        look="plain",
        size="small",
        on_click=PeopleState.think_of_changing(row.id),
        custom_attrs={"aria-label": rx.Var.create("Change the role of ") + row.name},
    )
    remove = confirm(
        button("Remove", look="plain", size="small", custom_attrs={"aria-label": rx.Var.create("Remove ") + row.name}),
        title=rx.Var.create("Remove ") + row.name + "?",
        text="They are out at once wherever they are signed in, and their API tokens for this account stop working.",
        yes="Remove person",
        on_yes=PeopleState.remove(row.id),
    )
    return rx.el.div(
        change,
        rx.cond(row.is_me, _leave(), remove),
        class_name="flex flex-col items-end gap-1.5 sm:flex-row sm:justify-end",
    )


def _leave() -> rx.Component:
    return confirm(
        button("Leave", look="plain", size="small"),
        title="Leave this account?",
        text="You see nothing of it any more, and your API tokens for it stop working. An owner can invite you again.",
        yes="Leave account",
        on_yes=PeopleState.leave,
        no="Stay",
    )


def _invitation_buttons(row: Any) -> rx.Component:
    again = button(
        "Send again",
        look="plain",
        size="small",
        on_click=PeopleState.send_again(row.id),
        custom_attrs={"aria-label": rx.Var.create("Send again to ") + row.email},
    )
    return rx.el.div(
        again, withdraw(PeopleState, row), class_name="flex flex-col items-end gap-1.5 sm:flex-row sm:justify-end"
    )


def _invite() -> rx.Component:
    return form_dialog(
        button(icon("user-round-plus"), "Invite"),
        invited_email(PeopleState),
        select_field("Role", "role", tuple(EXPLAINED.items()), errors=PeopleState.errors),
        title="Invite somebody",
        text="They get a mail with a link that works once, for seven days. To share a single server, go to its page.",
        yes="Send the invitation",
        on_yes=PeopleState.invite,
        open=PeopleState.inviting,
        on_open_change=PeopleState.think_of_inviting,
    )


def _changing() -> rx.Component:
    roles = [(role, EXPLAINED[role]) for role in ROLES if role in EXPLAINED]
    return form_dialog(
        None,
        hidden("member", PeopleState.changing),
        select_field(
            "Role",
            "role",
            roles,
            errors=PeopleState.errors,
            default_value=PeopleState.changing_role,
            key=PeopleState.changing,
        ),
        title=rx.Var.create("What may ") + PeopleState.changing_name + " do?",
        text="They are signed out everywhere, and their API tokens for this account stop working.",
        yes="Change the role",
        on_yes=PeopleState.change,
        open=PeopleState.changing != "",
        on_open_change=PeopleState.close_changing,
    )
