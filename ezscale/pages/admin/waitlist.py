"""Who waits for what is sold out."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import QUIET, STRONG, by_id, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.waitlist import WaitlistState
from ezscale.ui import Column, button, card, empty, form_dialog, link, table, text_area
from ezscale.ui.base import words

NOBODY = ("Nobody waits", "Customers join a waitlist on the order page of a plan that is sold out.")


def waitlist() -> rx.Component:
    """Plan by plan, whoever came first at the top; staff offer out of turn, and remove."""
    rows = table(
        WaitlistState.rows,
        [
            Column("Customer", _customer),
            Column("Plan", lambda row: link(row.plan, f"/admin/plan/?id={row.plan_id}", QUIET)),
            Column("Place", lambda row: row.place, figures=True),
            Column("Since", lambda row: two_lines(row.since, row.why), shown_from="md"),
            Column("Offered until", lambda row: words(row.until != "", row.until, "–"), shown_from="lg"),
            Column("Decide", _deeds, figures=True),
        ],
        caption="Waitlist",
        key=by_id,
        empty=empty(*NOBODY, icon_name="clock"),
        loading=WaitlistState.loading,
    )
    return admin_page(
        "Waitlist",
        card(rows, title="In the order in which they are served", flush=True),
        _deciding(),
        at="/admin/waitlist/",
        lead="Whoever has paid comes first; then whoever came first. An offer that nobody takes goes to the next.",
    )


def _customer(row: Any) -> rx.Component:
    who = link(row.customer, f"/admin/customer/?id={row.customer_id}", STRONG)
    return two_lines(who, words(row.until != "", "It is their turn", ""))


def _deeds(row: Any) -> rx.Component:
    offer = button(
        "Offer now",
        look="plain",
        size="small",
        on_click=WaitlistState.ask("offer", row.id),
        custom_attrs={"aria-label": rx.Var.create("Offer now, out of turn: ") + row.customer},
    )
    remove = button(
        "Remove",
        look="quiet",
        size="small",
        on_click=WaitlistState.ask("remove", row.id),
        custom_attrs={"aria-label": rx.Var.create("Remove from the waitlist: ") + row.customer},
    )
    both = rx.el.div(rx.cond(row.until == "", offer), remove, class_name="flex flex-wrap justify-end gap-2")
    return rx.cond(WaitlistState.may_decide, both, rx.el.span("–", class_name="text-faint"))


def _deciding() -> rx.Component:
    offers = WaitlistState.deed == "offer"
    return form_dialog(
        None,
        text_area(
            "Why?",
            "why",
            errors=WaitlistState.errors,
            rows="3",
            max_length=250,
            hint="For your colleagues: it is kept.",
        ),
        title=words(offers, "Offer one out of turn?", "Remove from the waitlist?"),
        text=rx.fragment(
            WaitlistState.about,
            words(
                offers,
                " is offered one at once, before those who came earlier.",
                " loses the place. What was set aside for them goes to whoever is next.",
            ),
        ),
        yes=words(offers, "Offer one", "Remove"),
        on_yes=WaitlistState.decide,
        open=WaitlistState.deciding != "",
        on_open_change=WaitlistState.show,
    )
