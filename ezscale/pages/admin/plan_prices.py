"""The windows in which a plan's prices are changed."""

import reflex as rx

from ezscale.pages.admin.price_parts import cycle_fields, history, price_fields
from ezscale.state.admin.plan_prices import EXISTING_TOO, MOVE, NEW_ONLY, PRICE, PlanPricesState
from ezscale.ui import button, choice, confirm, dialog, notice, text_field
from ezscale.ui.base import words

STATE, SHEET = PlanPricesState, PlanPricesState.sheet
NAMED = SHEET.title != ""


def price_windows() -> rx.Component:
    """The price of one currency and cycle, and moving those who pay an older one."""
    return rx.fragment(_changing(), _moving())


def _changing() -> rx.Component:
    form = rx.el.form(
        rx.cond(STATE.currency == "", cycle_fields(STATE)),
        *price_fields(STATE, amount=SHEET.amount, setup=SHEET.setup, known=SHEET.title + SHEET.amount),
        rx.cond(SHEET.now != "", _scope()),
        button("Set the price", type="submit", class_name="self-end"),
        on_submit=STATE.change,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    past = rx.cond(
        STATE.history.length() > 0,
        rx.el.div(
            rx.el.h3("History", class_name="px-4 pt-4 text-sm font-medium text-ink sm:px-5"),
            history(STATE.history, "History of this price"),
            class_name="-mx-5 mt-5 border-t border-line sm:-mx-6",
        ),
    )
    return dialog(
        None,
        form,
        _ways_out(),
        past,
        title=words(NAMED, SHEET.title, "A price in another currency"),
        text=words(
            SHEET.now != "",
            SHEET.now + " now. Subscribers who pay that: " + SHEET.subscribers + ".",
            "With a price it is sold so, if the currency is one of those we sell in.",
        ),
        open=STATE.question == PRICE,
        on_open_change=STATE.show,
    )


def _scope() -> rx.Component:
    """For whom the new price holds."""

    def way(value: str, name: str, *note: str | rx.Var[str]) -> rx.Component:
        words_ = rx.el.span(
            rx.el.span(name, class_name="font-medium text-ink"),
            rx.el.span(*note, class_name="text-xs text-faint"),
            class_name="flex flex-col gap-0.5",
        )
        return choice(words_, name="scope", value=value, chosen=STATE.scope == value, on_choose=STATE.choose(value))

    ways = rx.el.fieldset(
        rx.el.legend("Who pays it?", class_name="mb-2 text-sm font-medium text-ink"),
        rx.el.div(
            way(
                NEW_ONLY,
                "New customers only",
                "Subscribers keep the price that they agreed on, for as long as they stay.",
            ),
            way(
                EXISTING_TOO,
                "Existing subscribers, too",
                "All who pay the present price are told by mail (now: ",
                SHEET.subscribers,
                "), and pay the new one from their first period on or after a day.",
            ),
            class_name="grid gap-2.5",
        ),
    )
    day = text_field(
        "Subscribers pay it from",
        "effective_on",
        errors=STATE.errors,
        type="date",
        min=SHEET.earliest,
        required=True,
        default_value=SHEET.earliest,
        hint=rx.fragment("They have to be told in time: ", SHEET.first_day, " at the earliest."),
        key=SHEET.earliest,
    )
    return rx.el.div(ways, rx.cond(STATE.scope == EXISTING_TOO, day), class_name="flex flex-col gap-4")


def _ways_out() -> rx.Component:
    end = confirm(
        button("Take off sale", look="plain", size="small"),
        title=rx.Var.create("Sell it no more: ") + SHEET.title + "?",
        text="Nobody can order the plan for that cycle any more. Those who have it keep it, at their price.",
        yes="Take off sale",
        on_yes=STATE.end,
    )
    give_up = button("Give up the planned price", look="plain", size="small", on_click=STATE.give_up)
    return rx.el.div(
        rx.cond(SHEET.now != "", end),
        rx.cond(SHEET.has_plan, give_up),
        class_name="mt-4 flex flex-wrap gap-2 empty:hidden",
    )


def _moving() -> rx.Component:
    form = rx.el.form(
        notice(
            rx.fragment(
                "Those who pay ",
                STATE.old,
                " are told by mail now (",
                STATE.concerned,
                "). Each pays ",
                SHEET.now,
                " from their first period that begins on the day or later. Until then you can withdraw it.",
            ),
            "info",
        ),
        text_field(
            "From",
            "effective_on",
            errors=STATE.errors,
            type="date",
            min=SHEET.earliest,
            required=True,
            default_value=SHEET.earliest,
            hint=rx.fragment("They have to be told in time: ", SHEET.first_day, " at the earliest."),
            key=SHEET.earliest,
        ),
        button("Announce it", type="submit", class_name="self-end"),
        on_submit=STATE.move,
        reset_on_submit=False,
        class_name="mt-5 flex flex-col gap-4",
    )
    return dialog(
        None,
        form,
        title=rx.Var.create("Move from ") + STATE.old + " to " + SHEET.now,
        text=SHEET.title,
        open=STATE.question == MOVE,
        on_open_change=STATE.show,
    )
