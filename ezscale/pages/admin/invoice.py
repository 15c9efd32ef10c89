"""One invoice."""

import reflex as rx

from ezscale.pages.admin.parts import (
    ATTEMPT_TONES,
    ATTEMPT_WORDS,
    QUIET,
    by_id,
    figure,
    invoice_status,
    machine_name,
    named,
    or_dash,
    record,
    two_lines,
)
from ezscale.pages.shell import admin_page
from ezscale.state.admin.invoice import InvoiceState
from ezscale.ui import (
    Column,
    button,
    card,
    confirm,
    definitions,
    empty,
    icon,
    link,
    link_button,
    split,
    stack,
    status_badge,
    table,
    timeline,
)

THIS = InvoiceState.invoice


def invoice() -> rx.Component:
    """Everything on one invoice."""
    known = ~(InvoiceState.loading | InvoiceState.missing)
    customer = link(THIS.customer, rx.Var.create("/admin/customer/?id=") + THIS.customer_id, QUIET)
    return admin_page(
        named(InvoiceState, "Invoice", THIS.number),
        record(InvoiceState, "invoice", split(_main(), _side())),
        at="/admin/invoices/",
        lead=rx.cond(known, rx.fragment(customer, rx.cond(THIS.issued != "", rx.el.span(" · issued ", THIS.issued)))),
        crumbs=(("Invoices", "/admin/invoices/"),),
        badge=rx.cond(known, invoice_status(THIS.status)),
        actions=[rx.cond(known, rx.fragment(_document(), rx.cond(InvoiceState.may_void, _void())))],
    )


def _document() -> rx.Component:
    return rx.cond(
        THIS.number != "Draft",
        link_button(
            icon("file-down"),
            "PDF",
            to=rx.Var.create("/api/documents/invoices/") + THIS.id + ".pdf",
            look="plain",
            size="small",
            loads=True,
        ),
    )


def _void() -> rx.Component:
    return confirm(
        button(icon("ban"), "Void", look="plain", size="small"),
        title=rx.Var.create("Void ") + THIS.number + "?",
        text=(
            "It asks for nothing any more, and nobody is charged for it. It keeps its number, and what was paid on it "
            "becomes the customer's credit. This cannot be undone."
        ),
        yes="Void the invoice",
        on_yes=InvoiceState.void,
    )


def _main() -> rx.Component:
    lines = table(
        InvoiceState.lines,
        [
            Column("Position", lambda line: two_lines(rx.el.span(line.text, class_name="text-ink"), line.period)),
            Column("Price", lambda line: line.price, figures=True, shown_from="sm"),
            Column("Discount", lambda line: line.discount, figures=True, shown_from="md"),
            Column("Tax", lambda line: line.tax, figures=True, shown_from="sm"),
            Column("Net", lambda line: rx.el.span(line.net, class_name="font-medium text-ink"), figures=True),
        ],
        caption="Positions",
        key=lambda line: line.position,
        empty=empty("No positions"),
    )
    return stack(
        card(lines, _sums(), title="Positions", flush=True),
        card(_attempts(), title="Charges", flush=True),
        rx.cond(InvoiceState.payments.length() > 0, card(_payments(), title="Payments", flush=True)),
    )


def _sums() -> rx.Component:
    rows = [
        ("Net", THIS.net, "text-body"),
        ("Tax", THIS.tax, "text-body"),
        ("Total", THIS.total, "border-t border-line pt-2 font-semibold text-ink"),
    ]
    return rx.el.dl(
        *[
            rx.el.div(
                rx.el.dt(name),
                rx.el.dd(figure(amount)),
                class_name=f"flex justify-between gap-8 {look}",
            )
            for name, amount, look in rows
        ],
        class_name="ml-auto flex w-full max-w-72 flex-col gap-2 px-4 py-4 text-sm sm:px-5",
    )


def _attempts() -> rx.Component:
    return table(
        InvoiceState.attempts,
        [
            Column("When", lambda row: two_lines(rx.el.span(row.at, class_name="text-ink"), row.why)),
            Column("Card", lambda row: or_dash(row.card), shown_from="sm"),
            Column(
                "Result",
                lambda row: two_lines(status_badge(row.status, ATTEMPT_TONES, ATTEMPT_WORDS), row.answer),
            ),
            Column("Amount", lambda row: row.amount, figures=True),
        ],
        caption="Charges",
        key=by_id,
        empty=empty("Nobody was asked for money yet", icon_name="credit-card"),
    )


def _payments() -> rx.Component:
    return table(
        InvoiceState.payments,
        [
            Column("When", lambda row: rx.el.span(row.at, class_name="text-ink")),
            Column("At the gateway", lambda row: machine_name(row.reference), shown_from="sm"),
            Column("Fee", lambda row: row.fee, figures=True, shown_from="md"),
            Column("Amount", lambda row: rx.el.span(row.amount, class_name="font-medium text-ink"), figures=True),
        ],
        caption="Payments",
        key=by_id,
        empty=empty("No payments"),
    )


def _side() -> rx.Component:
    steps = timeline(
        InvoiceState.steps,
        key=by_id,
        what=lambda step: step.what,
        note=lambda step: step.at,
        is_bad=lambda _: rx.Var.create(False),
        label="Dunning steps, newest first",
    )
    nothing = rx.el.p("No reminder was needed.", class_name="text-sm text-faint")
    return stack(
        card(
            definitions(
                ("Total", figure(THIS.total)),
                ("Paid", or_dash(THIS.settled)),
                ("To pay", or_dash(THIS.to_pay)),
                ("Due", or_dash(THIS.due)),
                ("Paid on", or_dash(THIS.paid)),
                ("Delivered", or_dash(THIS.delivered)),
                narrow=True,
            ),
            title="Money",
        ),
        card(
            definitions(
                ("Name", THIS.customer),
                ("Address", or_dash(THIS.address)),
                ("Tax", or_dash(THIS.tax_note)),
                narrow=True,
            ),
            title="Issued to",
        ),
        card(rx.cond(InvoiceState.steps.length() > 0, steps, nothing), title="Dunning"),
    )
