"""Tax rates, and what is decided about tax."""

from typing import Any

import reflex as rx

from ezscale.pages.admin.parts import by_id, export_button, finder, nothing_found, sorting, turner, two_lines
from ezscale.pages.shell import admin_page
from ezscale.state.admin.tax import ALL, BUYERS, CHANGE, DESCRIBED, END, FAMILIES, NEW, RULES, RateRow, TaxState
from ezscale.state.signing_in.choices import countries
from ezscale.ui import (
    Column,
    badge,
    button,
    card,
    checkbox,
    definitions,
    dialog,
    empty,
    filters,
    icon,
    select_field,
    split,
    stack,
    table,
    text_field,
    toolbar,
)
from ezscale.ui.base import words

ERRORS, DECIDED, ABOUT = TaxState.errors, TaxState.decided, TaxState.about_what
FORM = "mt-5 flex flex-col gap-4"
SHOWN = (("", "Now and later"), (ALL, "All"))
YES_AND_NO = (
    ("one_stop_shop", "One Stop Shop"),
    ("prices_include_tax", "Prices include tax"),
    ("deduct_tax", "Whoever owes no tax pays the price without it"),
    ("tax_late_fees", "Late fees carry tax"),
    ("trust_unchecked_ids", "Tax ids count before they were checked"),
    ("us_service", "TaxJar works out the United States"),
)


def tax() -> rx.Component:
    """The rates of every place, and the rules."""
    none = empty(
        "No rates yet", "A new company starts with those of the EU and the United Kingdom.", icon_name="percent"
    )
    sheet = table(
        TaxState.rows,
        _columns(),
        caption="Tax rates",
        key=by_id,
        empty=nothing_found(TaxState, "rates", none),
        loading=TaxState.loading,
        sorting=sorting(TaxState),
    )
    rates = card(
        toolbar(finder("Country or name", TaxState), filters("Shown", SHOWN, TaxState.status, TaxState.choose)),
        sheet,
        turner(TaxState),
        flush=True,
    )
    new = button(icon("plus"), "New rate", size="small", on_click=TaxState.ask(NEW, ""))
    return admin_page(
        "Tax",
        split(rates, rx.cond(TaxState.loading, rx.fragment(), stack(_rules()))),
        at="/admin/tax/",
        lead="A sale takes the most specific rate of the day of its supply. What was invoiced keeps its tax for ever.",
        actions=[export_button("tax-rates", TaxState), rx.cond(TaxState.may_change, new), _windows()],
    )


def _columns() -> list[Column]:
    return [
        Column(
            "Country", lambda row: two_lines(rx.el.span(row.country, class_name="text-ink"), row.place), sort="country"
        ),
        Column("Tax", lambda row: two_lines(row.name, row.whom), shown_from="sm"),
        Column("Holds", _days, shown_from="sm"),
        Column("Rate", _rate, figures=True),
        Column("Change", _actions, figures=True),
    ]


def _rate(row: RateRow) -> rx.Component:
    return two_lines(rx.el.span(row.rate, class_name="font-medium text-ink"), row.name, "sm:hidden")


def _days(row: RateRow) -> rx.Component:
    mark = rx.cond(row.standing == "later", badge("Later", "info"), rx.cond(row.standing == "over", badge("Over")))
    until = rx.cond(row.until != "", rx.fragment("until ", row.until))
    return two_lines(rx.el.span("from ", row.since, " ", mark), until)


def _actions(row: RateRow) -> rx.Component:
    def press(text: str, question: str) -> rx.Component:
        named = {"aria-label": rx.Var.create(f"{text} ") + row.name + " " + row.country}
        return button(text, look="plain", size="small", on_click=TaxState.ask(question, row.id), custom_attrs=named)

    both = rx.el.div(press("Change", CHANGE), press("End", END), class_name="flex justify-end gap-1.5")
    return rx.cond(TaxState.may_change & (row.standing != "over"), both)


def _rules() -> rx.Component:
    def yes_or_no(name: str) -> Any:
        return words(TaxState.ticked.contains(name), "Yes", "No")

    facts = definitions(
        ("Home", DECIDED.home),
        ("Also collected in", words(DECIDED.registrations != "", DECIDED.registrations, "Nowhere else")),
        ("Rounded", words(DECIDED.rounding == "line", "On each line", "Once for each rate")),
        ("A checked tax id counts", rx.fragment(DECIDED.valid_days, " days")),
        *((label, yes_or_no(name)) for name, label in YES_AND_NO),
    )
    change = button("Change", look="plain", size="small", on_click=TaxState.ask(RULES, ""))
    return card(facts, title="Decided", actions=[rx.cond(TaxState.may_decide, change)])


