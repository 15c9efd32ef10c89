"""The page of a subscription, as customers and staff see it: what it is, what it would be, what it was."""

from typing import Any

import reflex as rx

from ezscale.pages.subscription_dialogs import (
    cancel_button,
    go_on_button,
    keep_button,
    pause_button,
    pay_ahead_button,
)
from ezscale.ui import (
    Column,
    button,
    card,
    confirm,
    definitions,
    drop_down,
    link,
    link_button,
    notice,
    select_field,
    stack,
    status_badge,
    table,
)
from ezscale.ui.base import Tone
from ezscale.ui.forms import CONTROL

WORDS = {
    "pending": "Not paid yet",
    "expired": "Expired",
    "active": "Running",
    "past_due": "Overdue",
    "paused": "Paused",
    "ended": "Ended",
}
TONES: dict[str, Tone] = {
    "pending": "neutral",
    "expired": "neutral",
    "active": "success",
    "past_due": "danger",
    "paused": "warning",
    "ended": "neutral",
}
QUIET = "underline underline-offset-[3px]"


def subscription_badge(status: Any) -> rx.Component:
    """How a subscription stands."""
    return status_badge(status, TONES, WORDS)


def facts(state: Any, *more: tuple[Any, Any]) -> rx.Component:
    """What is billed, when next, and how to stop it."""
    this = state.subscription
    ending = rx.cond(this.ends_on != "", keep_button(state), cancel_button(state))
    standing = rx.cond(this.status == "paused", go_on_button(state), rx.cond(state.may_change, pause_button(state)))
    ahead = rx.cond(state.may_pay & (this.ends_on == ""), pay_ahead_button(state))
    return card(
        definitions(
            *more,
            ("Cycle", this.cycle),
            ("Next bill", rx.cond(this.next_on != "", rx.fragment(this.next_on, ", ", this.next_total), "–")),
            ("Since", rx.cond(this.started != "", this.started, "–")),
            narrow=True,
        ),
        rx.cond(
            state.may_cancel | state.may_pay | state.may_change,
            rx.el.div(
                ahead,
                standing,
                rx.cond(state.may_cancel, ending),
                class_name="mt-5 flex flex-wrap gap-2 border-t border-line pt-4",
            ),
        ),
        title="Plan and billing",
    )


def standing(state: Any) -> rx.Component:
    """What has to be said first."""
    this = state.subscription
    return rx.fragment(
        rx.cond(
            this.status == "paused",
            notice(
                rx.fragment(
                    "It goes on by itself on ", rx.el.strong(this.paused_until), ". What is paid lasts so much longer."
                ),
                "warning",
                title="This subscription stands still",
            ),
        ),
        rx.cond(
            this.ends_on != "",
            notice(
                rx.fragment("It ends on ", rx.el.strong(this.ends_on), " unless you keep it."),
                "warning",
                title="Cancelled",
            ),
        ),
        rx.cond(
            this.status == "past_due",
            notice("An invoice is overdue. It can be changed once that is paid.", "danger", title="Not paid"),
        ),
    )


def parts(state: Any) -> rx.Component:
    """What it consists of."""
    columns = (
        Column("Part", lambda row: rx.el.span(row.text, class_name="text-ink")),
        Column("Each cycle, before tax", lambda row: row.price, figures=True),
    )
    return card(
        table(state.items, columns, caption="What it consists of", key=lambda row: row.id, empty=rx.fragment()),
        title="What it consists of",
        flush=True,
    )


def pending(state: Any, invoice_page: str) -> rx.Component:
    """A change that waits for its money or its day."""
    change = state.pending
    pay = rx.cond(
        change.invoice_id != "",
        link_button("Pay it", to=rx.Var.create(f"{invoice_page}?id=") + change.invoice_id, size="small"),
    )
    drop = confirm(
        button("Withdraw", look="plain", size="small"),
        title="Withdraw this change?",
        text="What it asks for is voided, and everything stays as it is.",
        yes="Withdraw the change",
        on_yes=state.withdraw,
        no="Let it wait",
    )
    waits = rx.cond(
        change.status == "scheduled",
        rx.fragment(
            "It changes on ", rx.el.strong(change.on), ", and each cycle costs ", change.renewal, " from then on."
        ),
        rx.fragment("It holds as soon as ", rx.el.strong(change.total), " are paid, until ", change.expires, "."),
    )
    shown = notice(
        waits, "info", title=rx.fragment("Waiting: ", change.summary), actions=(pay, rx.cond(state.may_cancel, drop))
    )
    return rx.cond(change.id != "", shown)


