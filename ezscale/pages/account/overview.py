"""The first page of the portal."""

from typing import Any

import reflex as rx

from ezscale.pages.account.maintenance import maintenance_notices
from ezscale.pages.account.words import (
    MAY_ORDER,
    SEES_MONEY,
    address_of,
    invoice_badge,
    invoice_link,
    more,
    service_badge,
)
from ezscale.pages.shell import account_page
from ezscale.state.account.overview import OverviewState
from ezscale.state.session import SessionState
from ezscale.ui import (
    Column,
    card,
    company,
    empty,
    hideable,
    icon,
    link,
    link_button,
    machine_address,
    notice,
    skeleton,
    split,
    stack,
    stat,
    stats,
    table,
)
from ezscale.ui.base import words


def overview() -> rx.Component:
    """What runs, what is to be paid, what comes next."""
    desk = stack(
        maintenance_notices(OverviewState.maintenance),
        rx.foreach(OverviewState.offers, _offered),
        rx.foreach(OverviewState.placed, _placed),
        rx.cond(SEES_MONEY, _figures()),
        rx.cond(SEES_MONEY, split(_services(), stack(_unpaid(), _coming())), _services()),
    )
    page = rx.cond(OverviewState.is_new, rx.cond(MAY_ORDER, _welcome(), _nothing_here()), desk)
    return account_page("Overview", rx.cond(OverviewState.loaded, page, skeleton(8)), at="/account/")


def _welcome() -> rx.Component:
    return card(
        empty(
            f"Welcome to {company()}",
            "You have no server yet. Choose a plan, pick a place and a system, and it runs a few minutes later.",
            link_button(icon("plus"), "Order your first server", to="/order/"),
            link_button("Compare plans", to="/pricing/", look="plain"),
            icon_name="server",
        )
    )


def _nothing_here() -> rx.Component:
    """For somebody who may not order: they belong to an account without servers, or to none."""
    nowhere = empty(
        "You belong to no account now",
        "Whoever invites you next sends a mail to your address; its link leads back here.",
        icon_name="user-round",
    )
    return card(rx.cond(SessionState.acts_for == "", nowhere, empty("No servers", "", icon_name="server")))


def _placed(order: Any) -> rx.Component:
    to = address_of("/account/order/", order.id)
    unpaid = notice(
        rx.fragment("We hold it for you until ", order.until, "."),
        "warning",
        title=rx.fragment("Order ", order.number, " waits for your payment of ", order.total),
        actions=(link_button("Go on", to=to, look="plain", size="small"),),
    )
    reserved = notice(
        "The money is reserved on your card, and nothing has been taken. You need not do anything.",
        "info",
        title=rx.fragment("Order ", order.number, " is being looked at"),
        actions=(link_button("See the order", to=to, look="plain", size="small"),),
    )
    return rx.cond(order.is_reserved, reserved, unpaid)


def _offered(offer: Any) -> rx.Component:
    return notice(
        rx.fragment("It holds until ", offer.until, "."),
        "info",
        title=rx.fragment("We have made you an offer, ", offer.number),
        actions=(link_button("See it", to=address_of("/account/offer/", offer.id), look="plain", size="small"),),
    )


def _figures() -> rx.Component:
    owed = words(OverviewState.owed == "", "Nothing", OverviewState.owed)
    next_total = words(OverviewState.next_total == "", "None", OverviewState.next_total)
    on_file = words(OverviewState.card == "", "None", OverviewState.card)
    return stats(
        stat("Running servers", OverviewState.running, icon_name="server"),
        stat("To pay", owed, icon_name="receipt-text"),
        stat("Next renewal", next_total, OverviewState.next_on, icon_name="calendar"),
        stat("Card", on_file, link("Payment methods", "/account/cards/"), icon_name="credit-card"),
    )


def _services() -> rx.Component:
    columns = (
        Column("Server", _server),
        Column("Location", lambda row: row.place, shown_from="md"),
        Column("Address", lambda row: machine_address(row.address), shown_from="sm"),
        Column("Status", lambda row: service_badge(row.status)),
    )
    rows = table(
        OverviewState.services,
        columns,
        caption="Your servers",
        key=lambda row: row.id,
        empty=empty(
            "No servers", "", rx.cond(MAY_ORDER, link_button("Order a server", to="/order/")), icon_name="server"
        ),
    )
    return card(rows, title="Servers", actions=(more("All servers", "/account/services/"),), flush=True)


def _server(row: Any) -> rx.Component:
    return rx.el.div(
        link(hideable(row.hostname), address_of("/account/service/", row.id), "font-medium text-ink hover:underline"),
        rx.el.div(row.plan, " · ", row.system, class_name="text-xs text-faint"),
    )


def _unpaid() -> rx.Component:
    lines = rx.el.ul(rx.foreach(OverviewState.unpaid, _invoice), class_name="divide-y divide-line")
    paid = rx.el.p("Everything is paid.", class_name="px-4 py-4 text-sm text-faint sm:px-5")
    body = rx.cond(OverviewState.unpaid, lines, paid)
    return card(body, title="Open invoices", actions=(more("All invoices", "/account/invoices/"),), flush=True)


def _invoice(row: Any) -> rx.Component:
    to = address_of("/account/invoice/", row.id)
    with_small = rx.cond(row.due.small_sums != "", rx.fragment("with ", row.due.small_sums, " from before"))
    name = rx.el.div(
        invoice_link(row),
        rx.el.div("due ", row.due_on, class_name="text-xs text-faint"),
        rx.el.div(row.due.waits, with_small, class_name="text-xs text-faint"),
        class_name="min-w-0 text-sm",
    )
    sum_and_pay = rx.el.div(
        rx.el.span(row.due.to_pay, class_name="text-sm text-ink tabular-nums"),
        rx.cond(row.status == "overdue", invoice_badge(row.status)),
        rx.cond(row.due.payable, link_button("Pay", to=to, size="small")),
        class_name="flex items-center gap-3",
    )
    return rx.el.li(
        name, sum_and_pay, class_name="flex flex-wrap items-center justify-between gap-3 px-4 py-3 sm:px-5", key=row.id
    )


def _coming() -> rx.Component:
    lines = rx.el.ul(rx.foreach(OverviewState.coming, _renewal), class_name="divide-y divide-line")
    none = rx.el.p("Nothing renews.", class_name="px-4 py-4 text-sm text-faint sm:px-5")
    return card(rx.cond(OverviewState.coming, lines, none), title="Coming up", flush=True)


def _renewal(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(row.server, class_name="text-sm text-ink [overflow-wrap:anywhere]"),
            rx.el.div(row.text, ", on ", row.on, class_name="text-xs text-faint"),
            class_name="min-w-0",
        ),
        rx.el.div(row.total, class_name="text-sm whitespace-nowrap text-ink tabular-nums"),
        class_name="flex items-center justify-between gap-3 px-4 py-3 sm:px-5",
    )
