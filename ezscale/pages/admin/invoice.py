"""One invoice."""

import reflex as rx

from ezscale.pages.admin.crediting import credit_note_window
from ezscale.pages.admin.disputes import disputes_card
from ezscale.pages.admin.holds import held_card
from ezscale.pages.admin.parts import (
    ATTEMPT_TONES,
    ATTEMPT_WORDS,
    QUIET,
    by_id,
    figure,
    invoice_status,
    named,
    or_dash,
    record,
    two_lines,
)
from ezscale.pages.admin.payments import payment_windows, payments_card
from ezscale.pages.admin.refunding import refunds_card
from ezscale.pages.papers import credit_note_link, pay_link_notice
from ezscale.pages.shell import admin_page
from ezscale.pages.subscription_parts import why
from ezscale.state.admin.crediting import CreditingState
from ezscale.state.admin.invoice import InvoiceState
from ezscale.state.admin.recording import RecordingState
from ezscale.state.session import SessionState
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
    text_area,
    timeline,
)

THIS, MAY = InvoiceState.invoice, InvoiceState.may_now


def invoice() -> rx.Component:
    """Everything on one invoice."""
    known = ~(InvoiceState.loading | InvoiceState.missing)
    customer = link(THIS.customer, rx.Var.create("/admin/customer/?id=") + THIS.customer_id)
    return admin_page(
        named(InvoiceState, "Invoice", THIS.number),
        record(InvoiceState, "invoice", stack(pay_link_notice(InvoiceState.pay_link), split(_main(), _side()))),
        at="/admin/invoices/",
        lead=rx.cond(known, rx.fragment(customer, rx.cond(THIS.issued != "", rx.el.span(" · issued ", THIS.issued)))),
        crumbs=(("Invoices", "/admin/invoices/"),),
        badge=rx.cond(known, invoice_status(THIS.status)),
        actions=[rx.cond(known, rx.fragment(_deeds(), credit_note_window(), payment_windows()))],
    )


def _deeds() -> rx.Component:
    """What can be done about it now."""
    edit = link_button(
        icon("pencil"), "Edit", to=rx.Var.create("/admin/draft/?id=") + THIS.id, look="plain", size="small"
    )
    history = link_button(
        icon("fingerprint"), "History", to=rx.Var.create("/admin/audit/?about=") + THIS.id, look="plain", size="small"
    )
    resend = button(icon("send"), "Send again", look="plain", size="small", on_click=InvoiceState.resend)
    copy = button(icon("copy"), "Copy", look="plain", size="small", on_click=InvoiceState.copy)
    expect = button(icon("undo-2"), "Expect again", look="plain", size="small", on_click=InvoiceState.expect)
    credit = button(icon("receipt-text"), "Credit note", look="plain", size="small", on_click=CreditingState.ask)
    hand_on = button(icon("link"), "Pay link", look="plain", size="small", on_click=InvoiceState.make_link)
    record = button(icon("landmark"), "Record a payment", look="plain", size="small", on_click=RecordingState.ask)
    return rx.el.div(
        _document(),
        rx.cond(MAY["edit"], edit),
        rx.cond(MAY["resend"], resend),
        rx.cond(MAY["copy"], copy),
        rx.cond(MAY["link"], hand_on),
        rx.cond(MAY["record"], record),
        rx.cond(MAY["credit"], credit),
        rx.cond(MAY["expect"], expect),
        rx.cond(MAY["give_up"], _give_up()),
        rx.cond(MAY["void"], _void()),
        rx.cond(MAY["delete"], _delete()),
        rx.cond(SessionState.may.contains("staff.audit"), history),
        rx.cond(MAY["issue"], _issue()),
        class_name="flex flex-wrap gap-2",
    )


def _issue() -> rx.Component:
    return confirm(
        button(icon("stamp"), "Issue", size="small"),
        title="Issue this invoice?",
        text=(
            "It takes its number, is booked, and is mailed to the customer. From then on it never changes: it can only be "
            "credited, or voided while it is unpaid."
        ),
        yes="Issue the invoice",
        on_yes=InvoiceState.issue,
        no="Not yet",
        look="primary",
    )


def _delete() -> rx.Component:
    return confirm(
        button(icon("trash-2"), "Delete", look="plain", size="small"),
        title="Delete this draft?",
        text="It has no number and the customer has never seen it. This cannot be undone.",
        yes="Delete the draft",
        on_yes=InvoiceState.delete,
    )


def _give_up() -> rx.Component:
    return confirm(
        button(icon("circle-slash"), "Uncollectible", look="plain", size="small"),
        title=rx.Var.create("Stop expecting ") + THIS.to_pay + "?",
        text=(
            "What is open is booked as lost, and nobody is reminded or charged any more. It can still be paid, and you can "
            "expect it again."
        ),
        yes="Mark as uncollectible",
        on_yes=InvoiceState.give_up,
    )


def _document() -> rx.Component:
    return rx.cond(
        (THIS.status != "draft") & (THIS.status != ""),
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
            Column(
                "Position",
                lambda line: two_lines(
                    rx.el.span(line.text, class_name="text-ink"), rx.fragment(line.period, why(line.why))
                ),
            ),
            Column("Quantity", lambda line: line.quantity, figures=True, shown_from="md"),
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
        held_card(InvoiceState.held),
        card(lines, _sums(), _memo(), title="Positions", flush=True),
        rx.cond(InvoiceState.notes.length() > 0, card(_notes(), title="Credit notes", flush=True)),
        card(_attempts(), title="Charges", flush=True),
        payments_card(),
        refunds_card(),
        disputes_card(),
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


def _memo() -> rx.Component:
    shown = rx.el.p(THIS.memo, class_name="whitespace-pre-line border-t border-line px-4 py-4 text-sm sm:px-5")
    form = rx.el.form(
        text_area(
            "Memo", "memo", errors=InvoiceState.errors, default_value=THIS.memo, max_length=1000, rows="2", key=THIS.id
        ),
        button("Save", type="submit", look="plain", size="small", class_name="self-start"),
        on_submit=InvoiceState.write_memo,
        reset_on_submit=False,
        class_name="flex flex-col gap-3 border-t border-line px-4 py-4 sm:px-5",
    )
    return rx.cond(MAY["memo"], form, rx.cond(THIS.memo != "", shown))


def _notes() -> rx.Component:
    return table(
        InvoiceState.notes,
        [
            Column("Credit note", lambda row: two_lines(credit_note_link(row), row.reason)),
            Column("Issued", lambda row: row.issued_on, shown_from="sm"),
            Column("Had been paid", lambda row: row.kept, figures=True, shown_from="md"),
            Column("Total", lambda row: rx.el.span(row.total, class_name="font-medium text-ink"), figures=True),
        ],
        caption="Credit notes",
        key=by_id,
        empty=empty("No credit notes"),
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


def _fee_for() -> rx.Component:
    late = link("The late invoice", rx.Var.create("/admin/invoice/?id=") + THIS.fee_for, QUIET)
    return rx.cond(THIS.fee_for != "", late, or_dash(""))


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
                ("Credited", or_dash(THIS.credited)),
                ("Paid", or_dash(THIS.settled)),
                ("To pay", or_dash(THIS.to_pay)),
                ("Due", or_dash(THIS.due)),
                ("Paid on", or_dash(THIS.paid)),
                ("Delivered", or_dash(THIS.delivered)),
                ("Came from", THIS.origin),
                ("Proforma", or_dash(THIS.proforma)),
                ("Late fee for", _fee_for()),
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
