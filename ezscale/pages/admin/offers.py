"""Offers, and one offer."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import (
    NUMBER,
    OFFER_WORDS,
    QUIET,
    by_id,
    customer_link,
    figure,
    named,
    nothing_found,
    offer_status,
    or_dash,
    record,
    sorting,
    turner,
    two_lines,
)
from ezscale.pages.offered import offered_server
from ezscale.pages.shell import admin_page
from ezscale.state.admin.offers import OffersState, OfferState
from ezscale.ui import (
    Column,
    button,
    card,
    confirm,
    definitions,
    empty,
    filters,
    icon,
    link,
    link_button,
    split,
    table,
    toolbar,
)

THIS = OfferState.offer


def offers() -> rx.Component:
    """What was offered to customers."""
    nothing = empty("No offers yet", "An offer is made from the file of its customer.", icon_name="file-pen-line")
    statuses = filters("Status", (("", "All"), *OFFER_WORDS.items()), OffersState.status, OffersState.choose)
    columns = [
        Column("Offer", lambda row: two_lines(link(row.number, f"/admin/offer/?id={row.id}", NUMBER), row.made)),
        Column("Customer", customer_link, shown_from="sm"),
        Column("Servers", lambda row: row.servers.to_string(), figures=True, shown_from="lg"),
        Column("Until", lambda row: row.until, shown_from="md"),
        Column("Status", lambda row: offer_status(row.status)),
    ]
    sheet = table(
        OffersState.rows,
        columns,
        caption="Offers",
        key=by_id,
        empty=nothing_found(OffersState, "offers", nothing),
        loading=OffersState.loading,
        sorting=sorting(OffersState),
    )
    return admin_page(
        "Offers",
        card(toolbar(statuses), sheet, turner(OffersState), flush=True),
        at="/admin/orders/",
        crumbs=(("Orders", "/admin/orders/"),),
        actions=[link_button("Choose a customer", to="/admin/customers/", look="plain", size="small")],
    )


def offer() -> rx.Component:
    """Everything on one offer."""
    known = ~(OfferState.loading | OfferState.missing)
    customer = link(THIS.customer, rx.Var.create("/admin/customer/?id=") + THIS.customer_id)
    return admin_page(
        named(OfferState, "Offer", THIS.number),
        record(OfferState, "offer", split(_servers(), _side())),
        at="/admin/orders/",
        lead=rx.cond(known, rx.fragment(customer, " · made ", THIS.made, " by ", THIS.made_by)),
        crumbs=(("Orders", "/admin/orders/"), ("Offers", "/admin/offers/")),
        badge=rx.cond(known, offer_status(THIS.status)),
        actions=[rx.cond(known & OfferState.may_withdraw, _withdraw())],
    )


def _withdraw() -> rx.Component:
    return confirm(
        button(icon("undo-2"), "Withdraw", look="plain", size="small"),
        title=rx.Var.create("Withdraw ") + THIS.number + "?",
        text="The customer can no longer order it. A new offer can be made at any time.",
        yes="Withdraw the offer",
        on_yes=OfferState.withdraw,
    )


def _servers() -> rx.Component:
    def server(each: Any) -> rx.Component:
        return offered_server(each, rx.cond(each.hostname != "", rx.el.p(each.hostname, class_name="mt-1 text-xs")))

    return card(
        rx.el.ul(rx.foreach(OfferState.servers, server), class_name="divide-y divide-line"), title="What was offered"
    )


def _side() -> rx.Component:
    to_order = link(THIS.order, rx.Var.create("/admin/order/?id=") + THIS.order_id, QUIET)
    return card(
        definitions(
            ("Total today", figure(THIS.total)),
            ("Holds until", THIS.until),
            ("Answered", or_dash(THIS.answered)),
            ("Because", or_dash(THIS.answer)),
            ("Order", rx.cond(THIS.order != "", to_order, rx.el.span("–", class_name="text-faint"))),
            ("Our words", or_dash(THIS.words)),
            narrow=True,
        ),
        title="Details",
    )
