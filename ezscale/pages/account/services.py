"""The list of services."""

from typing import Any

import reflex as rx

from ezscale.pages.account.words import MAY_ORDER, SERVICE_WORDS, address_of, service_badge
from ezscale.pages.shell import account_page
from ezscale.state.account.services import ServicesState
from ezscale.ui import (
    Column,
    card,
    empty,
    filters,
    hideable,
    icon,
    link,
    link_button,
    machine_address,
    pager,
    search_box,
    table,
    toolbar,
)

SHOWN = (
    ("", "All"),
    *((status, SERVICE_WORDS[status]) for status in ("active", "building", "suspended", "terminated")),
)


def services() -> rx.Component:
    """Every server, found by number, host name or address."""
    sheet = "/api/exports/services.csv?q=" + ServicesState.words + "&status=" + ServicesState.status
    tools = toolbar(
        search_box(
            "Find a server",
            ServicesState.search,
            id="search",
            default_value=ServicesState.boxed,
            on_unmount=ServicesState.leave_box,
        ),
        filters("Status", SHOWN, ServicesState.status, ServicesState.choose),
    )
    pages = pager(
        ServicesState.previous_page,
        ServicesState.next_page,
        has_previous=ServicesState.has_previous,
        has_more=ServicesState.has_more,
    )
    turning = rx.cond(ServicesState.has_previous | ServicesState.has_more, pages)
    return account_page(
        "Services",
        card(tools, _rows(), turning, flush=True),
        at="/account/services/",
        actions=(link_button(icon("download"), "Export", to=sheet, look="plain", loads=True),),
    )


def _rows() -> rx.Component:
    columns = (
        Column("Server", _server),
        Column("Plan", lambda row: row.plan, shown_from="md"),
        Column("Location", lambda row: row.place, shown_from="lg"),
        Column("System", lambda row: row.system, shown_from="lg"),
        Column("Address", lambda row: machine_address(row.address), shown_from="sm"),
        Column("Status", lambda row: service_badge(row.status)),
    )
    return table(
        ServicesState.rows,
        columns,
        caption="Your servers",
        key=lambda row: row.id,
        empty=rx.cond(
            (ServicesState.words != "") | (ServicesState.status != ""),
            empty("Nothing found", "No server of yours matches this.", icon_name="search-x"),
            empty(
                "No servers yet",
                rx.cond(MAY_ORDER, "Choose a plan and it runs a few minutes later.", ""),
                rx.cond(MAY_ORDER, link_button("Order a server", to="/order/")),
                icon_name="server",
            ),
        ),
        loading=ServicesState.loading,
    )


def _server(row: Any) -> rx.Component:
    return rx.el.div(
        link(hideable(row.hostname), address_of("/account/service/", row.id), "font-medium text-ink hover:underline"),
        rx.el.div(row.number, class_name="text-xs text-faint"),
        class_name="[overflow-wrap:anywhere]",
    )
