"""The menu of whoever is signed in: who they are, for whom they act, and the way out."""

from typing import Any

import reflex as rx

from ezscale.pages.roles import role_word
from ezscale.state.session import SessionState
from ezscale.ui import company, icon, menu, menu_button, menu_link, native_form


def person_menu(*entries: rx.Component) -> rx.Component:
    """Who is signed in, and the way out."""
    whose = rx.cond(
        SessionState.customers.length() > 1,
        rx.el.span(SessionState.acts_for, class_name="block truncate text-xs text-faint"),
    )
    face = rx.el.span(
        icon("circle-user-round", 18),
        rx.el.span(
            rx.el.span(SessionState.person, class_name="block truncate"),
            whose,
            class_name="hidden max-w-48 text-left leading-4 sm:block",
        ),
        icon("chevron-down", 14, "text-faint"),
        class_name="flex h-9 items-center gap-2 rounded-md px-2 text-sm text-ink hover:bg-sunken",
    )
    leave = native_form(menu_button(icon("log-out"), "Log out", type="submit"), action="/api/session/end")
    home = menu_link(rx.fragment(icon("globe"), f"{company()} website"), "/")
    return menu("person-menu", face, *entries, home, leave, label="Your account")


def whom_for() -> rx.Component:
    """For whom the person acts, and for whom they could."""
    now = rx.el.div(
        rx.el.p("You act for", class_name="text-xs text-faint"),
        rx.el.p(SessionState.acts_for, class_name="truncate text-sm font-medium text-ink"),
        rx.el.p(role_word(SessionState.role), class_name="text-xs text-faint"),
        class_name="max-w-64 px-2.5 py-2",
    )
    others = native_form(
        rx.foreach(SessionState.customers, _switch),
        action="/api/session/customer",
        class_name="gap-0! border-t border-line py-1",
        custom_attrs={"aria-label": "Act for another account"},
    )
    place = rx.cond(
        SessionState.may.contains("customer.people"),
        rx.fragment(),
        menu_link(rx.fragment(icon("user-round-check"), "Your access"), "/account/people/"),
    )
    known = rx.fragment(now, rx.cond(SessionState.customers.length() > 1, others), place)
    return rx.cond(SessionState.acts_for != "", rx.el.div(known, class_name="border-b border-line mb-1 pb-1"))


def _switch(choice: Any) -> rx.Component:
    go = menu_button(
        icon("arrow-left-right"),
        rx.el.span(
            rx.el.span(choice.name, class_name="block max-w-52 truncate"),
            rx.el.span(role_word(choice.role), class_name="block text-xs text-faint"),
        ),
        type="submit",
        name="customer",
        value=choice.id,
    )
    return rx.cond(choice.is_chosen, rx.fragment(), go)
