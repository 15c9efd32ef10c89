"""Exchange rates."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import figure, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.currencies import ENTER, OFFERED, RULES, CurrenciesState, EnteredRow, WorthRow
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    definitions,
    dialog,
    empty,
    icon,
    notice,
    skeleton,
    split,
    stack,
    table,
    text_field,
)

ERRORS, REPORTING = CurrenciesState.errors, CurrenciesState.reporting
FORM = "mt-5 flex flex-col gap-4"


def currencies() -> rx.Component:
    """What the currency of reports is worth in every other one."""
    nothing = empty("No rates yet", "The feed is asked every day; a rate can be entered by hand.", icon_name="coins")
    sheet = table(
        CurrenciesState.rows,
        _columns(),
        caption="Exchange rates",
        key=lambda row: row.code,
        empty=nothing,
    )
    enter = button(icon("plus"), "Enter a rate", size="small", on_click=CurrenciesState.ask(ENTER))
    troubled = notice(
        rx.fragment(
            "Without a fresh rate: ",
            CurrenciesState.troubled.join(", "),
            ". Reports leave such sums out, or go by the last rate.",
        ),
        "warning",
        title="Some rates are missing or old",
    )
    return admin_page(
        "Currencies",
        rx.cond(
            CurrenciesState.loading,
            card(skeleton(12)),
            stack(
                rx.cond(CurrenciesState.troubled.length() > 0, troubled),
                split(
                    card(sheet, title=rx.fragment("One ", REPORTING, " is"), flush=True), stack(_decided(), _by_hand())
                ),
            ),
        ),
        at="/admin/currencies/",
        lead="Each invoice keeps the rate of the day on which it was issued.",
        actions=[rx.cond(CurrenciesState.may_enter, enter), _entering(), _deciding()],
    )


def _columns() -> list[Column]:
    return [
        Column("Currency", lambda row: two_lines(rx.el.span(row.code, class_name="font-medium text-ink"), row.name)),
        Column("From", lambda row: row.source, shown_from="sm"),
        Column("Of", _age),
        Column("Rate", lambda row: rx.el.span(row.rate, class_name="text-ink"), figures=True),
    ]


def _age(row: WorthRow) -> rx.Component:
    old = rx.fragment(figure(row.as_of), " ", badge("Old", "warning"))
    return rx.cond(
        row.standing == "missing", badge("No rate", "danger"), rx.cond(row.standing == "stale", old, figure(row.as_of))
    )


def _decided() -> rx.Component:
    change = button("Change", look="plain", size="small", on_click=CurrenciesState.ask(RULES))
    return card(
        definitions(
            ("We sell in", CurrenciesState.offered),
            ("Reports are in", REPORTING),
            ("A rate is old after", rx.fragment(CurrenciesState.stale_after, " days")),
        ),
        title="Decided",
        actions=[rx.cond(CurrenciesState.may_decide, change)],
    )


def _by_hand() -> rx.Component:
    lines = rx.el.ul(rx.foreach(CurrenciesState.entered, _entered), class_name="-my-2.5 divide-y divide-line")
    none = rx.el.p("None: all rates come from the feed.", class_name="text-sm text-faint")
    return card(rx.cond(CurrenciesState.entered.length() > 0, lines, none), title="Entered by hand")


def _entered(row: EnteredRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.words, class_name="text-sm text-ink tabular-nums"),
        rx.el.span(row.as_of, class_name="ml-auto text-xs text-faint tabular-nums"),
        key=row.id,
        class_name="flex flex-wrap items-baseline gap-x-3 py-2.5",
    )


def _line(label: str, name: str, longest: int, **props: Any) -> rx.Component:
    return text_field(label, name, errors=ERRORS, max_length=longest, **props)


def _entering() -> rx.Component:
    form = rx.el.form(
        rx.el.div(
            _line("One unit of", "base", 3, required=True, default_value=REPORTING, hint="A currency, such as EUR"),
            _line("Is worth", "rate", 20, required=True, input_mode="decimal", placeholder="1.0832"),
            _line("In", "quote", 3, required=True, hint="Another one, such as USD"),
            _line("On", "as_of", 10, required=True, type="date", default_value=CurrenciesState.today),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        button("Enter", type="submit", class_name="self-end"),
        on_submit=CurrenciesState.enter,
        reset_on_submit=False,
        class_name=FORM,
    )
    return _window(
        ENTER,
        form,
        "Enter a rate",
        "The newest rate of a pair counts. A second one for a day takes the place of the first.",
    )


def _deciding() -> rx.Component:
    form = rx.el.form(
        _line(
            OFFERED.label,
            "offered",
            100,
            required=True,
            default_value=CurrenciesState.offered,
            hint=OFFERED.help,
        ),
        _line(
            "Currency of reports",
            "reporting",
            3,
            default_value=CurrenciesState.chosen,
            hint="Such as EUR. Empty for that of our own country.",
        ),
        _line(
            "A rate is old after so many days",
            "stale_after_days",
            2,
            required=True,
            input_mode="numeric",
            default_value=CurrenciesState.stale_after,
        ),
        button("Decide", type="submit", class_name="self-end"),
        on_submit=CurrenciesState.decide,
        reset_on_submit=False,
        class_name=FORM,
    )
    return _window(
        RULES, form, "Decide about currencies", "It holds for new customers, invoices and reports from now on."
    )


def _window(question: str, form: rx.Component, title: str, text: str) -> rx.Component:
    is_open = CurrenciesState.question == question
    return dialog(None, form, title=title, text=text, open=is_open, on_open_change=CurrenciesState.show)
