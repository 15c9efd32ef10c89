"""With whom a service is shared."""

from typing import Any

import reflex as rx

from ezscale.pages.account.invitations import invited_email, open_until, withdraw
from ezscale.state.account.panel import PanelState
from ezscale.state.account.sharing import SharingState
from ezscale.ui import badge, button, card, confirm, form_dialog, icon
from ezscale.ui.base import words

MAY_DO = words(PanelState.skills.contains("power"), "start, stop and restart", "look at")


def sharing() -> rx.Component:
    """Who may use this one server, for whoever may share it."""
    people = rx.el.ul(
        rx.foreach(SharingState.delegates, _delegate),
        rx.foreach(SharingState.invited, _invited),
        class_name="divide-y divide-line",
    )
    nobody = rx.el.p(
        "Let somebody ",
        MAY_DO,
        " this ",
        PanelState.words.thing,
        ". They see nothing else of your account.",
        class_name="text-sm text-faint",
    )
    has_some = (SharingState.delegates.length() + SharingState.invited.length()) > 0
    return rx.cond(
        SharingState.may_share, card(rx.cond(has_some, people, nobody), title="Shared with", actions=(_share(),))
    )


def _delegate(row: Any) -> rx.Component:
    end = confirm(
        button("End", look="plain", size="small", custom_attrs={"aria-label": rx.Var.create("End for ") + row.name}),
        title=rx.Var.create("End the access of ") + row.name + "?",
        text="They cannot use this server any more, from this moment on.",
        yes="End access",
        on_yes=SharingState.end(row.id),
    )
    return _line(row.name, row.email, end, row.id)


def _invited(row: Any) -> rx.Component:
    standing = open_until(row, badge("Invited", "info"))
    return _line(row.email, standing, withdraw(SharingState, row), row.id)


def _line(name: Any, note: Any, end: rx.Component, key: Any) -> rx.Component:
    about = rx.el.div(
        rx.el.div(name, class_name="text-sm font-medium text-ink"),
        rx.el.div(note, class_name="text-xs text-faint"),
        class_name="min-w-0 [overflow-wrap:anywhere]",
    )
    return rx.el.li(about, end, class_name="flex items-center justify-between gap-3 py-2.5", key=key)


def _share() -> rx.Component:
    return form_dialog(
        button(icon("user-round-plus"), "Share", look="plain", size="small"),
        invited_email(SharingState),
        title=rx.fragment("Share access to this ", PanelState.words.thing),
        text=rx.fragment("They may ", MAY_DO, " it. No passwords, no other services, no bills."),
        yes="Send the invitation",
        on_yes=SharingState.share,
        open=SharingState.inviting,
        on_open_change=SharingState.think_of_sharing,
    )
