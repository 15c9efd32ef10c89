"""What the pages of the panel share: how statuses read, the columns of common tables, and the frame of a record."""

from typing import Any

import reflex as rx

from ezscale.ui import (
    Column,
    Sorting,
    card,
    empty,
    icon,
    link,
    link_button,
    pager,
    search_box,
    skeleton,
    status_badge,
    visually_hidden,
)
from ezscale.ui.base import Tone

SERVICE_TONES: dict[str, Tone] = {
    "waiting": "neutral",
    "held": "warning",
    "waitlisted": "warning",
    "expired": "neutral",
    "building": "info",
    "active": "success",
    "suspended": "warning",
    "failed": "danger",
    "terminating": "neutral",
    "terminated": "neutral",
}
INVOICE_TONES: dict[str, Tone] = {
    "draft": "neutral",
    "open": "info",
    "overdue": "danger",
    "paid": "success",
    "void": "neutral",
    "uncollectible": "warning",
    "credited": "neutral",
}
ORDER_TONES: dict[str, Tone] = {
    "placed": "info",
    "reserved": "warning",
    "held": "warning",
    "paid": "success",
    "expired": "neutral",
    "rejected": "danger",
}
OFFER_TONES: dict[str, Tone] = {
    "offered": "info",
    "accepted": "success",
    "declined": "warning",
    "withdrawn": "neutral",
    "expired": "neutral",
}
ATTEMPT_TONES: dict[str, Tone] = {
    "created": "neutral",
    "sent": "info",
    "reserved": "warning",
    "unknown": "warning",
    "succeeded": "success",
    "failed": "danger",
    "needs_customer": "warning",
}
MAIL_TONES: dict[str, Tone] = {"queued": "info", "sent": "success", "refused": "danger"}

INVOICE_WORDS = {name: name.capitalize() for name in INVOICE_TONES}
SERVICE_WORDS = {name: name.capitalize() for name in SERVICE_TONES}
ORDER_WORDS = {name: name.capitalize() for name in ORDER_TONES}
OFFER_WORDS = {name: name.capitalize() for name in OFFER_TONES}
ATTEMPT_WORDS = {name: name.replace("_", " ").capitalize() for name in ATTEMPT_TONES}
MAIL_WORDS = {name: name.capitalize() for name in MAIL_TONES}

STRONG = "font-medium text-ink underline-offset-[3px] hover:underline"
NUMBER = f"{STRONG} whitespace-nowrap"
QUIET = "text-body underline-offset-[3px] hover:text-ink hover:underline"


def service_status(status: Any) -> rx.Component:
    """How a service stands."""
    return status_badge(status, SERVICE_TONES, SERVICE_WORDS)


def invoice_status(status: Any) -> rx.Component:
    """How an invoice stands."""
    return status_badge(status, INVOICE_TONES, INVOICE_WORDS)


def order_status(status: Any) -> rx.Component:
    """How an order stands."""
    return status_badge(status, ORDER_TONES, ORDER_WORDS)


def offer_status(status: Any) -> rx.Component:
    """How an offer stands."""
    return status_badge(status, OFFER_TONES, OFFER_WORDS)


def customer_link(row: Any) -> rx.Component:
    """The customer of a row that knows its `customer` and `customer_id`."""
    return link(row.customer, f"/admin/customer/?id={row.customer_id}", QUIET)


def two_lines(first: Any, second: Any, second_class: str = "") -> rx.Component:
    """A value with small print below it."""
    return rx.el.div(
        first,
        rx.el.div(second, class_name=f"mt-0.5 text-xs text-faint [overflow-wrap:anywhere] {second_class}"),
        class_name="min-w-0",
    )


def service_columns(*, with_customer: bool = True) -> list[Column]:
    """Services as a table: the customer's own page leaves the customer out."""
    customer = [Column("Customer", customer_link, shown_from="md")] if with_customer else []
    return [
        Column(
            "Service",
            lambda row: two_lines(link(row.hostname, f"/admin/service/?id={row.id}", STRONG), row.number),
        ),
        *customer,
        Column("Plan", lambda row: two_lines(row.plan, row.place), shown_from="sm"),
        Column("Address", lambda row: rx.el.span(row.ipv4, class_name="font-mono text-xs"), shown_from="lg"),
        Column("Ordered", lambda row: row.ordered, sort="newest", shown_from="xl"),
        Column("Status", lambda row: service_status(row.status)),
    ]


