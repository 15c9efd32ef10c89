"""A statement of account as both sides of the counter see it."""

from typing import Any

import reflex as rx

from ezscale.pages.papers import paper_link
from ezscale.ui import Column, button, card, empty, icon, link_button, stack, table, text_field, visually_hidden

PAPER = "underline-offset-[3px] hover:text-ink hover:underline"


def period_form(state: Any) -> rx.Component:
    """From which day to which, both included."""
    day = {"type": "date", "required": True, "errors": state.errors}
    shown = state.statement
    return card(
        rx.el.form(
            text_field("From", "since", key=shown.since, default_value=shown.since, **day),
            text_field("Until", "until", key=shown.until, default_value=shown.until, **day),
            button("Show", type="submit", look="plain", class_name="sm:self-start sm:mt-6.5"),
            on_submit=state.choose,
            reset_on_submit=False,
            class_name="grid gap-4 sm:grid-cols-[12rem_12rem_auto] sm:justify-start",
        )
    )


def download_button(statement: Any) -> rx.Component:
    """The same as a file."""
    period = rx.Var.create("?since=") + statement.since + "&until=" + statement.until
    return link_button(
        icon("download"),
        "Download",
        visually_hidden("as CSV"),
        to=rx.Var.create("/api/documents/statements/") + statement.customer_id + period,
        look="plain",
        size="small",
        loads=True,
        download=True,
    )


def accounts(state: Any) -> rx.Component:
    """Each currency with its lines, and the credit below."""
    return stack(
        rx.foreach(state.statement.accounts, _account),
        card(credit_table(state.statement.credit), title="Account credit", flush=True),
    )


def credit_table(rows: Any) -> rx.Component:
    """How account credit has moved."""
    return table(
        rows,
        (
            Column("Day", lambda row: row.day),
            Column("What", lambda row: rx.el.span(row.reason, class_name="text-ink [overflow-wrap:anywhere]")),
            Column("Left of it", _left, figures=True, shown_from="sm"),
            Column("Amount", lambda row: rx.el.span(row.amount, class_name="font-medium text-ink"), figures=True),
        ),
        caption="Account credit",
        key=lambda row: row.id,
        empty=empty("No credit yet", "What is paid too much, or given by us, is kept here.", icon_name="wallet"),
    )


def _left(row: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(row.left), rx.cond(row.until != "", rx.el.div("until ", row.until, class_name="text-xs text-faint"))
    )


def _account(account: Any) -> rx.Component:
    rows = table(
        account.lines,
        (
            Column("Day", lambda row: rx.el.span(row.day, class_name="whitespace-nowrap")),
            Column("What", _what),
            Column("Charged", lambda row: row.charged, figures=True, shown_from="sm"),
            Column("Paid", lambda row: row.paid, figures=True, shown_from="sm"),
            Column("Balance", lambda row: rx.el.span(row.balance, class_name="font-medium text-ink"), figures=True),
        ),
        caption="Statement of account",
        key=lambda row: row.id,
        empty=empty("Nothing happened in this time", icon_name="scale"),
    )
    return card(
        _balance("Opening balance", account.opening),
        rows,
        _balance("Closing balance", account.closing, account.says),
        title=account.currency,
        key=account.currency,
        flush=True,
    )


def _what(row: Any) -> rx.Component:
    moved = rx.cond(row.charged != "", rx.fragment("+ ", row.charged), rx.fragment("− ", row.paid))
    return rx.el.div(
        rx.el.div(row.words, class_name="text-ink"),
        rx.el.div(
            rx.cond(row.paper != "", paper_link(row.document, row.paper, PAPER), row.document),
            class_name="whitespace-nowrap text-xs text-faint",
        ),
        rx.el.div(moved, class_name="text-xs text-faint sm:hidden"),
    )


def _balance(name: str, amount: Any, says: Any = "") -> rx.Component:
    return rx.el.div(
        rx.el.span(name, " ", rx.el.span(says, class_name="text-xs text-faint")),
        rx.el.span(amount, class_name="font-semibold text-ink tabular-nums"),
        class_name="flex justify-between gap-4 border-line px-4 py-3 text-sm first:border-b last:border-t sm:px-5",
    )
