"""Account credit: what is there, putting some in, and letting it be topped up by itself."""

from typing import Any

import reflex as rx

from ezscale.pages.account.words import NO_BILLS, SEES_MONEY, not_theirs
from ezscale.pages.shell import account_page
from ezscale.pages.statements import credit_table
from ezscale.state.account.credit import CreditState
from ezscale.ui import (
    Column,
    button,
    card,
    checkbox,
    confirm,
    definitions,
    empty,
    form_dialog,
    hidden,
    icon,
    link_button,
    notice,
    select_field,
    skeleton,
    split,
    stack,
    stat,
    stats,
    status_badge,
    table,
    text_field,
)
from ezscale.ui.base import Tone

CREDIT, AUTO, ERRORS = CreditState.credit, CreditState.credit.automatic, CreditState.errors
TONES: dict[str, Tone] = {"asked": "info", "paid": "success", "abandoned": "neutral"}
WORDS = {"asked": "Waits for your payment", "paid": "Paid", "abandoned": "Not paid"}
AUTO_TONES: dict[str, Tone] = {"on": "success", "paused": "warning", "off": "neutral"}
AUTO_WORDS = {"on": "On", "paused": "Paused", "off": "Off"}


def credit() -> rx.Component:
    """The balance, a form to top it up, what happens by itself, and what happened."""
    statement = link_button("Statement", to="/account/statement/", look="quiet", size="small")
    forms = split(
        card(_top_up_form(), title="Top up"),
        card(_automatic(), title="Automatic top-ups", actions=(status_badge(AUTO.status, AUTO_TONES, AUTO_WORDS),)),
    )
    page = stack(
        stats(stat("Your credit", CREDIT.balance, "Pays your invoices first, before any card.", icon_name="wallet")),
        forms,
        card(_top_ups(), title="Top-ups", flush=True),
        card(credit_table(CreditState.rows), title="How it moved", actions=(statement,), flush=True),
        _agreeing(),
    )
    return account_page(
        "Credit",
        rx.cond(
            SEES_MONEY | ~CreditState.loaded,
            rx.cond(CreditState.loaded, page, skeleton(6)),
            not_theirs(NO_BILLS, "wallet"),
        ),
        at="/account/credit/",
    )


def _top_up_form() -> rx.Component:
    form = rx.el.form(
        hidden("key", CreditState.key),
        text_field(
            rx.Var.create("Amount in ") + CREDIT.currency,
            "amount",
            errors=ERRORS,
            hint=CREDIT.limits,
            required=True,
            input_mode="decimal",
            max_length=20,
            auto_complete="off",
        ),
        select_field("Pay with", "method", CREDIT.ways, errors=ERRORS),
        button(icon("plus"), "Top up", type="submit", busy=CreditState.going, class_name="self-start"),
        on_submit=CreditState.top_up,
        reset_on_submit=False,
        class_name="flex flex-col gap-4",
    )
    return rx.cond(CREDIT.may_top_up, form, notice("Credit cannot be topped up from this account at the moment."))


def _automatic() -> rx.Component:
    change = button(rx.cond(AUTO.status == "off", "Switch on", "Change"), look="plain", on_click=CreditState.ask)
    stop = confirm(
        button("Switch off", look="plain"),
        title="Switch automatic top-ups off?",
        text="Nothing is taken by itself any more. Without credit, invoices are charged as they are due.",
        yes="Switch off",
        on_yes=CreditState.stop,
    )
    go_on = button("Let them go on", on_click=CreditState.go_on)
    terms = definitions(
        ("Below", AUTO.below),
        ("Top up", AUTO.each),
        ("At most", rx.fragment(AUTO.monthly_most, " a month; ", AUTO.taken, " of it so far")),
        ("Agreed", AUTO.agreed),
        narrow=True,
    )
    return rx.el.div(
        rx.cond(
            AUTO.status == "off",
            rx.el.p(
                "When your credit falls below a sum that you choose, we take another one from your default payment method, "
                "within a limit for each month. Renewals are then paid from credit and need no card on their day.",
                class_name="text-sm text-body",
            ),
            terms,
        ),
        rx.cond((AUTO.status == "paused") & (AUTO.because != ""), notice(rx.Var.create("Paused: ") + AUTO.because)),
        rx.cond(
            CREDIT.may_agree,
            rx.el.div(
                rx.cond(AUTO.status == "paused", go_on),
                change,
                rx.cond(AUTO.status != "off", stop),
                class_name="flex flex-wrap gap-2",
            ),
        ),
        class_name="flex flex-col gap-4",
    )


def _agreeing() -> rx.Component:
    def amount(label: str, name: str, value: Any, hint: str = "") -> rx.Component:
        return text_field(
            label,
            name,
            errors=ERRORS,
            hint=hint,
            required=True,
            input_mode="decimal",
            max_length=20,
            auto_complete="off",
            default_value=value,
        )

    return form_dialog(
        None,
        amount("When it falls below", "below", AUTO.typed_below),
        amount("top it up by", "each", AUTO.typed_each),
        amount(
            "and by no more in a month than",
            "monthly_most",
            AUTO.typed_monthly_most,
            hint="From the first of each month.",
        ),
        checkbox(
            "I agree that these sums are taken from my default payment method by themselves, until I switch it off.",
            "agreed",
            errors=ERRORS,
        ),
        title="Automatic top-ups",
        text=rx.Var.create("Sums are in ") + CREDIT.currency + ". What you agree to is sent to you by mail.",
        yes="Switch on",
        on_yes=CreditState.agree,
        open=CreditState.is_agreeing,
        on_open_change=CreditState.show,
    )


def _top_ups() -> rx.Component:
    return table(
        CREDIT.top_ups,
        (
            Column("Number", lambda row: rx.el.span(row.number, class_name="whitespace-nowrap text-ink")),
            Column("Day", lambda row: row.day, shown_from="sm"),
            Column("How", lambda row: row.how, shown_from="md"),
            Column("Status", lambda row: status_badge(row.status, TONES, WORDS)),
            Column("Amount", lambda row: rx.el.span(row.amount, class_name="font-medium text-ink"), figures=True),
        ),
        caption="Top-ups",
        key=lambda row: row.id,
        empty=empty("No top-ups yet", "What you put in appears here with its receipt number.", icon_name="wallet"),
    )
