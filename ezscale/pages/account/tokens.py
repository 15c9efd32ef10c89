"""Keys for programs."""

from typing import Any

import reflex as rx

from ezscale.pages.shell import account_page
from ezscale.state.account.tokens import TokensState
from ezscale.ui import (
    Column,
    button,
    card,
    code,
    confirm,
    copy_button,
    dialog,
    empty,
    icon,
    notice,
    plain_link,
    stack,
    table,
    text_field,
)


def tokens() -> rx.Component:
    """Making, recognising and revoking keys."""
    columns = (
        Column("Name", lambda row: rx.el.span(row.name, class_name="font-medium text-ink [overflow-wrap:anywhere]")),
        Column("Token", lambda row: rx.el.span(row.prefix, class_name="font-mono text-xs"), shown_from="sm"),
        Column("Made", lambda row: row.created, shown_from="md"),
        Column("Last used", lambda row: row.last_used, shown_from="md"),
        Column("Revoke", _revoke, figures=True),
    )
    rows = table(
        TokensState.rows,
        columns,
        caption="Your API tokens",
        key=lambda row: row.id,
        empty=empty("No tokens yet", "A program that uses our API needs one.", icon_name="key-round"),
        loading=~TokensState.loaded,
    )
    more = rx.el.p(
        "A token may do what you may do, for this account. What can be done is in the ",
        plain_link("API reference", href="/api/docs"),
        ".",
        class_name="text-[0.8125rem] text-faint",
    )
    return account_page(
        "API tokens", stack(_fresh(), card(rows, flush=True), more), at="/account/tokens/", actions=(_make(),)
    )


def _fresh() -> rx.Component:
    text = rx.el.div(
        code(TokensState.fresh), copy_button(TokensState.fresh), class_name="mt-2 flex flex-wrap items-center gap-2"
    )
    shown = notice(
        rx.fragment("Keep it somewhere safe: it is not shown again.", text), "success", title="Your new token"
    )
    return rx.cond(TokensState.fresh != "", shown)


def _make() -> rx.Component:
    form = rx.el.form(
        text_field(
            "Name", "name", errors=TokensState.errors, required=True, max_length=80, placeholder="Backup script"
        ),
        button("Make the token", type="submit", class_name="self-end"),
        on_submit=TokensState.make,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        button(icon("plus"), "New token"),
        form,
        title="New API token",
        text="Name it after the program that will use it, so that you recognise it later.",
        open=TokensState.making,
        on_open_change=TokensState.think_of_making,
    )


def _revoke(row: Any) -> rx.Component:
    return confirm(
        button("Revoke", look="plain", size="small", custom_attrs={"aria-label": "Revoke " + row.name}),
        title=rx.Var.create("Revoke ") + row.name + "?",
        text="Programs that use it are refused from now on.",
        yes="Revoke token",
        on_yes=TokensState.revoke(row.id),
    )
