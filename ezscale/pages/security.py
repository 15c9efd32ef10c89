"""How a person signs in, and from where: the parts that the customer's page and the colleague's page share."""

from typing import Any

import reflex as rx

from ezscale.pages.second_factors import authenticators, new_codes, passkeys
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    confirm,
    definitions,
    empty,
    form_dialog,
    form_notice,
    hideable,
    machine_address,
    native_form,
    notice,
    pager,
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
            _news(state), new_codes(state), pair, authenticators(state), passkeys(state), _browsers(state), _log(state)
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


def _browsers(state: Any) -> rx.Component:
    rows = table(
        state.browsers,
        (
            Column("Device", _browser),
            Column("Address", lambda row: machine_address(row.address), shown_from="sm"),
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
        rx.el.div(hideable(row.address), class_name="text-xs text-faint sm:hidden"),
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
            Column("Address", lambda row: machine_address(row.address), shown_from="sm"),
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
