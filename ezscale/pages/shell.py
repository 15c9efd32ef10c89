"""What surrounds a page: the public side, the customer's side, the staff's side, and the pages around signing in."""

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors

from ezscale.pages.menus import ACCOUNT_MENU, ADMIN_MENU, FOOTER, NIGHT_OFF, NIGHT_ON, PUBLIC_MENU, side_menu
from ezscale.pages.person_menu import person_menu, whom_for
from ezscale.state.session import SessionState
from ezscale.ui import (
    addresses_toggle,
    button,
    company,
    hidden,
    icon,
    link,
    link_button,
    logo,
    native_form,
    page_header,
    theme_toggle,
    toasts,
)
from ezscale.ui.base import words
from ezscale.ui.links import nav_link

WIDTH = "mx-auto w-full max-w-6xl px-4 sm:px-6"


def marketing_page(*content: Any, at: str = "") -> rx.Component:
    """A public page. `at` is its address, for the menu."""
    return _document(
        _public_header(at),
        rx.el.main(*content, id="content", class_name="flex-1"),
        _footer(),
        class_name="flex flex-col",
    )


def auth_page(title: str, lead: Any, *content: Any, foot: Any = "") -> rx.Component:
    """A quiet page with one form."""
    form = rx.el.main(
        rx.el.h1(title, class_name="text-2xl font-semibold tracking-tight"),
        rx.el.p(lead, class_name="mt-1.5 text-sm text-faint"),
        rx.el.div(*content, class_name="mt-7"),
        id="content",
        class_name="w-full max-w-sm",
    )
    head = rx.el.header(
        link(logo(), "/", "rounded-md", aria_label=f"{company()} home"),
        theme_toggle(),
        class_name=f"flex h-16 items-center justify-between {WIDTH}",
    )
    return _document(
        head,
        rx.el.div(form, class_name="flex flex-1 justify-center px-4 pb-16 pt-8 sm:pt-[10vh]"),
        rx.el.footer(foot, class_name="border-t border-line px-4 py-5 text-center text-sm text-faint"),
        class_name="flex flex-col",
    )


def account_page(
    title: Any,
    *content: Any,
    at: str,
    lead: Any = "",
    actions: Sequence[rx.Component] = (),
    crumbs: Sequence[tuple[str, str]] = (),
    badge: rx.Component | None = None,
) -> rx.Component:
    """A page of the account portal. `at` is the address of the menu entry to which it belongs."""
    side = side_menu(ACCOUNT_MENU, at, logo(), NIGHT_OFF, name="account-menu")
    order = link_button(icon("plus"), "New server", to="/order/", look="primary", size="small")
    top = _top(rx.cond(SessionState.may.contains("orders.place"), order), addresses_toggle(), person_menu(whom_for()))
    header = page_header(title, *actions, lead=lead, crumbs=crumbs, badge=badge)
    return _workplace(side, top, header, *content)


def admin_page(
    title: Any,
    *content: Any,
    at: str,
    lead: Any = "",
    actions: Sequence[rx.Component] = (),
    crumbs: Sequence[tuple[str, str]] = (),
    badge: rx.Component | None = None,
) -> rx.Component:
    """A page of the staff panel, which nobody mistakes for the portal: its side is night, in both themes."""
    sign = rx.el.span(
        "Staff", class_name="rounded-sm bg-volt px-1.5 py-0.5 text-[0.6875rem] font-semibold text-on-volt"
    )
    side = side_menu(ADMIN_MENU, at, logo("text-on-night", sign), NIGHT_ON, name="admin-menu")
    header = page_header(title, *actions, lead=lead, crumbs=crumbs, badge=badge)
    return _workplace(side, _top(person_menu()), header, *content)


def connection_notice() -> rx.Component:
    """Says so when the server cannot be reached, until it can again."""
    words = rx.el.div(
        icon("wifi-off", 16),
        "No connection. What you see may be out of date; we keep trying.",
        role="alert",
        class_name=(
            "fixed inset-x-0 bottom-0 z-50 flex items-center justify-center gap-2.5 bg-warning-soft px-4 py-2.5 text-sm "
            "text-warning"
        ),
    )
    return rx.cond(has_too_many_connection_errors, words)


def next_field(address: Any) -> rx.Component:
    """Where a form leads to when it has succeeded."""
    return hidden("next", address)


def _document(*content: Any, class_name: str) -> rx.Component:
    return rx.fragment(_page(*content, class_name=class_name), rx.cond(SessionState.acting_as != "", _acting_bar()))


def _acting_bar() -> rx.Component:
    """Says on every page that a colleague is somebody else at the moment, and ends it."""
    end = native_form(
        button("End", type="submit", look="plain", size="small"), action="/api/impersonation/end", class_name="shrink-0"
    )
    bar = rx.el.div(
        icon("user-round-cog", 18),
        rx.el.p("You are ", SessionState.acting_as, class_name="min-w-0 flex-1 [overflow-wrap:anywhere]"),
        end,
        role="status",
        class_name=(
            "fixed inset-x-0 bottom-0 z-40 flex items-center gap-3 border-t border-warning bg-warning-soft px-4 py-2 "
            "text-sm font-medium text-warning sm:px-6"
        ),
    )
    return rx.fragment(rx.el.div(class_name="h-16"), bar)  # the first keeps the page's end above the bar