def invoice_columns(*, with_customer: bool = True, sort_due: bool = False) -> list[Column]:
    """Invoices as a table."""
    customer = [Column("Customer", customer_link, shown_from="sm")] if with_customer else []
    return [
        Column(
            "Invoice",
            lambda row: two_lines(
                link(row.number, f"/admin/invoice/?id={row.id}", NUMBER),
                row.customer if with_customer else row.due,
                "sm:hidden" if with_customer else "md:hidden",
            ),
        ),
        *customer,
        Column("Issued", lambda row: row.issued, sort="newest", shown_from="lg"),
        Column("Due", lambda row: row.due, sort="due" if sort_due else "", shown_from="md"),
        Column("Status", lambda row: invoice_status(row.status)),
        Column("Total", lambda row: rx.el.span(row.total, class_name="font-medium text-ink"), figures=True),
    ]


def order_columns() -> list[Column]:
    """Orders as a table."""
    return [
        Column(
            "Order",
            lambda row: two_lines(link(row.number, f"/admin/order/?id={row.id}", NUMBER), row.placed),
        ),
        Column("Customer", customer_link, shown_from="sm"),
        Column("Coupon", lambda row: row.coupon, shown_from="lg"),
        Column("Status", lambda row: order_status(row.status)),
        Column("Total", lambda row: rx.el.span(row.total, class_name="font-medium text-ink"), figures=True),
    ]


def by_id(row: Any) -> rx.Var[Any]:
    """The key of a row."""
    key: rx.Var[Any] = row.id
    return key


def sorting(state: Any) -> Sorting:
    """How a list state is sorted."""
    return Sorting(state.by, state.descending, state.sort)


def turner(state: Any) -> rx.Component:
    """Back and forth in a list, once there is more than a page."""
    buttons = pager(state.previous_page, state.next_page, has_previous=state.has_previous, has_more=state.has_more)
    return rx.cond(state.has_previous | state.has_more, buttons)


def finder(label: str, state: Any) -> rx.Component:
    """The search of a list state."""
    return search_box(label, state.search, id="search", default_value=state.boxed, on_unmount=state.leave_box)


def export_button(name: str, state: Any) -> rx.Component:
    """The whole list, as it is filtered now, as a file."""
    return link_button(
        icon("download"),
        "Export",
        visually_hidden("as CSV"),
        to=f"/api/exports/{name}.csv{state.query}",
        look="plain",
        size="small",
        loads=True,
        download=True,
    )


def nothing_found(state: Any, what: str, otherwise: rx.Component) -> rx.Component:
    """An empty list: nothing matches, or there is nothing at all yet."""
    no_match = empty(f"No {what} found", "Try other words, or another filter.", icon_name="search-x")
    return rx.cond((state.words != "") | (state.status != ""), no_match, otherwise)


def open_matter(sign: rx.Component, title: Any, facts: Any, since: Any, *ways: rx.Component, key: Any) -> rx.Component:
    """A line of a list of what waits for somebody: what it is, since when, and the ways to end it."""
    words = rx.el.div(
        rx.el.p(title, class_name="text-sm font-medium text-ink"),
        rx.el.p(facts, class_name="mt-0.5 text-sm text-body [overflow-wrap:anywhere]"),
        rx.el.p(since, class_name="mt-0.5 text-xs text-faint"),
        class_name="min-w-0 flex-1 basis-60",
    )
    return rx.el.li(
        sign, words, *ways, key=key, class_name="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 py-3.5 sm:px-5"
    )


def record(state: Any, what: str, *content: Any) -> rx.Component:
    """The page of one thing: grey lines while it is read, and words when it is not there."""
    gone = card(empty(f"We could not find this {what}", "Its address may be wrong.", icon_name="search-x"))
    return rx.cond(state.missing, gone, rx.cond(state.loading, card(skeleton(8)), rx.fragment(*content)))


def named(state: Any, what: str, name: Any) -> Any:
    """A heading that is only known once the thing was read."""
    return rx.cond(state.loading | state.missing, what, name)


def figure(text: Any) -> rx.Component:
    """An amount or a date within text, its digits all of one width."""
    return rx.el.span(text, class_name="tabular-nums")


def machine_name(text: Any) -> rx.Component:
    """A reference of somebody else's computer; a dash where there is none yet."""
    return rx.cond(text != "", rx.el.span(text, class_name="font-mono text-xs"), rx.el.span("–"))


def or_dash(text: Any) -> rx.Component:
    """A value, or a dash where there is none."""
    return rx.cond(text != "", rx.el.span(text), rx.el.span("–", class_name="text-faint"))
