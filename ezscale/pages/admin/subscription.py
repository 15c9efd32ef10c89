"""One subscription."""

import reflex as rx

from ezscale.pages.admin.parts import QUIET
from ezscale.pages.shell import admin_page
from ezscale.pages.subscription_parts import body, facts, subscription_badge
from ezscale.state.admin.subscription import SubscriptionState
from ezscale.ui import button, card, dialog, empty, link, notice, skeleton, split, stack, text_field

THIS = SubscriptionState.subscription


def subscription() -> rx.Component:
    """Everything on one subscription."""
    customer = link(THIS.customer, rx.Var.create("/admin/customer/?id=") + THIS.customer_id, QUIET)
    server = rx.cond(
        THIS.service_id != "", link(THIS.server, rx.Var.create("/admin/service/?id=") + THIS.service_id, QUIET), "–"
    )
    side = stack(
        facts(SubscriptionState, ("Server", server)),
        rx.cond(
            SubscriptionState.may_give,
            card(rx.el.div(_give(), _align(), class_name="flex flex-wrap gap-2"), title="By hand"),
        ),
    )
    gone = card(empty("We could not find this subscription", "Its address may be wrong.", icon_name="search-x"))
    page = split(body(SubscriptionState, "/admin/invoice/", "Why were they charged?"), side)
    known = SubscriptionState.loaded & ~SubscriptionState.missing
    return admin_page(
        rx.cond(THIS.number == "", "Subscription", THIS.number),
        rx.cond(SubscriptionState.loaded, rx.cond(SubscriptionState.missing, gone, page), card(skeleton(8))),
        at="/admin/subscriptions/",
        lead=rx.cond(known, customer),
        crumbs=(("Subscriptions", "/admin/subscriptions/"),),
        badge=rx.cond(known, subscription_badge(THIS.status)),
    )


def _give() -> rx.Component:
    form = rx.el.form(
        text_field("Days", "days", errors=SubscriptionState.errors, type="number", min="1", max="366", required=True),
        text_field("Why", "reason", errors=SubscriptionState.errors, max_length=300, required=True),
        button("Give the days", type="submit", class_name="self-end"),
        on_submit=SubscriptionState.give_days,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        button("Give days", look="plain", size="small"),
        form,
        title="Give days for nothing?",
        text="The next period begins so much later. The customer sees it, with the reason.",
        open=SubscriptionState.giving,
        on_open_change=SubscriptionState.think_of_giving,
    )


def _align() -> rx.Component:
    form = rx.el.form(
        text_field(
            "Day of the month",
            "day",
            errors=SubscriptionState.errors,
            type="number",
            min="1",
            max="28",
            required=True,
            hint="From 1 to 28, which every month has.",
        ),
        button("Show what it costs", type="submit", look="plain", class_name="self-end"),
        on_submit=SubscriptionState.show_alignment,
        class_name="mt-5 flex flex-col gap-4",
    )
    shown = rx.el.div(
        rx.el.ul(rx.foreach(SubscriptionState.stubs, _line), class_name="flex flex-col gap-1 text-sm text-body"),
        rx.cond(
            SubscriptionState.left_out.length() > 0,
            notice(rx.foreach(SubscriptionState.left_out, _line), "warning", title="These cannot join"),
        ),
        rx.cond(
            SubscriptionState.stubs.length() > 0,
            button("Bill ", SubscriptionState.aligned_total, " and align", on_click=SubscriptionState.align),
            rx.el.p("There is nothing to align.", class_name="text-sm text-faint"),
        ),
        class_name="mt-5 flex flex-col gap-4 border-t border-line pt-4",
    )
    return dialog(
        button("Align renewals", look="plain", size="small"),
        form,
        rx.cond(SubscriptionState.aligned_day > 0, shown),
        title="Let all of them renew on one day?",
        text="The days up to it are billed in proportion, on an invoice for each of the customer's subscriptions.",
        open=SubscriptionState.aligning,
        on_open_change=SubscriptionState.think_of_aligning,
    )


def _line(words: str) -> rx.Component:
    return rx.el.li(words)
