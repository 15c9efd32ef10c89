"""One subscription."""

import reflex as rx

from ezscale.pages.account.words import address_of, not_found
from ezscale.pages.shell import account_page
from ezscale.pages.subscription_parts import body, facts, subscription_badge
from ezscale.state.account.subscription import SubscriptionState
from ezscale.ui import card, link, skeleton, split

THIS = SubscriptionState.subscription


def subscription() -> rx.Component:
    """What it consists of, what it would cost otherwise, and why it cost what it did."""
    server = rx.cond(
        THIS.service_id != "",
        link(THIS.server, address_of("/account/service/", THIS.service_id), "underline underline-offset-[3px]"),
        "–",
    )
    page = split(
        body(SubscriptionState, "/account/invoice/", "Why was I charged?"), facts(SubscriptionState, ("Server", server))
    )
    gone = card(not_found("subscription", "All servers", "/account/services/"))
    return account_page(
        rx.cond(THIS.number == "", "Subscription", THIS.number),
        rx.cond(SubscriptionState.loaded, rx.cond(SubscriptionState.missing, gone, page), skeleton(8)),
        at="/account/services/",
        crumbs=(("Services", "/account/services/"),),
        badge=rx.cond(THIS.status != "", subscription_badge(THIS.status)),
    )
