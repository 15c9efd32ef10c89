"""The order page's right side: everything in this order, its price, and the button."""

from typing import Any

import reflex as rx

from ezscale.pages.ordering.fitting_out import wrong
from ezscale.pages.ordering.waiting import instead_of_paying, is_gone
from ezscale.state.ordering.order_form import OrderState
from ezscale.ui import button, card, checkbox, company, icon, link, notice, text_field

BASKET, PRICE, ERRORS = OrderState.basket, OrderState.price, OrderState.errors


def summary() -> rx.Component:
    """What is ordered, what it costs today and later, and how to go on."""
    changed = notice(OrderState.price_note, "warning", title="The price has changed")
    return card(
        rx.cond(OrderState.price_note != "", rx.el.div(changed, class_name="mb-4")),
        rx.cond(OrderState.parked, _parked()),
        rx.el.div(rx.cond(OrderState.priced, _price(), _no_price()), aria_live="polite"),
        rx.el.div(_more(), class_name="mt-4"),
        rx.el.div(_coupon(), class_name="mt-5"),
        rx.el.div(_going_on(), class_name="mt-5 border-t border-line pt-5"),
        title="Your order",
    )


def _parked() -> rx.Component:
    """The other servers of this order."""

    def line_of(item: Any) -> rx.Component:
        trouble = rx.Var.create("item-") + item.place.to_string()
        words = rx.el.div(
            rx.el.div(item.hostname, class_name="truncate text-sm font-medium text-ink"),
            rx.el.div(item.name, " · ", item.details, class_name="text-xs text-faint"),
            class_name="min-w-0",
        )
        deeds = rx.el.div(
            button("Change", look="quiet", size="small", on_click=OrderState.take_up(item.place)),
            button(
                icon("trash-2", 15),
                rx.el.span("Remove ", item.hostname, class_name="sr-only"),
                look="quiet",
                size="small",
                on_click=OrderState.leave_out(item.place),
            ),
            class_name="flex shrink-0 items-center",
        )
        return rx.el.li(
            rx.el.div(words, deeds, class_name="flex items-center justify-between gap-2"),
            wrong(OrderState, trouble),
            key=item.place.to_string(),
            class_name="py-2",
        )

    return rx.el.div(
        rx.el.h3("Also in this order", class_name="text-xs font-medium text-faint"),
        rx.el.ul(rx.foreach(OrderState.parked, line_of), class_name="divide-y divide-line"),
        class_name="mb-4 border-b border-line pb-2",
    )


def _more() -> rx.Component:
    """More servers in the same order."""
    another = button(icon("plus"), "Add another server", look="plain", size="small", on_click=OrderState.park)
    without = button("Leave this one out", look="quiet", size="small", on_click=OrderState.leave_this_out)
    return rx.el.div(
        rx.cond(OrderState.is_full, rx.fragment(), another),
        rx.cond(OrderState.parked, without),
        class_name="flex flex-wrap gap-2",
    )


def _price() -> rx.Component:
    small = "flex justify-between gap-4 text-sm text-body"
    lines = rx.foreach(
        PRICE.lines,
        lambda line: rx.el.div(
            rx.el.dt(line.text, class_name="min-w-0 [overflow-wrap:anywhere]"),
            rx.el.dd(line.amount, class_name="text-ink tabular-nums"),
            class_name=rx.cond(
                line.head, "flex justify-between gap-4 pt-1 text-sm font-medium text-ink first:pt-0", small
            ),
        ),
    )
    tax = rx.el.div(rx.el.dt(PRICE.tax_name), rx.el.dd(PRICE.tax, class_name="text-ink tabular-nums"), class_name=small)
    total = rx.el.div(
        rx.el.dt("Total today"),
        rx.el.dd(PRICE.total, class_name="tabular-nums"),
        class_name="flex items-baseline justify-between gap-4 border-t border-line pt-3 text-lg font-semibold text-ink",
        id="total",
    )
    return rx.fragment(
        rx.el.dl(lines, tax, total, class_name="flex flex-col gap-2.5"),
        rx.el.p(
            rx.foreach(
                PRICE.renewals,
                lambda renewal: rx.el.span(
                    "Renews on ",
                    renewal.on,
                    " for ",
                    rx.el.span(renewal.price, class_name="font-medium text-body"),
                    ", tax included. ",
                ),
            ),
            "Cancel any time before.",
            class_name="mt-3 text-xs leading-relaxed text-faint",
        ),
        rx.cond(
            PRICE.needs_approval,
            rx.el.p("One of us looks at this order before it is built.", class_name="mt-1.5 text-xs text-faint"),
        ),
        rx.cond(PRICE.tax_note != "", rx.el.p(PRICE.tax_note, class_name="mt-1.5 text-xs text-faint")),
    )


def _no_price() -> rx.Component:
    """Nothing where the plan is gone: the waitlist says so below."""
    return rx.cond(~is_gone(), rx.el.p("This cannot be ordered as it is chosen.", class_name="text-sm text-danger"))


def _coupon() -> rx.Component:
    return text_field(
        "Coupon code",
        "coupon",
        errors=ERRORS,
        max_length=40,
        auto_complete="off",
        auto_capitalize="characters",
        default_value=BASKET.coupon,
        on_change=lambda code: OrderState.choose("coupon", code).debounce(400),
        key=rx.Var.create("coupon") + OrderState.visits.to_string(),
    )


def _going_on() -> rx.Component:
    big = "w-full"
    consent = checkbox(
        f"{company()} may keep my card with its payment provider and charge it for renewals until I cancel.",
        "consent",
        errors=ERRORS,
    )
    agreed = rx.el.p(
        "By ordering you agree to our ",
        link("terms", "/terms/"),
        " and our ",
        link("acceptable use policy", "/acceptable-use/"),
        ". You pay on the page of our payment provider.",
        class_name="text-xs leading-relaxed text-faint",
    )
    pay = button(
        icon("lock"),
        "Order and pay",
        type="submit",
        size="large",
        busy=OrderState.ordering,
        disabled=OrderState.ordering | ~OrderState.priced,
        class_name=big,
    )
    customer = rx.cond(is_gone(), instead_of_paying(), rx.fragment(consent, pay, agreed))
    go_on = button("Continue", icon("arrow-right"), type="submit", size="large", class_name=big)
    visitor = rx.fragment(
        rx.cond(is_gone(), instead_of_paying(), go_on),
        rx.el.p(
            "You need an account. Have one? ",
            link("Log in", OrderState.login_address),
            class_name="text-center text-sm text-faint",
        ),
    )
    staff = notice("You are signed in as staff. Servers are ordered by customers.", "info")
    others = notice("Servers are ordered by an owner of the account, or by whoever looks after its bills.", "info")
    nobodys = rx.cond(OrderState.is_staff, staff, others)
    shown = rx.cond(OrderState.signed_in, rx.cond(OrderState.has_customer, customer, nobodys), visitor)
    return rx.el.div(shown, class_name="flex flex-col gap-4")
