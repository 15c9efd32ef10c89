"""Accept an invitation, by a mailed link."""

import reflex as rx

from ezscale.pages.roles import role_word
from ezscale.pages.shell import auth_page
from ezscale.pages.signing_in.new_account import agreement, first_password
from ezscale.state.session import SessionState
from ezscale.state.signing_in.forms import PostedFormState
from ezscale.state.signing_in.invitation import InvitationState
from ezscale.ui import (
    button,
    definitions,
    form_notice,
    hidden,
    link,
    link_button,
    native_form,
    notice,
    skeleton,
    text_field,
)

OFFER = InvitationState.offer


def invitation() -> rx.Component:
    """The page to which the mailed link leads: who invites to what, and the ways to come."""
    gone = notice(
        "It was used, taken back or is too old, or its address is not complete. Ask whoever invited you for a new one.",
        "warning",
        title="This invitation is not open",
    )
    way = rx.cond(SessionState.signed_in, rx.cond(InvitationState.is_for_me, _accept(), _another()), _come_in())
    body = rx.cond(InvitationState.is_open, rx.el.div(_terms(), way, class_name="flex flex-col gap-6"), gone)
    return auth_page(
        "You are invited",
        "To work together, each with an account of their own.",
        rx.cond(InvitationState.loaded, body, skeleton(4)),
        foot=rx.el.p("Questions? ", link("Contact us", "/contact/")),
    )


def _terms() -> rx.Component:
    what = rx.cond(
        OFFER.server != "",
        rx.fragment("The server ", rx.el.strong(OFFER.server), ": start, stop and restart it"),
        role_word(OFFER.role),
    )
    return definitions(
        ("From", OFFER.invited_by), ("Account", OFFER.customer), ("To", OFFER.email), ("As", what), narrow=True
    )


def _accept() -> rx.Component:
    return native_form(
        form_notice(PostedFormState.problem),
        hidden("token", PostedFormState.secret),
        button("Accept the invitation", type="submit", size="large"),
        action="/api/invitation",
    )


def _another() -> rx.Component:
    """Somebody is signed in to whom it was not sent."""
    words = notice(
        rx.fragment(
            "You are signed in as ",
            rx.el.strong(SessionState.person),
            ", to whom it was not sent. Log out, and open the link in your mail again.",
        ),
        "warning",
        title="This invitation is for another address",
    )
    return rx.el.div(
        words,
        native_form(button("Log out", type="submit", look="plain", size="large"), action="/api/session/end"),
        class_name="flex flex-col gap-4",
    )


def _come_in() -> rx.Component:
    known = link_button("Log in to accept", to=InvitationState.sign_in_at, size="large", class_name="w-full")
    return rx.cond(OFFER.has_account, known, _new_account())


def _new_account() -> rx.Component:
    errors = PostedFormState.errors
    return native_form(
        form_notice(PostedFormState.problem),
        hidden("token", PostedFormState.secret),
        text_field(
            "E-mail",
            "email",
            type="email",
            auto_complete="username",
            required=True,
            read_only=True,
            value=OFFER.email,
            hint="You came by a mail to this address, so it is confirmed.",
        ),
        text_field(
            "Your name",
            "name",
            errors=errors,
            auto_complete="name",
            required=True,
            max_length=120,
            default_value=PostedFormState.typed["name"],
            key=PostedFormState.attempt,
        ),
        first_password(),
        button("Create account and accept", type="submit", size="large", class_name="mt-2"),
        agreement(),
        action="/api/invitation/account",
    )
