"""The account's public SSH keys."""

from typing import Any

import reflex as rx

from ezscale.pages.account.ssh_key_form import add_key
from ezscale.pages.shell import account_page
from ezscale.state.account.ssh_keys import SshKeysState
from ezscale.ui import Column, button, card, confirm, empty, table


def ssh_keys() -> rx.Component:
    """What can be put onto servers when a system is installed."""
    columns = (
        Column("Name", _name),
        Column("Type", lambda row: row.kind, shown_from="sm"),
        Column("Added", lambda row: row.added, shown_from="md"),
        Column("Change", lambda row: rx.cond(SshKeysState.may_change, _delete(row)), figures=True),
    )
    nothing = empty(
        "No SSH keys yet", "With one you log in to your servers without a password.", icon_name="file-key-2"
    )
    rows = table(
        SshKeysState.rows,
        columns,
        caption="SSH keys",
        key=lambda row: row.id,
        empty=nothing,
        loading=~SshKeysState.loaded,
    )
    return account_page(
        "SSH keys",
        card(rows, flush=True),
        at="/account/ssh-keys/",
        lead="Public keys that you can put onto a server when you reinstall it.",
        actions=(rx.cond(SshKeysState.may_change, add_key(SshKeysState)),),
    )


def _name(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(row.name, class_name="font-medium text-ink"),
        rx.el.div(row.fingerprint, class_name="font-mono text-xs text-faint"),
        class_name="[overflow-wrap:anywhere]",
    )


def _delete(row: Any) -> rx.Component:
    return confirm(
        button("Delete", look="plain", size="small", custom_attrs={"aria-label": rx.Var.create("Delete ") + row.name}),
        title=rx.Var.create("Delete ") + row.name + "?",
        text="It can no longer be put onto servers. Those that have it already keep it: remove it there yourself.",
        yes="Delete key",
        on_yes=SshKeysState.delete(row.id),
    )
