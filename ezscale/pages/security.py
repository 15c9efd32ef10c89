"""How a person signs in, and from where: the parts that the customer's page and the colleague's page share."""

from typing import Any

import reflex as rx

from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    code,
    code_block,
    confirm,
    copy_button,
    definitions,
    empty,
    form_dialog,
    form_notice,
    icon,
    native_form,
    notice,
    pager,
    passkey_button,
    password_field,
    skeleton,
    stack,
    table,
    text_field,
)

LEAD = "How you sign in, and where you are signed in now."


def security_parts(state: Any) -> rx.Component:
    """Everything on the page, for the state of either side."""
    pair = rx.el.div(
        _password(state), _email(state), class_name="grid grid-cols-1 items-start gap-5 sm:gap-6 lg:grid-cols-2"
    )
    return rx.cond(
        state.loading,
        skeleton(8),
        stack(
            _news(state), _codes(state), pair, _second_factor(state), _passkeys(state), _browsers(state), _log(state)
        ),
    )


def _news(state: Any) -> rx.Component:
    must = notice(
        "Add an authenticator app or a passkey below. Until then nothing else is open to you.",
        "warning",
        title="Your work here needs a second factor",
    )
    no_codes = notice(
        "If you lose your device you cannot come in any more. Make recovery codes and keep them somewhere safe.",
        "warning",
        title="You have no recovery codes left",
    )
    lacks_codes = state.standing.has_second_factor & (state.standing.codes_left == 0)
    return rx.fragment(
        rx.cond(state.news != "", notice(state.news, "success")),
        rx.cond(state.standing.must_add_one, must),
        rx.cond(lacks_codes, no_codes),
    )


def _codes(state: Any) -> rx.Component:
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


def _password(state: Any) -> rx.Component:
    asks_old = state.standing.has_password & ~state.standing.is_confirmed
    old = password_field("Current password", "old", errors=PostedFormState.errors, auto_complete="current-password")
    form = native_form(
        form_notice(PostedFormState.problem),
        rx.cond(asks_old, old),
        password_field(
            "New password",
            "password",
            errors=PostedFormState.errors,
            hint="At least 10 characters. Every other device is signed out, and your API tokens end.",
            auto_complete="new-password",
            min_length=10,
            max_length=200,
        ),
        button("Change the password", type="submit", class_name="self-start"),
        action="/api/password/change",
    )
    return card(form, title="Password")


def _email(state: Any) -> rx.Component:
    waiting = notice(
        rx.fragment("Open the link that we have sent to ", rx.el.strong(state.standing.new_email), "."),
        title="Waiting for your new address",
        actions=(button("Stay with the old one", look="plain", size="small", on_click=state.keep_email),),
    )
    change = form_dialog(
        button("Change", look="plain", size="small"),
        text_field("New e-mail", "email", errors=state.errors, type="email", auto_complete="email", required=True),
        title="Change your e-mail address",
        text="We send a link to the new address. When you open it, it takes the place of the old one.",
        yes="Send the link",
        on_yes=state.change_email,
        open=state.changing_email,
        on_open_change=state.think_of_email,
    )
    return card(
        stack(
            definitions(("You sign in as", state.standing.email)),
            rx.cond(state.standing.new_email != "", waiting),
        ),
        title="E-mail",
        actions=(change,),
    )


def _second_factor(state: Any) -> rx.Component:
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


def _passkeys(state: Any) -> rx.Component:
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


def _browsers(state: Any) -> rx.Component:
    rows = table(
        state.browsers,
        (
            Column("Device", _browser),
            Column("Address", lambda row: rx.el.span(row.address, class_name="font-mono text-xs"), shown_from="sm"),
            Column("Signed in", lambda row: row.began, shown_from="lg"),
            Column("Last seen", lambda row: row.last_seen, shown_from="md"),
            Column("End", lambda row: _ending(row, state), figures=True),
        ),
        caption="Where you are signed in",
        key=lambda row: row.id,
        empty=empty("Nobody is signed in"),
    )
    others = confirm(
        button("Sign out all others", look="plain", size="small"),
        title="Sign out every other device?",
        text="Whoever uses them must log in again. You stay signed in here.",
        yes="Sign out all others",
        on_yes=state.end_others,
        no="Leave them",
    )
    several = rx.cond(state.browsers.length() > 1, others)
    return card(rows, title="Where you are signed in", actions=(several,), flush=True)


def _browser(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(row.device, class_name="font-medium text-ink"),
        rx.cond(row.is_here, rx.el.span(badge("This device", "info"), class_name="ml-2")),
        rx.el.div(row.address, class_name="text-xs text-faint sm:hidden"),
    )


def _ending(row: Any, state: Any) -> rx.Component:
    end = button(
        "Sign out",
        look="plain",
        size="small",
        on_click=state.end(row.id),
        custom_attrs={"aria-label": "Sign out " + row.device},
    )
    return rx.cond(row.is_here, rx.fragment(), end)


def _log(state: Any) -> rx.Component:
    rows = table(
        state.rows,
        (
            Column("When", lambda row: row.at),
            Column("What", _outcome),
            Column("Device", lambda row: row.device, shown_from="md"),
            Column("Address", lambda row: rx.el.span(row.address, class_name="font-mono text-xs"), shown_from="sm"),
        ),
        caption="Sign-in history",
        key=lambda row: row.id,
        empty=empty("Nothing yet"),
    )
    pages = pager(state.previous_page, state.next_page, has_previous=state.has_previous, has_more=state.has_more)
    return card(rows, rx.cond(state.has_previous | state.has_more, pages), title="Sign-in history", flush=True)


def _outcome(row: Any) -> rx.Component:
    came = badge("Signed in", "success", dot=True)
    failed = badge("Refused", "danger", dot=True)
    return rx.el.div(
        rx.cond(row.ok, came, failed),
        rx.el.span(row.how, class_name="text-xs text-faint"),
        class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
    )


def _name(name: Any) -> rx.Component:
    return rx.el.span(name, class_name="font-medium text-ink [overflow-wrap:anywhere]")
