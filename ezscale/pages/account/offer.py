"""An offer: what it is, what it costs, and ordering it."""

from typing import Any

import reflex as rx

from ezscale.pages.account.words import address_of, not_found
from ezscale.pages.offered import offered_server
from ezscale.pages.shell import account_page
from ezscale.state.account.offer import OfferState
from ezscale.state.session import SessionState
from ezscale.ui import (
    button,
    card,
    checkbox,
    company,
    dialog,
    icon,
    link_button,
    notice,
    skeleton,
    split,
    stack,
    text_area,
)
from ezscale.ui.forms import CONTROL

OFFER, ERRORS = OfferState.offer, OfferState.errors
MAY_ORDER = SessionState.may.contains("orders.place")


def offer() -> rx.Component:
    """An offer that can be ordered as it is, or declined."""
    open_offer = rx.el.form(
        split(stack(_news(), _words(), _servers()), stack(_sum(), _deeds())),
        on_submit=OfferState.accept,
        reset_on_submit=False,
    )
    shown = rx.cond(OfferState.missing, card(not_found("offer", "Overview", "/account/")), open_offer)
    return account_page(
        rx.cond(OFFER.number == "", "Offer", rx.Var.create("Offer ") + OFFER.number),
        rx.cond(OfferState.loaded, shown, skeleton(8)),
        at="/account/services/",
        crumbs=(("Overview", "/account/"),),
        actions=(rx.cond(OFFER.stands & MAY_ORDER, _decline()),),  # beside the form: a form within it would send both
    )


def _news() -> rx.Component:
    to_order = link_button("See the order", to=address_of("/account/order/", OFFER.order_id), size="small")
    told = rx.match(
        OFFER.status,
        ("accepted", notice("You have ordered it.", "success", title="Thank you", actions=(to_order,))),
        ("declined", notice("You have told us that you do not want it.", "neutral", title="Declined")),
        ("withdrawn", notice("Please ask us for a new one.", "neutral", title="This offer does not stand any more")),
        rx.cond(OFFER.stands, rx.fragment(), notice("Please ask us for a new one.", "neutral", title="It has expired")),
    )
    changed = notice(OfferState.price_note, "warning", title="The tax has changed")
    return rx.fragment(told, rx.cond(OfferState.price_note != "", changed))


def _words() -> rx.Component:
    said = rx.el.p(OFFER.words, class_name="text-sm whitespace-pre-line text-body [overflow-wrap:anywhere]")
    return rx.cond(OFFER.words != "", card(said))


def _servers() -> rx.Component:
    def server(each: Any) -> rx.Component:
        return offered_server(each, rx.cond(OFFER.stands & MAY_ORDER, _name(each)))

    listed = rx.el.ul(rx.foreach(OfferState.servers, server), class_name="divide-y divide-line")
    return card(listed, title="What we offer")


def _name(server: Any) -> rx.Component:
    """The host name of one of several servers: its input and its error are named by its place."""
    wrong = rx.el.span(
        icon("circle-alert", 14),
        ERRORS[server.named],
        class_name="mt-1.5 flex items-center gap-1.5 text-[0.8125rem] text-danger",
    )
    return rx.el.div(
        rx.el.label("Host name", html_for=server.named, class_name="mb-1.5 block text-sm font-medium text-ink"),
        rx.el.input(
            id=server.named,
            name=server.named,
            default_value=server.hostname,
            placeholder="web1.example.com",
            required=True,
            max_length=190,
            auto_complete="off",
            spell_check=False,
            aria_invalid=ERRORS.contains(server.named),
            key=server.named + OfferState.visits.to_string(),
            class_name=f"h-10 {CONTROL}",
        ),
        rx.el.div(rx.cond(ERRORS.contains(server.named), wrong), role="alert"),
        class_name="mt-3",
    )


def _sum() -> rx.Component:
    def line(name: Any, amount: Any, look: str) -> rx.Component:
        return rx.el.div(
            rx.el.dt(name), rx.el.dd(amount, class_name="tabular-nums"), class_name=f"flex justify-between gap-4 {look}"
        )

    sums = rx.el.dl(
        line(OFFER.tax_name, OFFER.tax, "text-sm text-body"),
        line("Total today", OFFER.total, "border-t border-line pt-3 text-lg font-semibold text-ink"),
        class_name="flex flex-col gap-2.5",
    )
    until = rx.el.p("Made on ", OFFER.made, ". It holds until ", OFFER.until, ".", class_name="mt-3 text-xs text-faint")
    return card(sums, rx.cond(OFFER.stands, until), title="What it costs")


def _deeds() -> rx.Component:
    consent = checkbox(
        f"{company()} may keep my card with its payment provider and charge it for renewals until I cancel.",
        "consent",
        errors=ERRORS,
    )
    order = button(
        icon("lock"), "Order and pay", type="submit", size="large", busy=OfferState.ordering, class_name="w-full"
    )
    both = rx.el.div(consent, order, class_name="flex flex-col gap-4")
    nobodys = notice("Offers are accepted by an owner of the account, or by whoever looks after its bills.", "info")
    return rx.cond(OFFER.stands, card(rx.cond(MAY_ORDER, both, nobodys)))


def _decline() -> rx.Component:
    form = rx.el.form(
        text_area("Why not?", "why", errors=ERRORS, max_length=500, hint="It helps us to do better."),
        button("Decline the offer", type="submit", look="danger", class_name="self-end"),
        on_submit=OfferState.decline,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        button("No, thank you", look="plain"),
        form,
        title="Decline this offer?",
        text="You can ask us for another one at any time.",
    )
