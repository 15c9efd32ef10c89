"""Putting an offer together."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import record
from ezscale.pages.offered import offered_server
from ezscale.pages.ordering.fitting_out import add_ons, options
from ezscale.pages.shell import admin_page
from ezscale.state.admin.compose_offer import DAYS, ComposeState
from ezscale.ui import button, card, empty, icon, link, select_field, split, stack, text_area, text_field

ERRORS, BASKET = ComposeState.errors, ComposeState.basket
FORM = "flex flex-col gap-4"


def compose_offer() -> rx.Component:
    """Server by server, then the words and the day until which it holds."""
    customer = link(ComposeState.customer, rx.Var.create("/admin/customer/?id=") + ComposeState.customer_id)
    known = ~(ComposeState.loading | ComposeState.missing)
    return admin_page(
        "Make an offer",
        record(ComposeState, "customer", split(_next_server(), stack(_so_far(), _make()))),
        at="/admin/orders/",
        lead=rx.cond(known, rx.fragment("To ", customer, ", in ", ComposeState.currency)),
        crumbs=(("Orders", "/admin/orders/"), ("Offers", "/admin/offers/")),
    )


def _next_server() -> rx.Component:
    plan = rx.el.div(
        _one_of("Plan", "plan", ComposeState.plans, BASKET.plan),
        _one_of("Billing cycle", "months", ComposeState.cycles, BASKET.months),
        _one_of("Location", "location", ComposeState.places, BASKET.location),
        _one_of("Operating system", "image", ComposeState.systems, BASKET.image),
        class_name="grid gap-4 sm:grid-cols-2",
    )
    price = rx.el.div(
        _text("Price of the plan for a cycle", "price", hint=rx.fragment("Catalog: ", ComposeState.listed)),
        _text("Setup fee", "setup", hint="The catalog's when it is empty, none when it is 0."),
        class_name="grid gap-4 sm:grid-cols-2",
    )
    form = rx.el.form(
        plan,
        options(ComposeState),
        add_ons(ComposeState),
        price,
        _text("Host name", "hostname", hint="The customer can give another one."),
        button(icon("plus"), "Put it into the offer", type="submit", look="plain", class_name="self-start"),
        on_submit=ComposeState.put,
        reset_on_submit=False,
        class_name=FORM,
    )
    return card(form, title="A server")


def _so_far() -> rx.Component:
    def server(each: Any) -> rx.Component:
        drop = button("Take it out", look="quiet", size="small", on_click=ComposeState.drop(each.place))
        return offered_server(each, rx.el.div(drop, class_name="mt-1 -ml-2.5"))

    listed = rx.el.ul(rx.foreach(ComposeState.servers, server), class_name="divide-y divide-line")
    total = rx.el.p(
        rx.el.span("Total today, tax included"),
        rx.el.span(ComposeState.total, class_name="tabular-nums"),
        class_name="mt-4 flex justify-between gap-4 border-t border-line pt-3 text-sm font-semibold text-ink",
    )
    nothing = empty("Nothing yet", "Put a server into the offer.", icon_name="server")
    return card(rx.cond(ComposeState.servers, rx.fragment(listed, total), nothing), title="In the offer")


def _make() -> rx.Component:
    form = rx.el.form(
        text_area(
            "Words for the customer", "words", errors=ERRORS, max_length=1000, hint="What was agreed, and any discount."
        ),
        text_field(
            "Days for which it holds",
            "days",
            errors=ERRORS,
            type="number",
            min=1,
            max=365,
            default_value=str(DAYS),
            required=True,
        ),
        button("Make the offer", type="submit", class_name="w-full"),
        on_submit=ComposeState.make,
        reset_on_submit=False,
        class_name=FORM,
    )
    return rx.cond(ComposeState.servers, card(form, title="Make it"))


def _one_of(label: str, name: str, offered: Any, chosen: Any) -> rx.Component:
    return select_field(
        label, name, offered, errors=ERRORS, value=chosen, on_change=lambda value: ComposeState.choose(name, value)
    )


def _text(label: str, name: str, *, hint: Any) -> rx.Component:
    anew = rx.Var.create(name) + ComposeState.visits.to_string()
    return text_field(label, name, errors=ERRORS, hint=hint, auto_complete="off", max_length=190, key=anew)