def _page(*content: Any, class_name: str) -> rx.Component:
    return rx.el.div(
        rx.el.a("Skip to the content", href="#content", class_name=_SKIP),
        rx.cond(rx.State.is_hydrated, rx.el.span(id="ready", hidden=True)),
        *content,
        toasts(SessionState.messages, SessionState.dismiss),
        class_name=f"min-h-dvh {class_name}",
    )


_SKIP = (
    "sr-only focus:not-sr-only focus:fixed focus:left-4 focus:top-4 focus:z-50 focus:rounded-md focus:bg-surface "
    "focus:px-4 focus:py-2 focus:text-sm focus:font-medium focus:text-ink focus:shadow-float"
)


def _public_header(at: str) -> rx.Component:
    wide = [
        nav_link(
            text,
            to,
            current=to == at,
            class_name="rounded-md px-3 py-2 text-sm",
            here="font-medium text-ink",
            elsewhere="text-body hover:text-ink",
        )
        for text, to in PUBLIC_MENU
    ]
    account = rx.cond(
        SessionState.signed_in,
        link_button("My account", to=_home(), look="plain"),
        link_button("Log in", to="/login/", look="plain"),
    )
    bar = rx.el.div(
        link(logo(), "/", "rounded-md", aria_label=f"{company()} home"),
        rx.el.nav(*wide, aria_label="Main", class_name="ml-6 hidden items-center md:flex"),
        rx.el.div(
            theme_toggle(),
            account,
            rx.el.span(link_button("Get started", to="/vps/"), class_name="hidden sm:block"),
            _public_menu(at),
            class_name="ml-auto flex items-center gap-2",
        ),
        class_name=f"flex h-16 items-center {WIDTH}",
    )
    return rx.el.header(bar, class_name="sticky top-0 z-30 border-b border-line bg-canvas/90 backdrop-blur-md")


def _public_menu(at: str) -> rx.Component:
    lines = [
        nav_link(
            text,
            to,
            current=to == at,
            class_name="block border-b border-line px-4 py-3.5 text-base last:border-0",
            here="font-medium text-ink",
            elsewhere="text-body",
        )
        for text, to in (*PUBLIC_MENU, ("Create an account", "/register/"))
    ]
    return rx.el.details(
        rx.el.summary(
            icon("menu", 20),
            aria_label="Menu",
            class_name="grid size-9 place-items-center rounded-md text-ink hover:bg-sunken",
        ),
        rx.el.nav(
            *lines,
            aria_label="Main",
            class_name="absolute inset-x-0 top-16 border-b border-line bg-surface pb-2 shadow-float",
        ),
        class_name="md:hidden",
    )


def _home() -> Any:
    return words(SessionState.is_staff, "/admin/", "/account/")


def _footer() -> rx.Component:
    columns = [
        rx.el.div(
            rx.el.h2(title, class_name="text-[0.8125rem] font-semibold text-ink"),
            rx.el.ul(
                *[rx.el.li(link(text, to, "text-sm text-faint hover:text-ink")) for text, to in links],
                class_name="mt-3 flex flex-col gap-2.5",
            ),
        )
        for title, links in FOOTER
    ]
    about = rx.el.div(
        logo(),
        rx.el.p("Virtual servers, sold plainly.", class_name="mt-3 text-sm text-faint"),
        class_name="col-span-2 md:col-span-1",
    )
    small = rx.el.p(f"© {company()}. Prices are shown before tax.", class_name="text-[0.8125rem] text-faint")
    return rx.el.footer(
        rx.el.div(about, *columns, class_name=f"grid grid-cols-2 gap-x-6 gap-y-10 py-12 md:grid-cols-5 {WIDTH}"),
        rx.el.div(small, class_name=f"border-t border-line py-6 {WIDTH}"),
        class_name="mt-24 border-t border-line bg-surface",
    )


def _workplace(side: rx.Component, top: rx.Component, *content: Any) -> rx.Component:
    main = rx.el.main(*content, id="content", class_name="mx-auto w-full max-w-6xl flex-1 px-4 py-6 sm:px-6 lg:py-8")
    return _document(
        side, rx.el.div(top, main, class_name="flex min-w-0 flex-1 flex-col"), class_name="flex flex-col lg:flex-row"
    )


def _top(*content: rx.Component) -> rx.Component:
    bar = rx.el.div(*content, theme_toggle(), class_name="flex h-14 items-center justify-end gap-2 px-4 sm:px-6")
    return rx.el.section(bar, aria_label="Account", class_name="border-b border-line bg-surface/70")