def change_form(state: Any) -> rx.Component:
    """What can be had instead. Its price is shown before anything happens."""
    form = state.form
    fields = rx.el.form(
        rx.el.div(
            select_field(
                "Plan",
                "plan",
                form.plans,
                errors=state.errors,
                default_value=form.plan,
                key=rx.Var.create("plan") + form.plan,
                on_change=state.pick_plan,
            ),
            select_field(
                "Billed",
                "months",
                form.cycles,
                errors=state.errors,
                default_value=form.months,
                key=rx.Var.create("months") + form.plan + form.months,
            ),
            rx.foreach(form.fits, lambda fit: _fit(fit, state.errors, form.plan)),
            select_field(
                "When",
                "when",
                (("now", "Now"), ("renewal", "When the next period begins")),
                hint="Now: unused days are given back, and the days that are left are billed at the new price.",
            ),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        button("Show the price", type="submit", class_name="self-start"),
        on_submit=state.ask_price,
        class_name="flex flex-col gap-5",
    )
    return rx.cond(form.plan != "", card(fields, title="Change it"))


def quote(state: Any) -> rx.Component:
    """A change, line by line, as it will be charged."""
    this = state.quote
    columns = (
        Column(
            "Line",
            lambda line: rx.el.div(
                rx.el.div(line.text, class_name="text-ink"), rx.el.div(line.days, class_name="text-xs text-faint")
            ),
        ),
        Column("Tax", lambda line: line.tax, figures=True, shown_from="sm"),
        Column("Net", lambda line: line.net, figures=True),
    )
    lines = table(
        this.lines, columns, caption="What is charged now", key=lambda line: line.place.to_string(), empty=rx.fragment()
    )
    foot = rx.el.div(
        rx.el.p(
            rx.cond(
                this.waits,
                rx.fragment("Nothing is charged now. It changes on ", rx.el.strong(this.on), "."),
                rx.cond(
                    this.gives,
                    rx.fragment("You get ", rx.el.strong(this.total), " back as credit."),
                    rx.fragment("Now, with tax: ", rx.el.strong(this.total), "."),
                ),
            ),
            class_name="text-sm text-ink",
        ),
        rx.el.p("Each cycle from then on, with tax: ", rx.el.strong(this.renewal), ".", class_name="text-sm text-body"),
        rx.el.p("This price holds until ", this.expires, ".", class_name="text-xs text-faint"),
        rx.el.div(
            button("Agree", on_click=state.accept),
            button("Leave it as it is", look="plain", on_click=state.dismiss_quote),
            class_name="mt-3 flex flex-wrap gap-2",
        ),
        class_name="flex flex-col gap-1 border-t border-line px-4 py-4 sm:px-5",
    )
    shown = card(rx.cond(this.lines, lines), foot, title=this.summary, flush=True)
    return rx.cond(this.id != "", rx.el.div(shown, aria_live="polite"))


def history(state: Any, invoice_page: str, title: str) -> rx.Component:
    """Why it costs what it costs."""
    columns = (
        Column("Day", lambda row: rx.el.span(row.at, class_name="whitespace-nowrap")),
        Column(
            "What happened",
            lambda row: rx.cond(
                row.invoice_id != "",
                link(row.text, rx.Var.create(f"{invoice_page}?id=") + row.invoice_id, QUIET),
                rx.el.span(row.text),
            ),
        ),
        Column("With tax", lambda row: row.amount, figures=True),
    )
    rows = table(state.told, columns, caption="What happened", key=lambda row: row.id, empty=rx.fragment())
    return card(rows, title=title, flush=True)


def why(told: Any) -> rx.Component:
    """The sum behind a line of an invoice, for whoever asks."""
    return rx.el.details(
        rx.el.summary("Why?", class_name=f"w-fit cursor-pointer text-xs text-faint hover:text-ink {QUIET}"),
        rx.el.p(told, class_name="mt-1 max-w-prose text-xs text-body"),
    )


def body(state: Any, invoice_page: str, asked: str) -> rx.Component:
    """The main column. `asked` is how its reader asks for what stands at its foot."""
    return stack(
        standing(state),
        pending(state, invoice_page),
        parts(state),
        quote(state),
        change_form(state),
        history(state, invoice_page, asked),
    )


def _fit(fit: Any, errors: Any, plan: Any) -> rx.Component:
    key = fit.name + plan
    names = {
        "id": fit.name,
        "name": fit.name,
        "default_value": fit.value,
        "key": key,
        "aria_invalid": errors.contains(fit.name),
    }
    pick = drop_down(rx.foreach(fit.picks, lambda one: rx.el.option(one.text, value=one.value)), **names)
    number = rx.el.input(
        type="number", min=fit.smallest, max=fit.largest, step=fit.step, **names, class_name=f"h-10 {CONTROL}"
    )
    return rx.el.div(
        rx.el.label(fit.label, html_for=fit.name, class_name="mb-1.5 block text-sm font-medium text-ink"),
        rx.cond(fit.picks.length() > 0, pick, number),
        rx.cond(fit.hint != "", rx.el.p(fit.hint, class_name="mt-1.5 text-xs text-faint")),
        rx.cond(
            errors.contains(fit.name),
            rx.el.p(errors[fit.name], role="alert", class_name="mt-1.5 text-[0.8125rem] text-danger"),
        ),
    )
