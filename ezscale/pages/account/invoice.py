"""One invoice."""

from typing import Any

import reflex as rx

from ezscale.pages.account.words import invoice_badge, not_found
from ezscale.pages.other_ways import pay_buttons
from ezscale.pages.papers import credit_note_link, pay_link_notice
from ezscale.pages.shell import account_page
from ezscale.pages.subscription_parts import why
from ezscale.state.account.invoice import InvoiceState
from ezscale.ui import Column, button, card, definitions, icon, link_button, notice, skeleton, split, stack, table

INVOICE = InvoiceState.invoice
DUE, TRANSFER = INVOICE.due, InvoiceState.transfer
CRUMBS = (("Invoices", "/account/invoices/"),)


def invoice() -> rx.Component:
    """Its lines, its sums, its document, and how to pay it."""
    document = "/api/documents/invoices/" + INVOICE.id + ".pdf"
    pay = button(
        "Pay ", DUE.to_pay, on_click=InvoiceState.pay(""), busy=InvoiceState.going_to_pay, custom_attrs={"data-pay": ""}
    )
    hand_on = button(icon("link"), "Pay link", look="plain", on_click=InvoiceState.make_link)
    page = stack(
        _news(),
        pay_link_notice(InvoiceState.pay_link),
        split(stack(_lines(), _notes(), _payments()), _facts()),
    )
    shown = rx.cond(InvoiceState.missing, card(not_found("invoice", "All invoices", "/account/invoices/")), page)
    return account_page(
        rx.cond(INVOICE.number == "", "Invoice", INVOICE.number),
        rx.cond(InvoiceState.loaded, shown, skeleton(8)),
        at="/account/invoices/",
        crumbs=CRUMBS,
        badge=rx.cond(INVOICE.status != "", invoice_badge(INVOICE.status)),
        actions=(
            rx.cond(
                INVOICE.id != "",
                link_button(icon("file-text"), "PDF", to=document, look="plain", loads=True, target="_blank"),
            ),
            rx.cond(DUE.payable, hand_on),
            rx.cond(DUE.payable, pay_buttons(InvoiceState)),
            rx.cond(DUE.payable, pay),
        ),
    )


def _news() -> rx.Component:
    waiting = notice("We wait for the word of your bank. This page follows by itself.", title="Thank you")
    back = notice("Nothing was charged. You can pay whenever you like.", "warning", title="You have not paid yet")
    thanks = notice("Thank you. The invoice is paid.", "success", title="Payment received")
    proforma = notice(
        "It asks for your payment. The invoice with its number follows when you have paid.", title="This is a proforma"
    )
    news = rx.match(
        InvoiceState.came,
        ("paid", rx.cond(INVOICE.status == "paid", thanks, waiting)),
        ("back", rx.cond(DUE.payable, back)),
        rx.fragment(),
    )
    waits = notice(DUE.waits, title="Too little to be paid by itself")
    return rx.fragment(news, rx.cond(INVOICE.proforma, proforma), rx.cond(DUE.waits != "", waits))


def _lines() -> rx.Component:
    columns = (
        Column("Position", _position),
        Column("Tax", lambda row: row.tax, shown_from="sm"),
        Column("Net", lambda row: row.net, figures=True),
    )
    rows = table(
        InvoiceState.lines,
        columns,
        caption="Positions of the invoice",
        key=lambda row: row.position.to_string(),
        empty=rx.fragment(),
    )
    sums = rx.el.dl(
        _sum("Net", INVOICE.net),
        _sum("Tax", INVOICE.tax),
        _sum("Total", INVOICE.total, strong=True),
        rx.cond(INVOICE.credited != "", _sum("Credited", INVOICE.credited)),
        rx.cond(INVOICE.settled != "", _sum("Paid", INVOICE.settled)),
        rx.cond(DUE.small_sums != "", _sum("Small sums from before", DUE.small_sums)),
        rx.cond(DUE.to_pay != "", _sum("To pay", DUE.to_pay, strong=True)),
        class_name="ml-auto flex w-full max-w-72 flex-col gap-1.5 px-4 py-4 sm:px-5",
    )
    memo = rx.cond(
        INVOICE.memo != "", rx.el.p(INVOICE.memo, class_name="whitespace-pre-line px-4 pb-4 text-sm text-body sm:px-5")
    )
    note = rx.cond(INVOICE.tax_note != "", rx.el.p(INVOICE.tax_note, class_name="px-4 pb-4 text-xs text-faint sm:px-5"))
    return card(rows, rx.el.div(sums, class_name="border-t border-line"), memo, note, title="Positions", flush=True)


