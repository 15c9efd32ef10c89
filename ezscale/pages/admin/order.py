"""One order."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import (
    QUIET,
    by_id,
    figure,
    machine_name,
    named,
    or_dash,
    order_status,
    record,
    service_columns,
    two_lines,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.order import APPROVE, HOLD, REJECT, OrderState
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    definitions,
    dialog,
    icon,
    link,
    notice,
    split,
    stack,
    table,
    text_area,
    timeline,
)
from ezscale.ui.base import words

THIS, ERRORS, ASKED = OrderState.order, OrderState.errors, OrderState.question


def order() -> rx.Component:
    """Everything on one order."""
    known = ~(OrderState.loading | OrderState.missing)
    customer = link(THIS.customer, rx.Var.create("/admin/customer/?id=") + THIS.customer_id)
    return admin_page(
        named(OrderState, "Order", THIS.number),
        record(OrderState, "order", split(stack(_waits(), _services(), _lines()), _side())),
        at="/admin/orders/",
        lead=rx.cond(known, rx.fragment(customer, " · placed ", THIS.placed)),
        crumbs=(("Orders", "/admin/orders/"),),
        badge=rx.cond(known, rx.fragment(order_status(THIS.status), " ", rx.cond(_held_unpaid(), _hold_badge()))),
        actions=[rx.cond(known & OrderState.may_decide, _deeds()), _deciding()],
    )


def _held_unpaid() -> Any:
    return THIS.on_hold & (THIS.status == "placed")


def _hold_badge() -> rx.Component:
    return badge("On hold", "warning", dot=True)


def _waits() -> rx.Component:
    text = rx.cond(
        THIS.status == "held",
        "It is paid, and nothing is built before somebody approves it. Rejecting it turns the money into credit.",
        "It is not paid yet. Once it is, nothing is built before somebody approves it.",
    )
    reserved = rx.fragment(
        THIS.reserved,
        " are reserved on the customer's card until ",
        THIS.reserved_until,
        ", and nothing is taken. Approving it takes the money; rejecting it lets the money go.",
    )
    waits = notice(rx.cond(THIS.reserved != "", reserved, text), "warning", title="This order waits for a person")
    moving = notice(
        rx.fragment(THIS.reserved, " were reserved on the customer's card. We wait for the word of the gateway."),
        title=words(THIS.status == "rejected", "The money is being let go", "The money is being taken"),
    )
    return rx.cond(THIS.is_decided, moving, rx.cond(THIS.on_hold, waits))


def _deeds() -> rx.Component:
    open_order = (THIS.status == "placed") | (THIS.status == "reserved") | (THIS.status == "held")
    hold = button(icon("hand"), "Hold", look="plain", size="small", on_click=OrderState.ask(HOLD))
    approve = button(icon("check"), "Approve", size="small", on_click=OrderState.ask(APPROVE))
    reject = button(icon("ban"), "Reject", look="plain", size="small", on_click=OrderState.ask(REJECT))
    return rx.el.div(
        rx.cond((THIS.status == "placed") & ~THIS.on_hold, hold),
        rx.cond(open_order & ~THIS.is_decided, reject),
        rx.cond(THIS.on_hold & open_order, approve),
        class_name="flex flex-wrap gap-2",
    )


def _deciding() -> rx.Component:
    """The window in which a decision gets its words; there is one for all three."""
    note = text_area(
        "A note for your colleagues", "reason", errors=ERRORS, max_length=250, hint="The customer does not see it."
    )
    hint = words(ASKED == REJECT, "The customer reads it.", "The customer does not see it.")
    why = text_area("Why?", "reason", errors=ERRORS, max_length=250, required=True, hint=hint)
    form = rx.el.form(
        rx.cond(ASKED == APPROVE, note, why),
        button(
            rx.match(ASKED, (HOLD, "Hold the order"), (REJECT, "Reject the order"), "Approve the order"),
            type="submit",
            class_name="self-end",
        ),
        on_submit=OrderState.decide,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    title = rx.fragment(rx.match(ASKED, (HOLD, "Hold "), (REJECT, "Reject "), "Approve "), THIS.number, "?")
    held = "It can be paid, and nothing is built before somebody approves it."
    text = rx.match(ASKED, (HOLD, rx.fragment(held)), (REJECT, _rejecting()), _approving())
    return dialog(None, form, title=title, text=text, open=ASKED != "", on_open_change=OrderState.show)


def _rejecting() -> rx.Component:
    reserved = rx.fragment(
        "Nothing is built and nothing is taken: the ",
        THIS.reserved,
        " that are reserved on the customer's card are free again, and so are its coupon and what it kept from stock. This "
        "cannot be undone.",
    )
    paid = (
        "Nothing is built. What it kept from stock and its coupon are free again, and what was paid becomes the customer's "
        "credit. This cannot be undone."
    )
    return rx.fragment(rx.cond(THIS.reserved != "", reserved, rx.fragment(paid)))


def _approving() -> rx.Component:
    reserved = rx.fragment(
        "The ",
        THIS.reserved,
        " that are reserved on the customer's card are taken now, and it is built as soon as they are here.",
    )
    otherwise = "If it is paid, it is built now; if not, as soon as it is."
    return rx.fragment(rx.cond(THIS.reserved != "", reserved, rx.fragment(otherwise)))


def _services() -> rx.Component:
    rows = table(
        OrderState.services,
        service_columns(with_customer=False),
        caption="Servers of the order",
        key=by_id,
        empty=rx.fragment(),
    )
    return card(rows, title="Servers", flush=True)


def _lines() -> rx.Component:
    rows = table(
        OrderState.lines,
        [
            Column("Position", lambda line: two_lines(rx.el.span(line.text, class_name="text-ink"), line.period)),
            Column("Price", lambda line: line.price, figures=True, shown_from="sm"),
            Column("Discount", lambda line: line.discount, figures=True, shown_from="md"),
            Column("Net", lambda line: rx.el.span(line.net, class_name="font-medium text-ink"), figures=True),
        ],
        caption="Positions of the order",
        key=lambda line: line.position.to_string(),
        empty=rx.fragment(),
    )
    return card(rows, title="Positions", flush=True)


def _side() -> rx.Component:
    to_invoice = link(THIS.invoice, rx.Var.create("/admin/invoice/?id=") + THIS.invoice_id, QUIET)
    to_offer = link(THIS.offer, rx.Var.create("/admin/offer/?id=") + THIS.offer_id, QUIET)
    about = definitions(
        ("Total", figure(THIS.total)),
        ("Coupon", or_dash(THIS.coupon)),
        ("Invoice", rx.cond(THIS.invoice != "", to_invoice, rx.el.span("Draft"))),
        ("Offer", rx.cond(THIS.offer != "", to_offer, rx.el.span("–", class_name="text-faint"))),
        ("Placed by", or_dash(THIS.placed_by)),
        ("From", machine_name(THIS.address)),
        ("Paid", or_dash(THIS.paid)),
        ("Reserved", or_dash(THIS.reserved)),
        ("Waits until", or_dash(THIS.expires)),
        narrow=True,
    )
    steps = timeline(
        OrderState.steps,
        key=by_id,
        what=lambda step: step.what,
        note=lambda step: step.at,
        is_bad=lambda step: step.is_bad,
        label="What happened to the order, newest first",
    )
    return stack(card(about, title="Details"), card(steps, title="What happened"))
