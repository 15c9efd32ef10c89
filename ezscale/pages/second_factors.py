"""What a person has beside a password: apps, passkeys and recovery codes, on the pages of either side."""

from typing import Any

import reflex as rx

from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    code,
    code_block,
    confirm,
    copy_button,
    empty,
    form_dialog,
    icon,
    passkey_button,
    table,
    text_field,
)


def new_codes(state: Any) -> rx.Component:
    """Recovery codes that were just made, to be kept."""
    text = state.codes.join("\n")
    shown = card(
        rx.el.p(
            "Each code lets you in once without your second factor. They are shown only now: keep them somewhere safe.",
            class_name="mb-4 text-sm text-body",
        ),
        code_block(text, "Your recovery codes"),
        rx.el.div(
            copy_button(text),
            button(icon("download"), "Download", look="plain", size="small", on_click=state.download_codes),
            button("I have kept them", size="small", on_click=state.hide_codes),
            class_name="mt-4 flex flex-wrap gap-2",
        ),
        title="Your new recovery codes",
    )
    return rx.cond(state.codes.length() > 0, shown)


def authenticators(state: Any) -> rx.Component:
    """Apps that show a code, and how many recovery codes are left for whoever loses theirs."""
    rows = table(
        state.apps,
        (
            Column("App", lambda row: _name(row.name)),
            Column("Added", lambda row: row.added, shown_from="sm"),
            Column("Last used", lambda row: row.last_used, shown_from="md"),
            Column(
                "Remove", lambda row: _removal(row, state.remove_app, "Its codes open nothing any more."), figures=True
            ),
        ),
        caption="Your authenticator apps",
        key=lambda row: row.id,
        empty=empty(
            "No app yet", "An app on your phone shows a code that you enter when you log in.", icon_name="smartphone"
        ),
    )
    on = badge("On", "success", dot=True)
    off = badge("Off", "neutral", dot=True)
    return card(
        rows,
        rx.cond(state.standing.has_second_factor, _codes_left(state)),
        title=rx.el.span(
            "Second factor",
            rx.cond(state.standing.has_second_factor, on, off),
            class_name="inline-flex items-center gap-2.5",
        ),
        actions=(_pairing(state),),
        flush=True,
    )


def passkeys(state: Any) -> rx.Component:
    """Passkeys, and another one."""
    rows = table(
        state.keys,
        (
            Column("Passkey", lambda row: _name(row.name)),
            Column("Added", lambda row: row.added, shown_from="sm"),
            Column("Last used", lambda row: row.last_used, shown_from="md"),
            Column("Change", lambda row: _key_actions(row, state), figures=True),
        ),
        caption="Your passkeys",
        key=lambda row: row.id,
        empty=empty(
            "No passkey yet", "Log in with your fingerprint, your face or a security key.", icon_name="fingerprint"
        ),
    )
    add = rx.el.div(
        text_field("Name of a new passkey", "passkey-name", required=True, max_length=80, placeholder="My laptop"),
        passkey_button("Add a passkey", "register", look="primary", size="medium", class_name="self-start"),
        class_name="flex flex-col gap-3 border-t border-line p-4 sm:p-5",
    )
    return card(rows, add, title="Passkeys", flush=True)


def _codes_left(state: Any) -> rx.Component:
    renew = confirm(
        button("Make new ones", look="plain", size="small"),
        title="Make ten new recovery codes?",
        text="Codes that you have kept earlier no longer work, and every other device is signed out.",
        yes="Make new codes",
        on_yes=state.renew_codes,
        no="Keep what I have",
        look="primary",
    )
    return rx.el.div(
        rx.el.p("Recovery codes left: ", rx.el.strong(state.standing.codes_left), class_name="text-sm text-body"),
        renew,
        class_name="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-3 sm:px-5",
    )


def _pairing(state: Any) -> rx.Component:
    return form_dialog(
        button(icon("plus"), "Add an app", size="small"),
        rx.el.img(
            src=state.picture,
            alt="The picture to scan",
            class_name="mx-auto size-52 rounded-lg border border-line bg-white",
        ),
        text_field("Name", "name", errors=state.errors, required=True, max_length=80, placeholder="My phone"),
        text_field(
            "Code",
            "code",
            errors=state.errors,
            hint="The six digits that the app shows now.",
            required=True,
            max_length=10,
            auto_complete="one-time-code",
            input_mode="numeric",
        ),
        rx.el.div(
            rx.el.p("Cannot scan it? Type this into the app:", class_name="text-xs text-faint"),
            rx.el.div(
                code(state.secret), copy_button(state.secret), class_name="mt-1 flex flex-wrap items-center gap-2"
            ),
        ),
        title="Add an authenticator app",
        text="Scan the picture with the app, and enter the code that it shows.",
        yes="Add the app",
        on_yes=state.pair,
        open=state.pairing,
        on_open_change=state.think_of_pairing,
    )


def _key_actions(row: Any, state: Any) -> rx.Component:
    rename = form_dialog(
        button("Rename", look="plain", size="small", custom_attrs={"aria-label": "Rename " + row.name}),
        text_field("Name", "name", errors=state.errors, required=True, max_length=80, default_value=row.name),
        title="Rename this passkey",
        text="Call it what you will recognise.",
        yes="Rename",
        on_yes=state.rename,
        open=state.renaming == row.id,
        on_open_change=lambda is_open: state.think_of_renaming(row.id, is_open),
    )
    remove = _removal(row, state.remove_key, "It opens nothing any more.")
    return rx.el.div(rename, remove, class_name="flex flex-wrap justify-end gap-2")


def _removal(row: Any, remove: Any, consequence: str) -> rx.Component:
    return confirm(
        button("Remove", look="plain", size="small", custom_attrs={"aria-label": "Remove " + row.name}),
        title=rx.Var.create("Remove ") + row.name + "?",
        text=f"{consequence} Every other device is signed out.",
        yes="Remove",
        on_yes=remove(row.id),
    )


def _name(name: Any) -> rx.Component:
    return rx.el.span(name, class_name="font-medium text-ink [overflow-wrap:anywhere]")
