"""An order between paying and running."""

import reflex as rx

from ezscale.pages.account.words import BUILD_STEPS, address_of, not_found, service_badge
from ezscale.pages.other_ways import pay_buttons
from ezscale.pages.shell import account_page
from ezscale.state.account.order import PlacedOrderState
from ezscale.ui import (
    Column,
    button,
    card,
    definitions,
    hideable,
    link,
    link_button,
    notice,
    skeleton,
    spinner,
    split,
    stack,
    steps,
    table,
)

ORDER, SERVICE = PlacedOrderState.order, PlacedOrderState.service
SEVERAL = PlacedOrderState.services.length() > 1
STRONG = "font-medium text-ink underline-offset-[3px] hover:underline"


def order() -> rx.Component:
    """What became of an order: the page follows it until the server runs."""
    page = split(stack(_standing(), _build()), _facts())
    shown = rx.cond(PlacedOrderState.missing, card(not_found("order", "Overview", "/account/")), page)
    return account_page(
        rx.cond(ORDER.number == "", "Order", rx.Var.create("Order ") + ORDER.number),
        rx.cond(PlacedOrderState.loaded, shown, skeleton(8)),
        at="/account/services/",
        crumbs=(("Overview", "/account/"),),
    )


def _standing() -> rx.Component:
    again = rx.Var.create("/order/?plan=") + ORDER.plan
    expired = notice(
        "It was not paid in time, so we no longer hold it. Nothing was charged.",
        "warning",
        title="This order has expired",
        actions=(link_button("Order again", to=again, look="plain", size="small"),),
    )
    open_order = rx.cond(PlacedOrderState.asking, _asking(), _to_pay())
    held = notice(
        "Thank you. One of us looks at it before it is built, which rarely takes longer than a working day. You need not "
        "do anything, and this page follows by itself.",
        "info",
        title="Payment received: your order is being looked at",
    )
    reserved = notice(
        rx.fragment(
            ORDER.reserved,
            " are reserved on your card, and nothing has been taken. One of us looks at your order first, which rarely "
            "takes longer than a working day. If we say yes, we take the money and build what you ordered; if not, we take "
            "nothing. You need not do anything, and this page follows by itself.",
        ),
        "info",
        title="Thank you: your order is being looked at",
    )
    rejected = notice(
        rx.fragment(
            ORDER.answer,
            " Whatever you have paid is credit in your account, and what was only reserved on your card is not taken.",
        ),
        "danger",
        title="We cannot carry out this order",
    )
    return rx.fragment(
        rx.match(
            ORDER.status,
            ("paid", rx.cond(SEVERAL, _all_paid(), _paid())),
            ("reserved", reserved),
            ("held", held),
            ("rejected", rejected),
            ("expired", expired),
            open_order,
        )
    )


def _all_paid() -> rx.Component:
    return notice(
        "Thank you. Your servers are being built, each by itself; this page follows.",
        "success",
        title="Payment received",
    )


def _paid() -> rx.Component:
    to = address_of("/account/service/", SERVICE.id)
    ready = notice(
        "Its address and its password are on the server's page.",
        "success",
        title="Your server is running",
        actions=(link_button("Go to the server", to=to, size="small"),),
    )
    delayed = notice(
        "Something did not work while building your server. Our staff know and are on it; you need not do anything.",
        "warning",
        title="This takes longer than usual",
    )
    building = notice(
        "Thank you. Your server is being built; this page follows by itself.", "success", title="Payment received"
    )
    return rx.fragment(rx.match(SERVICE.status, ("active", ready), ("failed", delayed), building))


def _asking() -> rx.Component:
    return notice(
        rx.el.span(spinner("Waiting"), " We wait for the word of your bank.", class_name="flex items-center gap-2"),
        title="Thank you",
    )


def _to_pay() -> rx.Component:
    title = rx.match(
        PlacedOrderState.came,
        ("back", "You have not paid yet"),
        ("paid", "We have not heard from your bank yet"),
        ("declined", "Your payment was declined"),
        "This order waits for your payment",
    )
    text = rx.cond(
        PlacedOrderState.came == "paid",
        "This page follows by itself as soon as we do. If you closed the payment page early, you can pay again.",
        rx.fragment("Nothing was charged. We hold your order and its price until ", ORDER.until, "."),
    )
    looked_at = " One of us looks at it before it is built: paid by card, the money is only reserved until then."
    pay = button(
        rx.cond(PlacedOrderState.came == "", "Pay", "Pay again"),
        " ",
        ORDER.total,
        on_click=PlacedOrderState.pay(""),
        busy=PlacedOrderState.going_to_pay,
    )
    return card(
        rx.el.h2(title, class_name="text-base font-semibold text-ink"),
        rx.el.p(text, rx.cond(ORDER.is_looked_at, rx.fragment(looked_at)), class_name="mt-1 mb-4 text-sm text-body"),
        rx.el.div(pay, pay_buttons(PlacedOrderState), class_name="flex flex-wrap gap-2"),
    )


def _build() -> rx.Component:
    shown = (ORDER.status == "paid") & (SERVICE.status != "failed")
    progress = card(
        rx.el.div(steps(BUILD_STEPS, SERVICE.done, "Building your server"), aria_live="polite"), title="Building"
    )
    return rx.cond(SEVERAL, _servers(), rx.cond(shown, progress))


def _servers() -> rx.Component:
    columns = (
        Column("Server", lambda row: link(hideable(row.hostname), address_of("/account/service/", row.id), STRONG)),
        Column("Plan", lambda row: row.plan, shown_from="sm"),
        Column("Location", lambda row: row.place, shown_from="md"),
        Column("Status", lambda row: service_badge(row.status)),
    )
    rows = table(
        PlacedOrderState.services, columns, caption="Servers of this order", key=lambda row: row.id, empty=rx.fragment()
    )
    return card(rx.el.div(rows, aria_live="polite"), title="Servers", flush=True)


def _facts() -> rx.Component:
    one = definitions(
        ("Server", hideable(SERVICE.hostname)),
        ("Plan", SERVICE.plan),
        ("Location", SERVICE.place),
        ("System", SERVICE.system),
        ("Ordered", ORDER.placed_at),
        ("Total", ORDER.total),
        narrow=True,
    )
    several = definitions(
        ("Servers", PlacedOrderState.services.length().to_string()),
        ("Ordered", ORDER.placed_at),
        ("Total", ORDER.total),
        narrow=True,
    )
    return card(rx.cond(SEVERAL, several, one), title="What you ordered")
