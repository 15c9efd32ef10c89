"""A plan beside its panel: how many of it may be sold, and whether it could be built."""

from typing import Any

import reflex as rx

from ezscale.state.admin.plan_stock import COUNTED, PANEL, SOURCES, PlanStockState
from ezscale.state.admin.plan_trial import TROUBLED, WORKS, PlanTrialState
from ezscale.ui import button, card, definitions, form_dialog, icon, notice, select_field, stack, text_field
from ezscale.ui.base import words

STOCK, TRIAL = PlanStockState, PlanTrialState


def stock_card() -> rx.Component:
    """How many may still be sold, and who says so."""
    counted = rx.match(STOCK.source, (PANEL, "By its panel"), (COUNTED, "By us"), "By nobody")
    about = definitions(
        ("Left to sell", words(STOCK.left != "", STOCK.left, "Unlimited")),
        ("Counted", rx.el.span(counted)),
        narrow=True,
    )
    margin = rx.el.p(
        STOCK.margin, " stay free in each location, and what is ordered is taken off.", class_name="text-xs text-faint"
    )
    places = rx.el.ul(rx.foreach(STOCK.places, _place), class_name="divide-y divide-line")
    change = button(icon("pencil"), "Change", look="plain", size="small", on_click=STOCK.ask(True))
    return card(
        stack(about, rx.cond(STOCK.source == PANEL, rx.el.div(places, margin))),
        title="Stock",
        actions=[rx.cond(STOCK.may_change, change)],
    )


def _place(row: Any) -> rx.Component:
    figures = rx.fragment(row.for_sale, " for sale, room for ", row.room)
    line = rx.el.div(
        rx.el.span(row.name, class_name="font-medium text-ink"),
        rx.cond(row.read != "", rx.el.span(figures, class_name="text-body"), rx.el.span("Not known yet")),
        class_name="flex flex-wrap justify-between gap-x-3 text-sm",
    )
    old = rx.el.p(
        rx.cond(row.read != "", rx.fragment("As of ", row.read, ". ")),
        "The last answer failed: ",
        row.trouble,
        class_name="mt-0.5 text-xs text-warning [overflow-wrap:anywhere]",
    )
    fresh = rx.el.p(row.read, class_name="mt-0.5 text-xs text-faint empty:hidden")
    return rx.el.li(line, rx.cond(row.trouble != "", old, fresh), class_name="py-2.5", key=row.name)


def stock_window() -> rx.Component:
    """The window in which is chosen who counts."""
    return form_dialog(
        None,
        select_field("Who counts it?", "source", SOURCES, errors=STOCK.errors, default_value=STOCK.source),
        text_field(
            "Safety margin",
            "margin",
            errors=STOCK.errors,
            hint="How many the panel keeps free in each location. It counts only where the panel does.",
            default_value=STOCK.margin,
            input_mode="numeric",
            max_length=4,
            auto_complete="off",
        ),
        title="Who counts the stock?",
        text=(
            "A panel is asked every few minutes how many more it could build. What is ordered and not built yet is taken "
            "off. While it does not answer, the last answer holds."
        ),
        yes="Save",
        on_yes=STOCK.choose,
        open=STOCK.choosing,
        on_open_change=STOCK.ask,
    )


def trial_card() -> rx.Component:
    """Whether it could be built, as far as its panel says."""
    press = button(
        icon("flask-conical"),
        "Try at the panel",
        look="plain",
        size="small",
        busy=TRIAL.trying,
        on_click=TRIAL.try_out,
    )
    works = notice(
        rx.fragment("The panel was asked for ", TRIAL.asked, " combinations of location and system."),
        "success",
        title="It would be built",
    )
    troubled = notice(
        rx.el.ul(rx.foreach(TRIAL.troubles, _trouble), class_name="mt-1 flex flex-col gap-2"),
        "warning",
        title="It would not be built everywhere",
    )
    nothing = rx.el.p("Asks the panel for everything but the building. Nothing is changed there.")
    verdict = rx.match(TRIAL.verdict, (WORKS, works), (TROUBLED, troubled), nothing)
    said = rx.el.div(
        rx.cond(TRIAL.trying, rx.el.p("The panel is being asked…"), verdict),
        aria_live="polite",
        class_name="text-sm text-faint",
    )
    return rx.cond(STOCK.may_change, card(said, title="At the panel", actions=[press]))


def _trouble(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.about, ": ", class_name="font-semibold"),
        row.words,
        rx.cond(row.where != "", rx.el.span(rx.fragment(" (", row.where, ")"))),
    )