def _windows() -> rx.Component:
    return rx.fragment(_adding(), _changing(), _ending(), _deciding())


def _window(question: str, form: rx.Component, title: Any, text: Any) -> rx.Component:
    is_open = TaxState.question == question
    return dialog(None, form, title=title, text=text, open=is_open, on_open_change=TaxState.show)


def _day(label: str, name: str, *, required: bool = True, default: Any = "") -> rx.Component:
    return text_field(label, name, errors=ERRORS, type="date", required=required, default_value=default)


def _percent(**props: Any) -> rx.Component:
    return text_field(
        "Rate in percent", "percent", errors=ERRORS, required=True, max_length=12, input_mode="decimal", **props
    )


def _adding() -> rx.Component:
    form = rx.el.form(
        rx.el.div(
            select_field(
                "Country", "country", countries(), errors=ERRORS, required=True, default_value=DECIDED.home_code
            ),
            text_field("Region", "region", errors=ERRORS, max_length=10, hint="Of ISO 3166-2: QC, CA. Empty for all."),
            text_field("Postcodes", "postcode", errors=ERRORS, max_length=20, hint="A pattern: 35*. Empty for all."),
            text_field("Name on invoices", "name", errors=ERRORS, required=True, max_length=30, default_value="VAT"),
            _percent(),
            select_field("Level", "level", (("1", "1"), ("2", "2")), errors=ERRORS),
            select_field("For", "buyers", BUYERS, errors=ERRORS),
            select_field("Products", "category", FAMILIES, errors=ERRORS),
            _day("From", "valid_from", default=TaxState.today),
            _day("Ends on", "valid_to", required=False),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        checkbox("Taken from the tax of level 1 as well", "compound", errors=ERRORS),
        button("Add the rate", type="submit", class_name="self-end"),
        on_submit=TaxState.add,
        reset_on_submit=False,
        class_name=FORM,
    )
    return _window(
        NEW, form, "New rate", "It holds from its first day on, for the place, the buyers and the products named."
    )


def _changing() -> rx.Component:
    form = rx.el.form(
        rx.el.div(
            _percent(), _day("From", "valid_from", default=TaxState.today), class_name="grid gap-4 sm:grid-cols-2"
        ),
        button("Change the rate", type="submit", class_name="self-end"),
        on_submit=TaxState.change,
        reset_on_submit=False,
        class_name=FORM,
    )
    text = "The present rate ends on that day and the new one begins. Nothing that was invoiced changes."
    return _window(CHANGE, form, rx.Var.create("Change ") + ABOUT, text)


def _ending() -> rx.Component:
    form = rx.el.form(
        _day("No longer from", "valid_to", default=TaxState.today),
        button("End the rate", type="submit", look="danger", class_name="self-end"),
        on_submit=TaxState.end,
        reset_on_submit=False,
        class_name=FORM,
    )
    text = (
        "From that day on the place has this tax no more. Where tax must be collected and no rate is left, nothing can "
        "be invoiced until there is one."
    )
    return _window(END, form, rx.Var.create("End ") + ABOUT + "?", text)


def _deciding() -> rx.Component:
    boxes = [
        rx.el.div(
            checkbox(label, name, errors=ERRORS, default_checked=TaxState.ticked.contains(name)),
            rx.el.p(DESCRIBED[name], class_name="mt-1 pl-6.5 text-xs text-faint"),
        )
        for name, label in YES_AND_NO
    ]
    form = rx.el.form(
        text_field(
            "Also collected in",
            "registrations",
            errors=ERRORS,
            max_length=400,
            default_value=DECIDED.registrations,
            hint=DESCRIBED["registrations"],
        ),
        select_field(
            "Tax is rounded",
            "rounding",
            (("line", "On each line"), ("invoice", "Once for each rate of an invoice")),
            errors=ERRORS,
            default_value=DECIDED.rounding,
        ),
        text_field(
            "For how many days a checked tax id counts",
            "valid_days",
            errors=ERRORS,
            required=True,
            input_mode="numeric",
            max_length=3,
            default_value=DECIDED.valid_days,
        ),
        *boxes,
        button("Decide", type="submit", class_name="self-end"),
        on_submit=TaxState.decide,
        reset_on_submit=False,
        class_name=FORM,
    )
    return _window(RULES, form, "Decide about tax", "It holds for whatever is priced from now on.")