def _position(row: Any) -> rx.Component:
    times = rx.cond(row.quantity > 1, rx.fragment(row.quantity.to_string(), " × "))
    off = rx.cond(row.discount != "", rx.fragment(", ", row.discount, " discount"))
    price = rx.cond((row.discount != "") | (row.quantity > 1), rx.fragment(times, row.price, off), "")
    small = "text-xs text-faint"
    return rx.el.div(
        rx.el.div(row.text, class_name="text-ink"),
        rx.el.div(row.period, class_name=small),
        rx.el.div(price, class_name=small),
        why(row.why),
    )


def _sum(name: str, amount: Any, *, strong: bool = False) -> rx.Component:
    look = "font-semibold text-ink" if strong else "text-body"
    return rx.el.div(
        rx.el.dt(name),
        rx.el.dd(amount, class_name="tabular-nums"),
        class_name=f"flex justify-between gap-6 text-sm {look}",
    )


def _notes() -> rx.Component:
    columns = (
        Column("Credit note", _note),
        Column("Issued", lambda row: row.issued_on, shown_from="sm"),
        Column("Taken back", _taken, figures=True),
    )
    rows = table(InvoiceState.notes, columns, caption="Credit notes", key=lambda row: row.id, empty=rx.fragment())
    return rx.cond(InvoiceState.notes, card(rows, title="Credit notes", flush=True))


def _note(row: Any) -> rx.Component:
    return rx.el.div(
        credit_note_link(row),
        rx.el.div(row.reason, class_name="text-xs text-faint [overflow-wrap:anywhere]"),
    )


def _taken(row: Any) -> rx.Component:
    kept = rx.cond(row.kept != "", rx.el.div(row.kept, " is credit now", class_name="text-xs text-faint"))
    return rx.el.div(rx.el.div(row.total, class_name="text-ink"), kept)


def _payments() -> rx.Component:
    columns = (
        Column("Received", lambda row: row.at),
        Column("By", lambda row: row.way, shown_from="sm"),
        Column("Reference", lambda row: rx.el.span(row.reference, class_name="font-mono text-xs"), shown_from="md"),
        Column("Amount", lambda row: row.amount, figures=True),
    )
    rows = table(InvoiceState.payments, columns, caption="Payments", key=lambda row: row.id, empty=rx.fragment())
    return rx.cond(InvoiceState.payments, card(rows, title="Payments", flush=True))


def _facts() -> rx.Component:
    paid = rx.cond(INVOICE.paid_on != "", INVOICE.paid_on, "not yet")
    facts = card(
        definitions(("Issued", INVOICE.issued_on), ("Due", INVOICE.due_on), ("Paid", paid), narrow=True), title="Dates"
    )
    to = rx.el.address(
        rx.foreach(InvoiceState.billed_to, lambda line: rx.el.div(line, key=line)),
        class_name="text-sm not-italic text-body",
    )
    return stack(facts, _transfer(), card(to, title="Billed to"))


def _transfer() -> rx.Component:
    """For who pays from their bank: the account, and what to write on the transfer."""
    by_bank = definitions(
        ("Holder", TRANSFER.holder),
        ("IBAN", rx.el.span(TRANSFER.iban, class_name="font-mono text-xs")),
        ("BIC", rx.cond(TRANSFER.bic != "", TRANSFER.bic, "not needed")),
        ("Bank", rx.cond(TRANSFER.bank != "", TRANSFER.bank, "–")),
        ("Reference", rx.el.span(TRANSFER.reference, class_name="font-mono text-xs")),
        narrow=True,
    )
    hint = rx.el.p(
        "Please write the reference on it: by that we find your payment.", class_name="mt-4 text-xs text-faint"
    )
    return rx.cond(TRANSFER.iban != "", card(by_bank, hint, title="Pay by bank transfer"))
