"""Pay one invoice by its link, without signing in."""

from typing import Any

import reflex as rx

from ezscale.pages.other_ways import pay_buttons
from ezscale.pages.shell import auth_page
from ezscale.state.paying.by_link import PayState
from ezscale.ui import button, company, definitions, link, notice, skeleton

ASKED = PayState.asked


def pay_by_link() -> rx.Component:
    """The page to which the links in our mail lead: what is asked for, and how it stands."""
    gone = notice(
        "It may be too old, or a part of it is missing. Look into the latest mail about the invoice, or into "
        "your account.",
        "warning",
        title="This link does not lead to an invoice",
    )
    body = rx.el.div(_news(), _terms(), _way(), class_name="flex flex-col gap-6")
    return auth_page(
        "Pay an invoice",
        f"An invoice of {company()}.",
        rx.cond(PayState.loaded, rx.cond(ASKED.number == "", gone, body), skeleton(4)),
        foot=rx.el.p("Questions? ", link("Contact us", "/contact/")),
    )


def _news() -> rx.Component:
    paid = notice("There is nothing left to pay on this invoice.", "success", title="Paid. Thank you.")
    on_its_way = notice("We wait for the word of the bank.", title="The payment is being processed")
    cancelled = notice("Nothing was charged. You can try again.", "warning", title="You have not paid yet")
    waits = notice(ASKED.waits, title="Too little to be paid by itself")
    return rx.cond(
        ASKED.is_paid,
        paid,
        rx.cond(
            ASKED.is_under_way | ((PayState.came == "paid") & (ASKED.to_pay != "")),
            on_its_way,
            rx.cond(ASKED.waits != "", waits, rx.cond(PayState.came == "back", cancelled)),
        ),
    )


def _terms() -> rx.Component:
    positions = rx.el.ul(
        rx.foreach(ASKED.positions, _position), class_name="flex flex-col gap-1 [overflow-wrap:anywhere]"
    )
    small = rx.cond(
        ASKED.small_sums != "",
        rx.el.p("It includes ", ASKED.small_sums, " for small sums from before.", class_name="text-sm text-faint"),
    )
    facts = definitions(
        ("Invoice", ASKED.number), ("Total", ASKED.total), ("Due", ASKED.due_on), ("For", positions), narrow=True
    )
    return rx.el.div(facts, small, class_name="flex flex-col gap-3")


def _position(text: Any) -> rx.Component:
    return rx.el.li(text)


def _way() -> rx.Component:
    pay = button(
        "Pay now: ",
        ASKED.to_pay,
        size="large",
        on_click=PayState.pay(""),
        busy=PayState.going_to_pay,
        custom_attrs={"data-pay": ""},
    )
    look = button("Look again", look="plain", size="large", on_click=PayState.load)
    kept = rx.el.p(
        "You pay on the page of our payment partner. What you pay with is used this once and not kept; to leave a card for "
        "renewals, ",
        link("log in", "/account/cards/"),
        ".",
        class_name="text-sm text-faint",
    )
    again = rx.cond(ASKED.is_under_way | (PayState.came == "paid"), look)
    ways = rx.el.div(
        rx.cond(ASKED.to_pay != "", rx.fragment(pay, pay_buttons(PayState, "large"), kept)),
        again,
        class_name="flex flex-col gap-4",
    )
    return rx.cond(~ASKED.is_paid, ways)
